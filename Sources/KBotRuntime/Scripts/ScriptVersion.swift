import Foundation
import KBotScripting
import Synchronization

/// One version of a script: its text, and that of the modules it required.
struct ScriptVersion: Hashable, Sendable {
    /// The script.
    let file: ScriptFile
    /// The modules, in the order of their names.
    let modules: [ScriptFile]
    /// SHA-256 of the file; with modules, of all their names and hashes.
    let hash: String

    init(_ file: ScriptFile, modules: [ScriptFile]) {
        self.file = file
        self.modules = modules.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        if modules.isEmpty {
            hash = file.hash
        } else {
            let lines = ([file] + self.modules).map { "\($0.name) \($0.hash)\n" }
            hash = sha256(Data(lines.joined().utf8))
        }
    }

    /// Finds this version's own modules, whatever the disk holds by now; what it never required comes from the disk.
    var finder: ModuleFinder { finder(ScriptLibrary.modules(beside: file)) }

    /// Finds this version's own modules, and what it never required elsewhere.
    func finder(_ other: @escaping ModuleFinder) -> ModuleFinder {
        { [modules] name in modules.first { $0.name == "\(name).lua" }.map { .success($0) } ?? other(name) }
    }
}

/// Finds modules beside a script and remembers what was asked for, so that a module that is missing can be waited for.
final class ModuleSearch: Sendable {
    private let find: ModuleFinder
    private let folder: URL
    /// Path of each module asked for, and the hash of what was found there.
    private let asked = Mutex<[String: String?]>([:])

    init(beside file: ScriptFile) {
        find = ScriptLibrary.modules(beside: file)
        folder = URL(fileURLWithPath: file.path).deletingLastPathComponent()
    }

    /// The finder to hand to a script.
    var finder: ModuleFinder {
        { [self] name in
            let result = find(name)
            let hash: String? = if case .success(let file) = result { file.hash } else { nil }
            let path = folder.appendingPathComponent("\(name).lua").path
            asked.withLock { $0[path] = .some(hash) }
            return result
        }
    }

    /// Paths of all modules asked for, found or not.
    var paths: [String] { asked.withLock { $0.keys.sorted() } }

    /// Hashes of those found.
    var hashes: [String: String] { asked.withLock { $0.compactMapValues(\.self) } }
}

/// Keeps the versions of scripts that took part in a run, by their hashes: `STATE_DIR/scripts`.
///
/// `HASH.lua` holds a text, `HASH.json` names the texts that make a version. Nothing is ever changed there.
struct VersionStore: Sendable {
    private struct Manifest: Codable {
        struct Part: Codable {
            let name: String
            let path: String
            let sha256: String
        }

        let script: Part
        let modules: [Part]
    }

    private let folder: URL

    init(stateDirectory: String) {
        folder = URL(fileURLWithPath: stateDirectory).appendingPathComponent("scripts")
    }

    /// Keeps a version.
    func save(_ version: ScriptVersion) throws {
        let manager = FileManager.default
        try manager.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        for file in [version.file] + version.modules { try write(Data(file.text.utf8), "\(file.hash).lua") }
        func part(_ file: ScriptFile) -> Manifest.Part {
            Manifest.Part(name: file.name, path: file.path, sha256: file.hash)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let manifest = Manifest(script: part(version.file), modules: version.modules.map(part))
        try write(try encoder.encode(manifest), "\(version.hash).json")
    }

    private func write(_ data: Data, _ name: String) throws {
        let url = folder.appendingPathComponent(name)
        guard !FileManager.default.fileExists(atPath: url.path) else { return }
        try data.write(to: url, options: .atomic)
        // A strategy is its owner's business, even where somebody opens the folder to others.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    }

    /// Reads a version.
    ///
    /// - Throws: ``RunFailure`` when it is not there, or not what its hash says.
    func load(_ hash: String) throws(RunFailure) -> ScriptVersion {
        do {
            let manifest = try JSONDecoder().decode(
                Manifest.self,
                from: try Data(contentsOf: folder.appendingPathComponent("\(hash).json"))
            )
            func file(_ part: Manifest.Part) throws -> ScriptFile {
                let data = try Data(contentsOf: folder.appendingPathComponent("\(part.sha256).lua"))
                guard sha256(data) == part.sha256, let text = String(bytes: data, encoding: .utf8) else {
                    throw RunFailure(.script, "\(part.sha256).lua holds something else than its name says")
                }
                return ScriptFile(path: part.path, name: part.name, text: text, hash: part.sha256)
            }
            let version = ScriptVersion(try file(manifest.script), modules: try manifest.modules.map(file))
            guard version.hash == hash else { throw RunFailure(.script, "\(hash).json names other texts") }
            return version
        } catch let failure as RunFailure {
            throw failure
        } catch {
            throw RunFailure(
                .script,
                "the version \(hash.prefix(12)) of a script is not kept in \(folder.path): \(error.localizedDescription)"
            )
        }
    }
}
