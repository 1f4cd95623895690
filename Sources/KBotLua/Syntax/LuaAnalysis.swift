/// What can be said of a script without running it.
///
/// A pass over the syntax tree follows host values through local variables, fields, parameters of callbacks and of local
/// functions, and compares what the script reads, writes, calls and returns with what the rules know. It reports only
/// what is wrong whenever it is reached; where it cannot know, it is silent. A text that does not parse has one finding.
///
/// ## Topics
/// - Analysing: ``init(_:rules:)``, ``diagnostics``
/// - What is known: ``Rules``, ``Script``, ``Callback``, ``HostShape``, ``Literal``
package struct LuaAnalysis: Sendable {
    /// What scripts can use, and what a script must look like.
    package struct Rules: Sendable {
        /// The globals by their names; a library is an object, everything else is mostly ``HostShape/any``.
        package var globals: [String: HostShape]
        /// What to say of a global that does not exist although a script's author may expect it, such as `os`.
        package var advice: [String: String]
        /// The form of the script; nil for a text without one, such as a module for `require`.
        package var script: Script?

        package init(globals: [String: HostShape], advice: [String: String] = [:], script: Script? = nil) {
            self.globals = globals
            self.advice = advice
            self.script = script
        }
    }

    /// The form of a script: one table of facts and callbacks.
    package struct Script: Sendable {
        /// What such a script is called, with its article: `a strategy`.
        package var noun: String
        /// The keys besides the callbacks, and what their literal values must be.
        package var keys: [String: Literal]
        /// The callbacks by their names.
        package var callbacks: [String: Callback]

        package init(noun: String, keys: [String: Literal], callbacks: [String: Callback]) {
            self.noun = noun
            self.keys = keys
            self.callbacks = callbacks
        }
    }

    /// What a callback gets and must answer.
    package struct Callback: Sendable {
        /// The name and the shape of each argument.
        package var parameters: [(name: String, shape: HostShape)]
        /// What each result must be when it is written literally.
        package var results: [Literal]

        package init(_ parameters: [(name: String, shape: HostShape)], results: [Literal] = []) {
            self.parameters = parameters
            self.results = results
        }
    }

    /// The most findings that are told.
    package static let mostDiagnostics = 200
    /// The longest source the sandbox takes, in bytes.
    package static let mostBytes = 512 << 10

    /// The findings in the order of the text.
    package let diagnostics: [LuaDiagnostic]
    /// Steps of work, linear in the length of the text: those of the parser and the visits of the analysis.
    package let steps: Int

    /// Analyses a text; `rules` chooses the rules by what the script's table says, see ``LuaSyntax/tableText(_:)``.
    package init(_ text: String, rules: (LuaSyntax) -> Rules) {
        if let refusal = refusal(of: text) {
            diagnostics = [refusal]
            steps = text.utf8.count
            return
        }
        do throws(LuaSyntaxError) {
            let syntax = try LuaSyntax(text)
            let analyzer = LuaAnalyzer(syntax, rules(syntax))
            diagnostics = analyzer.analyze()
            steps = syntax.steps + analyzer.steps
        } catch {
            diagnostics = [LuaDiagnostic(error, in: text)]
            steps = text.utf8.count
        }
    }

    /// Analyses a text by these rules.
    package init(_ text: String, rules: Rules) {
        self.init(text) { _ in rules }
    }
}

/// What the sandbox says of a text before it is compiled.
private func refusal(of text: String) -> LuaDiagnostic? {
    let bytes = Array(text.utf8)
    func refuse(_ message: String, line: Int = 1, column: Int = 1) -> LuaDiagnostic {
        LuaDiagnostic(line: line, column: column, code: .refusedSource, message: message)
    }
    guard bytes.count <= LuaAnalysis.mostBytes else {
        return refuse("the source is longer than \(LuaAnalysis.mostBytes) bytes")
    }
    guard bytes.first != 0x1B else { return refuse("bytecode is refused, scripts are text") }
    let word = Array("_ENV".utf8)
    var line = 1
    var lineStart = 0
    for (index, byte) in bytes.enumerated() {
        if byte == .lineFeed {
            line += 1
            lineStart = index + 1
        }
        guard byte == word[0], bytes[index...].starts(with: word) else { continue }
        let end = index + word.count
        let follows = index > 0 && bytes[index - 1].isNameByte
        let goesOn = end < bytes.count && bytes[end].isNameByte
        guard !follows, !goesOn else { continue }
        let column = bytes[lineStart..<index].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return refuse("the name '_ENV' is reserved, also in comments and texts", line: line, column: column)
    }
    return nil
}

extension UInt8 {
    /// Whether a name may go on with this byte.
    var isNameByte: Bool { isLetter || isDigit }
}

extension LuaDiagnostic {
    /// A syntax error of a text; the words are Lua's.
    init(_ error: LuaSyntaxError, in text: String) {
        var lexer = LuaLexer(text)
        while lexer.position < error.offset {
            if lexer.current?.isLineEnd == true { lexer.skipLineEnd() } else { lexer.advance() }
        }
        let place = LuaLineTable(bytes: lexer.bytes, starts: lexer.lineStarts).place(of: error.offset)
        self.init(
            line: place.line,
            column: place.column,
            code: .syntax,
            message: error.isTooDeep ? "nested too deeply: Lua follows about 200 levels" : error.message
        )
    }
}
