import KBotLua

/// What is told of a script's errors: each in full once, with its source line; then only how often it came.
struct ScriptErrors {
    private let file: ScriptFile
    private var counts: [String: Int] = [:]
    /// Different errors that are told apart; a script that makes a new text each time is told of no more.
    private static let most = 100

    init(_ file: ScriptFile) { self.file = file }

    /// The text to tell; nil for an error that was told before. Every tenth, hundredth, … repetition is told as a count.
    mutating func text(of error: LuaError, during call: String) -> String? {
        let place = error.script == nil ? "\(file.name): " : ""
        let key = Border.text("\(place)\(error)")
        guard counts.count < Self.most || counts[key] != nil else { return nil }
        let count = (counts[key] ?? 0) + 1
        counts[key] = count
        if count == 1 { return "\(key) (\(call))\(sourceLine(of: error))" }
        return isPowerOfTen(count) ? "\(key) (\(count) times so far, last \(call))" : nil
    }

    /// The error with its source line under it.
    func withSourceLine(_ error: LuaError) -> String { "\(Border.text("\(error)"))\(sourceLine(of: error))" }

    /// How often each error came that came more than once.
    var repeated: [String] {
        counts.filter { $0.value > 1 }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { "\($0.key) (\($0.value) times in all)" }
    }

    private func sourceLine(of error: LuaError) -> String {
        guard error.script == file.name, let line = error.line else { return "" }
        return file.sourceLine(line)
    }

    private func isPowerOfTen(_ count: Int) -> Bool {
        var count = count
        while count % 10 == 0 { count /= 10 }
        return count == 1
    }
}
