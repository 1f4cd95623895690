import Foundation
import Testing

@testable import KBotRuntime

@Suite struct ControlClientTests {
    private let bench: ControlBench

    init() throws { bench = try ControlBench() }

    private var client: ControlClient { ControlClient(stateDirectory: bench.state) }

    private func exchange(_ name: String, _ request: ControlRequest = .status) throws -> ControlExchange {
        ControlExchange(name, in: try #require(try SocketFolder(of: bench.state)), request: request)
    }

    private func failure(_ exchange: ControlExchange) -> String? {
        guard case .failure(let error)? = exchange.answer(after: .seconds(2))?.result else { return nil }
        return error.message
    }

    @Test func `without a state directory nobody runs, and none is made`() throws {
        #expect(try client.ask(.status).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: bench.state))
        _ = try bench.server()
        #expect(try client.ask(.status).isEmpty)
    }

    @Test func `a request goes there and its answer comes back`() throws {
        let server = try bench.server()
        let exchange = try exchange("4711.sock", .reload(script: nil))
        #expect(exchange.isWaiting && exchange.interest == nil)
        exchange.step()
        #expect(exchange.isWaiting && exchange.interest?.events == Int16(POLLIN))
        let results = [ReloadResult(script: "x", outcome: .refused, message: ["x.lua:1: no", "was"])]
        bench.poll(server) { $0 == .reload(script: nil) ? .reload(results) : .failure("wrong") }
        exchange.step()
        #expect(!exchange.isWaiting)
        let answer = try #require(exchange.answer(after: .zero))
        #expect(try answer.run == "4711" && answer.result.get() == .reload(results))
    }

    @Test func `the socket of a run that died is cleared away in silence, and no other file`() throws {
        let server = try bench.server()
        let folder = bench.state + "/run/"
        try RawPeer.leaveStale(folder + "12.sock")
        try Data("text".utf8).write(to: URL(fileURLWithPath: folder + "13.sock"))
        try FileManager.default.createDirectory(atPath: folder + "14.sock", withIntermediateDirectories: false)
        try Data().write(to: URL(fileURLWithPath: folder + "notes.txt"))
        let answers = try client.ask(.status, timeout: .zero)
        #expect(answers.map(\.run) == ["4711"])
        #expect(bench.files == ["13.sock", "14.sock", "4711.sock", "notes.txt"])
        server.close()
    }

    @Test func `a run that does not answer in time is named`() throws {
        let server = try bench.server()
        let answers = try client.ask(.status, timeout: .zero)
        guard answers.count == 1, case .failure(let error) = answers[0].result else {
            Issue.record("\(answers)")
            return
        }
        #expect(error.message == "did not answer within 0.0 seconds")
        bench.poll(server)
    }

    @Test func `only those asked for are asked, and one that is gone is no answer`() throws {
        let servers = try [7, 8].map { try bench.server($0) }
        let answers = try client.ask(.status, of: ["8", "9"], timeout: .zero)
        #expect(answers.map(\.run) == ["8"])
        withExtendedLifetime(servers) {}
    }

    @Test func `a run that ends before it answers is named`() throws {
        let server = try bench.server()
        let waiting = try exchange("4711.sock")
        waiting.step()
        server.close()
        waiting.step()
        #expect(failure(waiting) == "ended before it answered")
    }

    @Test func `an answer of another version is an error, not a crash`() throws {
        let folder = try SocketFolder(making: bench.state)
        let listener = try folder.listen("1.sock")
        for line in ["{}\n", "what\n", #"{"ok":true,"result":{"weather":{}}}"# + "\n", #"{"ok":true}"# + "\n"] {
            let exchange = try exchange("1.sock")
            exchange.step()
            let other = LineSocket(try #require(acceptConnection(listener)), longestLine: 1_000)
            other.send(Array(line.utf8))
            exchange.step()
            #expect(failure(exchange)?.hasPrefix("gave an answer that cannot be understood") == true, "\(line)")
        }
    }

    #if os(Linux)
        @Test func `a listener that takes nobody in is tried again`() throws {
            let folder = try SocketFolder(making: bench.state)
            let listener = try folder.listen("1.sock")
            // The system holds some connections for a listener before it turns others away.
            var held: [Descriptor] = []
            while held.count < 100, case .connected(let connection) = try folder.connect("1.sock") {
                held.append(connection)
            }
            #expect((1..<100).contains(held.count))
            let exchange = try exchange("1.sock")
            exchange.step()
            #expect(exchange.isWaiting && exchange.interest == nil && bench.files == ["1.sock"])
            while acceptConnection(listener) != nil {}
            exchange.step()
            #expect(exchange.isWaiting && exchange.interest != nil)
        }
    #endif

    @Test func `all runs are asked at one time, and answer in the order of their numbers`() throws {
        let runs = try LiveRuns(bench.state, processes: [1_000, 9, 20])
        defer { runs.stop() }
        let answers = try client.ask(.reload(script: nil), timeout: .seconds(60))
        #expect(answers.map(\.run) == ["9", "20", "1000"])
        for answer in answers { #expect(try answer.result.get() == .failure("run \(answer.run)")) }
    }
}

/// Servers on a thread of their own, as other processes would be.
private final class LiveRuns: Sendable {
    private let ready = DispatchSemaphore(value: 0)
    private let isDone = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ state: String, processes: [Int32]) throws {
        let (ready, isDone, ended) = (ready, isDone, ended)
        Thread.detachNewThread {
            let servers = processes.compactMap { process in
                (try? ControlServer(stateDirectory: state, process: process)).map { (process, $0) }
            }
            ready.signal()
            while isDone.wait(timeout: .now() + .milliseconds(1)) == .timedOut {
                for (process, server) in servers {
                    server.poll(now: ContinuousClock().now) { _ in .failure("run \(process)") }
                }
            }
            ended.signal()
        }
        ready.wait()
    }

    func stop() {
        isDone.signal()
        ended.wait()
    }
}
