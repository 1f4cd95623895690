import KBotModel
import KBotSimulation

// Drives the paper exchange by hand: a book, an order that rests, a trade that fills it, an order that takes, a result.

/// The exchange, one market, and the time at which it opened.
struct Tour {
    let market = MarketID(0)
    let open = Timestamp(seconds: 1_780_272_000)
    var exchange = PaperExchange(cash: Money(dollars: 100), friction: .realistic, seed: 3)

    /// Moves time on, shows the exchange a market event if there is one, and prints what it answers.
    mutating func step(_ seconds: Int64, _ kind: MarketEvent.Kind? = nil) {
        let time = open + .seconds(seconds)
        var answers: [TimedVenueEvent] = []
        exchange.advance(to: time, into: &answers)
        if let kind { exchange.handle(MarketEvent(time: time, kind), into: &answers) }
        for answer in answers { print("  \(answer.time)  \(describe(answer.event))") }
    }

    /// Sends an order; its number is also the second at which it is sent.
    mutating func place(_ id: Int64, _ side: BookSide, _ cents: Int32, _ count: Int64, _ life: NewOrder.TimeInForce) {
        let order = NewOrder(
            id: ClientOrderID(id),
            market: market,
            side: side,
            price: Price(cents: cents),
            count: Quantity(contracts: count),
            timeInForce: life
        )
        exchange.submit(.place(order), at: open + .seconds(id))
    }

    private func describe(_ event: VenueEvent) -> String {
        switch event {
        case .accepted(let id, let resting): "\(id) accepted, \(resting) open"
        case .filled(let fill):
            "\(fill.order) filled: \(fill.count) at \(fill.price), \(fill.liquidity.rawValue), fee \(fill.fee)"
        case .cancelled(let id, let unfilled, let reason): "\(id) ended, \(unfilled) unfilled: \(reason.rawValue)"
        default: "\(event)"
        }
    }
}

func level(_ cents: Int32, _ contracts: Int64) -> BookLevel {
    BookLevel(price: Price(cents: cents), count: Quantity(contracts: contracts))
}

var tour = Tour()
let (market, open) = (tour.market, tour.open)
print("A market opens: best bid 44¢ with 30 contracts, best ask 46¢ (bids for NO at 54¢).")
let end = open + .minutes(15)
tour.step(0, .listed(Market(id: market, ticker: "DEMO-1", series: "DEMO", openTime: open, closeTime: end)))
let book = BookSnapshot(yes: [level(43, 500), level(44, 30)], no: [level(53, 400), level(54, 250)])
tour.step(0, .snapshot(market, book))
print("o1 bids 44¢ for 10 contracts; it arrives late and waits behind the 30.")
tour.place(1, .bid, 44, 10, .goodTillCancelled(expires: nil))
tour.step(2)
print("35 contracts are sold at 44¢: 30 ahead of us, 5 for us.")
tour.step(3, .trade(Trade(market: market, price: Price(cents: 44), count: Quantity(contracts: 35), taker: .ask)))
print("o4 buys 40 at up to 49¢ at once; a taker reads every level some ticks worse.")
tour.place(4, .bid, 49, 40, .immediateOrCancel)
tour.step(5)
print("The market closes, o1 dies, YES pays.")
tour.step(900, .status(market, .closed))
let held = tour.exchange.position(in: market)
tour.step(910, .settled(market, .yes))
print("Held \(held) contracts; cash is now \(tour.exchange.cash) dollars, fees \(tour.exchange.feesPaid).")
