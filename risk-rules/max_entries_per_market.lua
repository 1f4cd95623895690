-- Denies another entry in a market that was entered often enough: one contract is not traded to and fro all its life.
--
-- What counts are entries that FILLED, even in part: an order that was cancelled before anything traded has cost nothing.
-- Nothing slips through between order and fill: kbot has one trade at a time in a market, whatever the strategy.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "max_entries_per_market",
  version = "1.0.0",
  description = "At most so many entries in one market.",
  params = {
    entries = { type = "integer", default = 2, min = 1, max = 1000, help = "entries a market may have in its life" },
  },
}

---@param ctx kbot.RuleContext
---@param fill kbot.Fill
function rule.on_fill(ctx, fill)
  local ticker = ctx.market.ticker
  local market = ctx.state[ticker] or { entries = 0, is_in = false }
  -- An entry may fill in several parts: it counts with the first, until a fill tells that the trade is over.
  if fill.role == "entry" and not market.is_in then
    market.entries, market.is_in = market.entries + 1, true
  elseif fill.net_pnl then
    market.is_in = false
  end
  ctx.state[ticker] = market
end

-- The market is decided: nothing to remember.
---@param ctx kbot.RuleContext
function rule.on_settle(ctx) ctx.state[ctx.market.ticker] = nil end

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  if order.reducing then return "allow" end
  local market = ctx.state[ctx.market.ticker]
  if market and market.entries >= ctx.params.entries then
    return "deny", "ENTRIES_PER_MARKET", ("%d entries so far, at most %d"):format(market.entries, ctx.params.entries)
  end
  return "allow"
end

return rule
