import KBotKalshi
import KBotModel
import Synchronization

/// A clock that moves only when somebody waits, or says so.
final class TestClock: Sendable {
    private let state: Mutex<(elapsed: TimeSpan, skew: TimeSpan)>
    static let start = Timestamp(seconds: 1_795_375_920)

    init(skew: TimeSpan = .zero) { state = Mutex((elapsed: .zero, skew: skew)) }

    /// The venue's time.
    var venue: Timestamp { Self.start + state.withLock { $0.elapsed } }

    /// What the client takes for the venue's time.
    var now: Timestamp { Self.start + state.withLock { $0.elapsed + $0.skew } }

    /// Time since the start, on a clock that is never set.
    var uptime: Timestamp { Timestamp(microseconds: state.withLock { $0.elapsed.microseconds }) }

    func advance(_ span: TimeSpan) { state.withLock { $0.elapsed = $0.elapsed + span } }

    func correct() { state.withLock { $0.skew = .zero } }

    var rest: RESTClock {
        RESTClock(
            now: { self.now },
            local: { self.now },
            uptime: { self.uptime },
            sleep: { span in
                try Task.checkCancellation()
                self.advance(span)
            }
        )
    }
}

/// Answers from a script, one step a request; the last step is repeated.
final class ScriptedTransport: HTTPTransport {
    /// What happens to a request.
    enum Step: Sendable {
        case answer(Int, String, [HTTPField] = [])
        case fail(TransportError)
    }

    private let clock: TestClock
    private let latency: TimeSpan
    private let state: Mutex<(steps: [Step], requests: [HTTPRequest])>

    init(_ steps: [Step], clock: TestClock, latency: TimeSpan = .milliseconds(20)) {
        self.clock = clock
        self.latency = latency
        state = Mutex((steps: steps, requests: []))
    }

    /// What was sent.
    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest, deadline: Timestamp) async throws(TransportError) -> HTTPResponse {
        let step = state.withLock { state -> Step in
            state.requests.append(request)
            return state.steps.count > 1 ? state.steps.removeFirst() : state.steps[0]
        }
        clock.advance(latency)
        switch step {
        case .answer(let status, let body, let headers):
            return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
        case .fail(let error): throw error
        }
    }
}

/// Collects what a client says.
final class Collector<Item: Sendable>: Sendable {
    private let state = Mutex<[Item]>([])
    var items: [Item] { state.withLock { $0 } }
    func add(_ item: Item) { state.withLock { $0.append(item) } }
}
