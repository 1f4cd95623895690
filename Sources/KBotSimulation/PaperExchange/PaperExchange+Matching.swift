import KBotModel

/// A taker against the observed book, and resting orders against the tape.
extension PaperExchange {
    /// What a taker will get, level by level.
    private struct TakePlan {
        struct Step {
            /// The YES price displayed.
            let level: Price
            /// The YES price paid: the level's, some ticks worse.
            let price: Price
            let count: Quantity
        }

        var steps: [Step] = []
        var total = Quantity.zero
        var ticks = 0
        var isStressed = false
        var isPartial = false
    }

    /// Lets an arrived order take what it can, then rests or ends the remainder.
    ///
    /// `answer` makes the first event from what rests afterwards; it precedes the fills.
    mutating func takeFromBook(
        _ arrived: RestingOrder,
        _ luck: Luck,
        in index: Int,
        into output: inout [TimedVenueEvent],
        answer: (Quantity) -> VenueEvent
    ) {
        var order = arrived
        let own = markets[index].ownPrice(against: order.side, limit: order.price)
        let wanted = wanted(by: order, in: index)
        let plan = plan(order, wanted: wanted, own: own, luck, in: index)
        if case .allOrNone = order.life, plan.total < wanted { return end(order, .immediateOrCancel, into: &output) }

        let slot = output.count
        tell(answer(.zero), into: &output)
        let outcome = order.outcome.other
        for step in plan.steps {
            fill(&order, step.count, at: step.price, .taker, in: index, into: &output)
            markets[index].taken.add(step.count, of: outcome, at: outcome == .yes ? step.level : step.level.complement)
            statistics.slippageCost += Money.value(of: step.count, over: (step.price - step.level).magnitude)
        }

        if order.remaining == .zero {
            records[order.id]?.status = .executed
        } else if own != nil {
            end(order, .selfTrade, into: &output)
        } else if order.rests {
            output[slot] = TimedVenueEvent(time: now, event: answer(order.remaining))
            rest(order, in: index)
        } else {
            end(order, order.filled == wanted ? .reduceOnly : .immediateOrCancel, into: &output)
        }
        fund(index, into: &output)
    }

    /// What an order may fill now: a reduce-only one no more than there is to close.
    private func wanted(by order: RestingOrder, in index: Int) -> Quantity {
        guard order.reduceOnly, let facts = markets[index].facts else { return order.remaining }
        return min(order.remaining, account.closable(by: order.side, in: facts.id))
    }

    /// Walks the displayed depth, best level first, up to the limit and to our own best order.
    private mutating func plan(
        _ order: RestingOrder,
        wanted: Quantity,
        own: Price?,
        _ luck: Luck,
        in index: Int
    ) -> TakePlan {
        var plan = TakePlan()
        guard let facts = markets[index].facts, markets[index].isMarketable(order.side, order.price, at: now) else {
            return plan
        }
        countTaker(&plan, order.side, wanted, luck, in: index)
        let cap = luck.partialCap(of: wanted, friction)
        let (outcome, ladder) = markets[index].bids(against: order.side)
        for bid in ladder.levels.reversed() {
            let level = outcome == .yes ? bid.price : bid.price.complement
            if let own, order.side == .bid ? level >= own : level <= own { break }
            let price = worsened(level, by: plan.ticks, for: order.side, on: facts.grid)
            guard reaches(order.side, order.price, price) else { break }
            let there = bid.count - markets[index].taken.count(of: outcome, at: bid.price)
            var count = min(there, wanted - plan.total)
            if let cap, plan.total + count > cap {
                count = cap - plan.total
                plan.isPartial = true
            }
            guard count > .zero else {
                if plan.isPartial || plan.total == wanted { break } else { continue }
            }
            plan.steps.append(TakePlan.Step(level: level, price: price, count: count))
            plan.total += count
        }
        if plan.isPartial { statistics.partial += 1 }
        return plan
    }

    private mutating func countTaker(
        _ plan: inout TakePlan,
        _ side: BookSide,
        _ count: Quantity,
        _ luck: Luck,
        in index: Int
    ) {
        plan.isStressed = markets[index].isStressed(for: side, count: count, at: now, friction: friction)
        plan.ticks = luck.slippage(friction, stressed: plan.isStressed)
        statistics.takers += 1
        if plan.isStressed { statistics.stressed += 1 }
        statistics.slippageTicks += plan.ticks
    }

    /// A level as a taker reads it, kept on the grid.
    private func worsened(_ level: Price, by ticks: Int, for side: BookSide, on grid: PriceGrid) -> Price {
        ticks == 0 ? level : grid.moved(level, steps: side == .bid ? ticks : -ticks)
    }

    /// Whether a limit allows a price.
    private func reaches(_ side: BookSide, _ limit: Price, _ price: Price) -> Bool {
        side == .bid ? price <= limit : price >= limit
    }

    // MARK: The tape

    /// Fills our open orders from a public trade, together never more than its count.
    ///
    /// Orders waiting to take come first, then resting orders by price and time.
    mutating func match(_ trade: Trade, in index: Int, into output: inout [TimedVenueEvent]) {
        guard markets[index].trades(at: now) else { return }
        var left = trade.count
        for id in candidates(for: trade, in: index) {
            guard let position = markets[index].resting.firstIndex(where: { $0.id == id }) else { continue }
            let order = markets[index].resting[position]
            if takes(order, trade) {
                left -= matchPrint(trade, left: left, position, in: index, into: &output)
            } else {
                left -= matchResting(trade, left: left, position, in: index, into: &output)
            }
        }
        dropStalePlans()
    }

