import KBotModel

/// Why a report cannot be read back.
public struct ReportReadError: Error, Hashable, CustomStringConvertible {
    /// JSON Pointer to what is wrong; empty for the whole document.
    public let pointer: String
    /// What is wrong.
    public let problem: String

    /// One line.
    public var description: String { pointer.isEmpty ? problem : "\(pointer): \(problem)" }
}

/// An object of a document, with the way to it, so that an error can say where it is.
///
/// What is asked for without `optional` must be there. Numbers beyond a billion dollars, or the like, are refused: no
/// run has them, and sums of them would not fit.
struct JSONFields {
    let tree: JSONTree
    let pointer: String

    init(_ tree: JSONTree, at pointer: String = "") {
        self.tree = tree
        self.pointer = pointer
    }

    func has(_ name: String) -> Bool { tree[name].map { $0 != .null } ?? false }

    func text(_ name: String) throws(ReportReadError) -> String {
        guard case .string(let text) = tree[name] else { throw problem(name, "a text is missing") }
        return text
    }

    func optionalText(_ name: String) throws(ReportReadError) -> String? { has(name) ? try text(name) : nil }

    func decimal<Value: FixedPoint>(_ name: String) throws(ReportReadError) -> Value {
        guard let value: Value = tree[name]?.decimal(), Int64(value.units).magnitude <= 1 << 50 else {
            throw problem(name, "a number is missing")
        }
        return value
    }

    func optionalDecimal<Value: FixedPoint>(_ name: String) throws(ReportReadError) -> Value? {
        has(name) ? try decimal(name) : nil
    }

    func price(_ name: String) throws(ReportReadError) -> Price {
        let price: Price = try decimal(name)
        guard (0...10_000).contains(price.units) else { throw problem(name, "no price between 0 and 1 dollar") }
        return price
    }

    func int(_ name: String) throws(ReportReadError) -> Int {
        guard let value = tree[name]?.int, value.magnitude <= 1 << 50 else {
            throw problem(name, "a whole number is missing")
        }
        return value
    }

    func optionalInt(_ name: String) throws(ReportReadError) -> Int? { has(name) ? try int(name) : nil }

    func time(_ name: String) throws(ReportReadError) -> Timestamp {
        guard let time = tree[name]?.time else { throw problem(name, "a time is missing") }
        return time
    }

    func span(_ name: String) throws(ReportReadError) -> TimeSpan {
        // A market of bars without an end lives for thousands of years, more than any other number may be.
        guard let seconds: Ratio = tree[name]?.decimal(), seconds.units.magnitude <= 1 << 60 else {
            throw problem(name, "a number is missing")
        }
        return TimeSpan(microseconds: seconds.units)
    }

    func optionalSpan(_ name: String) throws(ReportReadError) -> TimeSpan? { has(name) ? try span(name) : nil }

    /// One of the words of an enumeration.
    func word<Word: RawRepresentable<String>>(_ name: String) throws(ReportReadError) -> Word {
        let text = try text(name)
        guard let word = Word(rawValue: text) else { throw problem(name, "'\(text)' is not known") }
        return word
    }

    /// An object; one that is missing is empty.
    func object(_ name: String) -> JSONFields {
        JSONFields(tree[name] ?? .object([]), at: "\(pointer)/\(name.pointerPart)")
    }

    /// The elements of an array; none when it is missing.
    func list(_ name: String) -> [JSONFields] {
        let elements = tree[name]?.elements ?? []
        return elements.enumerated().map { JSONFields($1, at: "\(pointer)/\(name.pointerPart)/\($0)") }
    }

    /// The texts of an array; none when it is missing.
    func texts(_ name: String) throws(ReportReadError) -> [String] {
        var texts: [String] = []
        for element in list(name) {
            guard case .string(let text) = element.tree else { throw element.problem("a text is missing") }
            texts.append(text)
        }
        return texts
    }

    /// Whole numbers by name; none when the object is missing.
    func counts(_ name: String) throws(ReportReadError) -> [String: Int] {
        let object = object(name)
        var counts: [String: Int] = [:]
        for member in object.tree.members { counts[member.name] = try object.int(member.name) }
        return counts
    }

    /// Texts by name, in order; none when the object is missing.
    func facts(_ name: String) throws(ReportReadError) -> [Fact] {
        let object = object(name)
        var facts: [Fact] = []
        for member in object.tree.members { facts.append(Fact(member.name, try object.text(member.name))) }
        return facts
    }

    func problem(_ text: String) -> ReportReadError { ReportReadError(pointer: pointer, problem: text) }

    private func problem(_ name: String, _ text: String) -> ReportReadError {
        ReportReadError(pointer: "\(pointer)/\(name.pointerPart)", problem: text)
    }
}
