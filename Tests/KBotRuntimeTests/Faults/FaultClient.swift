import KBotKalshi
import KBotModel

/// The desk's REST client: what it makes of requests that are lost, late, doubled or refused on their way.
final class FaultClient: DeskClient {
    /// Gone once it is dead; what it sent is answered all the same.
    private weak var process: FaultProcess?
    private let owner: Int
    private unowned let world: FaultWorld
    private var network: FaultNetwork { world.network }
    private var venue: FaultVenue { world.venue }
    private static let lost = VenueError(.lostAnswer, .outcomeUnknown, message: "lost")
    private static let failing = VenueError(.unavailable, .retryable, status: 503, message: "out of order")

    init(_ process: FaultProcess) {
        self.process = process
        owner = process.number
        world = process.world
    }

    func launch(_ job: DeskJob) {
        guard let process, process.lives() else { return }
        switch job.work {
        case .place(let order, _, _):
            world.sent(order, by: process)
            place(order, job.number)
        case .cancel(let item): cancel(item, job.number)
        case .cancelMany(let items): cancel(items, job.number)
        case .amend: answer(job.number, .amended(.refused(Self.failing)))
        case .order(let id): read(.order(id), job.number) { .order($0) }
        case .find(let order, let sentAt):
            find(order, from: sentAt, after: pause(0...1)) { [self] in sighted(job.number, $0) }
        case .fills(let id, _, _): read(.fills(order: id, bounds: Self.all), job.number) { .fills($0.map(\.rows)) }
        case .account(let from, let ordersFrom, _): account(job.number, from, ordersFrom)
        case .createGroup(let limit, let shard, _):
            read(.createGroup(limit: limit, shard: shard), job.number) { .group($0) }
        case .limitGroup(let group, let limit): read(.limitGroup(group, to: limit), job.number) { .done($0) }
        case .resetGroup(let group): read(.resetGroup(group), job.number) { .done($0) }
        case .deleteGroup(let group): read(.deleteGroup(group), job.number) { .done($0) }
        case .settlements(let from, _):
            read(.settlements(bounds: ListBounds(limit: 200, from: from)), job.number) { .settlements($0.map(\.rows)) }
        }
    }

    // MARK: The way there and back

    private static let all = ListBounds(limit: 1_000)

    private func pause(_ range: ClosedRange<Int64>) -> TimeSpan { network.seconds(range) }

    /// Sends a call on its way; `then` hears the venue's answer at the venue.
    private func send<Response: Sendable>(
        _ call: Call<Response>,
        after span: TimeSpan? = nil,
        _ then: @escaping (Result<Response, VenueError>) -> Void
    ) {
        network.schedule(.venue(from: owner), after: span ?? network.delay()) { [venue] in
            venue.perform(call, then)
        }
    }

    /// Sends an answer on its way to the desk.
    private func answer(_ number: Int64, _ outcome: DeskReport.Outcome, after span: TimeSpan? = nil) {
        network.schedule(.process(owner), after: span ?? network.delay()) { [weak process] in
            try process?.hear(DeskReport(number: number, outcome: outcome))
        }
    }

    private func read<Response: Sendable>(
        _ call: Call<Response>,
        _ number: Int64,
        _ outcome: @escaping (Result<Response, VenueError>) -> DeskReport.Outcome
    ) {
        if network.chance(network.faults.failingReads) {
            return answer(number, outcome(.failure(Self.failing)), after: pause(0...3))
        }
        send(call) { [self] in answer(number, outcome($0)) }
    }

    // MARK: Orders

    private func place(_ order: CreateOrder, _ number: Int64) {
        let faults = network.faults
        if network.chance(faults.refusals) {
            let error = VenueError(.notSent, .retryable, message: "no tokens left for it in time")
            return answer(number, .placed(.rejected(error)))
        }
        if network.chance(faults.lostRequests) {
            // Looked up, not found, and sent again, or given up as unknown.
            guard Bool.random(using: &network.random) else {
                return answer(number, .placed(.unknown(Self.lost)), after: pause(1...4))
            }
            return deliver(order, number, after: pause(1...3))
        }
        if network.chance(faults.lateRequests) {
            send(.create(order), after: pause(1...20)) { [world] result in
                if case .success = result { world.arrivedLate() }
            }
            return answer(number, .placed(.unknown(Self.lost)), after: pause(1...4))
        }
        if network.chance(faults.doubledRequests) { send(.create(order), after: network.delay()) { _ in } }
        if network.chance(faults.lostAnswers) {
            send(.create(order)) { _ in }
            guard Bool.random(using: &network.random) else {
                return answer(number, .placed(.unknown(Self.lost)), after: pause(1...4))
            }
            return find(order, from: world.now - .seconds(5), after: pause(1...3)) { [self] sighting in
                if case .found(let row) = sighting { return answer(number, .placed(.found(row))) }
                answer(number, .placed(.unknown(Self.lost)))
            }
        }
        deliver(order, number, after: network.delay())
    }

