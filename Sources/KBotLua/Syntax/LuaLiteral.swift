extension LuaAnalysis {
    /// What a value must be when the script writes it literally; other expressions are not judged.
    ///
    /// A structure, not an enumeration: a recursive one keeps its case in spare bits of a pointer, where a leak checker
    /// does not find what rules in a global constant hold.
    package struct Literal: Sendable {
        enum Kind: Sendable {
            case any, words, record, map, variant
        }

        let kind: Kind
        /// What such a value is called, with its article.
        var noun = ""
        /// The texts of `words`.
        var words: [String] = []
        /// Whether `words` may be nil.
        var orNil = false
        /// The fields of a record, or the kinds of a variant.
        var parts: [String: Literal] = [:]
        /// The rule for the values of a map: one element.
        var element: [Literal] = []
        /// What tells the kind of a variant.
        var tag = LuaTag.first

        private init(_ kind: Kind) { self.kind = kind }

        /// Any value.
        package static let any = Literal(.any)

        /// One of some texts, or `nil` where that is allowed; the noun says what they are, as in `a verdict`.
        package static func words(_ words: [String], noun: String, orNil: Bool) -> Literal {
            var literal = Literal(.words)
            literal.words = words
            literal.noun = noun
            literal.orNil = orNil
            return literal
        }

        /// A table with these keys at most, or `nil`; the noun says what it is, as in `a signal`.
        package static func record(_ fields: [String: Literal], noun: String) -> Literal {
            var literal = Literal(.record)
            literal.parts = fields
            literal.noun = noun
            return literal
        }

        /// A table of any names; the rule is that of each value.
        package static func map(_ element: Literal) -> Literal {
            var literal = Literal(.map)
            literal.element = [element]
            return literal
        }

        /// A table of one of several kinds, which its tag tells; the noun says what the tag names.
        package static func variant(_ tag: LuaTag, _ kinds: [String: Literal], noun: String) -> Literal {
            var literal = Literal(.variant)
            literal.tag = tag
            literal.parts = kinds
            literal.noun = noun
            return literal
        }
    }
}
