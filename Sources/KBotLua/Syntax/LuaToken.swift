/// What a token is; the raw value is the way Lua's own messages spell it.
enum LuaTokenKind: String {
    // Reserved words.
    case and, `break`, `do`, `else`, elseif, end, `false`, `for`, function, goto, `if`, `in`, local, `nil`, not, or
    case `repeat`, `return`, then, `true`, until, `while`

    // Operators and punctuation.
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case floorDivide = "//"
    case percent = "%"
    case caret = "^"
    case hash = "#"
    case ampersand = "&"
    case tilde = "~"
    case pipe = "|"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case equal = "=="
    case notEqual = "~="
    case lessEqual = "<="
    case greaterEqual = ">="
    case less = "<"
    case greater = ">"
    case assign = "="
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBrace = "{"
    case rightBrace = "}"
    case leftBracket = "["
    case rightBracket = "]"
    case doubleColon = "::"
    case semicolon = ";"
    case colon = ":"
    case comma = ","
    case dot = "."
    case concat = ".."
    case dots = "..."

    // Tokens with a text of their own, and the end.
    case float = "<number>"
    case integer = "<integer>"
    case name = "<name>"
    case string = "<string>"
    case endOfFile = "<eof>"
    /// A byte that begins no token of Lua.
    case unknown = "<unknown>"

    /// Reserved words by their text.
    static let reserved: [String: LuaTokenKind] = {
        let words: [LuaTokenKind] = [
            .and, .break, .do, .else, .elseif, .end, .false, .for, .function, .goto, .if, .in, .local, .nil, .not, .or,
            .repeat, .return, .then, .true, .until, .while,
        ]
        return Dictionary(uniqueKeysWithValues: words.map { ($0.rawValue, $0) })
    }()

    /// Tokens of a single byte that begin no longer one.
    static let single: [UInt8: LuaTokenKind] = {
        let kinds: [LuaTokenKind] = [
            .plus, .star, .percent, .caret, .hash, .ampersand, .pipe, .leftParenthesis, .rightParenthesis, .leftBrace,
            .rightBrace, .rightBracket, .semicolon, .comma,
        ]
        return Dictionary(
            uniqueKeysWithValues: kinds.compactMap { kind in kind.rawValue.utf8.first.map { ($0, kind) } }
        )
    }()

    /// The kind as messages show it: `'end'`, `<eof>`.
    var quoted: String {
        switch self {
        case .float, .integer, .name, .string, .endOfFile, .unknown: rawValue
        default: "'\(rawValue)'"
        }
    }
}

/// One word of a Lua text.
struct LuaToken {
    /// What it is.
    var kind: LuaTokenKind
    /// The byte it starts at.
    var start: Int
    /// The text of a name, the content of a string.
    var text = ""
    /// The value of an integer; for an unknown token its byte.
    var integer: Int64 = 0
    /// The value of a float.
    var number = 0.0
}

/// Why a text is no Lua.
package struct LuaSyntaxError: Error, Sendable, Hashable {
    /// The words of Lua 5.4 itself, such as `'end' expected (to close 'if' at line 3) near <eof>`.
    package var message: String
    /// The line in Lua's message, from 1: where its compiler stood when it noticed.
    package var line: Int
    /// The byte, from 0, at which the token begins that is to blame.
    package var offset: Int
    /// Whether the text is nested more deeply than Lua's compiler follows; Lua then names no line.
    package var isTooDeep = false
}
