import KBotEngine
import KBotLua
import KBotModel

// The records of the engine that tests write as tables.

extension OrderBook {
    /// Reads `{ bids = {{45, 100}, …}, asks = … }`, YES prices and contracts.
    init(_ table: TestTable) throws(LuaHostError) {
        self.init()
        replace(
            with: BookSnapshot(
                yes: try Self.levels(table, "bids"),
                no: try Self.levels(table, "asks").map { BookLevel(price: $0.price.complement, count: $0.count) }
            )
        )
    }

    private static func levels(_ table: TestTable, _ name: String) throws(LuaHostError) -> [BookLevel] {
        guard let value = table[name] else { return [] }
        let wanted = "levels such as {{45, 100}, {44, 50}}: price in cents, contracts"
        guard let elements = value.elements else { throw table.wrong(name, wanted) }
        var levels: [BookLevel] = []
        for element in elements {
            guard let pair = element.elements, pair.count == 2, let cents = pair[0].asDouble, cents > 0, cents < 100,
                let contracts = pair[1].asDouble, contracts > 0, contracts <= 1e9
            else { throw table.wrong(name, wanted) }
            levels.append(
                BookLevel(
                    price: Price(units: Int32((cents * 100).rounded())),
                    count: Quantity(units: Int64((contracts * 100).rounded()))
                )
            )
        }
        return levels
    }
}

extension Direction {
    /// How test files write it.
    static let words: KeyValuePairs<String, Direction> = ["long": .long, "short": .short]
}

extension PositionView {
    /// Reads a position; stop and target left out lie at the ends of the grid.
    init(_ table: TestTable, in grid: PriceGrid, _ strategy: StrategyName) throws(LuaHostError) {
        let direction = try table.required("side", try table.choice("side", Direction.words))
        let entry = try table.required("entry", try table.price("entry"))
        let isLong = direction == .long
        self.init(
            strategy: try table.identifier("strategy") ?? strategy,
            direction: direction,
            count: try table.required("count", try table.quantity("count")),
            averageEntry: entry,
            plan: TradePlan(
                entry: entry,
                stop: try table.price("stop") ?? (isLong ? grid.lowest : grid.highest),
                target: try table.price("target") ?? (isLong ? grid.highest : grid.lowest)
            )
        )
    }
}

extension FillNews {
    /// The fields of a fill.
    static let names = ["role", "side", "price", "count", "fee", "maker", "net_pnl", "strategy"]

    /// Reads a fill: one contract without a fee, taken, unless the test says otherwise.
    init(_ table: TestTable, _ strategy: StrategyName) throws(LuaHostError) {
        let roles: KeyValuePairs<String, OrderRole> = ["entry": .entry, "target": .target, "exit": .exit]
        let sides: KeyValuePairs<String, BookSide> = ["buy": .bid, "sell": .ask]
        let fill = Fill(
            trade: 1,
            order: ClientOrderID(1),
            market: MarketID(0),
            side: try table.required("side", try table.choice("side", sides)),
            price: try table.required("price", try table.price("price")),
            count: try table.quantity("count") ?? Quantity(contracts: 1),
            liquidity: try table.flag("maker") == true ? .maker : .taker,
            fee: try table.money("fee") ?? .zero
        )
        self.init(
            fill: fill,
            role: try table.required("role", try table.choice("role", roles)),
            strategy: try table.identifier("strategy") ?? strategy,
            netPnL: try table.money("net_pnl")
        )
    }
}

extension SettlementNews {
    /// The fields of a settlement.
    static let names = ["result", "value", "net_pnl"]

    /// Reads a settlement: a result, a value, or both when they agree.
    init(_ table: TestTable) throws(LuaHostError) {
        let value = try table.price("value")
        let settlement: Settlement
        switch (try table.text("result"), value) {
        case ("yes", nil), ("yes", .one): settlement = .yes
        case ("no", nil), ("no", .zero): settlement = .no
        case (nil, let value?): settlement = Settlement(value: value)
        case ("scalar", let value?) where value.isTradable: settlement = Settlement(value: value)
        default:
            throw LuaHostError(
                "bench:settle takes result = \"yes\" (value = 100), \"no\" (value = 0), "
                    + "or \"scalar\" with a value between"
            )
        }
        self.init(settlement: settlement, netPnL: try table.money("net_pnl"))
    }
}
