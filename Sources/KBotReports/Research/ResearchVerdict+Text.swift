import KBotModel

extension ResearchVerdict {
    /// The verdict for a terminal: sections of plain text, at most 100 columns wide.
    package func text(width: Int = 80) -> String {
        var page = TextPage(width: width)
        write(to: &page)
        return page.text
    }

    /// Adds the sections of the verdict to a page.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - isWalkForward: Whether the results out of sample are those of the choices of several windows, made by several
    ///     trials, rather than those of the chosen trial.
    package func write(to page: inout TextPage, isWalkForward: Bool = false) {
        page.heading("VERDICT")
        page.paragraph(sentence)
        for warning in warnings {
            page.line()
            page.paragraph(warning)
        }
        if isWalkForward {
            page.heading("IN SAMPLE, AND CHOICES OF ALL WINDOWS")
            page.paragraph(
                "In sample stands trial \(chosen), chosen by all the time before the last choice; out of sample stands what "
                    + "the choices of all windows made, one after the other."
            )
        } else {
            page.heading("IN SAMPLE AND OUT OF SAMPLE, TRIAL \(chosen)")
        }
        if !parameters.isEmpty {
            page.entry("Parameters", parameters.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
        }
        if page.width >= 76 {
            page.table(
                [.left(""), .right("in sample"), .right("out of sample")],
                rows: zip(rows(inSample), rows(outOfSample)).map { [$0.label, $0.value, $1.value] }
            )
        } else {
            for (title, estimate) in [("In sample", inSample), ("Out of sample", outOfSample)] {
                page.line(title)
                page.pairs(rows(estimate))
            }
        }
        page.entry("In sample", inSample.sentence)
        page.entry("Out of sample", outOfSample.sentence)
        page.heading("SELECTION")
        page.pairs([
            ("Trials", grouped(trials)),
            ("Reality check, p", number(selection.realityCheck)),
            ("Best Sharpe by chance", number(selection.expectedMaximumSharpe)),
            ("Deflated Sharpe", number(selection.deflatedSharpe)),
            ("Deviation of the Sharpes", number(selection.sharpeDeviation)),
            ("Record needed", count(selection.minimumTrackRecord, inSample.unit)),
        ])
        page.paragraph(
            "Intervals at \(percentage(confidence)): percentiles of \(grouped(resamples)) stationary bootstraps over "
                + "\(inSample.unit.noun)s in sample, \(outOfSample.unit.noun)s out of sample, seed \(seed)."
        )
    }

    private func rows(_ estimate: PeriodEstimate) -> [(label: String, value: String)] {
        [
            ("Markets", "\(grouped(estimate.markets)) on \(dayCount(estimate.days))"),
            ("Markets traded in", grouped(estimate.tradedMarkets)),
            ("Trades", grouped(estimate.trades)),
            ("Net", estimate.net.signedText),
            ("  interval", estimate.netInterval?.signedText(joinedBy: " to ") ?? "n/a"),
            ("Net a market", estimate.perMarket?.signedText ?? "n/a"),
            ("  interval", estimate.perMarketInterval?.signedText(joinedBy: " to ") ?? "n/a"),
            ("  low end, one stake lost", estimate.cautiousLow?.signedText ?? "n/a"),
            ("  smallest edge seen", estimate.detectable.map { String($0.signedText.drop { $0 == "+" }) } ?? "n/a"),
            ("Sharpe a \(estimate.unit.noun)", number(estimate.sharpe)),
            (
                "  interval",
                estimate.sharpeInterval.map { number($0.low) + " to " + number($0.high) } ?? "n/a"
            ),
            ("  probability above zero", number(estimate.probabilisticSharpe)),
            ("  record needed", count(estimate.minimumTrackRecord, estimate.unit)),
            ("Skewness, kurtosis", number(estimate.skewness) + ", " + number(estimate.kurtosis)),
            ("Drawn in a row", number(estimate.blockLength)),
        ]
    }

    private func number(_ value: Double?) -> String { ratio(value.flatMap(Ratio.init(rounding:)), digits: 3) }

    private func ratio(_ ratio: Ratio?, digits: Int) -> String {
        guard let ratio else { return "n/a" }
        let rounded = Int64(roundedDivide(Int128(ratio.units), by: 1_000))
        return (rounded < 0 ? "\u{2212}" : "") + formatDecimal(abs(rounded), fractionDigits: digits)
    }

    private func count(_ observations: Double?, _ unit: Observations.Unit) -> String {
        guard let observations, observations < 1e9 else { return "n/a" }
        return unit.counted(Int(observations) + 1)
    }
}
