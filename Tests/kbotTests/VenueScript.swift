/// Strategies that trade often or hardly at all: what is tested with them is not the market.
enum VenueScript: String, CaseIterable {
    /// Enters every twenty seconds and leaves soon after.
    case busy
    /// Enters once, with stop and target out of reach.
    case patient
    /// Never trades.
    case idle
    /// Trades as the busy one, and keeps numbers that are hard to write down.
    case keeper

    var text: String {
        switch self {
        case .busy: Self.trading("busy", entries: 8, width: 4, keep: "")
        case .patient: Self.trading("patient", entries: .max, width: 0, keep: "")
        case .idle: Self.trading("idle", entries: 0, width: 0, keep: "")
        case .keeper: Self.trading("keeper", entries: 8, width: 4, keep: Self.keeping)
        }
    }

    private static let keeping = """
        function s.save(ctx)
          return { candles = ctx.state.candles, third = 0.1 + 0.2, tiny = 5e-324, zero = -0.0, big = 9007199254740993 }
        end
        function s.load(ctx, saved)
          ctx.log(("loaded %d %d %.17g %.17g %s %d"):format(
            saved.candles, ctx.state.candles, saved.third, saved.tiny, tostring(saved.zero), saved.big))
        end
        """

    /// Entries at the touch every fourth candle; `width` 0 goes through it until something was filled, with stop and target
    /// at the ends.
    private static func trading(_ name: String, entries: Int, width: Int, keep: String) -> String {
        let through = width == 0 ? 3 : 0
        let isDue =
            entries == 0 ? "false" : entries == .max ? "count % 2 == 0 and not ctx.state.filled" : "count % 4 == 0"
        return """
            local s = {
              api = 1, kind = "strategy", name = "\(name)", version = "1.0.0", description = "Enters by the clock.",
              needs = function() return { candles = { source = "market", interval = "5s" } } end,
            }
            function s.on_candle(ctx, candle)
              local market = ctx.market
              local count = (ctx.state.candles or 0) + 1
              ctx.state.candles = count
              if not (\(isDue)) or not market.bid or not market.ask then return nil, "WAITING" end
              local long = count % 8 == 0
              local entry = long and market.ask + \(through) or market.bid - \(through)
              if entry < 15 or entry > 85 then return nil, "WAITING" end
              local away = long and \(width) or -\(width)
              return {
                side = long and "long" or "short", entry = entry, entry_type = "limit", reason = "it is time",
                stop = \(width) == 0 and (long and 1 or 99) or entry - away,
                target = \(width) == 0 and (long and 99 or 1) or entry + 2.5 * away,
              }
            end
            function s.on_fill(ctx, fill) ctx.state.filled = true end
            \(keep)
            return s

            """
    }
}
