import KBotModel

/// What a job was for, kept until its report comes.
struct PendingJob {
    enum Purpose {
        case place(ClientOrderID)
        case cancel(ClientOrderID)
        case cancelMany([ClientOrderID])
        case amend(ClientOrderID, DeskOrder.Amendment)
        case look(ClientOrderID)
        case fetch(ClientOrderID)
        case account(listsOrders: Bool)
        case group(Int32)
        case groupReset(Int32)
        case groupTaken(OrderGroupName)
        case groupDeleted(OrderGroupName)
        case settlements
        case recoverySettlements
        case sweep
    }

    let purpose: Purpose
    /// When it was launched.
    let began: DeskTime
}

/// Network calls and what came of them.
extension OrderDesk {
    /// Hands a job to the client.
    func launch(_ work: DeskJob.Work, _ purpose: PendingJob.Purpose, at time: DeskTime) {
        lastJob += 1
        jobs[lastJob] = PendingJob(purpose: purpose, began: time)
        client.launch(DeskJob(number: lastJob, work: work))
    }

    /// How long to wait after so many failures in a row.
    func pause(after failures: Int) -> TimeSpan {
        min(configuration.firstRetry * Int64(1 << min(max(failures - 1, 0), 16)), configuration.longestRetry)
    }

    /// Sorts an outcome to where it belongs.
    func take(
        _ outcome: DeskReport.Outcome,
        of job: PendingJob,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        switch (job.purpose, outcome) {
        case (.place(let id), .placed(let placement)):
            guard let order = orders[id] else { return }
            placed(order, placement, job.began, at: time, into: &news)
        case (.cancel(let id), .cancelled(let cancellation)):
            counts.cancelLatency = counts.cancelLatency + (time.uptime - job.began.uptime)
            if let order = orders[id] { cancelled(order, cancellation, at: time, into: &news) }
        case (.cancelMany(let ids), .cancelledMany(let cancellations)):
            for (index, id) in ids.enumerated() {
                guard let order = orders[id] else { continue }
                let missing = VenueError(.unreadableAnswer, .outcomeUnknown, message: "the answer left it out")
                let one = index < cancellations.count ? cancellations[index] : .unknown(missing)
                cancelled(order, one, at: time, into: &news)
            }
        case (.amend(let id, let amendment), .amended(let change)):
            if let order = orders[id] { amended(order, amendment, change, at: time, into: &news) }
        case (.look(let id), .order(let result)):
            if let order = orders[id] { looked(order, result, at: time, into: &news) }
        case (.look(let id), .sighted(let sighting)):
            if let order = orders[id] { sighted(order, sighting, at: time, into: &news) }
        case (.fetch(let id), .fills(let result)):
            if let order = orders[id] { fetched(order, result, at: time, into: &news) }
        case (.account(let listsOrders), .account(let result)):
            if listsOrders {
                switch result {
                case .success: account.ordersFrom = nil
                case .failure: recovery?.wantsOrders = true
                }
            }
            reconcile(result, began: job.began, at: time, into: &news)
        case (.group(let shard), .group(let result)): madeGroup(onShard: shard, result, at: time, into: &news)
        case (.groupTaken(let name), .done(let result)): tookGroup(name, result, at: time, into: &news)
        case (.groupReset(let shard), .done(let result)): resetGroup(onShard: shard, result, at: time, into: &news)
        case (.groupDeleted(let name), .done(let result)): deletedGroup(name, result)
        case (.settlements, .settlements(let result)): check(result, into: &news)
        case (.recoverySettlements, .settlements(let result)): explain(result, at: time, into: &news)
        case (.sweep, _): break
        default: break  // a client that answers another question is a mistake of the program
        }
    }
}

/// What is signed ahead.
extension OrderDesk {
    /// What a new order's signature is on.
    var createTarget: RequestTarget? {
        try? RequestTarget(method: "POST", path: configuration.root + "/portfolio/events/orders")
    }

    /// What the signature of an order's cancel is on.
    func cancelTarget(_ venueID: String) -> RequestTarget? {
        try? RequestTarget(
            method: "DELETE",
            path: configuration.root + "/portfolio/events/orders/\(percentEncoded(venueID))"
        )
    }
}
