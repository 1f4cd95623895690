-- Halves entries, then denies them, while a market's price has moved far in the last minutes.
--
-- What it can see: a rule is shown a market when an order is proposed (exits too) and when one fills, not in between. It
-- keeps the prices of those moments, mid and last trade, and takes the range between them. So the range is at most the
-- true one: the brake can come late, and in a market where nothing was ordered before it knows no more than the
-- distance from the last trade to the mid. A strategy sees every candle: a filter there (its `atr`) is the finer tool.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "volatility_brake",
  version = "1.0.0",
  description = "Smaller entries, then none, while the price moves far.",
  params = {
    minutes = { type = "number", default = 3, min = 0.1, max = 60, help = "how far back prices count" },
    halve_at = { type = "number", default = 8, min = 0.01, max = 99, help = "range in cents that halves an entry" },
    deny_at = { type = "number", default = 16, min = 0.01, max = 99, help = "range in cents that denies an entry" },
  },
}

-- Moments kept in a market; those close to one another are put together.
local MOST_MOMENTS = 30

local function widen(moment, price)
  if price then moment.low, moment.high = math.min(moment.low, price), math.max(moment.high, price) end
end

-- Adds the prices of this moment to what is kept, forgets what is too old, and returns the range in cents.
local function look(ctx, traded)
  local market, span = ctx.market, ctx.params.minutes * 60
  local moments = ctx.state[market.ticker] or {}
  ctx.state[market.ticker] = moments
  while moments[1] and moments[1].time < ctx.now - span do table.remove(moments, 1) end
  local latest = moments[#moments]
  if not latest or ctx.now - latest.time >= span / MOST_MOMENTS then
    latest = { time = ctx.now, low = 100, high = 0 } -- no price yet
    moments[#moments + 1] = latest
  end
  widen(latest, market.mid)
  widen(latest, market.last)
  widen(latest, traded)
  local all = { low = 100, high = 0 }
  for _, moment in ipairs(moments) do
    all.low, all.high = math.min(all.low, moment.low), math.max(all.high, moment.high)
  end
  return kbot.snap(math.max(all.high - all.low, 0))
end

---@param ctx kbot.RuleContext
---@param fill kbot.Fill
function rule.on_fill(ctx, fill) look(ctx, fill.price) end

---@param ctx kbot.RuleContext
function rule.on_settle(ctx) ctx.state[ctx.market.ticker] = nil end

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  local range = look(ctx) -- of exits, too: they show a price
  if order.reducing then return "allow" end
  local text = ("a range of %.2f cents in %g minutes"):format(range, ctx.params.minutes)
  if range >= ctx.params.deny_at then return "deny", "TOO_VOLATILE", text end
  if range >= ctx.params.halve_at then return "reduce", math.max(1, order.count // 2), "VOLATILE", text end
  return "allow"
end

return rule
