import KBotModel

extension TradeAnalysis {
    /// Writes the analysis as a field that holds an object.
    func write(to writer: inout JSONWriter) {
        writer.object("analysis") { writer in
            verdict.write(to: &writer)
            let parts = [
                ("by_day", "day", byDay), ("by_hour", "hour", byHour), ("by_market", "market", byMarket),
                ("by_exit", "exit", byExit), ("by_direction", "direction", byDirection),
            ]
            for (name, key, groups) in parts {
                writer.array(name, of: groups) { writer, group in
                    writer.beginObject(inline: true)
                    writer.field(key, group.key)
                    writer.field("trades", group.trades)
                    writer.field("winning", group.winning)
                    writer.field("net_pnl", group.netPnL)
                    writer.field("fees", group.fees)
                    writer.endObject()
                }
            }
            write(netPnL, to: &writer, as: "net_pnl_histogram") { Money(units: $0) }
            write(rMultiples, to: &writer, as: "r_histogram") { Ratio(units: $0) }
            calibration.write(to: &writer)
            costs.write(to: &writer)
        }
    }

    private func write(
        _ histogram: Histogram?,
        to writer: inout JSONWriter,
        as name: String,
        _ value: (Int64) -> some JSONValue
    ) {
        writer.array(name, of: histogram.map { Array($0.counts.enumerated()) } ?? []) { writer, bin in
            guard let histogram else { return }
            writer.beginObject(inline: true)
            writer.field("from", value(histogram.lowerEnd(bin.offset)))
            writer.field("to", value(histogram.lowerEnd(bin.offset + 1)))
            writer.field("trades", bin.element)
            writer.endObject()
        }
    }
}

extension PlainVerdict {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object("verdict") { writer in
            writer.field("sentence", sentence)
            writer.field("trades", trades)
            writer.field("markets", markets)
            writer.field("mean_net_pnl", mean)
            writer.field("interval_low", interval?.low)
            writer.field("interval_high", interval?.high)
            writer.field("excludes_zero", interval?.excludesZero)
            writer.field("too_small", isTooSmall)
            writer.field("method", "percentile bootstrap over markets, 95%")
            writer.field("resamples", Self.resamples)
            writer.field("seed", Self.seed)
        }
    }
}

extension Calibration {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object("calibration") { writer in
            writer.field("unknown_outcomes", unknown)
            writer.array("bins", of: bins) { writer, bin in
                writer.beginObject(inline: true)
                writer.field("from", bin.from)
                writer.field("to", bin.to)
                writer.field("trades", bin.trades)
                writer.field("markets", bin.markets)
                writer.field("mean_price", bin.meanPrice)
                writer.field("mean_outcome", bin.meanOutcome)
                writer.endObject()
            }
        }
    }
}

extension TradeCosts {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object("costs") { writer in
            writer.field("fees", fees)
            for (name, part) in [("entries", entries), ("stops", stops), ("targets", targets)] {
                writer.object(name, inline: true) { writer in
                    writer.field("trades", part.trades)
                    writer.field("count", part.count)
                    writer.field("slippage", part.slippage)
                    writer.field("slippage_per_contract", part.perContract)
                }
            }
            writer.field("unplanned_exits", unplanned)
        }
    }
}
