package import KBotModel

/// Talks to the venue's REST interface.
///
/// Requests keep within the account's token buckets. What may be repeated is repeated, with growing waits, until it is
/// done or the patience ends; a write whose outcome is unknown is not. Each attempt is stamped and signed anew.
package actor RESTClient {
    /// Makes the headers of a request from its method, its path and the time; called once for each attempt.
    package typealias Sign = @Sendable (_ method: String, _ path: String, _ now: Timestamp) throws -> [HTTPField]

    nonisolated let configuration: RESTConfiguration
    nonisolated let clock: RESTClock
    private let transport: any HTTPTransport
    private let sign: Sign?
    private let report: @Sendable (DateReport) -> Void
    private let log: @Sendable (RESTLogLine) -> Void
    private var limiter: RateLimiter
    private var backoff: Backoff

    /// Makes a client; without `sign` it can read public things only.
    package init(
        transport: any HTTPTransport,
        sign: Sign?,
        clock: RESTClock,
        configuration: RESTConfiguration = RESTConfiguration(),
        limiter: RateLimiter = RateLimiter(),
        report: @escaping @Sendable (DateReport) -> Void = { _ in },
        log: @escaping @Sendable (RESTLogLine) -> Void = { _ in }
    ) {
        self.transport = transport
        self.sign = sign
        self.clock = clock
        self.configuration = configuration
        self.limiter = limiter
        self.report = report
        self.log = log
        backoff = Backoff(seed: configuration.seed)
    }

    /// Reads what the account may send and what calls cost, and keeps to it from now on.
    ///
    /// Costs that cannot be read leave the documented ones in force.
    package func adoptLimits() async throws(VenueError) -> AccountLimits {
        let limits = try await send(.accountLimits())
        if let table = try? await send(.endpointCosts()) { limiter.costs = table.costs }
        limiter.adopt(
            read: RateLimiter.Limit(refill: limits.read.refill, capacity: limits.read.capacity),
            write: RateLimiter.Limit(refill: limits.write.refill, capacity: limits.write.capacity)
        )
        return limits
    }

    /// Sends a request until it is answered, refused for good, in doubt, or the patience ends.
    package func send<Response>(_ call: Call<Response>) async throws(VenueError) -> Response {
        try await send(call, deadline: clock.uptime() + configuration.patience)
    }

    /// Sends a request until it is answered, refused for good, in doubt, or the deadline on ``RESTClock/uptime`` comes.
    func send<Response>(_ call: Call<Response>, deadline: Timestamp) async throws(VenueError) -> Response {
        var retry = Retry(deadline: deadline)
        while true {
            do throws(VenueError) {
                return try await attempt(call, number: retry.failures + 1, deadline: retry.deadline)
            } catch {
                guard let pause = pause(after: error, &retry) else { throw error }
                guard await rest(pause) else { throw error }
            }
        }
    }

    /// The most orders that one batch may place, or cancel.
    package func largestBatch(_ method: HTTPMethod) -> Int {
        limiter.largestBatch(
            itemCost: limiter.costs.cost(method, path: configuration.root + "/portfolio/events/orders/batched")
        )
    }

    /// What is left of a request's patience.
    struct Retry {
        let deadline: Timestamp
        var failures = 0
        var refusedStamps = 0
        /// Whether an attempt to place an order may have made it, as far as was known then.
        var doubted = false
        /// Who goes first; the call's own when nil.
        var urgency: RateLimiter.Urgency?
    }

    /// How long to wait before the next attempt; nil when there is to be none.
    func pause(after error: VenueError, _ retry: inout Retry) -> TimeSpan? {
        retry.failures += 1
        guard retry.failures < configuration.attempts else { return nil }
        switch error.disposition {
        case .retryable:
            // A 429 comes without a time to wait; when there is one, waiting less would be of no use.
            let pause = max(backoff.delay(after: retry.failures), error.retryAfter ?? .zero)
            return clock.uptime() + pause < retry.deadline ? pause : nil
        case .needsClock:
            // The report of the refusal's date has corrected the clock; a second refusal means that it cannot.
            retry.refusedStamps += 1
            return retry.refusedStamps < 3 ? .zero : nil
        case .notRetryable, .outcomeUnknown, .conflict, .gone: return nil
        }
    }

    /// Waits; false when the task was cancelled meanwhile.
    func rest(_ span: TimeSpan) async -> Bool {
        guard span > .zero else { return !Task.isCancelled }
        do {
            try await clock.sleep(span)
            return true
        } catch {
            return false
        }
    }
}

