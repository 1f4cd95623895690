import Foundation
import KBotModel
import Testing

@testable import KBotEngine
@testable import KBotJournal

/// A state directory that goes away with its test, and what runs in it are made of.
final class JournalStage {
    let directory: String
    static let start = Timestamp(seconds: 1_777_314_600)

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        directory = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The state directory, which a journal makes.
    var state: String { directory + "/state" }

    func open(
        _ access: JournalAccess = .readWrite,
        sync: JournalSync = .normal,
        faults: JournalFaults? = nil
    ) throws -> Journal {
        try Journal(stateDirectory: state, access: access, sync: sync, faults: faults)
    }

    static func facts(
        _ name: String,
        _ account: JournalAccount? = nil,
        at time: Timestamp = start,
        recordsInputs: Bool = false,
        resumedFrom: Int64? = nil,
        markets: [Market] = []
    ) -> RunFacts {
        RunFacts(
            name: RunID(name),
            kind: account == nil ? .sim : .paper,
            account: account,
            version: "0.1.0",
            seed: .max,
            started: time,
            plan: Data(#"{"mode":"paper"}"#.utf8),
            configuration: Data(#"{"RISK_PER_TRADE":"2%"}"#.utf8),
            scripts: [Self.script()],
            inputs: Data(#"{"seed":"1"}"#.utf8),
            recordsInputs: recordsInputs,
            resumedFrom: resumedFrom,
            markets: markets
        )
    }

    static func script(_ generation: Int = 1, text: String = "return {}") -> ScriptRecord {
        ScriptRecord(
            name: "fade",
            kind: .strategy,
            hash: "version\(generation)",
            generation: generation,
            files: [
                ScriptRecord.File(name: "fade", path: "/s/fade.lua", hash: "main\(generation)", text: text),
                ScriptRecord.File(name: "util", path: "/s/util.lua", hash: "util", text: "return 1"),
            ]
        )
    }

    static func checkpoint(_ events: Int, engine: String = "{}") -> Checkpoint {
        Checkpoint(
            afterEvents: events,
            time: start + .seconds(Int64(events)),
            engine: Data(engine.utf8),
            venue: Data("{}".utf8)
        )
    }

    static func paperAccount(_ journal: Journal) throws -> JournalAccount {
        try journal.account(named: "main", kind: .paper, identity: "abc", now: start)
    }
}

/// Lines by which a test recognises effects.
struct CountingFormatter: EffectFormatter {
    private var count = 0

    mutating func append(_ effect: Effect, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"n\":\(count)}\n".utf8)
        count += 1
    }
}

extension Journal {
    /// Begins a run whose lines are counted.
    func begin(_ facts: RunFacts, keptLimit: Int = JournalLimits.keptBytes) throws -> RunJournal {
        try begin(facts, keptLimit: keptLimit) { CountingFormatter() }
    }
}

extension RunJournal {
    /// Hands over notes.
    func tell(_ notes: Note..., inputs: [Event] = [], firstEvent: Int = 0) { tell(notes, inputs, firstEvent) }

    func tell(_ notes: [Note], _ inputs: [Event] = [], _ firstEvent: Int = 0) {
        var batch = JournalBatch(firstEvent: firstEvent)
        batch.effects = notes.map { .note($0) }
        batch.inputs = inputs
        append(&batch)
    }

    func end() throws { try finish(ending: "done", report: nil, at: JournalStage.start + .hours(1)) }
}

/// Notes and orders of one market.
enum Told {
    static let ticker: Ticker = "KXBTC15M-26APR271445-45"

    static func market(_ number: Int32 = 0, _ ticker: Ticker = ticker) -> Note {
        let market = Market(
            id: MarketID(number),
            ticker: ticker,
            series: "KXBTC15M",
            openTime: JournalStage.start,
            closeTime: JournalStage.start + .minutes(15),
            strike: SpotPrice(units: 950_000_000)
        )
        return Note(time: JournalStage.start, market: MarketID(number), .market(market))
    }

    static func newOrder(_ id: ClientOrderID, _ side: BookSide = .bid, count: Int64 = 500) -> NewOrder {
        NewOrder(
            id: id,
            market: MarketID(0),
            side: side,
            price: Price(units: 4_700),
            count: Quantity(units: count),
            timeInForce: .goodTillCancelled(expires: JournalStage.start + .minutes(5))
        )
    }

    static func intent(_ id: ClientOrderID) -> Intent {
        Intent(
            order: newOrder(id),
            ticker: ticker,
            role: .entry,
            strategy: "fade",
            time: JournalStage.start,
            detail: #"{"entry":"0.4700"}"#
        )
    }

    static func fill(_ id: ClientOrderID, _ trade: Int64, _ count: Int64, _ side: BookSide = .bid) -> Fill {
        Fill(
            trade: trade,
            order: id,
            market: MarketID(0),
            side: side,
            price: Price(units: 4_700),
            count: Quantity(units: count),
            liquidity: .maker,
            fee: Money(units: 12_345)
        )
    }

    /// An order that is sent, rests and fills whole in two parts.
    static func order(_ id: ClientOrderID, _ side: BookSide = .bid, trades first: Int64 = 1) -> [Note] {
        var order = Order(newOrder(id, side))
        var notes = [note(.order(OrderUpdate(order, role: .entry, why: nil)))]
        _ = order.apply(.accept)
        notes.append(note(.order(OrderUpdate(order, role: .entry, why: nil))))
        for (index, count) in [200, 300].enumerated() {
            let fill = fill(id, first + Int64(index), Int64(count), side)
            _ = order.apply(fill)
            notes.append(note(.fill(fill, .entry)))
            notes.append(note(.order(OrderUpdate(order, role: .entry, why: nil))))
        }
        return notes
    }

    static func note(_ kind: Note.Kind, _ seconds: Int64 = 1) -> Note {
        Note(time: JournalStage.start + .seconds(seconds), market: MarketID(0), kind)
    }

    static func candle(_ number: Int64) -> Note {
        note(
            .candle(
                Candle(
                    flatAt: Price(units: 5_000),
                    start: JournalStage.start + .seconds(number * 5),
                    interval: .seconds(5)
                )
            ),
            number * 5
        )
    }

    static func closed(exit: Int64 = 2_500_000) -> ClosedTrade {
        ClosedTrade(
            strategy: "fade",
            market: ticker,
            direction: .long,
            count: Quantity(units: 500),
            entryValue: Money(units: 2_350_000),
            exitValue: Money(units: exit),
            fees: Money(units: 24_690),
            opened: JournalStage.start,
            closed: JournalStage.start + .minutes(1),
            exit: .settlement,
            plan: TradePlan(entry: Price(units: 4_700), stop: Price(units: 4_000), target: Price(units: 6_500))
        )
    }
}
