import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

/// Whatever happens, the venue ends up holding exactly what is wanted.
struct SocketPropertyTests {
    private static let channels = Channel.allCases.filter { $0 != .other }

    @Test func `after any accidents and quiet time the venue holds exactly what is wanted`() throws {
        try forSeeds(0..<400) { random in
            var configuration = SocketConfiguration()
            configuration.marketsPerCommand = Int.random(in: 1...8, using: &random)
            var stage = SocketStage(seed: random.next(), configuration: configuration)
            stage.venue.unknown = ["M3", "M7"]
            stage.venue.accidents = .init(
                refusedHandshake: .random(in: 0...40, using: &random),
                lostCommand: .random(in: 0...5, using: &random),
                refusedCommand: .random(in: 0...20, using: &random),
                slowReply: .random(in: 0...5, using: &random),
                lostBook: .random(in: 0...20, using: &random),
                deadSubscription: .random(in: 0...30, using: &random),
                drop: .random(in: 0...20, using: &random),
                doubledFrame: .random(in: 0...20, using: &random),
                swappedFrames: .random(in: 0...20, using: &random)
            )
            var wanted: [Channel: [String]?] = [:]
            if Bool.random(using: &random) { stage.machine.start(at: stage.now) }
            for _ in 0..<Int.random(in: 5...40, using: &random) {
                try Self.change(&stage, &wanted, &random)
                let beats = Int.random(in: 0..<20, using: &random) > 0
                try stage.run(.milliseconds(.random(in: 0...20_000, using: &random)), beats: beats)
            }
            stage.machine.start(at: stage.now)
            stage.venue.accidents = .none
            let commands = stage.venue.commands.count
            try stage.run(.minutes(6))
            try Self.compare(stage, wanted)
            let quiet = stage.venue.commands.count
            try hold(quiet - commands < 400, "\(quiet - commands) commands until all was quiet")
            try stage.run(.minutes(5))
            // Only the two markets that do not exist are tried again, at most once a minute on each channel.
            try hold(stage.venue.commands.count - quiet <= 150, "the venue is asked for ever")
        }
    }

    @Test func `a stopped machine does nothing and wants no time, whatever comes`() throws {
        try forSeeds(0..<100) { random in
            var stage = SocketStage(seed: random.next())
            var wanted: [Channel: [String]?] = [:]
            stage.venue.accidents.drop = 20
            stage.machine.start(at: stage.now)
            for _ in 0..<10 {
                try Self.change(&stage, &wanted, &random)
                try stage.run(.milliseconds(.random(in: 0...5_000, using: &random)))
            }
            stage.machine.stop()
            for _ in 0..<10 {
                try Self.change(&stage, &wanted, &random)
                stage.machine.handle(.opened, at: stage.now)
                try stage.run(.seconds(30))
            }
            try hold(stage.machine.state == .stopped, "\(stage.machine.state)")
            try hold(stage.actionsWhenStopped == 0, "\(stage.actionsWhenStopped) actions when stopped")
            try hold(stage.machine.nextDeadline == .distantFuture, "a deadline when stopped")
            try hold(!stage.venue.isOpen, "the connection is still open")
        }
    }

    private static func change(
        _ stage: inout SocketStage,
        _ wanted: inout [Channel: [String]?],
        _ random: inout SeededGenerator
    ) throws {
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            guard let channel = channels.randomElement(using: &random) else { continue }
            let count = Int.random(in: 0...6, using: &random)
            let members = (0..<count).map { _ in "M\(Int.random(in: 0..<10, using: &random))" }
            switch channel {
            case .lifecycle, .orderGroups:
                if Bool.random(using: &random) {
                    stage.machine.want(channel, at: stage.now)
                    wanted[channel] = .some(nil)
                } else {
                    stage.machine.unwant(channel, at: stage.now)
                    wanted[channel] = .some([])
                }
            case .index, .fastIndex:
                stage.machine.want(channel, indices: members, at: stage.now)
                wanted[channel] = .some(members)
            case .orderbook:
                stage.machine.want(channel, markets: members.map { Ticker($0) }, at: stage.now)
                wanted[channel] = .some(members)
            default:
                let all = Int.random(in: 0..<4, using: &random) == 0
                stage.machine.want(channel, markets: all ? nil : members.map { Ticker($0) }, at: stage.now)
                wanted[channel] = .some(all ? nil : members)
            }
            stage.performActions()
        }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: stage.machine.resync([0, 3, 5].map { Ticker("M\($0)") }, at: stage.now)
        case 1: stage.machine.overflowed(at: stage.now)
        case 2: stage.venue.end(.closedByVenue(code: 1001, reason: "maintenance"), at: stage.now)
        case 3: stage.machine.handle(Frame(body: .ok, sid: 9_999, id: 3), ticker: nil, at: stage.now)
        case 4: stage.machine.handle(Frame(body: .unsubscribed, sid: 7_777, id: 12), ticker: nil, at: stage.now)
        default: break
        }
    }

    private static func compare(_ stage: SocketStage, _ wanted: [Channel: [String]?]) throws {
        try hold(stage.machine.isLive, "\(stage.machine.state) after quiet time")
        for channel in channels {
            let held = stage.venue.held.values.filter { $0.channel == channel.rawValue }
            let known = wanted[channel].map { $0.map { Set($0).subtracting(stage.venue.unknown) } } ?? []
            if let known {
                try hold(held.count == (known.isEmpty ? 0 : 1), "\(channel): \(held.count) subscriptions for \(known)")
                try hold((held.first?.members ?? []) == known, "\(channel): \(held) instead of \(known)")
            } else {
                try hold(held.count == 1 && held.first?.isAll == true, "\(channel): \(held) instead of all")
            }
            try hold(stage.machine.isSubscribed(channel) == !held.isEmpty, "\(channel) is subscribed or not")
        }
    }
}
