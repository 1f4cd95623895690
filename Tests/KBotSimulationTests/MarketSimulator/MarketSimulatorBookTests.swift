import KBotModel
import Testing

@testable import KBotSimulation

struct MarketSimulatorBookTests {
    private let series = SimulatedSeries.threeWindows

    /// Walks the events with the book as a listener has it; the closure sees the book after each event.
    private func walk(_ body: (MarketEvent, OrderBook) -> Void) {
        var book = OrderBook()
        for event in series.events {
            switch event.kind {
            case .snapshot(_, let snapshot): book.replace(with: snapshot)
            case .delta(_, let outcome, let price, let quantity):
                let fits = book.add(quantity, at: price, outcome: outcome)
                #expect(fits)
            default: break
            }
            body(event, book)
        }
    }

    @Test func `No level ever goes below zero`() {
        walk { _, _ in }
    }

    @Test func `The book is never locked or crossed`() {
        walk { _, book in
            if let spread = book.touch.spread { #expect(spread > .zero) }
        }
    }

    @Test func `All prices are on the grid, and no change is empty`() {
        let grid = PriceGrid.taperedDeciCent
        for event in series.events {
            switch event.kind {
            case .snapshot(_, let snapshot):
                #expect((snapshot.yes + snapshot.no).allSatisfy { grid.contains($0.price) && $0.count.units > 0 })
            case .delta(_, _, let price, let quantity): #expect(grid.contains(price) && quantity != .zero)
            case .trade(let trade): #expect(grid.contains(trade.price) && trade.count.units > 0)
            default: continue
            }
        }
    }

    @Test func `A buy trades at the ask, a sale at the bid, as the book stood before that instant`() {
        var before = Touch()
        var book = OrderBook()
        var instant = Timestamp.distantPast
        var traded: Price?
        walk { event, after in
            if event.time != instant {
                (before, instant, traded) = (book.touch, event.time, nil)
            }
            book = after
            guard case .trade(let trade) = event.kind else { return }
            // The first print of an order is at the touch; the next ones may reach deeper, never better.
            if let last = traded {
                #expect(trade.taker == .bid ? trade.price >= last : trade.price <= last)
            } else {
                #expect(trade.price == (trade.taker == .bid ? before.ask : before.bid))
            }
            traded = trade.price
        }
    }

    @Test func `What was traded left the book at the same time, before the trade`() {
        var removed: [Price: Int64] = [:]
        var instant = Timestamp.distantPast
        for event in series.events {
            if event.time != instant {
                removed = [:]
                instant = event.time
            }
            switch event.kind {
            case .delta(_, let outcome, let price, let quantity) where quantity.units < 0:
                removed[outcome == .yes ? price : price.complement, default: 0] -= quantity.units
            case .trade(let trade):
                removed[trade.price, default: 0] -= trade.count.units
                #expect(removed[trade.price, default: 0] >= 0)
            default: continue
            }
        }
    }

    @Test func `At one time, changes of the book come before trades`() {
        var traded = Timestamp.distantPast
        for event in series.events {
            switch event.kind {
            case .trade: traded = event.time
            case .delta: #expect(event.time != traded)
            default: continue
            }
        }
    }

    @Test func `The opening book is as deep as a recorded one`() {
        for case .snapshot(_, let snapshot) in series.events.map(\.kind) {
            #expect((100...280).contains(snapshot.yes.count + snapshot.no.count))
            for side in [snapshot.yes, snapshot.no] {
                let total = side.reduce(Quantity.zero) { $0 + $1.count }
                #expect((Quantity(contracts: 8_000)...Quantity(contracts: 600_000)).contains(total))
            }
        }
    }

    @Test func `Both sides stay filled until the outcome is nearly certain`() {
        var (book, instant, oneSided) = (OrderBook(), Timestamp.distantPast, 0)
        walk { event, after in
            defer { book = after }
            // Between two instants; within one, a side may be gone before the other follows.
            guard event.time != instant else { return }
            instant = event.time
            #expect(book == OrderBook() || book.yes.levels.count + book.no.levels.count >= 100)
            if let bid = book.bestBid, book.bestAsk == nil, bid.price.units < 9_900 { oneSided += 1 }
            if let ask = book.bestAsk, book.bestBid == nil, ask.price.units > 100 { oneSided += 1 }
        }
        #expect(oneSided == 0)
    }
}
