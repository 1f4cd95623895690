-- BollingerScalper: fades a candle that closed wholly outside its Bollinger bands.
--
-- A strategy is one table. kbot feeds it closed candles; it answers with a signal (what it would like to trade)
-- or with nil and the reason why not. It never trades: size, limits, orders, stops and targets are kbot's work.
--
-- Units: prices in cents (45, 45.5, 4.7), always of the YES contract; quantities in contracts; times in seconds.
--
-- The same rules exist natively in Swift (`--strategy native:bollinger_scalper`); both give identical signals.

---@type kbot.Strategy
local scalper = {
  api = 1, -- the version of kbot's script contract this file is written for
  kind = "strategy",
  name = "bollinger_scalper",
  version = "1.0.0",
  description = "Fades candles whose whole body lies outside the Bollinger bands.",

  -- Each parameter can be set from outside: kbot run --strategy bollinger_scalper.lua --param period=30
  params = {
    period = { type = "integer", default = 25, min = 2, max = 500, step = 5, optimize = true,
      help = "candles in the bands, the judged one included" },
    stddev = { type = "number", default = 2.0, min = 0.1, max = 10, step = 0.25, optimize = true,
      help = "width of the bands in population standard deviations" },
    interval = { type = "duration", default = "auto",
      help = "candle length; auto: 15m on daily markets, 5s on 15-minute markets" },
    geometry = { type = "string", default = "mirror", choices = { "mirror", "reversal" },
      help = "where the stop lies: see below" },
    min_minutes_left = { type = "integer", default = 8, min = 0, max = 1440,
      help = "no signal with less time than this to the market's close" },
    min_stop_ticks = { type = "integer", default = 3, min = 1, max = 100, optimize = true,
      help = "no signal when R is less than this many price steps" },
    min_reward_risk = { type = "number", default = 2.0, min = 0, max = 100,
      help = "least distance of the target, in distances of the stop" },
    target_multiple = { type = "number", default = 2.0, min = 0.1, max = 20, step = 0.5, optimize = true,
      help = "distance of the target from the entry, in R" },
  },
}

local snap = kbot.snap -- rounds to 0.01 cent: drops the noise of float arithmetic, nothing else

-- Called once, before any data is read: what kbot must have ready when it calls on_candle.
---@param params kbot.Params
function scalper.needs(params)
  return {
    candles = { source = "market", interval = params.interval },
    indicators = { bands = { "bollinger", period = params.period, stddev = params.stddev } },
  }
end

-- Called with every closed candle, once the bands are full.
---@param ctx kbot.Context
---@param candle kbot.Candle
function scalper.on_candle(ctx, candle)
  -- 1. The trigger: the whole body below the lower band is a LONG, above the upper band a SHORT.
  --    A price exactly on a band is no trigger; kbot rounds the bands so that this comparison is exact.
  local bands = ctx.indicators.bands
  local side
  if candle.open < bands.lower and candle.close < bands.lower then
    side = "long"
  elseif candle.open > bands.upper and candle.close > bands.upper then
    side = "short"
  else
    return nil, "INSIDE_BANDS"
  end

  -- 2. Filters. The third result says that the rule was met and a filter stopped it: it feeds kbot's funnel.
  local params, market = ctx.params, ctx.market
  if market.close_time - candle.time < params.min_minutes_left * 60 then
    return nil, "TOO_CLOSE_TO_EXPIRY", side
  end
  if candle.trades == 0 then
    return nil, "NO_TRADES_IN_CANDLE", side
  end

  -- 3. The prices. R is the candle's range, at least one price step; `outer` is its end farther from the bands.
  local sign = side == "long" and 1 or -1
  local outer = side == "long" and candle.low or candle.high
  local inner = side == "long" and candle.high or candle.low
  local R = math.max(snap(candle.high - candle.low), market.step(outer))
  local entry, stop, entry_type
  if params.geometry == "mirror" then
    -- Buy at the low, stop one R below it (a short mirrored): the order rests, and may take at once.
    entry, stop, entry_type = outer, outer - sign * R, "limit"
  else
    -- Buy when the price comes back to the high, stop at the low (a short mirrored).
    entry, stop, entry_type = inner, outer, "stop"
    if entry == stop then entry = snap(outer + sign * R) end
  end
  stop = math.min(math.max(snap(stop), market.lowest_price), market.highest_price)
  local target = snap(entry + sign * snap(R * params.target_multiple))
  if target < market.lowest_price or target > market.highest_price then
    return nil, "TARGET_OUT_OF_RANGE", side
  end

  -- 4. A stop nearer than a few steps, or than the spread, is touched in the instant of the fill.
  if R < snap(market.step(entry) * params.min_stop_ticks) then
    return nil, "STOP_TOO_TIGHT", side
  end
  local spread = market.spread
  if spread and R <= spread then
    return nil, "STOP_TOO_TIGHT", side
  end
  local exit_price = market.bid
  if side == "short" then exit_price = market.ask end
  if exit_price and sign * (exit_price - stop) <= 0 then
    return nil, "STOP_ALREADY_TOUCHED", side
  end
  if sign * (entry - stop) <= 0 or sign * (target - entry) <= 0 then
    return nil, "INVALID_GEOMETRY", side
  end
  if snap(sign * (target - entry)) < snap(sign * (entry - stop)) * params.min_reward_risk then
    return nil, "REWARD_RISK_TOO_LOW", side
  end

  return {
    side = side, entry = entry, stop = stop, target = target, entry_type = entry_type,
    reason = side == "long" and "body below the lower band" or "body above the upper band",
  }
end

return scalper
