import ArgumentParser
import Foundation
import KBotKalshi
import KBotModel
import KBotRuntime

/// `kbot transfer`: moves cash from one of the venue's shards to another.
struct Transfer: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move cash between the exchange's shards, after asking.",
        discussion: """
            Cash on one shard cannot be spent on another; crypto trades on shard 2. Shows what would change and asks first; \
            without a terminal it needs --yes.

            Examples:
              kbot transfer --from 0 --to 2 100
              kbot transfer --from 0 --to 2 100 --yes
            """
    )

    @Option(help: "Shard that gives.")
    var from: Int32

    @Option(help: "Shard that takes.")
    var to: Int32

    @Argument(help: "Dollars.")
    var amount: String

    @Flag(help: "Do it without asking.")
    var yes = false

    @OptionGroup var venue: VenueOptions

    func run() throws {
        try leave { () throws(RunFailure) in
            guard let money = Money(amount) else {
                throw RunFailure(.usage, "\(amount): give dollars, such as 100 or 12.5")
            }
            let (settings, access) = try venue.open("transfer")
            defer { access.shutDown() }
            let (from, to, subaccount) = (from, to, settings.subaccount)
            let drawn = access.wait { client -> Result<TransferPlan, TransferPlan.Problem> in
                do throws(TransferPlan.Problem) {
                    return .success(
                        try await .draw(client, from: from, to: to, amount: money, subaccount: subaccount)
                    )
                } catch {
                    return .failure(error)
                }
            }
            let plan = try unwrap(drawn, access)
            tell("\(settings.venue.place): \(plan)")
            guard try confirm("move the cash?", yes: yes) else { throw RunFailure(.interrupted, "nothing was done") }
            let id = UUID().uuidString.lowercased()
            let done = access.wait { client -> Result<TransferPlan.Outcome, TransferPlan.Problem> in
                do throws(TransferPlan.Problem) {
                    return .success(try await plan.perform(client, id: id))
                } catch {
                    return .failure(error)
                }
            }
            switch try unwrap(done, access) {
            case .done(let id): try show("moved $\(money) from shard \(from) to shard \(to) (transfer \(id))\n")
            case .seen:
                try show(
                    "moved $\(money) from shard \(from) to shard \(to); the answer was lost, the balances show it\n"
                )
            case .unknown(let error):
                throw RunFailure(
                    .venue,
                    "whether it was done is not known (\(error)); look at the balances: kbot doctor"
                )
            }
            return nil
        }
    }

    private func unwrap<Value>(
        _ result: Result<Value, TransferPlan.Problem>,
        _ access: VenueAccess
    ) throws(RunFailure) -> Value {
        switch result {
        case .success(let value): return value
        case .failure(.venue(let error)): throw RunFailure(.venue, error.advice(access.time.clock.estimate))
        case .failure(let problem): throw RunFailure(.usage, problem.description)
        }
    }
}
