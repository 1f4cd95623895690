-- The rule of trading_hours.lua. Run it with: kbot test risk-rules/trading_hours_test.lua

local MONDAY = 1780272000 -- 2026-06-01 00:00 UTC; New York is four hours behind
local HOUR, DAY = 3600, 86400

-- The verdict at a time in seconds since the epoch.
local function at(time, params, order)
  local bench = test.rule("trading_hours.lua", params)
  bench:market{ open_time = time }
  return bench:check(order or {})
end

describe("trading_hours", function()
  it("allows from the first second of the hours to the last", function()
    expect(at(MONDAY + 13 * HOUR)).to_be("allow")
    expect(at(MONDAY + 20.5 * HOUR - 1)).to_be("allow")
  end)

  it("denies a second earlier and a second later, and tells the time", function()
    local verdict, code, text = at(MONDAY + 13 * HOUR - 1)
    expect(verdict).to_be("deny")
    expect(code).to_be("OUTSIDE_HOURS")
    expect(text).to_be("08:59 on day 1 in America/New_York: entries from 09:00 to 16:30 on days 12345")
    expect(at(MONDAY + 20.5 * HOUR)).to_be("deny")
  end)

  it("denies at weekends", function()
    expect(at(MONDAY + 4 * DAY + 14 * HOUR)).to_be("allow")
    expect(at(MONDAY + 5 * DAY + 14 * HOUR)).to_be("deny")
    expect(at(MONDAY + 6 * DAY + 14 * HOUR)).to_be("deny")
    expect(at(MONDAY + 5 * DAY + 14 * HOUR, { days = "67" })).to_be("allow")
  end)

  it("follows summer time", function()
    local january = 1767571200 -- Monday 2026-01-05 00:00 UTC; New York is five hours behind
    expect(at(january + 13.5 * HOUR)).to_be("deny")
    expect(at(january + 14 * HOUR)).to_be("allow")
    expect(at(MONDAY + 13.5 * HOUR)).to_be("allow")
  end)

  it("runs across midnight; the early hours belong to the day before", function()
    local night = { from = "22:00", to = "04:00", days = "5", zone = "UTC" } -- the night from Friday to Saturday
    local friday = MONDAY + 4 * DAY
    expect(at(friday + 3 * HOUR, night)).to_be("deny")
    expect(at(friday + 22 * HOUR, night)).to_be("allow")
    expect(at(friday + 27 * HOUR, night)).to_be("allow")
    expect(at(friday + 28 * HOUR, night)).to_be("deny")
    expect(at(friday + 46 * HOUR, night)).to_be("deny")
    night.days = "1234567"
    expect(at(friday + 28 * HOUR, night)).to_be("deny")
    -- From Sunday to Monday the week begins anew.
    expect(at(MONDAY + HOUR, { from = "22:00", to = "04:00", days = "7", zone = "UTC" })).to_be("allow")
  end)

  it("takes equal times for 24 hours", function()
    local sunday = { from = "18:00", to = "18:00", days = "7", zone = "UTC" }
    expect(at(MONDAY - 6 * HOUR - 1, sunday)).to_be("deny")
    expect(at(MONDAY - 6 * HOUR, sunday)).to_be("allow")
    expect(at(MONDAY + 18 * HOUR - 1, sunday)).to_be("allow")
    expect(at(MONDAY + 18 * HOUR, sunday)).to_be("deny")
    expect(at(MONDAY + 12 * HOUR, { from = "00:00", to = "24:00", zone = "UTC" })).to_be("allow")
  end)

  it("lets everything pass that makes a position smaller", function()
    expect(at(MONDAY, nil, { reducing = true })).to_be("allow")
  end)

  it("reads hours of one digit and the last minute of an hour", function()
    expect(at(MONDAY + 14 * HOUR, { from = "8:59", to = "23:59" })).to_be("allow")
  end)

  it("fails on what it cannot read, which denies every entry", function()
    for _, wrong in ipairs{ "9", "25:00", "24:01", "09:60", "nine" } do
      expect(function() at(MONDAY, { from = wrong }) end).to_fail("'" .. wrong .. "' is no time of day")
    end
    expect(function() at(MONDAY, { days = "Mon-Fri" }) end).to_fail("'Mon-Fri' are no days")
    expect(function() at(MONDAY, { zone = "New York" }) end).to_fail("knows no time zone 'New York'")
  end)
end)
