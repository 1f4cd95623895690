import KBotKalshi
import KBotModel
import KBotSimulation
import KBotTestSupport
import Testing

@testable import KBotExchange

@Suite("The exchange's own books")
struct ExchangeBooksTests {
    /// Trades at random on the simulator for an hour, then lets everything be paid.
    private func play(_ random: inout SeededGenerator, minutes: Int64 = 40) throws -> Exchange {
        let start = QuarterHour.open - .minutes(1)
        var options = ExchangeOptions(cash: [0: Money(dollars: 50), 2: Money(dollars: 200)], seed: random.next())
        options.limitsRates = false
        options.friction = Bool.random(using: &random) ? .optimistic : .realistic
        let simulator = MarketSimulator(
            MarketSimulator.Options(
                start: start,
                duration: .minutes(minutes),
                seed: random.next(),
                tradesPerMinute: 120,
                deltasPerSecond: 10
            )
        )
        let exchange = Exchange(options, feed: SimulatorFeed(simulator: simulator), start: start)
        let keys = [try GeneratedKey(.ed25519), try GeneratedKey(.ed25519)]
        for (index, key) in keys.enumerated() {
            _ = try exchange.addAccount(name: "\(index)", apiKeyID: "\(index)", publicKeyPEM: try key.publicPEM())
        }
        for step in 0..<Int(minutes * 12) {
            let now = start + .seconds(Int64(step) * 5)
            exchange.advance(to: now)
            let caller = Caller(customer: exchange.customers[Int.random(in: 0...1, using: &random)], key: nil)
            guard let ticker = exchange.openTickers.randomElement(using: &random) else { continue }
            act(exchange, caller, ticker, step, &random)
            try check(exchange)
        }
        exchange.advance(to: start + .minutes(minutes + 40))
        return exchange
    }

    /// One random request.
    private func act(
        _ exchange: Exchange,
        _ caller: Caller,
        _ ticker: Ticker,
        _ step: Int,
        _ random: inout SeededGenerator
    ) {
        let customer = caller.customer
        let open = exchange.orders.filter { $0.account == customer.key.index && $0.status == .resting }
        if let order = open.randomElement(using: &random), Int.random(in: 0...2, using: &random) == 0 {
            _ = exchange.carryOut(1, render: { _ in HTTPResponse(status: 200) }) { reply in
                do throws(Refusal) {
                    if Bool.random(using: &random) {
                        try exchange.cancel(order.id, Exchange.Address(), caller, reply, 0)
                    } else {
                        let body = JSON.members(["reduce_by": .string("1.50")])
                        try exchange.decrease(order.id, try BodyReader(body, as: "x"), nil, caller, reply)
                    }
                } catch {
                    reply.decide(0, .failure(error))
                }
            }
            return
        }
        let touch = exchange.market(ticker)?.book.touch ?? Touch()
        let side: BookSide = Bool.random(using: &random) ? .bid : .ask
        let near = (side == .bid ? touch.ask : touch.bid) ?? Price(cents: 50)
        let price = PriceGrid.taperedDeciCent.moved(near, steps: Int.random(in: -4...4, using: &random))
        let life = ["good_till_canceled", "immediate_or_cancel", "fill_or_kill"].randomElement(using: &random) ?? ""
        let body = JSON.members([
            "ticker": ticker.wire, "side": .string(side.rawValue), "price": price.wire,
            "count": Quantity(units: Int64.random(in: 1...6_000, using: &random)).wire,
            "time_in_force": .string(life), "client_order_id": .string("s\(step)"),
            "self_trade_prevention_type": .string(Bool.random(using: &random) ? "maker" : "taker_at_cross"),
        ])
        _ = exchange.carryOut(1, render: { _ in HTTPResponse(status: 200) }) { reply in
            do throws(Refusal) {
                try exchange.place(try BodyReader(body, as: "x"), caller, reply, 0)
            } catch {
                reply.decide(0, .failure(error))
            }
        }
    }

    /// Cash + locked + exposure = deposits + profit − fees, and positions are the sums of fills.
    private func check(_ exchange: Exchange) throws {
        for customer in exchange.customers {
            for wallet in customer.wallets {
                var worth = wallet.paper.cash + wallet.paper.reserved
                var earned = wallet.deposits
                for (id, holding) in wallet.holdings {
                    worth += holding.exposure
                    earned += holding.realized - holding.fees
                    try hold(
                        holding.isSettled || holding.position == wallet.paper.position(in: id),
                        "\(id): \(holding.position) is not \(wallet.paper.position(in: id))"
                    )
                    let fills = customer.fills.filter { $0.market == id && $0.shard == wallet.shard }
                    let sum = fills.reduce(Int64(0)) { $0 + $1.side.sign * $1.count.units }
                    try hold(holding.isSettled || holding.position.units == sum, "\(id): fills sum up to \(sum)")
                    try hold(fills.reduce(.zero) { $0 + $1.fee } == holding.fees, "\(id): fees")
                }
                try hold(worth == earned, "shard \(wallet.shard): \(worth) is not \(earned)")
            }
            for number in customer.orders {
                let order = exchange.orders[number]
                let filled = customer.fills.filter { $0.order == number }.reduce(Quantity.zero) { $0 + $1.count }
                try hold(
                    order.filled == filled && filled <= order.total,
                    "\(order.id): \(order.filled) is not \(filled)"
                )
                let left = order.status == .resting ? order.total - order.filled : .zero
                try hold(order.remaining == left, "\(order.id): \(order.remaining) rests, not \(left)")
            }
        }
    }

