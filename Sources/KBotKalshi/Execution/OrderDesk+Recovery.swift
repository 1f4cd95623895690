import KBotModel

/// Comparing what an account's journal says with what the venue has, once after a start.
extension OrderDesk {
    /// How far before the journal's last checkpoint a payment may lie that was not heard of.
    private static var paymentReach: TimeSpan { .hours(24 * 7) }

    /// Takes a reading further: told once nothing is in doubt, and differences were seen twice with nothing between.
    func recover(_ picture: AccountPicture, began: DeskTime, at time: DeskTime, into news: inout [DeskNews]) {
        guard self.recovery?.isDone == false else { return }
        for id in active.sorted() {
            if let order = orders[id], order.isAdopted { proceed(order, at: time, into: &news) }
        }
        guard var recovery else { return }
        recovery.readings += 1
        let lines = compare(picture, recovery)
        var differences: [Ticker: Quantity] = [:]
        for line in lines where line.isOurs && line.difference != .zero { differences[line.ticker] = line.difference }
        let before = recovery.differences
        recovery.differences = (differences, began.uptime)
        // An order may have come late, after the orders were listed.
        if !differences.isEmpty { recovery.wantsOrders = true }
        let isConfirmed = before.map { before in
            before.by == differences && account.lastFill.values.allSatisfy { $0 < before.at }
                && !differences.keys.contains(where: isUnsettled)
        }
        let isUnpaid = differences.keys.contains { ticker in !picture.positions.contains { $0.ticker == ticker } }
        if !undecided.isEmpty {
            recovery.hasPayments = false
        } else if differences.isEmpty || isConfirmed == true && (!isUnpaid || recovery.hasPayments) {
            recovery.isDone = true
            self.recovery = recovery
            return conclude(lines, picture, into: &news)
        } else if isUnpaid, !recovery.isAskingPayments {
            recovery.isAskingPayments = true
            let from = recovery.fillsFrom - Self.paymentReach
            launch(.settlements(from: from, subaccount: configuration.terms.subaccount), .recoverySettlements, at: time)
        }
        self.recovery = recovery
        let earliest = max(time.uptime, account.readBegan + configuration.readLag)
        planReading(by: earliest + pause(after: recovery.readings))
    }

    /// What is still missing before ``DeskNews/recovered(_:)`` can be told, in words; empty once it was, and when
    /// nothing was taken up.
    package var missingForRecovery: [String] {
        guard let recovery, !recovery.isDone else { return [] }
        guard recovery.hasListed else { return ["the account could not be read yet"] }
        let orders = undecided.map { order in
            let what =
                order.venueID == nil
                ? "the venue has not said yet what became of it" : "the venue has not told all its fills yet"
            return "order \(order.id) in \(order.ticker): \(what)"
        }
        let positions = (recovery.differences?.by ?? [:]).sorted { $0.key < $1.key }.map { ticker, difference in
            "\(ticker): the venue has \(difference) contracts more than the journal, as far as was read"
        }
        return orders + positions
    }

    /// Orders of earlier runs whose fate is not known, or of which fills are to come.
    private var undecided: [DeskOrder] {
        active.sorted().compactMap { orders[$0] }.filter { order in
            order.isAdopted && (order.venueID == nil || order.ending != nil || order.filled < order.expected)
        }
    }

    private func compare(_ picture: AccountPicture, _ recovery: Recovery) -> [RecoveryPicture.Line] {
        var venue: [Ticker: Quantity] = [:]
        for row in picture.positions { venue[row.ticker, default: .zero] += row.position }
        let tickers = recovery.ours.union(venue.keys).union(account.positions.keys)
            .union(recovery.unaccounted.values.map(\.ticker))
        return tickers.sorted().map { ticker in
            let isPaid = account.finals[ticker] != nil && account.positions[ticker] == nil
            return RecoveryPicture.Line(
                ticker: ticker,
                ours: account.positions[ticker] ?? account.finals[ticker] ?? .zero,
                venue: isPaid ? nil : venue[ticker] ?? .zero,
                unaccounted: recovery.unaccountedPosition(in: ticker),
                isOurs: recovery.ours.contains(ticker) || account.positions[ticker] != nil
                    || recovery.unaccounted.values.contains { $0.ticker == ticker }
            )
        }
    }

    /// Takes in payments: what was paid meanwhile is no difference.
    func explain(
        _ result: Result<[SettlementRow], VenueError>,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        recovery?.isAskingPayments = false
        guard case .success(let rows) = result else {
            // It is asked again with the next reading; the trouble is told once.
            if recovery?.hasToldTrouble == false { check(result, into: &news) }
            recovery?.hasToldTrouble = true
            return
        }
        recovery?.hasPayments = true
        let held = Set((account.picture?.positions ?? []).map(\.ticker))
        let paid = rows.filter { account.positions[$0.ticker] != nil && !held.contains($0.ticker) }
        check(.success(paid), into: &news)
        for row in paid { settle(row.ticker) }
        reconcileSoon(at: time)
    }

    private func conclude(
        _ lines: [RecoveryPicture.Line],
        _ picture: AccountPicture,
        into news: inout [DeskNews]
    ) {
        guard let recovery else { return }
        for line in lines where line.isOurs {
            // Where we do not know what is held, nothing is added to it.
            let rest = line.difference - line.unaccounted
            if line.venue != nil, rest != .zero { account.foreignPositions[line.ticker] = rest }
        }
        counts.differences += lines.count { $0.isOurs && $0.difference != .zero }
        news.append(
            .recovered(
                RecoveryPicture(
                    lines: lines.filter { $0.ours != .zero || ($0.venue ?? .zero) != .zero || $0.unaccounted != .zero },
                    openOrders: active.sorted().compactMap { orders[$0] }.filter(\.isAdopted).map(OpenOrder.init),
                    fills: recovery.fills,
                    unaccounted: recovery.unaccounted.values.sorted { $0.clientID < $1.clientID },
                    account: picture
                )
            )
        )
    }
}
