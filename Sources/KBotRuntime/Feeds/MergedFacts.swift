import KBotData
import KBotKalshi
import KBotModel

/// What several files tell of markets, put together as in the catalogue: later files add to earlier ones, and the venue's
/// own result counts before one that somebody inferred; of two of the same kind the later counts.
struct MergedFacts {
    /// What is known of each market, in the order in which they were told.
    private(set) var facts: [MarketFacts] = []
    /// Markets of which contrary outcomes are told.
    private var contrary: [ContraryOutcome] = []

    /// Puts files together in the order given.
    init(_ files: [(name: String, facts: [MarketFacts])]) {
        var records: [MarketRecord] = []
        var places: [Ticker: Int] = [:]
        var told: [[ContraryOutcome.Telling]] = []
        for file in files {
            for one in file.facts {
                let place = places[one.ticker] ?? records.count
                if place == records.count {
                    places[one.ticker] = place
                    records.append(MarketRecord(ticker: one.ticker))
                    told.append([])
                }
                records[place].add(one.record)
                if let settlement = one.settlement {
                    told[place].append(.init(settlement: settlement, file: file.name))
                }
            }
        }
        facts = records.map(MarketFacts.init)
        for (record, told) in zip(records, told) {
            guard let counts = record.settlement else { continue }
            let outcome = ContraryOutcome(ticker: record.ticker, told: told, counts: counts)
            if outcome.isContrary { contrary.append(outcome) }
        }
    }

    /// What the reader of the report should know of contrary outcomes; nil when there are none.
    var warning: String? { contrary.warning }
}

extension [ContraryOutcome] {
    /// How many there are, and what counts in the first of them; nil when there are none.
    var warning: String? {
        guard let first else { return nil }
        return "contrary outcomes of \(counted(count, "market")), such as \(first.ticker): \(first.text)"
    }
}

extension ContraryOutcome {
    /// What which file tells, and what counts.
    var text: String {
        var names: [String] = []
        for one in told {
            let name = "\(Self.word(one.settlement)) in \(one.file)\(one.settlement.isInferred ? " (inferred)" : "")"
            if !names.contains(name) { names.append(name) }
        }
        return "\(names.joined(separator: ", ")); \(Self.word(counts)) counts"
    }

    private static func word(_ settlement: Settlement) -> String {
        switch settlement.value {
        case .one: "yes"
        case .zero: "no"
        default: "\(settlement.value)"
        }
    }
}

extension MarketFacts {
    /// What the catalogue knows of a market.
    init(_ record: MarketRecord) {
        self.init(ticker: record.ticker)
        openTime = record.opens
        closeTime = record.closes
        strike = record.strike
        settlement = record.settlement
    }

    /// The same for the catalogue.
    var record: MarketRecord {
        var record = MarketRecord(ticker: ticker)
        record.opens = openTime
        record.closes = closeTime
        record.strike = strike
        record.settlement = settlement
        return record
    }
}
