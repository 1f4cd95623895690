package import KBotData
import KBotModel

extension RunFailure {
    /// What the catalogue or the files say, with the exit code that goes with it.
    package init(catalogueError error: any Error) {
        switch error {
        case let error as RunFailure: self = error
        case let error as CatalogueError:
            switch error {
            case .missing, .foreign: self.init(.usage, error.description)
            case .damaged: self.init(.data, error.description)
            case .failed: self.init(.other, error.description)
            }
        case let error as FeedError: self.init(.data, error.description)
        default: self.init(.other, "\(error)")
        }
    }
}

extension DataSelection {
    /// Reads `--from`, `--to`, `--series` and `--market`: a day such as `2026-04-27`, or a time such as
    /// `2026-04-27T18:30:00Z`; `--to` is not part of the selection, and a day there is its beginning.
    package init(from: String?, to: String?, series: [String] = [], markets: [String] = []) throws(RunFailure) {
        self.init()
        self.from = try Self.time("--from", from)
        self.to = try Self.time("--to", to)
        self.series = Set(series)
        self.markets = Set(markets)
        if let from = self.from, let to = self.to, from >= to {
            throw RunFailure(.usage, "--to must be later than --from")
        }
    }

    private static func time(_ option: String, _ text: String?) throws(RunFailure) -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(rfc3339: text.utf8.count == 10 ? text + "T00:00:00Z" : text) else {
            throw RunFailure(.usage, "\(option) \(text): give a day (2026-04-27) or a time (2026-04-27T18:30:00Z), UTC")
        }
        return time
    }
}
