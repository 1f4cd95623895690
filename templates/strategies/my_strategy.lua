-- Buys a fast dip below the average, while there is time left for the price to come back.
--
-- A place to begin: change it, run it again, read the funnel of the report. Nothing is compiled.
-- Prices are cents of the YES contract, quantities contracts, money dollars, times seconds.

---@type kbot.Strategy
local strategy = {
  api = 1, -- the version of kbot's script contract
  kind = "strategy",
  name = "my_strategy",
  version = "0.1.0",
  description = "Goes long when the close is some cents below its moving average.",

  -- Each can be set from outside: kbot run --strategy my_strategy.lua --param period=30
  params = {
    period = { type = "integer", default = 24, min = 2, max = 500, help = "candles in the average" },
    depth = { type = "number", default = 6, min = 1, max = 50, help = "cents below the average" },
    risk = { type = "number", default = 4, min = 1, max = 20, help = "distance of the stop, in cents" },
    min_minutes_left = { type = "integer", default = 9, min = 0, max = 1440,
      help = "no entry with less time than this to the market's close" },
  },
}

-- Called once: what must be ready when on_candle is called.
---@param params kbot.Params
function strategy.needs(params)
  return {
    candles = { interval = "5s" },
    indicators = { mean = { "sma", period = params.period } },
  }
end

-- Called with every closed candle, once the average has a value. It answers with a signal, or with nil and why not.
---@param ctx kbot.Context
---@param candle kbot.Candle
function strategy.on_candle(ctx, candle)
  local params = ctx.params
  local depth = kbot.snap(ctx.indicators.mean - candle.close)
  if depth < params.depth then return nil, "NO_DIP" end

  -- The third result says that the rule was met on this side and a filter stopped it: it feeds the funnel.
  if ctx.market.minutes_left < params.min_minutes_left then return nil, "TOO_LATE_FOR_A_DIP", "long" end

  -- kbot's limits and risk rules decide whether and how large the entry becomes; stop and target are kbot's work.
  return {
    side = "long",
    entry = candle.close,
    stop_offset = params.risk,
    target_offset = 2 * params.risk,
    reason = ("%.2f cents below the mean"):format(depth),
  }
end

return strategy
