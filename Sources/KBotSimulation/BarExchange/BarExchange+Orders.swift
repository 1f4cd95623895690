public import KBotModel

/// Requests as they arrive, and fills.
extension BarExchange {
    /// Takes in a request: at a print it acts at once, between two bars it waits for the next open.
    public mutating func submit(_ request: OrderRequest, at time: Timestamp, into output: inout [TimedVenueEvent]) {
        func tell(_ event: VenueEvent) { output.append(TimedVenueEvent(time: time, event: event)) }
        switch request {
        case .place(let order): place(order, at: time, into: &output)
        case .amend(let id, _, _): tell(.amendRefused(id, .other))
        case .cancel(let id):
            guard let (lane, place) = find(id), let waiting = lanes[lane]?.waiting.remove(at: place) else {
                return tell(.cancelRefused(id))
            }
            end(waiting, .requested, at: time, into: &output)
        }
    }

    /// Takes in a print, which must be the one ``next(in:watching:)`` gave last: what it reaches fills.
    public mutating func hear(_ print: BarPrint, in market: MarketID, into output: inout [TimedVenueEvent]) {
        let index = Int(market.index)
        guard let waiting = lanes[index]?.waiting, waiting.contains(where: { concerns($0, print, index) }),
            let grid = lanes[index]?.market.grid
        else { return }
        var left: [Waiting] = []
        var reached: [(Waiting, Price, FeeSchedule.Liquidity)] = []
        for var one in waiting {
            let order = one.order
            if case .goodTillCancelled(let expires?) = order.timeInForce, expires <= print.time {
                end(one, .expired, at: print.time, into: &output)
                continue
            }
            if one.isNew {
                one.isNew = false
                if order.reaches(print.price) {
                    if let price = taken(order, at: print.price, grid) {
                        reached.append((one, price, .taker))
                    } else if order.timeInForce.isImmediate {
                        end(one, .immediateOrCancel, at: print.time, into: &output)
                    } else {
                        left.append(one)
                    }
                } else if order.timeInForce.isImmediate {
                    end(one, .immediateOrCancel, at: print.time, into: &output)
                } else {
                    left.append(one)
                }
            } else if order.reaches(print.price, passing: passPrice(of: order, index)) {
                let improves = print.moment == .open && rules.gapsImprove
                reached.append((one, improves ? print.price : order.price, .maker))
            } else {
                left.append(one)
            }
        }
        lanes[index]?.waiting = left
        for (one, price, liquidity) in reached {
            account.reserve(-one.reserved)
            fill(one.order, one.order.count, price, liquidity, at: print.time, into: &output)
        }
    }

    /// Whether a print changes anything of an order.
    private func concerns(_ one: Waiting, _ print: BarPrint, _ lane: Int) -> Bool {
        if case .goodTillCancelled(let expires?) = one.order.timeInForce, expires <= print.time { return true }
        return one.isNew || one.order.reaches(print.price, passing: passPrice(of: one.order, lane))
    }

    private mutating func place(_ order: NewOrder, at time: Timestamp, into output: inout [TimedVenueEvent]) {
        statistics.orders += 1
        let index = Int(order.market.index)
        func refuse(_ reason: RejectReason, _ exchange: inout BarExchange, _ output: inout [TimedVenueEvent]) {
            exchange.statistics.rejected += 1
            output.append(TimedVenueEvent(time: time, event: .rejected(order.id, reason)))
        }
        guard records[order.id] == nil else { return refuse(.orderAlreadyExists, &self, &output) }
        guard index >= 0, index < lanes.count, let lane = lanes[index], lane.market.status == .active else {
            return refuse(.marketInactive, &self, &output)
        }
        guard lane.market.grid.contains(order.price) else { return refuse(.invalidPrice, &self, &output) }
        guard order.count.units > 0 else { return refuse(.invalidCount, &self, &output) }
        var closable = account.closable(by: order.side, in: order.market)
        if !order.timeInForce.isImmediate {
            for other in lane.waiting where other.order.side == order.side { closable -= other.order.count }
        }
        if order.reduceOnly {
            guard order.timeInForce.isImmediate, closable >= order.count else {
                return refuse(.reduceOnly, &self, &output)
            }
        }
        let opening = max(.zero, order.count - max(.zero, closable))
        let need =
            PaperAccount.cost(order.side, count: opening, price: order.price)
            + lane.market.fees.fee(count: opening, price: order.price, liquidity: .taker)
        guard need <= max(account.cash, .zero) else { return refuse(.insufficientBalance, &self, &output) }
        records[order.id] = Record(status: .resting)
        guard let path = lane.path, path.hasOpened else {
            return rest(Waiting(order: order, reserved: need, isNew: true), index, at: time, into: &output)
        }
        if order.reaches(path.at), let price = taken(order, at: path.at, lane.market.grid) {
            output.append(TimedVenueEvent(time: time, event: .accepted(order.id, resting: .zero)))
            return fill(order, order.count, price, .taker, at: time, into: &output)
        }
        let waiting = Waiting(order: order, reserved: need, isNew: false)
        guard order.timeInForce.isImmediate else { return rest(waiting, index, at: time, into: &output) }
        account.reserve(need)
        end(waiting, .immediateOrCancel, at: time, into: &output)
    }