    private func takes(_ order: RestingOrder, _ trade: Trade) -> Bool {
        guard let take = order.take, now <= take.deadline else { return false }
        return trade.taker == nil || trade.taker == order.side
    }

    /// Whether a trade at or through a resting order's price can have met its queue.
    private func meets(_ order: RestingOrder, _ trade: Trade) -> Bool {
        guard order.rests else { return false }
        // At our price only a taker of the other side met the queue; a recording may not tell the side.
        if trade.price == order.price { return trade.taker != order.side }
        return order.side == .bid ? trade.price < order.price : trade.price > order.price
    }

    /// The orders a trade concerns, in the order in which they are served.
    private func candidates(for trade: Trade, in index: Int) -> [ClientOrderID] {
        let orders = markets[index].resting
        func rank(_ offset: Int) -> (Int32, Int) {
            let order = orders[offset]
            if takes(order, trade) { return (.min, offset) }
            return (order.side == .bid ? -order.price.units : order.price.units, offset)
        }
        // Most trades concern no order: those cost no allocation.
        guard orders.contains(where: { takes($0, trade) || meets($0, trade) }) else { return [] }
        return orders.indices.filter { takes(orders[$0], trade) || meets(orders[$0], trade) }
            .sorted { rank($0) < rank($1) }.map { orders[$0].id }
    }

    /// Serves a resting order from a trade; gives what it got.
    private mutating func matchResting(
        _ trade: Trade,
        left: Quantity,
        _ position: Int,
        in index: Int,
        into output: inout [TimedVenueEvent]
    ) -> Quantity {
        var order = markets[index].resting[position]
        let reach = order.reach(of: left, at: trade.price, time: now, friction: friction)
        var count = min(reach, order.remaining)
        if count > .zero {
            let luck = Luck(seed: seed, order: order.id, event: .restingFill(order.fillEvents))
            order.fillEvents += 1
            if let cap = luck.partialCap(of: count, friction), cap < count {
                count = cap
                statistics.partial += 1
            }
            fill(&order, count, at: order.price, .maker, in: index, into: &output)
        }
        keep(order, position, in: index)
        if count > .zero { fund(index, into: &output) }
        return count
    }

    /// Lets an order take a print, which stands for the book that a market never showed; gives what it got.
    ///
    /// The order gets at most the print's count, at its price worsened by the slippage draw; a price beyond the limit
    /// leaves it unfilled. It has this one chance: the rest goes on resting, or dies.
    private mutating func matchPrint(
        _ trade: Trade,
        left: Quantity,
        _ position: Int,
        in index: Int,
        into output: inout [TimedVenueEvent]
    ) -> Quantity {
        var order = markets[index].resting[position]
        guard let take = order.take, let facts = markets[index].facts else { return .zero }
        order.take = nil
        let wanted = wanted(by: order, in: index)
        var plan = TakePlan()
        countTaker(&plan, order.side, wanted, take.luck, in: index)
        let price = worsened(trade.price, by: plan.ticks, for: order.side, on: facts.grid)
        var count = reaches(order.side, order.price, price) ? min(wanted, left) : .zero
        if let cap = take.luck.partialCap(of: wanted, friction), cap < count {
            count = cap
            statistics.partial += 1
        }
        if case .allOrNone = order.life {
            if count < order.remaining {
                drop(position, in: index, .immediateOrCancel, into: &output)
                return .zero
            }
            tell(.accepted(order.id, resting: .zero), into: &output)
        }
        if count > .zero {
            fill(&order, count, at: price, .taker, in: index, into: &output)
            statistics.slippageCost += Money.value(of: count, over: (price - trade.price).magnitude)
        }
        keep(order, position, in: index)
        if order.remaining > .zero, !order.rests {
            let isReduced = order.filled == wanted
            drop(position, in: index, isReduced ? .reduceOnly : .immediateOrCancel, into: &output)
        }
        fund(index, into: &output)
        return count
    }

    /// Writes an order back after a trade, or takes it off when it is filled whole.
    private mutating func keep(_ order: RestingOrder, _ position: Int, in index: Int) {
        if order.remaining > .zero {
            markets[index].resting[position] = order
        } else {
            markets[index].resting.remove(at: position)
            account.reserve(-order.reserved)
            records[order.id]?.status = .executed
        }
    }

    /// Books one fill and tells it.
    private mutating func fill(
        _ order: inout RestingOrder,
        _ count: Quantity,
        at price: Price,
        _ liquidity: FeeSchedule.Liquidity,
        in index: Int,
        into output: inout [TimedVenueEvent]
    ) {
        guard let facts = markets[index].facts else { return }
        assert(reaches(order.side, order.price, price), "Invariant: no fill is worse than its limit")
        let fee = facts.fees.fee(count: count, price: price, liquidity: liquidity)
        account.trade(order.side, count: count, price: price, fee: fee, in: facts.id)
        order.filled += count
        records[order.id]?.filled = order.filled
        lastTrade += 1
        statistics.contracts += count
        if liquidity == .taker { statistics.takerFills += 1 } else { statistics.makerFills += 1 }
        let fill = Fill(
            trade: lastTrade,
            order: order.id,
            market: facts.id,
            side: order.side,
            price: price,
            count: count,
            liquidity: liquidity,
            fee: fee
        )
        records[order.id]?.fills.append(fill)
        records[order.id]?.changed = now
        tell(.filled(fill), into: &output)
    }
}