    @Test("Cash, locked cash and positions add up to deposits, profit and fees through any flow of orders")
    func conservation() throws {
        try forSeeds(0..<6) { random in
            let exchange = try play(&random)
            try check(exchange)
            for customer in exchange.customers {
                for wallet in customer.wallets {
                    try hold(wallet.paper.reserved == .zero, "locked at the end: \(wallet.paper.reserved)")
                    let open = wallet.holdings.values.filter { $0.position != .zero }
                    try hold(open.isEmpty, "\(open.count) positions were never paid")
                }
                let resting = customer.orders.filter { exchange.orders[$0].status == .resting }
                try hold(resting.isEmpty, "\(resting.count) orders rest at the end")
            }
            try hold(exchange.customers.contains { !$0.fills.isEmpty }, "nothing was traded")
            try hold(exchange.isOver && exchange.waiting.isEmpty && exchange.operations.isEmpty, "something is left")
        }
    }

    @Test("The same calls give the same books")
    func determinism() throws {
        var books: [String] = []
        for _ in 0..<2 {
            var random = SeededGenerator(seed: 11)
            books.append(text(try play(&random, minutes: 20).books))
        }
        #expect(books[0] == books[1] && books[0].count > 1_000)
    }

    @Test("The books tell every wallet, order, fill and payment")
    func auditing() throws {
        let stage = try ExchangeStage(
            QuarterHour.opening + [MarketEvent(time: QuarterHour.close + .seconds(8), .settled(QuarterHour.id, .yes))]
        )
        _ = try stage.place("bid", "10.00", "0.5800", "immediate_or_cancel", id: "a1")
        stage.wait(.minutes(16))
        let account = try #require(stage.exchange.books["accounts", "0"])
        #expect(account["name"] == .string("alice") && account["orders"]?.count == 1 && account["fills"]?.count == 1)
        #expect(account["settlements"]?.count == 1)
        let wallet = try #require(account["wallets", "1"])
        #expect(wallet["exchange_index"] == .integer(2) && wallet["cash"] == .string("1004.029400"))
        #expect(wallet["realized_pnl"] == .string("4.200000") && wallet["fees"] == .string("0.170600"))
        #expect(wallet["deposits"] == .string("1000.000000") && wallet["exposure"] == .string("0.000000"))
    }

    @Test("Two simulated hours with every listener pass; each window is listed, paid and let go")
    func hours() throws {
        let start = QuarterHour.open - .minutes(1)
        let simulator = MarketSimulator(MarketSimulator.Options(start: start, duration: .hours(2), seed: 3))
        var options = ExchangeOptions(seed: 3)
        options.tradeMemory = .hours(1)
        let exchange = Exchange(options, feed: SimulatorFeed(simulator: simulator), start: start)
        exchange.setAudience(Set(ExchangeChannel.allCases))
        let key = try GeneratedKey(.ed25519).publicPEM()
        _ = try exchange.addAccount(name: "a", apiKeyID: "a", publicKeyPEM: key)
        var now = start
        var kinds: [ExchangeChannel: Int] = [:]
        while let due = exchange.nextDue, now < start + .hours(3) {
            now = max(due, now + .milliseconds(100))
            exchange.advance(to: now)
            for message in exchange.takeMessages() { kinds[message.channel, default: 0] += 1 }
        }
        #expect(exchange.isOver && exchange.feedFailure == nil)
        #expect(exchange.live.isEmpty && exchange.archive.count == 8)
        let markets = exchange.archive.compactMap(exchange.market)
        #expect(markets.allSatisfy { $0.finalized != nil && !$0.expirationValue.isEmpty })
        #expect(markets.first?.trades.isEmpty == true && markets.last?.trades.isEmpty == false)
        #expect(kinds[.orderbook] ?? 0 > 250_000 && kinds[.lifecycle] == 8 * 5)
        #expect(kinds[.index] == kinds[.fastIndex] && kinds[.ticker] ?? 0 > 10_000)
    }

    @Test("A corrected result takes back what was paid too much, and its row takes the place of the first")
    func correction() throws {
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                MarketEvent(time: QuarterHour.close + .seconds(8), .settled(QuarterHour.id, .yes)),
                MarketEvent(time: QuarterHour.close + .seconds(60), .settled(QuarterHour.id, .no)),
            ]
        )
        _ = try stage.place("bid", "10.00", "0.5800", "immediate_or_cancel")
        stage.wait(.minutes(15) + .seconds(30))
        #expect(try stage.cash() == Money("1004.0294"))
        stage.wait(.minutes(1))
        #expect(try stage.cash() == Money("994.0294"))
        let rows = try stage.read("/portfolio/settlements")["settlements"]
        #expect(rows?.count == 1 && rows?["0", "market_result"] == .string("no"))
        #expect(rows?["0", "revenue"] == .integer(0))
        let wallet = stage.exchange.books["accounts", "0", "wallets", "1"]
        #expect(wallet?["realized_pnl"] == .string("-5.800000"))
    }

    @Test("A feed that stops with an error ends the exchange's market, and says why")
    func failingFeed() {
        struct BrokenFeed: ExchangeFeed {
            func next(into events: inout [MarketEvent]) throws -> Bool {
                throw StageProblem(text: "the file ends here")
            }
        }
        let exchange = Exchange(ExchangeOptions(), feed: BrokenFeed(), start: QuarterHour.open)
        exchange.advance(to: QuarterHour.open + .seconds(1))
        #expect(exchange.isOver && exchange.feedFailure == "the file ends here" && exchange.nextDue == nil)
    }
}
