/// How often one risk rule said what.
public struct RuleTally: Hashable, Sendable {
    /// What a rule says of an order, with its code.
    public enum Answer: Hashable, Sendable {
        /// Send it.
        case allow
        /// Send it with fewer contracts.
        case reduce(code: String)
        /// Do not send it.
        case deny(code: String)
        /// Do not send it, and open nothing for a while.
        case halt(code: String)
    }

    /// Answers counted.
    public struct Counts: Hashable, Sendable {
        /// Orders allowed as they were.
        public private(set) var allowed = 0
        /// Orders made smaller, by code.
        public private(set) var reduced: [String: Int] = [:]
        /// Orders denied, by code.
        public private(set) var denied: [String: Int] = [:]
        /// Orders denied together with all that follow for a while, by code.
        public private(set) var halted: [String: Int] = [:]

        /// Answers that were not ``RuleTally/Answer/allow``.
        var objections: Int { [reduced, denied, halted].reduce(0) { $0 + $1.values.reduce(0, +) } }

        /// Times the rule was asked.
        var asked: Int { allowed + objections }

        /// Every code given, the most frequent first, equals by name.
        var codes: [String] {
            let sums = reduced.merging(denied, uniquingKeysWith: +).merging(halted, uniquingKeysWith: +)
            return Funnel.sorted(sums).map(\.reason)
        }

        init(
            allowed: Int = 0,
            reduced: [String: Int] = [:],
            denied: [String: Int] = [:],
            halted: [String: Int] = [:]
        ) {
            self.allowed = allowed
            self.reduced = reduced
            self.denied = denied
            self.halted = halted
        }

        fileprivate mutating func count(_ answer: Answer) {
            switch answer {
            case .allow: allowed += 1
            case .reduce(let code): reduced[code, default: 0] += 1
            case .deny(let code): denied[code, default: 0] += 1
            case .halt(let code): halted[code, default: 0] += 1
            }
        }
    }

    /// Name of the rule.
    public let name: String
    /// Answers on entries, which are followed.
    public private(set) var entries = Counts()
    /// Answers on orders that make a position smaller: a rule hears of them and cannot stop them.
    public private(set) var reducing = Counts()

    /// Makes an empty tally.
    public init(name: String) { self.name = name }

    /// Makes a tally from counts.
    init(name: String, entries: Counts, reducing: Counts) {
        self.name = name
        self.entries = entries
        self.reducing = reducing
    }

    /// Counts an answer on an entry, or on an order that reduces a position.
    public mutating func count(_ answer: Answer, reducing isReducing: Bool) {
        if isReducing { reducing.count(answer) } else { entries.count(answer) }
    }
}

extension RuleTally {
    /// Writes the rule as an object; its counts go by code.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("rule", name)
        entries.write(to: &writer, as: "entries")
        reducing.write(to: &writer, as: "reducing")
        writer.endObject()
    }
}

extension RuleTally.Counts {
    fileprivate func write(to writer: inout JSONWriter, as name: String) {
        writer.object(name) { writer in
            writer.field("allowed", allowed)
            for (answer, counts) in [("reduced", reduced), ("denied", denied), ("halted", halted)] {
                Funnel.write(counts, to: &writer, as: answer)
            }
        }
    }
}
