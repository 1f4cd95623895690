import Foundation

/// Lets a running kbot be asked and told things: a Unix domain socket, `STATE_DIR/run/PID.sock`, for its own user alone.
///
/// There is no thread and no waiting. The run's loop calls ``poll(now:handle:)`` about every 50 ms; requests are carried
/// out inside that call, between two market events. ``ControlRequest`` describes what goes over the socket.
package final class ControlServer {
    /// Connections at one time; further ones wait until one of these has ended.
    static let mostConnections = 8
    /// How long the other end may take for a request, or to read its answer.
    static let patience = Duration.seconds(5)

    /// Path of the socket.
    package let path: String

    private let folder: SocketFolder
    private let name: String
    private let identity: UInt64?
    private let user: uid_t
    private var listener: Descriptor?
    private var connections: [ControlConnection] = []

    /// Begins to listen; folders that are missing are made, for their owner alone.
    ///
    /// - Parameters:
    ///   - stateDirectory: The state directory.
    ///   - process: The process identifier that names the socket.
    /// - Throws: ``ControlError`` when the folders or the socket cannot be made; the run can go on without.
    package convenience init(stateDirectory: String, process: Int32 = getpid()) throws(ControlError) {
        try self.init(stateDirectory: stateDirectory, process: process, user: geteuid())
    }

    /// Begins to listen for connections of a user.
    init(stateDirectory: String, process: Int32, user: uid_t) throws(ControlError) {
        folder = try SocketFolder(making: stateDirectory)
        name = "\(process).sock"
        path = "\(folder.path)/\(name)"
        listener = try folder.listen(name)
        identity = folder.identity(name)
        self.user = user
    }

    deinit { close() }

    /// Takes in connections, carries out what they ask, and answers, as far as that goes without waiting.
    ///
    /// `now` is when the call happens; it never goes back. `handle` carries out a request and gives the answer; each
    /// connection gets one answer in a call at most.
    package func poll(now: ContinuousClock.Instant, handle: (ControlRequest) -> ControlResponse) {
        while connections.count < Self.mostConnections, let listener, let next = acceptConnection(listener) {
            connections.append(ControlConnection(next, isWelcome: peer(of: next) == user, now: now))
        }
        for connection in connections { connection.step(now: now, handle: handle) }
        connections.removeAll(where: \.isDone)
    }

    /// Stops listening, ends all connections and takes the socket away.
    package func close() {
        guard listener != nil else { return }
        listener = nil
        connections.removeAll()
        // Somebody may have cleared the folder, and another process have taken the name.
        if folder.identity(name) == identity { folder.remove(name) }
    }
}

/// One connection of a server: a request, its answer, the next request.
private final class ControlConnection {
    private let socket: LineSocket
    private var since: ContinuousClock.Instant
    private var isAnswering = false
    private var isLast = false
    private var isLate = false

    init(_ descriptor: Descriptor, isWelcome: Bool, now: ContinuousClock.Instant) {
        socket = LineSocket(descriptor, longestLine: ControlRequest.longestLine)
        since = now
        if !isWelcome { refuse("this kbot belongs to another user") }
    }

    /// Whether the connection has nothing left to do, or failed.
    var isDone: Bool { socket.isBroken || isLate || isLast && !socket.hasOutput }

    func step(now: ContinuousClock.Instant, handle: (ControlRequest) -> ControlResponse) {
        socket.flush()
        if isAnswering, !socket.hasOutput {
            isAnswering = false
            since = now
        }
        // An answer leaves whole before the next request is read, so that a client that never reads costs little memory.
        if !isAnswering, !isLast {
            socket.receive()
            switch socket.takeLine() {
            case .whole(let line):
                socket.send(answer(line, handle).line)
                isAnswering = socket.hasOutput
                since = now
            case .tooLong: refuse("a request is one line of at most \(ControlRequest.longestLine >> 10) KiB")
            case .none: isLast = socket.isAtEnd
            }
        }
        isLate = now - since >= ControlServer.patience
    }

    private func answer(_ line: [UInt8], _ handle: (ControlRequest) -> ControlResponse) -> ControlResponse {
        do throws(ControlError) {
            return handle(try ControlRequest(line: line))
        } catch {
            return .failure(error.message)
        }
    }

    private func refuse(_ reason: String) {
        socket.send(ControlResponse.failure(reason).line)
        isLast = true
    }
}
