import Foundation
import KBotModel
import Testing

@testable import KBotRuntime

@Suite struct HeartbeatTests {
    private let home: FeedFolder
    private let clock = ContinuousClock()
    private let beat = Heartbeat.Beat(
        run: "r1",
        account: nil,
        state: .reduceOnly,
        marketTime: nil,
        lastEvent: Timestamp(seconds: 1_795_389_402)
    )

    init() throws {
        home = try FeedFolder()
        try FileManager.default.createDirectory(atPath: home.path + "/run", withIntermediateDirectories: true)
    }

    private func make(_ path: String? = nil) -> Heartbeat {
        Heartbeat(path: path, stateDirectory: home.path, process: 4_711, clock: { Timestamp(seconds: 1_795_389_403) })
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `the file says how the run stands, every five seconds, and goes away with it`() throws {
        let heartbeat = make()
        let now = clock.now
        #expect(heartbeat.path == home.path + "/run/4711.heartbeat")
        #expect(heartbeat.beat(now: now, beat) == nil)
        #expect(
            try text(heartbeat.path) == """
                {"pid":\(getpid()),"run":"r1","account":null,"state":"REDUCE_ONLY","time":"2026-11-22T23:16:43.000000Z",\
                "market_time":null,"last_event":"2026-11-22T23:16:42.000000Z"}

                """
        )
        let attributes = try FileManager.default.attributesOfItem(atPath: heartbeat.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        try FileManager.default.removeItem(atPath: heartbeat.path)
        #expect(heartbeat.beat(now: now + .milliseconds(4_999), beat) == nil)
        #expect(!FileManager.default.fileExists(atPath: heartbeat.path))
        #expect(heartbeat.beat(now: now + .seconds(5), beat) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/run") == ["4711.heartbeat"])
        heartbeat.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/run").isEmpty)
    }

    @Test func `a place that cannot be written is told once, until it can be`() throws {
        let heartbeat = make(home.path + "/missing/file")
        let now = clock.now
        #expect(heartbeat.beat(now: now, beat)?.contains("the heartbeat cannot be written: ") == true)
        #expect(heartbeat.beat(now: now + .seconds(5), beat) == nil)
        try FileManager.default.createDirectory(atPath: home.path + "/missing", withIntermediateDirectories: true)
        #expect(heartbeat.beat(now: now + .seconds(10), beat) == nil)
        #expect(FileManager.default.fileExists(atPath: home.path + "/missing/file"))
        try FileManager.default.removeItem(atPath: home.path + "/missing")
        #expect(heartbeat.beat(now: now + .seconds(15), beat) != nil)
    }

    @Test func `files of runs that were killed are cleared away, others are left alone`() throws {
        for name in ["2147483646.heartbeat", "\(getpid()).heartbeat", "x.heartbeat", "2147483646.sock"] {
            try home.write("run/" + name, "")
        }
        _ = make(home.path + "/elsewhere")
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/run").count == 4)
        _ = make()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: home.path + "/run").sorted()
                == ["\(getpid()).heartbeat", "2147483646.sock", "x.heartbeat"].sorted()
        )
    }
}
