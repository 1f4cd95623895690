import CCrypto
import Foundation
import KBotEngine
package import KBotScripting

/// Finds scripts: the path as given, then the folder of their kind here, then the one that ships with kbot.
package struct ScriptLibrary: Sendable {
    /// The folders of one kind of script.
    package enum Shelf: String, Sendable {
        /// Entry rules.
        case strategies
        /// Rules that judge orders.
        case riskRules = "risk-rules"
    }

    /// Largest script that is read, in bytes.
    private static let largest = 512 << 10

    private let home: String?

    /// Makes a library; `home` is the folder that holds the scripts that ship with kbot.
    package init(home: String?) { self.home = home }

    /// Makes the library of this process: `KBOT_HOME`, else the share folder beside the program.
    package init(environment: [String: String], program: String) {
        if let home = environment["KBOT_HOME"], !home.isEmpty {
            self.init(home: home)
        } else {
            let program = URL(fileURLWithPath: program).resolvingSymlinksInPath()
            let share = program.deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("share/kbot")
            self.init(home: share.path)
        }
    }

    /// Where a script of this name would be looked for.
    package func candidates(_ name: String, on shelf: Shelf) -> [String] {
        let file = name.hasSuffix(".lua") ? name : name + ".lua"
        var paths = [name]
        if file != name { paths.append(file) }
        guard !name.hasPrefix("/") else { return paths }
        paths.append("\(shelf.rawValue)/\(file)")
        if let home { paths.append("\(home)/\(shelf.rawValue)/\(file)") }
        return paths
    }

    /// Finds and reads a script; nil when there is none of that name.
    ///
    /// - Throws: ``RunFailure`` when there is one that cannot be read.
    package func find(_ name: String, on shelf: Shelf) throws(RunFailure) -> ScriptFile? {
        for path in candidates(name, on: shelf) {
            let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            guard let values = try? url.resourceValues(forKeys: [.isDirectoryKey]), values.isDirectory == false else {
                continue
            }
            return try Self.read(path)
        }
        return nil
    }

    /// Finds and reads a script of either kind, strategies first.
    ///
    /// - Throws: ``RunFailure`` when there is none, with the places it was looked for.
    package func script(_ name: String) throws(RunFailure) -> ScriptFile {
        if let file = try find(name, on: .strategies) { return file }
        if let file = try find(name, on: .riskRules) { return file }
        let known = names(on: .strategies) + names(on: .riskRules)
        let near = nearest(to: name.hasSuffix(".lua") ? name : name + ".lua", in: known)
        let hint =
            near.map { "; did you mean \($0)?" } ?? (known.isEmpty ? "" : "; there is \(known.joined(separator: ", "))")
        var places: [String] = []
        for path in candidates(name, on: .strategies) + candidates(name, on: .riskRules)
        where !places.contains(path) { places.append(path) }
        throw RunFailure(
            .script,
            "\(name): no such script\(hint)\nlooked for:" + places.map { "\n  \($0)" }.joined()
        )
    }

    /// Names of the scripts on a shelf, here and shipped, for a suggestion.
    package func names(on shelf: Shelf) -> [String] {
        let folders = [shelf.rawValue] + (home.map { ["\($0)/\(shelf.rawValue)"] } ?? [])
        let files = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
        return Set(files.filter { $0.hasSuffix(".lua") && !$0.hasSuffix("_test.lua") }).sorted()
    }

    /// Reads a file of the `templates` folder that ships with kbot.
    package func template(_ name: String) throws(RunFailure) -> String {
        let path = "\(home ?? ".")/templates/\(name)"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RunFailure(
                .other,
                "\(path): not there; KBOT_HOME must name the folder of kbot's sources, or kbot must be installed with make install"
            )
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Reads a script.
    package static func read(_ path: String) throws(RunFailure) -> ScriptFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RunFailure(
                .script,
                FileManager.default.fileExists(atPath: path)
                    ? "\(path): cannot be read; check its permissions" : "\(path): there is no such file"
            )
        }
        guard data.count <= largest else {
            throw RunFailure(.script, "\(path): larger than \(largest >> 10) KiB: this is no script")
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw RunFailure(.script, "\(path): not UTF-8 text (compiled Lua is not accepted)")
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        return ScriptFile(path: path, name: name, text: text, hash: sha256(data))
    }

    /// Reads a file beside a script by its name; nil when there is none.
    package static func read(_ name: String, beside script: ScriptFile) -> Result<ScriptFile?, ScriptFailure> {
        let folder = (script.path as NSString).deletingLastPathComponent
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        guard !name.contains("/"), FileManager.default.fileExists(atPath: path) else { return .success(nil) }
        do throws(RunFailure) {
            return .success(try read(path))
        } catch {
            return .failure(ScriptFailure(error.message))
        }
    }

    /// Finds the modules of a script: files in its own folder and nowhere else.
    package static func modules(beside script: ScriptFile) -> ModuleFinder {
        let folder = URL(fileURLWithPath: script.path).deletingLastPathComponent()
        return { name in
            guard !name.isEmpty,
                name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || isWord($0) })
            else {
                return .failure(
                    ScriptFailure(
                        "module '\(name)': a name of letters, digits, _ and - of a file beside the script is wanted"
                    )
                )
            }
            let path = folder.appendingPathComponent(name + ".lua").path
            do throws(RunFailure) {
                return .success(try read(path))
            } catch {
                return .failure(ScriptFailure("module '\(name)': \(error)"))
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

/// SHA-256 in hexadecimal, by libcrypto.
func sha256(_ data: Data) -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    unsafe data.withUnsafeBytes { bytes in
        unsafe digest.withUnsafeMutableBufferPointer { out in
            _ = unsafe SHA256(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, out.baseAddress)
        }
    }
    return digest.map { byte in
        let text = String(byte, radix: 16)
        return text.count == 1 ? "0" + text : text
    }.joined()
}
