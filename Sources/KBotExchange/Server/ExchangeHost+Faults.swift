import KBotKalshi
import KBotModel

/// What is made to go wrong.
extension ExchangeHost {
    /// Says that a fault has struck; never with a header or a body.
    func note(_ kind: FaultKind, _ text: String) {
        log("\(now) fault \(kind.rawValue): \(text)")
    }

    // MARK: With time

    /// Looks after the sockets and lets faults strike that come with time.
    func sweep(_ uptime: Timestamp, since span: TimeSpan) {
        for socket in sockets.values.sorted(by: { $0.number < $1.number }) {
            socket.sweep(uptime)
            if faults.strikes(.dropSocket, within: span) { drop(socket) }
            if faults.strikes(.freezeSocket, within: span) { freeze(socket) }
        }
        if let ends = pauseEnds, uptime >= ends {
            pauseEnds = nil
            exchange.resume()
            log("\(now) trading goes on")
            distribute()
        }
        if faults.strikes(.pause, within: span) { pause(uptime) }
        if faults.strikes(.keyRemoved, within: span) { removeKey(uptime) }
        removedKeys = removedKeys.filter { $0.value > uptime }
        setSettlementDelay()
    }

    /// Decides, once in each quarter of an hour of the exchange's time, how late the result that ends it is paid.
    private func setSettlementDelay() {
        let window = now.floored(to: .minutes(15))
        guard window != settlementWindow else { return }
        settlementWindow = window
        let isLate = faults.strikes(.lateSettlement)
        let extra = isLate ? TimeSpan.seconds(30 + Int64(faults.draw(.lateSettlement) * 270)) : .zero
        exchange.settlementDelay = usualSettlementDelay + extra
        if isLate { note(.lateSettlement, "results are paid \(exchange.settlementDelay) after they are known") }
    }

    private func drop(_ socket: SocketHandler) {
        note(.dropSocket, "socket \(socket.number) is cut")
        socket.cut()
    }

    private func freeze(_ socket: SocketHandler) {
        guard !socket.isFrozen else { return }
        note(.freezeSocket, "socket \(socket.number) says nothing any more")
        socket.isFrozen = true
    }

    private func pause(_ uptime: Timestamp) {
        guard pauseEnds == nil else { return }
        // Some seconds of the exchange's time, and long enough to be seen at any speed.
        let market = TimeSpan.seconds(5 + Int64(faults.draw(.pause) * 10))
        let wall = max(TimeSpan(microseconds: market.microseconds / clock.speed), .milliseconds(300))
        pauseEnds = uptime + wall
        note(.pause, "trading pauses for \(wall * clock.speed)")
        exchange.pause()
        distribute()
    }

    private func removeKey(_ uptime: Timestamp) {
        let keys = seenKeys.filter { removedKeys[$0] == nil }
        guard !keys.isEmpty else { return }
        let key = keys[Int(faults.draw(.keyRemoved) * Double(keys.count)) % keys.count]
        removedKeys[key] = uptime + .seconds(5)
        note(.keyRemoved, "key \(key) is refused for 5s")
    }

    // MARK: With requests

    /// Answers a request from outside, faults included.
    func answer(_ request: HTTPRequest, isLocal: Bool, then finish: @escaping (RequestOutcome) -> Void) {
        if request.path == "/kbot/faults" {
            finish(.answer(control(request, isLocal: isLocal)))
            return
        }
        remember(request)
        if let refusal = refusal(ofKeyIn: request) ?? refusal(of: request) {
            finish(.answer(refusal))
            return
        }
        let line = "\(request.method.rawValue) \(request.path)"
        let isCreate = request.method == .post && Self.creates.contains(request.path)
        if isCreate, faults.strikes(.createLost) {
            note(.createLost, "\(line) is not carried out, the connection is closed")
            finish(.close)
            return
        }
        let isCut = isCreate && faults.strikes(.createTimeout)
        let isError = faults.strikes(.serverError)
        // A 500 leaves it open whether a write was carried out.
        if isError, request.method != .get, faults.draw(.serverError) < 0.5 {
            note(.serverError, "\(line) is not carried out")
            finish(.answer(Self.internalError))
            return
        }
        let isSlow = faults.strikes(.slow)
        perform(request) { [self] response in
            if isError {
                note(.serverError, request.method == .get ? line : "\(line) is carried out (\(response.status))")
                finish(.answer(Self.internalError))
                return
            }
            if isCut {
                cut(line, response, finish)
                return
            }
            let told = aged(response, to: request)
            guard isSlow else {
                finish(.answer(told))
                return
            }
            let wait = TimeSpan.milliseconds(200 + Int64(faults.draw(.slow) * 1_800))
            note(.slow, "\(line) is answered after \(wait)")
            after(wait) { finish(.answer(told)) }
        }
    }

    private static let creates = [
        "/trade-api/v2/portfolio/events/orders", "/trade-api/v2/portfolio/events/orders/batched",
    ]

    private static let internalError = HTTPResponse.venueError(
        500,
        code: "internal_server_error",
        message: "internal server error"
    )

