package import KBotModel

/// Markets of the venue in kbot's terms.
extension MarketRow {
    /// The price grid: the ranges, else what the structure's name stands for; nil when neither makes one.
    package var grid: PriceGrid? {
        let ranges = priceRanges.map { PriceGrid.Range(start: $0.start, end: $0.end, step: $0.step) }
        return (try? PriceGrid(ranges: ranges)) ?? priceStructure.flatMap(PriceGrid.named)
    }

    /// The strike that decides an up-or-down market; nil while it is unknown, or when it is finer than 1/10,000 dollar:
    /// a rounded one could decide the market wrongly.
    package var strike: SpotPrice? { floorStrike?.fixed(SpotPrice.self) }

    /// How the market was decided; nil before. A review or a change may follow: the value is then told anew.
    package var settlement: Settlement? {
        switch phase.known {
        case .determined?, .disputed?, .amended?, .finalized?: break
        case .initialized?, .inactive?, .active?, .closed?, nil: return nil
        }
        if let value = settlementValue { return Settlement(value: value) }
        return switch result?.known {
        case .yes?: .yes
        case .no?: .no
        case .scalar?, .undecided?, nil: nil
        }
    }

    /// Where it stands; a word that came later is taken for a pause, in which nothing is traded.
    package var marketStatus: MarketStatus {
        switch phase.known {
        case .initialized?: .initialized
        case .active?: .active
        case .inactive?, nil: .inactive
        case .closed?, .determined?, .disputed?, .amended?: .closed
        case .finalized?: .settled
        }
    }

    /// The series, which a market does not name: the first part of its event's ticker, or else of its own.
    package var series: SeriesTicker {
        SeriesTicker(String((event?.text ?? ticker.text).prefix { $0 != "-" }))
    }

    /// What a market board wants to know.
    package var facts: MarketFacts {
        var facts = MarketFacts(ticker: ticker)
        facts.openTime = opens
        facts.closeTime = closes
        facts.strike = strike
        facts.settlement = settlement
        return facts
    }

    /// The market; nil when its times contradict one another or it has no grid, so that it cannot be traded.
    package func market(id: MarketID, fees: FeeSchedule) -> Market? {
        guard let grid, opens <= closes else { return nil }
        return Market(
            id: id,
            ticker: ticker,
            series: series,
            openTime: opens,
            closeTime: closes,
            grid: grid,
            fees: fees,
            strike: strike,
            shard: shard ?? 0,
            status: marketStatus
        )
    }
}

extension SeriesRow {
    /// The fees of the series' markets, unless the event overrides them.
    package var fees: FeeSchedule? { FeeSchedule(type: feeType, multiplier: feeMultiplier) }
}

extension EventRow {
    /// The fees of the event's markets: its own where it has them, else the series'.
    package func fees(of series: SeriesRow) -> FeeSchedule? {
        FeeSchedule(
            type: feeTypeOverride ?? series.feeType,
            multiplier: feeMultiplierOverride ?? series.feeMultiplier
        )
    }
}

extension FeeSchedule {
    /// Fees by the venue's words; nil without a type, or with a factor that is negative or finer than 1/10,000.
    package init?(type: String?, multiplier: ExactNumber?) {
        guard let type, let scaled = (multiplier.map { $0.scaled(digits: 4) } ?? 10_000),
            (0...1_000_000).contains(scaled)
        else { return nil }
        self.init(kind: Kind(venueName: type), multiplier: scaled)
    }
}

extension TradeRow {
    /// The taker's side, from whichever field is there; nil when none is.
    package var taker: BookSide? {
        if let side = takerBookSide?.known { return side }
        return (takerOutcome ?? takerSide)?.known.map { $0 == .yes ? .bid : .ask }
    }

    /// The trade in the engine's terms.
    package func trade(in market: MarketID) -> Trade {
        Trade(market: market, price: yesPrice, count: count, taker: taker)
    }
}

extension CandleRow {
    /// The candle of the trades; nil when there were none.
    ///
    /// The venue does not tell how many they were: it counts as one.
    package func candle(_ period: CandleSpan.Period) -> Candle? {
        guard let price, let open = price.open, let high = price.high, let low = price.low, let close = price.close
        else { return nil }
        let interval = TimeSpan.minutes(Int64(period.rawValue))
        return Candle(
            start: end - interval,
            interval: interval,
            open: open,
            high: high,
            low: low,
            close: close,
            volume: volume ?? .zero,
            trades: 1
        )
    }
}
