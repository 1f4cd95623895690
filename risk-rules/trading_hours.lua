-- Denies entries outside your hours: so many hours on some days of the week, by the clock of a time zone.
--
-- The zone knows summer time: 09:30 in New York is 09:30 all year. Hours may run across midnight ("22:00" to "04:00");
-- what lies after midnight then belongs to the day on which they began. Positions that are open stay managed.
-- A time or zone that cannot be read denies every entry, and says why.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "trading_hours",
  version = "1.0.0",
  description = "Entries only within some hours on some days of the week.",
  params = {
    from = { type = "string", default = "09:00", help = "first minute of the hours, HH:MM" },
    to = { type = "string", default = "16:30", help = "end of the hours, HH:MM; the same as `from` means 24 hours" },
    days = { type = "string", default = "12345", help = "days on which the hours begin: 1 is Monday, 7 is Sunday" },
    zone = { type = "string", default = "America/New_York", help = "whose clock it is: UTC, or a name like this one" },
  },
}

-- "09:30" as seconds since midnight.
local function seconds_of(text)
  local hour, minute = text:match("^(%d%d?):(%d%d)$")
  hour, minute = tonumber(hour), tonumber(minute)
  if not hour or minute > 59 or hour * 60 + minute > 1440 then
    error(("'%s' is no time of day: write HH:MM, such as 09:30"):format(text))
  end
  return (hour * 60 + minute) * 60
end

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  if order.reducing then return "allow" end
  local params = ctx.params
  if not params.days:match("^[1-7]+$") then
    error(("'%s' are no days: write digits, such as 12345 for Monday to Friday"):format(params.days))
  end
  local from, to = seconds_of(params.from), seconds_of(params.to)
  local clock = kbot.clock(ctx.now, params.zone)
  local time, day = clock.seconds_of_day, clock.weekday
  local is_open
  if from < to then
    is_open = from <= time and time < to
  else
    is_open = time >= from or time < to
    if time < to then day = (day + 5) % 7 + 1 end -- after midnight: still the hours of the day before
  end
  if is_open and params.days:find(tostring(day), 1, true) then return "allow" end
  return "deny", "OUTSIDE_HOURS", ("%02d:%02d on day %d in %s: entries from %s to %s on days %s"):format(
    clock.hour, clock.minute, clock.weekday, params.zone, params.from, params.to, params.days)
end

return rule
