import KBotEngine
import KBotExchange
import KBotJournal
import KBotKalshi
import KBotModel
import KBotTestSupport

@testable import KBotRuntime

/// What a process hears of the venue.
extension FaultWorld {
    func tell(_ body: Frame.Body) {
        switch body {
        case .ownFill(let fill): say("venue: \(fill.clientID ?? "") \(fill.side) \(fill.count) \(fill.ticker) filled")
        case .ownOrder(let order): say("venue: \(order.clientID ?? "") \(order.status) \(order.filled) filled")
        default: break
        }
        guard let process, process.isConnected else { return }
        send(body, to: process)
        if network.chance(network.faults.doubledFrames) { send(body, to: process) }
    }

    func send(_ body: Frame.Body, to process: FaultProcess) {
        guard !network.chance(network.faults.lostFrames) else { return }
        let connection = process.connection
        network.schedule(.process(process.number), after: network.delay()) {
            if process.connection == connection { try process.hear(body) }
        }
    }

    /// Data come in their order; what is lost leaves a gap, and the market is told anew.
    func tell(_ event: MarketEvent) {
        guard let process, process.isConnected, let id = event.market,
            let ticker = venue.ticker(of: id)
        else { return }
        let connection = process.connection
        dataAt = max(dataAt, network.uptime + network.delay())
        let span = dataAt - network.uptime
        if case .listed = event.kind {
        } else if network.chance(network.faults.lostData) {
            network.schedule(.process(process.number), after: span) { [self] in
                guard process.connection == connection else { return }
                try process.hear(MarketEvent(time: now, .gap(id)), of: ticker)
            }
            network.schedule(.process(process.number), after: span + network.seconds(0...2)) {
                if process.connection == connection { try process.tell(ticker) }
            }
            return
        }
        network.schedule(.process(process.number), after: span) {
            if process.connection == connection { try process.hear(event, of: ticker) }
        }
    }

    /// Prints what happens, when somebody wants to see it.
    func say(_ text: @autoclosure () -> String) {
        if isTold { print("\(network.uptime.microseconds / 1_000) ms: \(text())") }
    }
}
