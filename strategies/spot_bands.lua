-- SpotBands: judges 15-minute candles of the underlying's price, and trades the contract that opens when one closes.
--
-- When the whole body of a candle lies outside its Bollinger bands, the price has run. The next contract asks whether the
-- underlying will end its 15 minutes above where it opens them, so it opens near 50 cents whatever has just happened.
-- `direction = fade` bets that the run comes back, `follow` that it goes on.
--
-- On recordings it shows no edge. Three days of recorded BTC quotes (May 2026; the spot price has gaps, 46 contracts had
-- a candle): 3 trades with the usual limits, all lost, −$70; `follow` and other bands lost there, too. Twenty days of
-- June without contract prices: of 42 candles outside the bands fading named the winning side of the next contract 21
-- times, like a coin, and spread and fees come on top. Take it as an example of spot candles, not as a way to earn.
--
-- A contract that has just opened has no quotes, or wild ones. So the candle only leaves an intent behind, and the clock
-- looks every five seconds whether there is something to trade at a sane price.

---@type kbot.Strategy
local strategy = {
  api = 1,
  kind = "strategy",
  name = "spot_bands",
  version = "1.0.0",
  description = "Trades the next 15-minute contract when a spot candle closed outside its Bollinger bands.",
  params = {
    symbol = { type = "string", default = "BTC-USD", help = "the underlying whose candles are judged" },
    period = { type = "integer", default = 20, min = 2, max = 500, step = 5, optimize = true,
      help = "candles in the bands, the judged one included" },
    stddev = { type = "number", default = 2.0, min = 0.1, max = 10, step = 0.25, optimize = true,
      help = "width of the bands in population standard deviations" },
    direction = { type = "string", default = "fade", choices = { "fade", "follow" },
      help = "fade: against the candle; follow: with it" },
    entry = { type = "string", default = "take", choices = { "take", "rest" },
      help = "take: pay the spread now; rest: wait at one's own side of it" },
    stop = { type = "number", default = 8, min = 1, max = 30, step = 1, optimize = true,
      help = "distance of the stop from the entry, in cents" },
    reward_risk = { type = "number", default = 2, min = 2, max = 10, step = 0.5, optimize = true,
      help = "distance of the target, in distances of the stop" },
    max_spread = { type = "number", default = 3, min = 0.1, max = 20,
      help = "no entry while the spread is wider, in cents" },
    max_drift = { type = "number", default = 15, min = 1, max = 40,
      help = "no entry while the contract is farther than this from 50 cents: it has moved already" },
    patience = { type = "integer", default = 180, min = 5, max = 420,
      help = "seconds from the open in which there must be a quote to trade" },
    min_minutes_left = { type = "number", default = 8, min = 0, max = 15,
      help = "no entry with less time than this to the market's close" },
  },
}

-- The contracts traded, and the candles judged, are 15 minutes long.
local LENGTH = 15 * 60

---@param params kbot.Params
function strategy.needs(params)
  return {
    candles = { source = "spot", symbol = params.symbol, interval = LENGTH, history = 1 },
    indicators = { bands = { "bollinger", period = params.period, stddev = params.stddev } },
    timer = "5s",
  }
end

-- The side a closed candle asks for in the market of the call, or nil and why there is none.
---@param ctx kbot.Context
---@param candle kbot.Candle
local function judge(ctx, candle)
  local market, bands = ctx.market, ctx.indicators.bands
  -- Candles come for markets on their underlying only, but the clock comes for all.
  if market.underlying ~= ctx.params.symbol:match("^[^-]*") then return nil, "OTHER_UNDERLYING" end
  if market.open_time ~= candle.time or market.close_time ~= candle.time + LENGTH then
    return nil, "NOT_THE_NEXT_CONTRACT" -- an hourly or daily market on the same underlying, say
  end
  if candle.trades == 0 then return nil, "NO_TRADES_IN_CANDLE" end
  local is_below = candle.open < bands.lower and candle.close < bands.lower
  local is_above = candle.open > bands.upper and candle.close > bands.upper
  if not is_below and not is_above then return nil, "INSIDE_BANDS" end
  -- A run up is bought by `follow` and sold by `fade`; a run down the other way round.
  local is_long = is_above == (ctx.params.direction == "follow")
  return is_long and "long" or "short"
end

-- Judges a candle once for a market: the side is kept until it is entered or given up, else false.
local function decide(ctx, candle)
  local side, reason = judge(ctx, candle)
  ctx.state[ctx.market.ticker] = side or false
  return side, reason
end

-- The intent becomes a signal as soon as there is a sane quote.
local function enter(ctx)
  local params, market, state = ctx.params, ctx.market, ctx.state
  local side = state[market.ticker]
  if not side then return nil, "NO_SIGNAL" end
  if ctx.now > market.open_time + params.patience or market.minutes_left < params.min_minutes_left then
    state[market.ticker] = false
    ctx.log(("%s: %s given up, no price to trade in time"):format(market.ticker, side))
    return nil, "TOO_CLOSE_TO_EXPIRY"
  end
  if not market.spread then return nil, "NO_QUOTE" end
  if market.spread > params.max_spread then return nil, "SPREAD_TOO_WIDE" end
  if math.abs(market.mid - 50) > params.max_drift then return nil, "ALREADY_MOVED" end
  state[market.ticker] = false -- one attempt per contract, whatever becomes of it
  local own_side = market.bid
  if side == "short" then own_side = market.ask end
  return {
    side = side,
    entry = params.entry == "rest" and own_side or nil,
    entry_type = params.entry == "rest" and "limit" or "market",
    stop_offset = params.stop, target_offset = kbot.snap(params.stop * params.reward_risk),
    reason = params.direction .. " the 15-minute spot candle",
  }
end

-- Called with each closed spot candle, once for every open market on the underlying. The trigger is counted when a signal
-- comes of it, so none is reported here.
---@param ctx kbot.Context
---@param candle kbot.Candle
function strategy.on_candle(ctx, candle)
  local side, reason = decide(ctx, candle)
  if not side then return nil, reason end
  return enter(ctx)
end

---@param ctx kbot.Context
function strategy.on_timer(ctx)
  if ctx.state[ctx.market.ticker] == nil then
    -- The market was not known yet when its candle closed (kbot started later, say): the last candle is judged now.
    decide(ctx, ctx.candles(1)[1])
  end
  return enter(ctx)
end

---@param ctx kbot.Context
function strategy.on_settle(ctx) ctx.state[ctx.market.ticker] = nil end

return strategy
