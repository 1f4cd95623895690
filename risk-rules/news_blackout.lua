-- Denies entries around scheduled news: price jumps over stops there, and spreads are wide before it.
--
-- Times are a list with spaces: "08:30" is every day, "2026-06-17T14:00" that day only, by the clock of `zone`. US
-- figures come at 08:30 in New York, decisions of the Federal Reserve at 14:00. Positions that are open stay managed; to
-- be flat before the news, choose `before` longer than a trade lasts. A list that cannot be read denies every entry.

---@type kbot.RiskRule
local rule = {
  api = 1,
  kind = "risk-rule",
  name = "news_blackout",
  version = "1.0.0",
  description = "No entry shortly before and after given times.",
  params = {
    times = { type = "string", default = "08:30 14:00",
      help = "times of news with spaces between: HH:MM, or YYYY-MM-DDTHH:MM" },
    zone = { type = "string", default = "America/New_York", help = "whose clock it is: UTC, or a name like this one" },
    before = { type = "number", default = 15, min = 0, max = 600, help = "minutes without entries before each time" },
    after = { type = "number", default = 5, min = 0, max = 600, help = "minutes without entries after each time" },
  },
}

-- A word of the list: its date (nil: every day) and its seconds since midnight.
local function read(word)
  local date, hour, minute = word:match("^(%d%d%d%d%-%d%d%-%d%d)T(%d%d):(%d%d)$")
  if not date then hour, minute = word:match("^(%d%d?):(%d%d)$") end
  hour, minute = tonumber(hour), tonumber(minute)
  if not hour or hour > 23 or minute > 59 then
    error(("'%s' is no time: write HH:MM or YYYY-MM-DDTHH:MM"):format(word))
  end
  return date, (hour * 60 + minute) * 60
end

---@param ctx kbot.RuleContext
---@param order kbot.Order
function rule.check(ctx, order)
  if order.reducing then return "allow" end
  local params = ctx.params
  local verdict, code, text = "allow", nil, nil
  for word in params.times:gmatch("%S+") do
    local date, time = read(word)
    -- Seconds since that time of day, today's or whichever is nearest: negative before it.
    local since = (kbot.clock(ctx.now, params.zone).seconds_of_day - time + 43200) % 86400 - 43200
    local clock = kbot.clock(ctx.now - since, params.zone)
    local is_near = -params.before * 60 <= since and since < params.after * 60
    if is_near and (not date or date == ("%04d-%02d-%02d"):format(clock.year, clock.month, clock.day)) then
      local when = (since < 0 and "is in %.0f s" or "was %.0f s ago"):format(math.abs(since))
      verdict, code, text = "deny", "NEWS_BLACKOUT", ("%s in %s %s"):format(word, params.zone, when)
    end
  end
  return verdict, code, text
end

return rule
