-- Denies entries for some minutes after a losing trade: no chasing of what was just lost.
--
-- A loss is told when the trade is over: by the fill that closed it, or by the market's result. It is the net loss, after
-- fees. kbot's own circuit breaker pauses after several losses in a row; this rule pauses after each.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "cooldown_after_loss",
  version = "1.0.0",
  description = "No entry for some minutes after a losing trade.",
  params = {
    minutes = { type = "number", default = 15, min = 0.1, max = 1440, help = "how long no entry is made after a loss" },
    min_loss = { type = "number", default = 0, min = 0, max = 1000000,
      help = "net loss in dollars up to which a trade does not count as lost" },
    scope = { type = "string", default = "account", choices = { "account", "underlying" },
      help = "what pauses: all entries, or only those on the same underlying (BTC, ETH, ...)" },
  },
}

local function key(ctx) return ctx.params.scope == "account" and "account" or ctx.market.underlying end

-- The time of the loss is kept, not the end of the pause: a new value of `minutes` then counts at once.
local function note(ctx, net_pnl)
  if net_pnl and net_pnl < -ctx.params.min_loss then ctx.state[key(ctx)] = ctx.now end
end

---@param ctx kbot.RuleContext
---@param fill kbot.Fill
function rule.on_fill(ctx, fill) note(ctx, fill.net_pnl) end

---@param ctx kbot.RuleContext
---@param settlement kbot.Settlement
function rule.on_settle(ctx, settlement) note(ctx, settlement.net_pnl) end

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  if order.reducing then return "allow" end
  local lost_at = ctx.state[key(ctx)]
  if not lost_at then return "allow" end
  local left = lost_at + ctx.params.minutes * 60 - ctx.now
  if left <= 0 then return "allow" end
  return "deny", "COOLDOWN_AFTER_LOSS", ("a trade was lost %.0f s ago: no entry for %.0f s more"):format(
    ctx.now - lost_at, left)
end

return rule
