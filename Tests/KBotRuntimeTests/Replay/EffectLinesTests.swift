import Foundation
import KBotModel
import Testing

@testable import KBotEngine
@testable import KBotRuntime

/// The lines of effects that the event stream leaves out, to the letter; those it has are in `EventStreamTests`.
@Suite struct EffectLinesTests {
    private let open = Timestamp(seconds: 1_777_314_600)
    private let market = Market(
        id: MarketID(1),
        ticker: "KXBTC15M-26APR271445-45",
        series: "KXBTC15M",
        openTime: Timestamp(seconds: 1_777_314_600),
        closeTime: Timestamp(seconds: 1_777_315_500)
    )

    private func order(_ life: NewOrder.TimeInForce, reduceOnly: Bool = false) -> NewOrder {
        NewOrder(
            id: ClientOrderID(epoch: 2, number: 7),
            market: market.id,
            side: .ask,
            price: Price(cents: 44),
            count: Quantity(contracts: 10),
            timeInForce: life,
            reduceOnly: reduceOnly
        )
    }

    private func line(_ effect: Effect) -> String {
        var lines = EffectLines()
        lines.know(market)
        var bytes = Array("before".utf8)
        lines.append(effect, to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("before") && text.hasSuffix("}\n"))
        return String(text.dropFirst(6).dropLast())
    }

    private func line(_ request: OrderRequest) -> String {
        var lines = EffectLines()
        lines.know(market)
        lines.write(request)
        return String(decoding: lines.bytes, as: UTF8.self)
    }

    @Test func `a new order is told with all its fields`() throws {
        let head =
            #"{"type":"send","request":"place","market":"KXBTC15M-26APR271445-45","id":"o2.7","side":"ask","#
            + #""price":"0.4400","count":"10.00","time_in_force":"#
        let sent = try #require(
            ReducingGate.approve(
                order(.immediateOrCancel, reduceOnly: true),
                market: market,
                position: Quantity(contracts: 10),
                open: .zero
            )
        )
        #expect(line(.send(sent)) == head + #""immediate_or_cancel","reduce_only":true}"#)
        let good = #""good_till_cancelled""#
        #expect(line(.place(order(.goodTillCancelled(expires: nil)))) == head + good + #","reduce_only":false}"# + "\n")
        let expires = #","expires":"2026-04-27T18:30:00.000000Z","reduce_only":false}"#
        #expect(line(.place(order(.goodTillCancelled(expires: open)))) == head + good + expires + "\n")
        #expect(line(.place(order(.fillOrKill))) == head + #""fill_or_kill","reduce_only":false}"# + "\n")
    }

    @Test func `cancels, changes and look-ups name their order`() {
        let id = ClientOrderID(7)
        #expect(line(.send(ReducingGate.cancel(id))) == #"{"type":"send","request":"cancel","id":"o7"}"#)
        #expect(
            line(.amend(id, price: Price(cents: 45), total: Quantity(contracts: 3)))
                == #"{"type":"send","request":"amend","id":"o7","price":"0.4500","total":"3.00"}"# + "\n"
        )
        #expect(line(.lookUp(id)) == #"{"type":"look_up","id":"o7"}"#)
    }

    @Test func `equity is told with the market whose candle closed`() {
        let note = Note(time: open, market: market.id, .equity(Money(dollars: 1_000)))
        let head = #"{"type":"equity","ts":"2026-04-27T18:30:00.000000Z","#
        #expect(line(.note(note)) == head + #""market":"KXBTC15M-26APR271445-45","equity":"1000.000000"}"#)
        let whole = Note(time: open, market: nil, .equity(Money(units: -1)))
        #expect(line(.note(whole)) == head + #""equity":"-0.000001"}"#)
    }

    @Test func `a market is named once it was told, and by nothing before`() {
        var lines = EffectLines()
        var bytes: [UInt8] = []
        let spoken = Effect.note(Note(time: open, market: market.id, .script("s", "t")))
        lines.append(spoken, to: &bytes)
        lines.append(.note(Note(time: open, market: market.id, .market(market))), to: &bytes)
        lines.append(spoken, to: &bytes)
        let texts = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(texts.count == 3 && !texts[0].contains("market") && texts[2].contains(#""market":"KXBTC15M-26"#))
    }

    @Test func `the event stream is these lines without requests and equity`() throws {
        try withFolder { folder in
            var stream = try EventStream(path: folder + "/e.jsonl")
            var lines = EffectLines()
            var bytes: [UInt8] = []
            let notes = [
                Note(time: open, market: market.id, .market(market)),
                Note(time: open, market: market.id, .script("s", "one")),
                Note(time: open, market: nil, .equity(.zero)),
                Note(time: open, market: nil, .blocked(.circuitBreaker)),
            ]
            for note in notes {
                try stream.write(note)
                if case .equity = note.kind { continue }
                lines.append(.note(note), to: &bytes)
            }
            try stream.flush()
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/e.jsonl")) == Data(bytes))
        }
    }
}
