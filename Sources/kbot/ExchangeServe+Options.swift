import KBotExchange
import KBotModel
import KBotRuntime

/// Reading the options of `kbot exchange`.
extension ExchangeServe {
    func readAccounts() throws(RunFailure) -> [String: Money] {
        var accounts: [String: Money] = [:]
        for text in account {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, KeyDirectory.isAccountName(parts[0]), let cash = Money(parts[1]), cash >= .zero
            else {
                throw RunFailure(.usage, "--account \(text): write NAME:CASH, such as default:1000")
            }
            accounts[parts[0]] = cash
        }
        return accounts
    }

    func readDuration() throws(RunFailure) -> TimeSpan? {
        guard let duration else { return nil }
        guard let span = TimeSpan(duration), span > .zero else {
            throw RunFailure(.usage, "--duration \(duration): give a time such as 10m")
        }
        return span
    }

    func readFaults() throws(RunFailure) -> FaultPlan {
        var plan = FaultPlan(seed: seed)
        if let faults {
            guard faults == "all", plan.switchOn("all") else {
                throw RunFailure(.usage, "--faults \(faults): only all")
            }
        }
        for text in fault where !plan.switchOn(text) {
            let names = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw RunFailure(.usage, "--fault \(text): give NAME or NAME=RATE; names are \(names)")
        }
        return plan
    }

    func makeOptions() throws(RunFailure) -> ExchangeOptions {
        guard (1...1_000_000).contains(speed) else {
            throw RunFailure(.usage, "--speed \(speed): a whole number from 1 to 1000000")
        }
        guard (0...65_535).contains(port) else { throw RunFailure(.usage, "--port \(port): 0 to 65535") }
        guard isPublic || ["127.0.0.1", "::1", "localhost"].contains(host) else {
            throw RunFailure(.usage, "--host \(host): other machines could connect; say --public when that is meant")
        }
        var options = ExchangeOptions(series: SeriesTicker(series), seed: seed)
        guard options.setFills(fills) else {
            throw RunFailure(.usage, "--fills \(fills): realistic, optimistic or pessimistic")
        }
        options.speed = speed
        options.isStrictOnShards = strictShards
        if tier == "off" {
            options.limitsRates = false
        } else if let named = ExchangeOptions.Tier.named(tier) {
            options.tier = named
        } else {
            throw RunFailure(.usage, "--tier \(tier): basic, advanced, prestige or off")
        }
        return options
    }

    /// The market, when it opens, and what the exchange's clock says at the start.
    func makeFeed(
        _ wall: Timestamp
    ) throws(RunFailure) -> (feed: ServedFeed, opens: Timestamp, clock: Timestamp) {
        var asked: Timestamp?
        if let start {
            guard let time = Timestamp(rfc3339: start) else {
                throw RunFailure(.usage, "--start \(start): write a time such as 2026-06-01T00:00:00Z")
            }
            asked = time
        }
        do {
            guard !feed.isEmpty, feed != ["sim"] else {
                let clock = asked ?? wall
                let opens = clock.floored(to: .minutes(15))
                let simulated = try SimulatedFeed(
                    series: SeriesTicker(series),
                    start: opens,
                    duration: .hours(24 * 366),
                    seed: seed
                )
                return (try ServedFeed(simulated), opens, clock)
            }
            var paths: [String] = []
            for name in feed {
                guard name.hasPrefix("replay:"), name.count > "replay:".count else {
                    throw RunFailure(.usage, "--feed \(name): give sim or replay:PATH")
                }
                paths.append(String(name.dropFirst("replay:".count)))
            }
            let served = try ServedFeed(ReplayFeed(paths: paths, markets: markets))
            guard let first = served.first else { throw RunFailure(.data, "the recording holds no market") }
            return (served, first, max(first, asked ?? first))
        } catch let failure as RunFailure {
            throw failure
        } catch {
            throw RunFailure(.data, "\(error)")
        }
    }
}
