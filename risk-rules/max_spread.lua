-- Denies entries while the spread is wide: a trade that has to cross it starts with a loss.
--
-- A risk rule sees every order after kbot's own limits and may allow, reduce, deny or halt; it can never enlarge one.
-- Orders that only make a position smaller are shown too (`order.reducing`), but no rule can stop them.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "max_spread",
  version = "1.0.0",
  description = "No entry while ask minus bid is wider than a few cents, or unknown.",
  params = {
    cents = { type = "number", default = 3, min = 0.01, max = 99, help = "widest spread that is still allowed, in cents" },
  },
}

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  if order.reducing then return "allow" end
  local spread = ctx.market.spread
  if not spread then
    return "deny", "SPREAD_UNKNOWN", "bid or ask is missing"
  end
  if spread > ctx.params.cents then
    return "deny", "SPREAD_TOO_WIDE", ("spread %.2f cents, at most %.2f"):format(spread, ctx.params.cents)
  end
  return "allow"
end

return rule
