import Foundation

/// Talks to the kbots that run with a state directory.
package struct ControlClient: Sendable {
    /// What one run answered.
    package struct Answer: Sendable {
        /// The run, by the name of its socket: its process identifier.
        package let run: String
        /// Its answer, or why there is none.
        package let result: Result<ControlResponse, ControlError>
    }

    /// The state directory.
    package let stateDirectory: String

    /// Makes a client; nothing is looked for yet.
    package init(stateDirectory: String) { self.stateDirectory = stateDirectory }

    /// Asks runs and waits for their answers, all at the same time.
    ///
    /// Sockets nobody listens on any more are cleared away, and are no part of the answers.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - runs: Those to ask, by ``Answer/run``; nil for all there are.
    ///   - timeout: How long to wait; nil for what is usual for the request.
    /// - Returns: one answer for each run, in the order of their process identifiers; empty when none runs.
    /// - Throws: ``ControlError`` when the state directory cannot be read.
    package func ask(
        _ request: ControlRequest,
        of runs: [String]? = nil,
        timeout: Duration? = nil
    ) throws(ControlError) -> [Answer] {
        guard let folder = try SocketFolder(of: stateDirectory) else { return [] }
        let timeout = timeout ?? request.usualTimeout
        let exchanges = (runs?.map { $0 + ".sock" } ?? folder.names()).map {
            ControlExchange($0, in: folder, request: request)
        }
        let clock = ContinuousClock()
        let end = clock.now + timeout
        while true {
            for exchange in exchanges { exchange.step() }
            let waiting = exchanges.filter(\.isWaiting)
            let left = end - clock.now
            guard !waiting.isEmpty, left > .zero else { break }
            Self.wait(for: waiting, atMost: left)
        }
        return exchanges.compactMap { $0.answer(after: timeout) }
    }

    private static func wait(for exchanges: [ControlExchange], atMost left: Duration) {
        var interests = exchanges.compactMap(\.interest)
        // Whoever has no connection yet must be tried again; the others wake us.
        let longest = interests.count < exchanges.count ? min(left, .milliseconds(20)) : left
        let (seconds, attoseconds) = longest.components
        let milliseconds = min(seconds, 1_000) * 1_000 + attoseconds / 1_000_000_000_000_000 + 1
        _ = unsafe poll(&interests, nfds_t(interests.count), Int32(milliseconds))
    }
}

/// One request to one run, and its answer; no call waits.
final class ControlExchange {
    private enum State {
        case unconnected
        case talking(LineSocket)
        case gone
        case done(Result<ControlResponse, ControlError>)
    }

    private let name: String
    private let folder: SocketFolder
    private let request: ControlRequest
    private var state = State.unconnected

    /// Prepares an exchange with the socket of a name.
    init(_ name: String, in folder: SocketFolder, request: ControlRequest) {
        self.name = name
        self.folder = folder
        self.request = request
    }

    /// Whether the answer is still to come.
    var isWaiting: Bool {
        switch state {
        case .unconnected, .talking: true
        case .gone, .done: false
        }
    }

    /// What to wait for before the next step; nil while there is no connection.
    var interest: pollfd? {
        guard case .talking(let socket) = state else { return nil }
        return pollfd(
            fd: socket.descriptor.number,
            events: Int16(POLLIN) | (socket.hasOutput ? Int16(POLLOUT) : 0),
            revents: 0
        )
    }

    /// The answer; nil when nobody is there.
    func answer(after timeout: Duration) -> ControlClient.Answer? {
        let result: Result<ControlResponse, ControlError>
        switch state {
        case .gone: return nil
        case .done(let answer): result = answer
        case .unconnected, .talking: result = .failure(ControlError("did not answer within \(timeout)"))
        }
        return ControlClient.Answer(run: String(name.dropLast(".sock".count)), result: result)
    }

    /// Goes on as far as that goes without waiting.
    func step() {
        do throws(ControlError) {
            if case .unconnected = state { try connect() }
            if case .talking(let socket) = state { try talk(socket) }
        } catch {
            state = .done(.failure(error))
        }
    }

    private func connect() throws(ControlError) {
        switch try folder.connect(name) {
        case .connected(let descriptor):
            let socket = LineSocket(descriptor, longestLine: ControlResponse.longestLine)
            socket.send(request.line)
            state = .talking(socket)
        case .crowded: break
        case .stale:
            folder.remove(name)
            state = .gone
        case .absent: state = .gone
        }
    }

    private func talk(_ socket: LineSocket) throws(ControlError) {
        socket.flush()
        socket.receive()
        switch socket.takeLine() {
        case .whole(let line): state = .done(.success(try ControlResponse(line: line)))
        case .tooLong: throw ControlError("gave an answer that is too long")
        case .none: if socket.isAtEnd || socket.isBroken { throw ControlError("ended before it answered") }
        }
    }
}
