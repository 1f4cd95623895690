-- Bounds what settlement could take in all markets on one underlying together: five contracts on BTC are one bet.
--
-- It counts dollars at risk, not contracts: a long of 10 at 45 cents can lose 4.50, a short of 10 at 45 cents 5.50.
-- Resting entries count as if they were filled. An entry that does not fit whole is made smaller; kbot's own
-- MAX_EXPOSURE bounds the account as a whole, this rule each underlying. It counts the planned price: an entry that takes
-- at once may pay up to ten cents a contract more.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "max_underlying_exposure",
  version = "1.0.0",
  description = "Bounds the dollars at risk on one underlying.",
  params = {
    percent = { type = "number", default = 10, min = 0.01, max = 100,
      help = "most dollars at risk, in percent of equity" },
    dollars = { type = "number", default = 0, min = 0, max = 1000000000,
      help = "most dollars at risk, if that is less; 0: the percentage alone counts" },
  },
}

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  if order.reducing then return "allow" end
  local params = ctx.params
  local limit = ctx.account.equity * params.percent / 100
  if params.dollars > 0 then limit = math.min(limit, params.dollars) end
  local held = ctx.market.exposure
  -- What settlement could take of one contract, in dollars: a long loses its price, a short the rest of the dollar.
  local cost = (order.side == "long" and order.price or 100 - order.price) / 100
  local most = math.floor((limit - held) / cost + 1e-9) -- the hair keeps 0.3 / 0.1 from being 2.999…
  if most >= order.count then return "allow" end
  local text = ("%.2f of %.2f dollars at risk on %s"):format(held, limit, ctx.market.underlying)
  if most < 1 then return "deny", "UNDERLYING_EXPOSURE", text end
  return "reduce", most, "UNDERLYING_EXPOSURE", text
end

return rule
