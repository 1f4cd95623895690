-- BookImbalance: goes with the heavier side of the order book, once it has been heavier for some seconds.
--
-- The idea: when far more contracts wait to buy than to sell near the best prices, the next price step is more often up.
-- Against it: orders in a book are intentions and can vanish, the edge is smaller than the spread that is paid to take
-- it, and everybody sees the same book.
--
-- On recordings of BTC contracts it shows no edge. Four markets with whole books (May 2026): 4 trades, 3 won, +$50, far
-- too few to tell anything. 119 markets of those days of which only the best quotes were recorded, one a second or so
-- (max_wall=1): it loses, 29 trades, 34 % won, −$307 until its daily limits; 166 trades, 39 % won, −$837 without daily
-- limit and circuit breaker. Take it as an example of on_book, not as a way to earn.
--
-- on_book runs at every change of a book, dozens of times a second on busy markets: one look at the imbalance decides
-- most calls, everything else is asked only after that, and at most once a second.

---@type kbot.Strategy
local strategy = {
  api = 1,
  kind = "strategy",
  name = "book_imbalance",
  version = "1.0.0",
  description = "Enters with the heavier side of the order book when it stays heavier.",
  params = {
    reach = { type = "number", default = 5, min = 0, max = 20, step = 1, optimize = true,
      help = "how far from the best prices contracts are counted, in cents" },
    threshold = { type = "number", default = 0.5, min = 0.05, max = 0.99, step = 0.1, optimize = true,
      help = "least imbalance: 0.5 is three times as many contracts on one side as on the other" },
    seconds = { type = "number", default = 5, min = 0, max = 300, step = 5, optimize = true,
      help = "how long the imbalance must last, not falling below half of it" },
    max_wall = { type = "number", default = 0.7, min = 0.1, max = 1,
      help = "no entry when one price level holds more than this share of the heavier side: it may vanish at once" },
    min_depth = { type = "number", default = 200, min = 0, max = 1000000, help = "least contracts on the heavier side" },
    stop = { type = "number", default = 4, min = 1, max = 20, step = 1, optimize = true,
      help = "distance of the stop from the entry, in cents" },
    reward_risk = { type = "number", default = 2, min = 2, max = 10, step = 0.5, optimize = true,
      help = "distance of the target, in distances of the stop" },
    max_spread = { type = "number", default = 2, min = 0.1, max = 20,
      help = "no entry while the spread is wider, in cents" },
    margin = { type = "number", default = 20, min = 1, max = 49,
      help = "no entry with the mid nearer than this to 0 or 100 cents" },
    pause = { type = "integer", default = 120, min = 0, max = 3600, help = "seconds between two signals in a market" },
    min_minutes_left = { type = "number", default = 8, min = 0, max = 1440,
      help = "no entry with less time than this to the market's close" },
  },
}

---@param params kbot.Params
function strategy.needs(params)
  return { candles = { interval = "5s" } } -- no indicators: on_book is called from the first book on
end

-- What is remembered of a market: the heavier side (false before its first book), since when it is heavier, when to
-- look closer, and the last answer.
local function memory_of(ctx)
  local ticker = ctx.market.ticker
  local memory = ctx.state[ticker]
  if not memory then
    memory = { side = false, since = 0, next_look = 0, answer = "NO_BOOK" }
    ctx.state[ticker] = memory
  end
  return memory
end

-- Why the imbalance is not traded now; nil when nothing speaks against it.
local function objection(ctx, side)
  local params, market, book = ctx.params, ctx.market, ctx.book
  if ctx.position then return "POSITION_OPEN" end
  if market.minutes_left < params.min_minutes_left then return "TOO_CLOSE_TO_EXPIRY" end
  if not market.spread then return "NO_QUOTE" end
  if market.spread > params.max_spread then return "SPREAD_TOO_WIDE" end
  if market.spread >= params.stop then return "STOP_TOO_TIGHT" end
  if math.abs(market.mid - 50) > 50 - params.margin then return "PRICE_TOO_EXTREME" end
  local heavier = side == "long" and "bid" or "ask"
  local depth = book.depth(heavier, params.reach)
  if depth < params.min_depth then return "BOOK_TOO_THIN" end
  for _, level in ipairs(book.levels(heavier, 5)) do
    if level.count > params.max_wall * depth then return "ONE_WALL" end
  end
  return nil
end

---@param ctx kbot.Context
function strategy.on_book(ctx)
  local params, now = ctx.params, ctx.now
  local memory = memory_of(ctx)
  local lean, least = ctx.book.imbalance(params.reach), params.threshold
  local side = memory.side or nil
  if not lean then
    side = nil
  elseif math.abs(lean) >= least then
    side = lean > 0 and "long" or "short"
  elseif side and (side == "long" and lean or -lean) < least / 2 then
    side = nil -- books flicker: what has begun ends at half the threshold
  end
  if side ~= memory.side then -- a new lean, or the end of one: the seconds count anew
    memory.side, memory.since = side, now
    memory.answer = side and "NOT_YET_LASTING" or "BALANCED"
  end
  if not side or now - memory.since < params.seconds then return nil end
  if now < memory.next_look or math.abs(lean) < least then return nil end

  memory.next_look = now + 1
  memory.answer = objection(ctx, side)
  if memory.answer then return nil, memory.answer end
  memory.next_look, memory.answer = now + params.pause, "PAUSE"
  return {
    side = side,
    -- What waits there is taken; when it is gone on arrival, the order rests there for one candle.
    entry = side == "long" and ctx.market.ask or ctx.market.bid,
    stop_offset = params.stop, target_offset = kbot.snap(params.stop * params.reward_risk),
    ttl = 1,
    reason = ("imbalance %+.2f for %.0f s"):format(lean, now - memory.since),
  }
end

-- Answers between candles are not told anywhere; those at candles are. So each candle tells what the book said last, and
-- the report's funnel shows what holds entries back.
---@param ctx kbot.Context
function strategy.on_candle(ctx) return nil, memory_of(ctx).answer end

---@param ctx kbot.Context
function strategy.on_settle(ctx) ctx.state[ctx.market.ticker] = nil end

return strategy
