import KBotEngine
import KBotExchange
import KBotJournal
import KBotKalshi
import KBotModel
import KBotTestSupport

@testable import KBotRuntime

/// Times of trouble, and times of calm in which everything is compared.
extension FaultWorld {
    func storm() throws {
        isCalm = false
        network.faults = .random(&network.random)
        holdsOnRecovery = network.chance(15)
        let length = network.seconds(10...40)
        for _ in 0..<3 {
            let at = TimeSpan(microseconds: Int64.random(in: 0..<length.microseconds, using: &network.random))
            let kind = Int.random(in: 0..<6, using: &network.random)
            network.schedule(.world, after: at) { [self] in try trouble(kind) }
        }
        network.schedule(.world, after: length) { [self] in try calm() }
        if let process { process.touchesLeft = Int.random(in: 20...3_000, using: &network.random) }
    }

    func trouble(_ kind: Int) throws {
        guard !isCalm else { return }
        say("trouble \(kind)")
        switch kind {
        case 0:
            skew = .milliseconds(Int64.random(in: -3_000...3_000, using: &network.random))
            network.schedule(.world, after: network.seconds(1...8)) { [self] in skew = .zero }
        case 1:
            guard let process, process.isConnected, process.lives() else { return }
            try process.disconnect()
            try look(process)
            connect(process, after: network.seconds(0...9))
        case 2:
            disk.trouble = [.full, .readOnly, .inputOutput, .busy].randomElement(using: &network.random)
            brokenSince = now
            network.schedule(.world, after: network.seconds(1...9)) { [self] in mend() }
        case 3:
            guard let process, process.lives() else { return }
            let isWhole = Bool.random(using: &network.random)
            try process.command(
                .halt(until: nil, code: .halted, reason: "test", cancelsTargets: isWhole)
            )
            try look(process)
            network.schedule(.world, after: network.seconds(3...15)) { [self] in try resume() }
        case 4:
            guard let process, process.lives() else { return }
            try process.command(.flatten)
            try look(process)
        default:
            if let process {
                process.touchesLeft = min(process.touchesLeft, Int.random(in: 1...60, using: &network.random))
            }
        }
    }

    func mend() {
        disk.trouble = nil
        brokenSince = nil
    }

    func resume() throws {
        guard let process, process.lives() else {
            // Nobody is there to hear it: the operator says it again.
            network.schedule(.world, after: .seconds(2)) { [self] in try resume() }
            return
        }
        try process.command(.resume)
        try look(process)
    }

    func connect(_ process: FaultProcess, after span: TimeSpan) {
        network.schedule(.process(process.number), after: span) {
            if !process.isConnected { try process.connect() }
        }
    }

    func calm() throws {
        guard !isCalm else { return }
        isCalm = true
        network.faults = .none
        skew = .zero
        mend()
        process?.touchesLeft = .max
        let next = network.seconds(14...20)
        network.schedule(.world, after: next) { [self] in try endCalm(tries: 0) }
    }

    /// Compares when nothing is under way, and lets trouble begin again.
    func endCalm(tries: Int) throws {
        guard venue.tape.nextTime < .distantFuture else { return }
        if let process, process.isIdle, network.isQuiet(process.number) {
            try comparePositions(process)
            tally.comparisons += 1
        } else if tries < 400 {
            network.schedule(.world, after: .milliseconds(17)) { [self] in try endCalm(tries: tries + 1) }
            return
        }
        try storm()
    }
}
