import KBotModel
import KBotTestSupport
import Testing

@Suite struct `An order` {
    var order = Order(.tenAt45)

    @Test func `starts in flight with everything open`() {
        #expect(order.state == .inFlight)
        #expect(order.remaining == Quantity(contracts: 10))
        #expect(order.filled == .zero)
    }

    @Test mutating func `adds up its fills`() {
        order.expect(.applied, transition: .accept)
        order.expect(.applied, .of(3, at: 45, trade: 1))
        #expect(order.state == .partlyFilled)
        #expect(order.remaining == Quantity(contracts: 7))
        order.expect(.applied, .of(7, at: 44, trade: 2))
        #expect(order.state == .filled)
        #expect(order.remaining == .zero)
        #expect(order.filledValue == Money(units: 3 * 450_000 + 7 * 440_000))
        #expect(order.fees == Money(units: 10 * 17_400))
        #expect(order.trades == [1, 2])
    }

    @Test mutating func `counts a fill told twice once`() {
        order.expect(.applied, .of(3, at: 45, trade: 1))
        let before = order
        order.expect(.duplicate, .of(3, at: 45, trade: 1))
        #expect(order == before)
    }

    @Test mutating func `knows a duplicate even after it is done`() {
        order.expect(.applied, .of(10, at: 45, trade: 1))
        order.expect(.duplicate, .of(10, at: 45, trade: 1))
        #expect(order.filled == Quantity(contracts: 10))
    }

    @Test mutating func `takes a fill before its acknowledgement`() {
        order.expect(.applied, .of(4, at: 45, trade: 1))
        #expect(order.state == .partlyFilled)
        order.expect(.applied, transition: .accept)
        #expect(order.state == .partlyFilled)
        #expect(order.remaining == Quantity(contracts: 6))
    }

    @Test mutating func `takes the acknowledgement after the last fill`() {
        order.expect(.applied, .of(10, at: 45, trade: 1))
        order.expect(.applied, transition: .accept)
        #expect(order.state == .filled)
    }

    @Test mutating func `counts a fill that is told after the cancel and stays cancelled`() {
        order.expect(.applied, transition: .accept)
        order.expect(.applied, transition: .requestCancel)
        order.expect(.applied, transition: .cancel(.requested))
        #expect(order.remaining == .zero)
        order.expect(.applied, .of(4, at: 45, trade: 1))
        #expect(order.state == .cancelled(.requested))
        #expect(order.filled == Quantity(contracts: 4))
        #expect(order.remaining == .zero)
    }

    @Test mutating func `is filled when late fills after the cancel complete it`() {
        order.expect(.applied, transition: .cancel(.expired))
        order.expect(.applied, .of(10, at: 45, trade: 1))
        #expect(order.state == .filled)
    }

    @Test mutating func `keeps waiting for its cancel while parts of it fill`() {
        order.expect(.applied, transition: .accept)
        order.expect(.applied, transition: .requestCancel)
        order.expect(.applied, .of(4, at: 45, trade: 1))
        #expect(order.state == .cancelInFlight)
        order.expect(.applied, transition: .cancel(.requested))
        #expect(order.filled == Quantity(contracts: 4))
    }

    @Test mutating func `must be looked up when its cancel is refused`() {
        order.expect(.applied, transition: .accept)
        order.expect(.applied, transition: .requestCancel)
        order.expect(.applied, transition: .refuseCancel)
        #expect(order.state == .outcomeUnknown)
        #expect(order.remaining == Quantity(contracts: 10))
    }

    @Test mutating func `comes back from an unknown outcome with the fills it has`() {
        order.expect(.applied, .of(4, at: 45, trade: 1))
        order.expect(.applied, transition: .requestCancel)
        order.expect(.applied, transition: .loseAnswer)
        order.expect(.applied, transition: .accept)
        #expect(order.state == .partlyFilled)
    }

    @Test(arguments: [(11, 1), (10, 2), (7, 4), (1, 10)] as [(Int64, Int64)])
    func `cannot be overfilled`(first: Int64, second: Int64) {
        var order = order
        _ = order.apply(.of(first, at: 45, trade: 1))
        let before = order
        order.expect(first == 11 ? .applied : .impossible, .of(second, at: 45, trade: 2))
        #expect(order.filled <= order.request.count)
        if first != 11 { #expect(order == before) }
    }

    @Test(arguments: [0, -1] as [Int64])
    func `takes no fill of nothing or less`(contracts: Int64) {
        var order = order
        order.expect(.impossible, .of(contracts, at: 45, trade: 1))
        #expect(order == Order(.tenAt45))
    }

    @Test mutating func `is not filled by a bare transition`() {
        order.expect(.impossible, transition: .fill(complete: true))
        #expect(order == Order(.tenAt45))
    }

    @Test mutating func `stays as it was when something impossible is told`() {
        order.expect(.applied, transition: .reject(.invalidPrice))
        let before = order
        for transition in [OrderTransition.accept, .requestCancel, .cancel(.requested)] {
            order.expect(.impossible, transition: transition)
        }
        #expect(order == before)
    }

    @Test func `keeps its books under any series of events`() throws {
        try forSeeds(0..<3_000) { random in
            var order = Order(.tenAt45)
            var counted: [Int64: Fill] = [:]
            for _ in 0..<30 {
                if Bool.random(using: &random) {
                    let fill = Fill.of(
                        .random(in: 0...5, using: &random),
                        at: .random(in: 40...45, using: &random),
                        trade: .random(in: 1...12, using: &random)
                    )
                    if order.apply(fill) == .applied {
                        try hold(counted.updateValue(fill, forKey: fill.trade) == nil, "trade \(fill.trade) twice")
                    }
                } else if let transition = TransitionRow.transitions.randomElement(using: &random) {
                    _ = order.apply(transition)
                }
                let fills = counted.values
                try hold(order.filled == fills.reduce(.zero) { $0 + $1.count }, "filled \(order)")
                try hold(order.filledValue == fills.reduce(.zero) { $0 + $1.price * $1.count }, "value \(order)")
                try hold(order.fees == fills.reduce(.zero) { $0 + $1.fee }, "fees \(order)")
                try hold(order.filled <= order.request.count, "overfilled \(order)")
                try hold((order.state == .filled) == (order.filled == order.request.count), "state \(order)")
                try hold(order.state.isOpen || order.remaining == .zero, "remaining \(order)")
            }
        }
    }
}

extension Order {
    fileprivate mutating func expect(
        _ application: Application,
        _ fill: Fill,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let result = apply(fill)
        #expect(result == application, sourceLocation: sourceLocation)
    }

    fileprivate mutating func expect(
        _ application: Application,
        transition: OrderTransition,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let result = apply(transition)
        #expect(result == application, sourceLocation: sourceLocation)
    }
}

extension NewOrder {
    static let tenAt45 = NewOrder(
        id: ClientOrderID(1),
        market: MarketID(0),
        side: .bid,
        price: Price(cents: 45),
        count: Quantity(contracts: 10),
        timeInForce: .goodTillCancelled(expires: nil)
    )
}

extension Fill {
    static func of(_ contracts: Int64, at cents: Int32, trade: Int64) -> Fill {
        Fill(
            trade: trade,
            order: ClientOrderID(1),
            market: MarketID(0),
            side: .bid,
            price: Price(cents: cents),
            count: Quantity(contracts: contracts),
            liquidity: .taker,
            fee: Money(units: 17_400 * contracts)
        )
    }
}
