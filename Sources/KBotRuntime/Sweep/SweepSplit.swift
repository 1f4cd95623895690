package import KBotModel
import KBotReports

/// How the time is parted into what parameters are chosen on and what they are then judged by.
package enum SweepSplit: Hashable, Sendable {
    /// The last markets of the data, this many thousandths of them, are held out; 0 holds out none.
    case holdout(permille: Int)
    /// Choose on so much time, judge on the time that follows, go on by that.
    case walkForward(train: TimeSpan, test: TimeSpan)

    /// Without any word: 30% of the markets.
    package static let usual = SweepSplit.holdout(permille: 300)

    /// Reads `30%` or `0%`.
    ///
    /// - Throws: ``RunFailure`` when it is none, or more than 90%.
    package static func holdout(_ text: String) throws(RunFailure) -> SweepSplit {
        guard text.hasSuffix("%"), let units = parseDecimal(text.dropLast().utf8, fractionDigits: 1),
            (0...900).contains(units)
        else { throw RunFailure(.usage, "--holdout \(text): write a share of the markets from 0% to 90%") }
        return .holdout(permille: Int(units))
    }

    /// Reads `5d/1d`.
    ///
    /// - Throws: ``RunFailure`` when it is none.
    package static func walkForward(_ text: String) throws(RunFailure) -> SweepSplit {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).compactMap { TimeSpan($0) }
        guard parts.count == 2, parts.allSatisfy({ $0 >= .minutes(1) }), text.count(where: { $0 == "/" }) == 1 else {
            throw RunFailure(
                .usage,
                "--walk-forward \(text): write the time to choose on and the time to judge by, such as 5d/1d"
            )
        }
        return .walkForward(train: parts[0], test: parts[1])
    }

    /// Reads ``text`` again.
    init?(text: String) {
        let split = try? (text.contains("/") ? Self.walkForward(text) : Self.holdout(text))
        guard let split else { return nil }
        self = split
    }

    /// `30%` or `5d/1d`.
    var text: String {
        switch self {
        case .holdout(let permille): SweepDecimal(units: Int64(permille) * 100_000_000).description + "%"
        case .walkForward(let train, let test): "\(train)/\(test)"
        }
    }
}

/// One window: parameters are chosen by trades between ``from`` and ``split`` and judged by those opened from ``split`` to
/// before ``to``.
package struct SweepFold: Hashable, Codable, Sendable {
    /// Trades opened before count in neither part.
    package let from: Timestamp
    /// Where the choice is made.
    package let split: Timestamp
    /// Trades opened from here on belong to the next window.
    package let to: Timestamp

    /// Whether a trade was over when the choice was made.
    func isInSample(_ trade: SweepTrade) -> Bool { trade.opened >= from && trade.ended <= split }

    /// Whether a trade began after the choice. One that was open when the choice was made is in neither part: nobody who
    /// chose then would have had it.
    func isOutOfSample(_ trade: SweepTrade) -> Bool { trade.opened >= split && trade.opened < to }

    /// Whether a market is among those a choice is made on.
    func isInSample(_ unit: SweepMarkets.Unit) -> Bool { unit.closes > from && unit.closes <= split }

    /// Whether a market is among those the choice is judged by.
    func isOutOfSample(_ unit: SweepMarkets.Unit) -> Bool { unit.closes > split && unit.closes <= to }

    /// Everything, and nothing to judge by.
    static let whole = SweepFold(from: .distantPast, split: .distantFuture, to: .distantFuture)
}

extension SweepSplit {
    /// The windows of data, in the order of time; the last one's judging time has no end.
    ///
    /// - Throws: ``RunFailure`` when the data are too short for one.
    func folds(of data: SweepMarkets) throws(RunFailure) -> [SweepFold] {
        switch self {
        case .holdout(let permille):
            guard permille > 0 else { return [.whole] }
            let units = data.units
            let kept = units.count - max(1, (units.count * permille + 500) / 1_000)
            guard kept > 0, units[kept - 1].closes < data.last else {
                // One market, or one day: the time itself is parted.
                let span = (data.last - data.first).microseconds / 1_000 * Int64(1_000 - permille)
                return [
                    SweepFold(from: .distantPast, split: data.first + TimeSpan(microseconds: span), to: .distantFuture)
                ]
            }
            return [SweepFold(from: .distantPast, split: units[kept - 1].closes, to: .distantFuture)]
        case .walkForward(let train, let test):
            var folds: [SweepFold] = []
            var from = data.first
            while from + train < data.last {
                folds.append(SweepFold(from: from, split: from + train, to: from + train + test))
                from = from + test
                guard folds.count <= 10_000 else {
                    throw RunFailure(.usage, "--walk-forward \(text): more than 10000 windows")
                }
            }
            guard let last = folds.popLast() else {
                throw RunFailure(
                    .usage,
                    "--walk-forward \(text): the data last only \((data.last - data.first).shortText)"
                )
            }
            return folds + [SweepFold(from: last.from, split: last.split, to: .distantFuture)]
        }
    }
}