    private func deliver(_ order: CreateOrder, _ number: Int64, after span: TimeSpan) {
        send(.create(order), after: span) { [self] result in
            switch result {
            case .success(let created): answer(number, .placed(.placed(created)))
            case .failure(let error) where error.disposition == .conflict && error.kind == .orderAlreadyExists:
                find(order, from: world.now - .seconds(5), after: pause(0...1)) { [self] sighting in
                    if case .found(let row) = sighting { return answer(number, .placed(.found(row))) }
                    answer(number, .placed(.unknown(error)))
                }
            case .failure(let error): answer(number, .placed(.rejected(error)))
            }
        }
    }

    /// Looks for an order by our id; absent only when it is not there now.
    private func find(
        _ order: CreateOrder,
        from sentAt: Timestamp,
        after span: TimeSpan,
        _ then: @escaping (RESTClient.Sighting) -> Void
    ) {
        if network.chance(network.faults.failingReads) { return then(.undecided) }
        send(.orders(ticker: order.ticker, bounds: ListBounds(limit: 1_000, from: sentAt - .seconds(5))), after: span) {
            result in
            switch result {
            case .success(let page):
                then(page.rows.first { $0.clientID == order.clientID }.map { .found($0) } ?? .absent)
            case .failure: then(.undecided)
            }
        }
    }

    private func sighted(_ number: Int64, _ sighting: RESTClient.Sighting) { answer(number, .sighted(sighting)) }

    private func cancel(_ item: CancelItem, _ number: Int64) {
        let faults = network.faults
        let isLost = network.chance(faults.lostAnswers)
        if network.chance(faults.lostRequests) {
            return answer(number, .cancelled(.unknown(Self.lost)), after: pause(1...4))
        }
        if network.chance(faults.doubledRequests) { send(.cancel(item)) { _ in } }
        send(.cancel(item)) { [self] result in
            if isLost { return answer(number, .cancelled(.unknown(Self.lost)), after: pause(1...4)) }
            answer(number, .cancelled(Self.cancellation(result)))
        }
    }

    private func cancel(_ items: [CancelItem], _ number: Int64) {
        send(.cancel(items)) { [self] result in
            let each = items.map { item -> Cancellation in
                switch result {
                case .success(let answers):
                    answers.first { $0.orderID == item.id }.map { Self.cancellation($0.result) } ?? .unknown(Self.lost)
                case .failure(let error): .unknown(error)
                }
            }
            answer(number, .cancelledMany(each))
        }
    }

    private static func cancellation(_ result: Result<CancelledOrder, VenueError>) -> Cancellation {
        switch result {
        case .success(let cancelled): .cancelled(cancelled)
        case .failure(let error) where error.kind == .notFound: .notResting
        case .failure(let error) where error.disposition == .notRetryable: .refused(error)
        case .failure(let error): .unknown(error)
        }
    }

    // MARK: The account

    /// Reads the account part by part, as time goes on between them.
    private func account(_ number: Int64, _ fillsFrom: Timestamp, _ ordersFrom: Timestamp?) {
        let fail = { [self] (error: VenueError) in answer(number, .account(.failure(error))) }
        if network.chance(network.faults.failingReads) {
            return answer(number, .account(.failure(Self.failing)), after: pause(0...3))
        }
        let readRest = { [self] (orders: [OrderRow]) in
            send(.orders(status: .resting, bounds: Self.all)) { [self] resting in
                send(.marketPositions(bounds: Self.all)) { [self] positions in
                    send(.fills(bounds: ListBounds(limit: 1_000, from: fillsFrom))) { [self] fills in
                        send(.balance()) { [self] balance in
                            do throws(VenueError) {
                                let picture = AccountPicture(
                                    balance: try balance.get(),
                                    positions: try positions.get().rows.filter { $0.position != .zero },
                                    resting: try resting.get().rows,
                                    orders: orders,
                                    fills: try fills.get().rows
                                )
                                answer(number, .account(.success(picture)))
                            } catch {
                                fail(error)
                            }
                        }
                    }
                }
            }
        }
        guard let ordersFrom else { return readRest([]) }
        send(.orders(bounds: ListBounds(limit: 1_000, from: ordersFrom))) { result in
            switch result {
            case .success(let page): readRest(page.rows)
            case .failure(let error): fail(error)
            }
        }
    }
}
