import Foundation

/// The variables of an environment file.
///
/// A line is `NAME=value` (with or without `export` in front), a comment after `#`, or empty. A value may stand in double
/// quotation marks (with `\"`, `\\`, `\n` and `\t`) or in single ones (taken as it is); without them, what follows ` #` is
/// a comment. Names are never looked up in the shell, nothing is substituted, and no text of a faulty line is
/// ever repeated, because it may be a secret.
struct EnvFile: Sendable {
    /// A value with its line.
    struct Entry: Hashable, Sendable {
        /// The value, unquoted.
        var value: String
        /// The line, from 1.
        var line: Int
    }

    /// The file as messages name it.
    let name: String
    /// The last value of each name.
    private(set) var entries: [String: Entry] = [:]
    /// What is wrong in the file, by line.
    private(set) var problems: [ConfigurationProblem] = []
    /// What is odd in the file.
    private(set) var warnings: [String] = []

    /// The largest file that is read, in bytes.
    static let largest = 1_048_576

    /// Reads the text of a file.
    init(name: String, text: String) {
        self.name = name
        var insideKey: Int?
        let unmarked = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : Substring(text)
        for (index, raw) in unmarked.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = index + 1
            if insideKey != nil {
                if raw.contains("-----END ") { insideKey = nil }
                continue
            }
            if raw.contains("-----BEGIN "), raw.contains("PRIVATE KEY-----") {
                report(
                    line,
                    "a private key does not belong here: keep it in a file and name that in KALSHI_PRIVATE_KEY_PATH"
                )
                insideKey = raw.contains("-----END ") ? nil : line
                continue
            }
            read(raw.trimmed, line: line)
        }
    }

    /// Reads a file.
    ///
    /// - Returns: nil when the file is missing and need not be there.
    init?(path: String, isRequired: Bool) {
        var isFolder: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard exists || isRequired else { return nil }
        func failed(_ message: String) -> EnvFile {
            var file = EnvFile(name: path, text: "")
            file.problems = [ConfigurationProblem(place: path, message: message)]
            return file
        }
        guard exists else {
            self = failed("no such file; check --env-file")
            return
        }
        guard !isFolder.boolValue else {
            self = failed("is a folder, not an environment file")
            return
        }
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: Self.largest + 1) ?? Data()
        else {
            self = failed("cannot be read; check its permissions")
            return
        }
        guard data.count <= Self.largest else {
            self = failed("is larger than 1 MiB; this is no environment file")
            return
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            self = failed("is not UTF-8 text")
            return
        }
        self.init(name: path, text: text)
    }

    private mutating func report(_ line: Int, _ message: String) {
        problems.append(ConfigurationProblem(place: "\(name):\(line)", message: message))
    }

    private mutating func read(_ line: Substring, line number: Int) {
        guard let first = line.first, first != "#" else { return }
        var rest = line
        if rest.hasPrefix("export "), !rest.dropFirst(7).trimmed.hasPrefix("=") { rest = rest.dropFirst(7).trimmed }
        guard let equals = rest.firstIndex(of: "=") else {
            return report(number, "no “=” here; write NAME=value, or # in front of a comment")
        }
        let key = rest[..<equals].trimmed
        guard Self.isName(key) else {
            return report(
                number,
                "no name before “=”; a name is made of letters, digits and _, and starts with no digit"
            )
        }
        switch Self.value(rest[rest.index(after: equals)...].trimmed) {
        case .failure(let fault): report(number, "\(key): \(fault.message)")
        case .success(let value):
            let name = String(key)
            if let earlier = entries[name] {
                warnings.append(
                    "\(self.name): \(name) stands on lines \(earlier.line) and \(number); line \(number) counts"
                )
            }
            entries[name] = Entry(value: value, line: number)
        }
    }

    private struct Fault: Error {
        let message: String
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
        }
    }

    /// Takes quotation marks and comments away from what stands behind the equals sign.
    private static func value(_ text: Substring) -> Result<String, Fault> {
        guard let quote = text.first, quote == "\"" || quote == "'" else {
            if text.hasPrefix("#") { return .success("") }
            let comment = text.firstRange(of: " #") ?? text.firstRange(of: "\t#")
            return .success(String(text[..<(comment?.lowerBound ?? text.endIndex)].trimmed))
        }
        var value = ""
        var index = text.index(after: text.startIndex)
        while index < text.endIndex {
            let character = text[index]
            index = text.index(after: index)
            if character == quote {
                let tail = text[index...].trimmed
                guard tail.isEmpty || tail.hasPrefix("#") else {
                    return .failure(Fault(message: "text after the closing quotation mark"))
                }
                return .success(value)
            }
            guard quote == "\"", character == "\\" else {
                value.append(character)
                continue
            }
            guard index < text.endIndex else { break }
            switch text[index] {
            case "n": value.append("\n")
            case "t": value.append("\t")
            case "\"", "\\": value.append(text[index])
            default: return .failure(Fault(message: #"an unknown escape; \" \\ \n and \t are known"#))
            }
            index = text.index(after: index)
        }
        return .failure(Fault(message: "the quotation mark is not closed on this line"))
    }
}

extension Substring {
    /// The text without spaces and tabs around it.
    var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