    /// An order was taken; its answer gets lost in one of three ways.
    private func cut(_ line: String, _ response: HTTPResponse, _ finish: @escaping (RequestOutcome) -> Void) {
        let draw = faults.draw(.createTimeout)
        if draw < 0.4 {
            note(.createTimeout, "\(line) is carried out (\(response.status)), the connection is closed")
            finish(.close)
        } else if draw < 0.8 {
            note(.createTimeout, "\(line) is carried out (\(response.status)), the answer is 504")
            finish(.answer(HTTPResponse(status: 504, body: Array("upstream request timeout".utf8))))
        } else {
            note(.createTimeout, "\(line) is carried out (\(response.status)), the connection is silent, then closed")
            after(.seconds(12)) { finish(.close) }
        }
    }

    /// A refusal by fault of a request that is not carried out; nil for most.
    private func refusal(of request: HTTPRequest) -> HTTPResponse? {
        let line = "\(request.method.rawValue) \(request.path)"
        if faults.strikes(.tooManyRequests) {
            note(.tooManyRequests, line)
            guard faults.draw(.tooManyRequests) < 0.5 else {
                return .venueError(429, code: "too_many_requests", message: "too many requests")
            }
            return HTTPResponse(status: 429, body: Array(#"{"error":"too many requests"}"#.utf8))
        }
        if faults.strikes(.htmlPage) {
            note(.htmlPage, line)
            let page =
                "<html><head><title>503 Service Temporarily Unavailable</title></head><body>"
                + "<center><h1>503 Service Temporarily Unavailable</h1></center></body></html>\r\n"
            let type = HTTPField("Content-Type", "text/html")
            return HTTPResponse(status: 503, headers: [type], body: Array(page.utf8))
        }
        return nil
    }

    /// The refusal of a key that a fault has taken away; nil for others.
    func refusal(ofKeyIn request: HTTPRequest) -> HTTPResponse? {
        guard !removedKeys.isEmpty, let key = request.apiKey, let end = removedKeys[key], end > MachineClock.uptime
        else { return nil }
        return .venueError(401, code: "authentication_error", message: "authentication_error", details: "NOT_FOUND")
    }

    private func remember(_ request: HTTPRequest) {
        guard let key = request.apiKey, !seenKeys.contains(key), seenKeys.count < 100 else { return }
        seenKeys.append(key)
    }

    /// An answer as a lagging reader would have got it.
    private func aged(_ response: HTTPResponse, to request: HTTPRequest) -> HTTPResponse {
        guard request.method == .get else { return response }
        let lag = faults.rate(.staleReads)
        if lag > 0 {
            let span = TimeSpan(microseconds: Int64(lag * 1_000)) * clock.speed
            return StaleReads.aged(response, to: request.path, since: now - span)
        }
        let isMarket = request.path.hasPrefix("/trade-api/v2/markets/") && request.path.count { $0 == "/" } == 4
        if isMarket, faults.rate(.freshMarket) > 0,
            StaleReads.showsMarket(response, youngerThan: now - .seconds(2) * clock.speed), faults.strikes(.freshMarket)
        {
            note(.freshMarket, request.path)
            return .venueError(404, code: "not_found", message: "not found")
        }
        return response
    }

    // MARK: By hand

    /// `GET` and `POST /kbot/faults`, which the venue does not have: rates, and faults to strike at once.
    private func control(_ request: HTTPRequest, isLocal: Bool) -> HTTPResponse {
        guard isLocal else { return .venueError(403, code: "forbidden", message: "only from this machine") }
        switch request.method {
        case .get: return HTTPResponse(status: 200, body: faults.report.bytes)
        case .post:
            guard let object = (try? JSON(parsing: request.body))?.object else {
                return .venueError(400, code: "bad_request", message: "send a JSON object")
            }
            var plan = faults
            var now: [FaultKind] = []
            for key in object.keys {
                let problem = HTTPResponse.venueError(
                    400,
                    code: "bad_request",
                    message: "no such fault or rate",
                    details: key
                )
                if key == "now", case .array(let names)? = object[key] {
                    for name in names {
                        guard let kind = name.text.flatMap(FaultKind.init(rawValue:)) else { return problem }
                        now.append(kind)
                    }
                } else if key == "all", object[key] == .bool(true) {
                    _ = plan.switchOn("all")
                } else if key == "off", object[key] == .bool(true) {
                    for kind in FaultKind.allCases { plan.set(kind, to: 0) }
                } else if case .number(let rate)? = object[key], plan.switchOn("\(key)=\(rate)") {
                    continue
                } else {
                    return problem
                }
            }
            faults = plan
            for kind in now where !strike(kind) {
                return .venueError(
                    400,
                    code: "bad_request",
                    message: "cannot be struck by hand",
                    details: kind.rawValue
                )
            }
            log("\(self.now) faults are set: \(faults.active.map(\.rawValue).joined(separator: ", "))")
            return HTTPResponse(status: 200, body: faults.report.bytes)
        default: return .venueError(405, code: "method_not_allowed", message: "GET or POST")
        }
    }

    /// Lets a fault strike at once; false for one that strikes only frames or requests.
    private func strike(_ kind: FaultKind) -> Bool {
        let all = sockets.values.sorted { $0.number < $1.number }
        switch kind {
        case .dropSocket: all.forEach(drop)
        case .freezeSocket: all.forEach(freeze)
        case .pause: pause(MachineClock.uptime)
        case .keyRemoved: removeKey(MachineClock.uptime)
        default: return false
        }
        faults.count(kind)
        return true
    }
}

extension HTTPRequest {
    /// The API key a request names.
    var apiKey: String? { headers.first { $0.name.lowercased() == "kalshi-access-key" }?.value }
}
