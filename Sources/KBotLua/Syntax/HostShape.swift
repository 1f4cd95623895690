/// What is known of a value the host gives to scripts, without running anything.
package enum HostShape: Sendable, Equatable {
    /// Nothing is known, and nothing below it is checked; also a table of the script's own.
    case any
    case number
    case boolean
    /// A text: its methods are the fields of the global `string`.
    case text
    /// A function, and what its first result is.
    indirect case function(result: HostShape)
    /// A table with the keys 1…n.
    indirect case array(of: HostShape)
    /// A table or host object with known fields.
    case object(HostObject)
    /// An object whose fields the script itself declares elsewhere.
    case declared(HostDeclaration)
    /// A value that is an error to read here; the text says why, as in `no market is at hand`.
    case unavailable(because: String)

    /// A library: an object of functions and values whose results are not known.
    package static func library(_ name: String, _ fields: [String]) -> HostShape {
        .object(HostObject(name, Dictionary(uniqueKeysWithValues: fields.map { ($0, .any) })))
    }

    /// What the value is, in words; nil when nothing is known.
    var noun: String? {
        switch self {
        case .any, .declared, .unavailable: nil
        case .number: "a number"
        case .boolean: "a boolean"
        case .text: "a text"
        case .function: "a function"
        case .array: "a list"
        case .object: "a table"
        }
    }
}

/// The fields of a host value. Two of them are equal only when they are one and the same.
package final class HostObject: Sendable, Equatable {
    /// Its name in messages, such as `ctx.market`.
    package let name: String
    /// Its fields by their names.
    package let fields: [String: HostShape]
    /// Whether scripts may set fields; what they set is not known here, so unknown fields are then allowed.
    package let isWritable: Bool
    /// Whether its functions are called with a colon, as in `bench:at(60)`, and not with a dot.
    package let takesColon: Bool

    package init(
        _ name: String,
        _ fields: [String: HostShape],
        isWritable: Bool = false,
        takesColon: Bool = false
    ) {
        self.name = name
        self.fields = fields
        self.isWritable = isWritable
        self.takesColon = takesColon
    }

    package static func == (left: HostObject, right: HostObject) -> Bool { left === right }
}

/// An object whose fields are the keys of a table the script writes down, as `ctx.params` has those of `params`.
///
/// When the script does not write that table literally, the fields are not known and nothing is checked.
package struct HostDeclaration: Sendable, Equatable {
    /// Where the script writes the table.
    package enum Origin: Sendable, Hashable {
        /// Under a key of the script's table.
        case key(String)
        /// Under a key of the table that a callback returns.
        case result(of: String, key: String)
    }

    /// The object's name in messages, such as `ctx.params`; no two declarations share one.
    package let name: String
    /// Where its fields are declared.
    package let origin: Origin
    /// What in a field's entry tells its shape.
    package let tag: LuaTag
    /// The shapes by the text of the tag; for others nothing is known.
    package let shapes: [String: HostShape]

    package init(_ name: String, _ origin: Origin, by tag: LuaTag, _ shapes: [String: HostShape]) {
        self.name = name
        self.origin = origin
        self.tag = tag
        self.shapes = shapes
    }
}

/// The part of a table constructor that tells what kind of thing the table describes.
package enum LuaTag: Sendable, Hashable {
    /// `{ "sma", … }`: the first text without a key.
    case first
    /// `{ type = "integer", … }`: the text of a field.
    case field(String)
}