extension RESTClient {
    /// One attempt: a place in the bucket, a stamp, the request, its judgement.
    func attempt<Response>(
        _ call: Call<Response>,
        number: Int,
        deadline: Timestamp
    ) async throws(VenueError) -> Response {
        let path = configuration.root + call.path
        let ticket = try await admit(call, path: path, deadline: deadline)
        let body = call.body?.bytes ?? []
        let started = clock.uptime()
        let line = { [clock] (level: RESTLogLine.Level, outcome: String) in
            RESTLogLine(
                level: level,
                request: "\(call.method.rawValue) \(path)",
                attempt: number,
                duration: clock.uptime() - started,
                outcome: outcome
            )
        }
        do throws(VenueError) {
            // Signed last of all, so that no wait makes the stamp old.
            let request = HTTPRequest(
                method: call.method,
                path: path,
                query: call.query,
                headers: try headers(call.method, path, hasBody: !body.isEmpty),
                body: body
            )
            let response = try await exchange(request, call.effect, deadline: deadline)
            if response.status == 429 { limiter.refused(ticket, at: clock.uptime()) }
            let result = try judge(response, call)
            log(line(.debug, "\(response.status)"))
            for error in (result as? any PartlyReadable)?.unreadable ?? [] {
                log(line(.warning, "a row was left out: \(error)"))
            }
            return result
        } catch {
            let isPassing = error.disposition == .retryable || error.disposition == .needsClock
            log(line(isPassing ? .notice : .warning, error.description))
            throw error
        }
    }

    /// Waits until the bucket has enough for a call.
    private func admit<Response>(
        _ call: Call<Response>,
        path: String,
        deadline: Timestamp
    ) async throws(VenueError) -> RateLimiter.Ticket {
        let cost = limiter.costs.cost(call.method, path: path) * Int64(max(1, call.items))
        let ticket = limiter.ticket(call.scope, cost: cost, urgency: call.urgency)
        defer { limiter.withdraw(ticket) }
        while true {
            guard let delay = limiter.delay(for: ticket, at: clock.uptime()) else {
                throw VenueError(.tooLarge, .notRetryable, message: "it costs \(cost) tokens, more than a bucket holds")
            }
            guard delay > .zero else { return ticket }
            guard clock.uptime() + delay < deadline else {
                throw VenueError(.notSent, .retryable, message: "no tokens left for it in time")
            }
            guard await rest(delay) else { throw VenueError(.notSent, .notRetryable, message: "cancelled") }
        }
    }

    private func headers(_ method: HTTPMethod, _ path: String, hasBody: Bool) throws(VenueError) -> [HTTPField] {
        var headers = [HTTPField("Accept", "application/json")]
        if hasBody { headers.append(HTTPField("Content-Type", "application/json")) }
        guard let sign else { return headers }
        do {
            return headers + (try sign(method.rawValue, path, clock.now()))
        } catch {
            throw VenueError(.unsigned, .notRetryable, message: "\(error)")
        }
    }

    /// Sends the request and reports the date of the answer.
    private func exchange(
        _ request: HTTPRequest,
        _ effect: RequestEffect,
        deadline: Timestamp
    ) async throws(VenueError) -> HTTPResponse {
        let sent = clock.local()
        let response: HTTPResponse
        do throws(TransportError) {
            let attemptDeadline = min(deadline, clock.uptime() + configuration.attemptTimeout)
            response = try await transport.send(request, deadline: attemptDeadline)
        } catch {
            throw VenueError(error, effect: effect)
        }
        if let date = response.header("date") {
            report(
                DateReport(
                    date: date,
                    age: response.header("age"),
                    sent: sent,
                    received: clock.local(),
                    isRefusal: response.status == 401
                        && VenueError(response, effect: effect).disposition == .needsClock
                )
            )
        }
        return response
    }

    /// Reads an answer, or says what it means that it is none.
    private func judge<Response>(_ response: HTTPResponse, _ call: Call<Response>) throws(VenueError) -> Response {
        let isGood = (200..<300).contains(response.status)
        guard isGood || call.answersAtAnyStatus else { throw VenueError(response, effect: call.effect) }
        do throws(WireError) {
            let isEmpty = response.body.allSatisfy { $0 <= 0x20 }
            return try call.decode(isEmpty ? .null : try JSON(parsing: response.body))
        } catch {
            guard isGood else { throw VenueError(response, effect: call.effect) }
            throw VenueError(unreadable: error, status: response.status, effect: call.effect)
        }
    }
}
