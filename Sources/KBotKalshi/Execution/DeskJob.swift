package import KBotModel

/// One network call that an order desk wants made.
package struct DeskJob: Sendable {
    /// The job's number: its report carries the same.
    package let number: Int64
    /// What is to be done.
    package let work: Work

    /// Makes a job.
    package init(number: Int64, work: Work) {
        self.number = number
        self.work = work
    }

    /// What is to be done.
    package enum Work: Sendable {
        /// Place an order, never twice, and give it up once the patience is over.
        case place(CreateOrder, patience: TimeSpan, urgency: RateLimiter.Urgency)
        /// Cancel an order.
        case cancel(CancelItem)
        /// Cancel several orders.
        case cancelMany([CancelItem])
        /// Change an order.
        case amend(String, AmendOrder, subaccount: Int32?)
        /// Read one order by the venue's id.
        case order(String)
        /// Find out whether an order whose answer was lost is there.
        case find(CreateOrder, sentAt: Timestamp)
        /// Read the fills of one order that was placed at some time.
        case fills(order: String, sentAt: Timestamp, AccountScope)
        /// Read the whole account, with the fills from some time on, and, when asked for, all orders from some time on.
        case account(fillsFrom: Timestamp, ordersFrom: Timestamp?, AccountScope)
        /// Make an order group.
        case createGroup(limit: Quantity, shard: Int32, subaccount: Int32?)
        /// Set the limit of an order group.
        case limitGroup(OrderGroupName, Quantity)
        /// Unlock an order group.
        case resetGroup(OrderGroupName)
        /// Take an order group away.
        case deleteGroup(OrderGroupName)
        /// Read the payments of decided markets from some time on.
        case settlements(from: Timestamp, subaccount: Int32?)
    }
}

/// What came of a network call; opaque to whoever carries it from the network's threads to the desk.
package struct DeskReport: Sendable {
    /// The job's number.
    package let number: Int64
    /// What came of it.
    package let outcome: Outcome

    /// What came of a network call.
    package enum Outcome: Sendable {
        /// Of a new order.
        case placed(Placement)
        /// Of a cancel.
        case cancelled(Cancellation)
        /// Of several cancels, in the order of the items.
        case cancelledMany([Cancellation])
        /// Of a change.
        case amended(OrderChange<AmendedOrder>)
        /// Of reading an order.
        case order(Result<OrderRow, VenueError>)
        /// Of looking for an order.
        case sighted(RESTClient.Sighting)
        /// Of reading fills.
        case fills(Result<[FillRow], VenueError>)
        /// Of reading the account.
        case account(Result<AccountPicture, VenueError>)
        /// Of making a group.
        case group(Result<CreatedOrderGroup, VenueError>)
        /// Of changing a group.
        case done(Result<NoContent, VenueError>)
        /// Of reading payments.
        case settlements(Result<[SettlementRow], VenueError>)
    }

    /// Makes a report.
    package init(number: Int64, outcome: Outcome) {
        self.number = number
        self.outcome = outcome
    }
}

/// Makes network calls for an order desk: over REST, or by the script of a test.
package protocol DeskClient: AnyObject {
    /// Begins a job and returns at once; its report comes later, once, whatever happens.
    func launch(_ job: DeskJob)
}
