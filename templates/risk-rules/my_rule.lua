-- Keeps entries small, and away from the ends of the price range, where there is little to win.
--
-- A risk rule sees every order after kbot's own limits and may allow, reduce, deny or halt; it can never enlarge one.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "my_rule",
  version = "0.1.0",
  description = "No large entries, and none at extreme prices.",

  -- Set from outside with the rule's name: --param my_rule.most=10
  params = {
    most = { type = "integer", default = 20, min = 1, max = 1000000, help = "contracts an entry may have" },
    margin = { type = "number", default = 10, min = 0, max = 49,
      help = "no entry with a price nearer than this to 0 or 100 cents" },
  },
}

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  if order.reducing then return "allow" end -- what makes a position smaller cannot be stopped anyway
  local params = ctx.params
  if order.price < params.margin or order.price > 100 - params.margin then
    return "deny", "PRICE_TOO_EXTREME", ("entry at %.2f cents"):format(order.price)
  end
  if order.count > params.most then
    return "reduce", params.most, "LARGE_ORDER", ("more than %d contracts"):format(params.most)
  end
  return "allow"
end

return rule