    private mutating func rest(
        _ waiting: Waiting,
        _ index: Int,
        at time: Timestamp,
        into output: inout [TimedVenueEvent]
    ) {
        account.reserve(waiting.reserved)
        lanes[index]?.waiting.append(waiting)
        let count = waiting.order.count
        output.append(TimedVenueEvent(time: time, event: .accepted(waiting.order.id, resting: count)))
    }

    /// The price a taker gets; nil when its limit does not bear it.
    private mutating func taken(_ order: NewOrder, at price: Price, _ grid: PriceGrid) -> Price? {
        guard rules.takerSteps > 0 else { return price }
        let worse = grid.moved(price, steps: order.side == .bid ? rules.takerSteps : -rules.takerSteps)
        guard order.reaches(worse) else { return nil }
        statistics.slippageTicks += rules.takerSteps
        statistics.slippageCost += Money.value(of: order.count, over: (worse - price).magnitude)
        return worse
    }

    private mutating func fill(
        _ order: NewOrder,
        _ count: Quantity,
        _ price: Price,
        _ liquidity: FeeSchedule.Liquidity,
        at time: Timestamp,
        into output: inout [TimedVenueEvent]
    ) {
        guard let market = lanes[Int(order.market.index)]?.market else { return }
        let fee = market.fees.fee(count: count, price: price, liquidity: liquidity)
        account.trade(order.side, count: count, price: price, fee: fee, in: order.market)
        records[order.id] = Record(status: .executed, filled: count)
        lastTrade += 1
        statistics.contracts += count
        if liquidity == .taker {
            statistics.takers += 1
            statistics.takerFills += 1
        } else {
            statistics.makerFills += 1
        }
        let fill = Fill(
            trade: lastTrade,
            order: order.id,
            market: order.market,
            side: order.side,
            price: price,
            count: count,
            liquidity: liquidity,
            fee: fee
        )
        output.append(TimedVenueEvent(time: time, event: .filled(fill)))
    }

    /// Tells the end of an order that did not fill.
    mutating func end(
        _ waiting: Waiting,
        _ reason: CancelReason,
        at time: Timestamp,
        into output: inout [TimedVenueEvent]
    ) {
        let order = waiting.order
        account.reserve(-waiting.reserved)
        records[order.id] = Record(status: .cancelled)
        if case .fillOrKill = order.timeInForce {
            statistics.rejected += 1
            output.append(TimedVenueEvent(time: time, event: .rejected(order.id, .fillOrKill)))
            return
        }
        statistics.cancelled += 1
        output.append(TimedVenueEvent(time: time, event: .cancelled(order.id, unfilled: order.count, reason)))
    }

    private func find(_ id: ClientOrderID) -> (lane: Int, place: Int)? {
        for (index, lane) in lanes.enumerated() {
            if let place = lane?.waiting.firstIndex(where: { $0.order.id == id }) { return (index, place) }
        }
        return nil
    }
}

extension NewOrder {
    /// Whether the order may trade at a price.
    fileprivate func reaches(_ price: Price) -> Bool { reaches(price, passing: self.price) }

    /// Whether a price is at a level or better for the order.
    fileprivate func reaches(_ price: Price, passing level: Price) -> Bool {
        side == .bid ? price <= level : price >= level
    }
}

extension NewOrder.TimeInForce {
    /// Whether the order never rests.
    fileprivate var isImmediate: Bool {
        switch self {
        case .immediateOrCancel, .fillOrKill: true
        case .goodTillCancelled: false
        }
    }
}
