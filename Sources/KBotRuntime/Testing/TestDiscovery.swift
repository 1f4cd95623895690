import Foundation

/// Finds test files: what is called `NAME_test.lua`.
package enum TestDiscovery {
    /// The ending of a test file's name.
    package static let ending = "_test.lua"

    /// The test files of the paths given: files as they are, folders with all below them but hidden folders and
    /// `_meta`.
    ///
    /// They come in the order of the paths, those of a folder by name; none comes twice. Links to folders are not
    /// followed.
    ///
    /// - Throws: ``RunFailure`` when a path does not exist, cannot be read or is no test file.
    package static func files(in paths: [String]) throws(RunFailure) -> [String] {
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw RunFailure(.usage, "\(path): there is no such file or folder")
            }
            if isFolder.boolValue {
                try search(path, &files)
            } else if path.hasSuffix(ending) {
                files.append(path)
            } else {
                throw RunFailure(.usage, "\(path): tests are in files called NAME\(ending)\(hint(path))")
            }
        }
        var seen: Set<String> = []
        return files.filter { seen.insert(URL(fileURLWithPath: $0).standardizedFileURL.path).inserted }
    }

    private static func search(_ folder: String, _ files: inout [String]) throws(RunFailure) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw RunFailure(.usage, "\(folder): cannot be read; check its permissions")
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !name.hasPrefix(".") {
            let path = joined(folder, name)
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            switch attributes?[.type] as? FileAttributeType {
            case .typeDirectory? where name != "_meta": try search(path, &files)
            case .typeRegular? where name.hasSuffix(ending), .typeSymbolicLink? where name.hasSuffix(ending):
                files.append(path)
            default: break
            }
        }
    }

    private static func hint(_ path: String) -> String {
        guard path.hasSuffix(".lua") else { return "" }
        let tests = String(path.dropLast(4)) + ending
        return FileManager.default.fileExists(atPath: tests) ? "; did you mean \(tests)?" : ""
    }
}
