package import KBotModel

/// Makes an order desk's calls over REST, each in a task of its own.
package final class RESTDeskClient: DeskClient, Sendable {
    private let rest: RESTClient
    private let executor: LoopExecutor?
    private let post: @Sendable (DeskReport) -> Void

    /// Makes a client; `post` is called on any thread, once for each job.
    ///
    /// With an executor the jobs run on its thread: that of the connection, so that an order wakes one thread and not three.
    package init(
        rest: RESTClient,
        executor: LoopExecutor? = nil,
        post: @escaping @Sendable (DeskReport) -> Void
    ) {
        self.rest = rest
        self.executor = executor
        self.post = post
    }

    /// Begins a job and returns at once.
    package func launch(_ job: DeskJob) {
        let priority: TaskPriority =
            switch job.work {
            case .place, .cancel, .cancelMany, .amend: .high
            default: .medium
            }
        Task(executorPreference: executor, priority: priority) { [rest, post] in
            post(DeskReport(number: job.number, outcome: await Self.outcome(of: job.work, rest)))
        }
    }

    private static func outcome(of work: DeskJob.Work, _ rest: RESTClient) async -> DeskReport.Outcome {
        switch work {
        case .place(let order, let patience, let urgency):
            return .placed(await rest.place(order, patience: patience, urgency: urgency))
        case .cancel(let item): return .cancelled(await rest.cancel(item))
        case .cancelMany(let items): return .cancelledMany(await rest.cancel(items))
        case .amend(let id, let change, let subaccount):
            return .amended(await rest.amend(id, change, subaccount: subaccount))
        case .order(let id):
            return .order(
                await result { () throws(VenueError) in
                    try await rest.send(.order(id).urgent(.reducing))
                }
            )
        case .find(let order, let sentAt): return .sighted(await rest.lookUpAnywhere(order, sentAt: sentAt))
        case .fills(let order, let sentAt, let scope):
            return .fills(
                await result { () throws(VenueError) in
                    try await rest.fillsAnywhere(of: order, sentAt: sentAt, scope: scope)
                }
            )
        case .account(let from, let ordersFrom, let scope):
            return .account(
                await result { () throws(VenueError) in
                    try await AccountPicture.read(rest, scope: scope, fillsFrom: from, ordersFrom: ordersFrom)
                }
            )
        case .createGroup(let limit, let shard, let subaccount):
            return .group(
                await result { () throws(VenueError) in
                    try await rest.send(.createGroup(limit: limit, shard: shard, subaccount: subaccount))
                }
            )
        case .limitGroup(let group, let limit):
            return .done(
                await result { () throws(VenueError) in
                    try await rest.send(.limitGroup(group, to: limit).urgent(.entering))
                }
            )
        case .resetGroup(let group):
            return .done(await result { () throws(VenueError) in try await rest.send(.resetGroup(group)) })
        case .deleteGroup(let group):
            return .done(await result { () throws(VenueError) in try await rest.send(.deleteGroup(group)) })
        case .settlements(let from, let subaccount):
            return .settlements(
                await result { () throws(VenueError) in
                    try await rest.all(.settlements(subaccount: subaccount, bounds: ListBounds(limit: 200, from: from)))
                }
            )
        }
    }

    private static func result<Value: Sendable>(
        _ body: () async throws(VenueError) -> Value
    ) async -> Result<Value, VenueError> {
        do throws(VenueError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

extension AccountPicture {
    /// Reads the account: orders and positions first, then the fills, so that what they count is among these.
    ///
    /// With `ordersFrom`, orders placed since that have ended are read too.
    package static func read(
        _ rest: RESTClient,
        scope: AccountScope = AccountScope(),
        fillsFrom: Timestamp,
        ordersFrom: Timestamp? = nil,
        includesGroups: Bool = false
    ) async throws(VenueError) -> AccountPicture {
        let bounds = ListBounds(limit: 1_000)
        var orders: [OrderRow] = []
        if let ordersFrom {
            orders = try await rest.all(.orders(scope: scope, bounds: ListBounds(limit: 1_000, from: ordersFrom)))
        }
        let resting = try await rest.all(.orders(status: .resting, scope: scope, bounds: bounds))
        let positions = try await rest.all(.marketPositions(scope: scope, bounds: bounds))
        let fills = try await rest.all(.fills(scope: scope, bounds: ListBounds(limit: 1_000, from: fillsFrom)))
        let balance = try await rest.send(.balance(AccountScope(subaccount: scope.subaccount)))
        var picture = AccountPicture(
            balance: balance,
            positions: positions.filter { $0.position != .zero },
            resting: resting,
            orders: orders,
            fills: fills
        )
        if includesGroups { picture.groups = try await rest.all(.groups(subaccount: scope.subaccount)) }
        return picture
    }
}
