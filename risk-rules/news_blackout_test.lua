-- The rule of news_blackout.lua. Run it with: kbot test risk-rules/news_blackout_test.lua

local MONDAY = 1780272000 -- 2026-06-01 00:00 UTC; New York is four hours behind
local MINUTE, HOUR, DAY = 60, 3600, 86400

-- The verdict at a time in seconds since the epoch.
local function at(time, params, order)
  local bench = test.rule("news_blackout.lua", params)
  bench:market{ open_time = time }
  return bench:check(order or {})
end

describe("news_blackout", function()
  it("denies from some minutes before to some minutes after", function()
    local news = MONDAY + 12.5 * HOUR -- 08:30 in New York
    expect(at(news - 15 * MINUTE - 1)).to_be("allow")
    expect(at(news - 15 * MINUTE)).to_be("deny")
    expect(at(news)).to_be("deny")
    expect(at(news + 5 * MINUTE - 1)).to_be("deny")
    expect(at(news + 5 * MINUTE)).to_be("allow")
    expect(at(news + 5.5 * HOUR)).to_be("deny") -- 14:00, the second of the list
  end)

  it("says which news, and how far away it is", function()
    local _, code, text = at(MONDAY + 12.5 * HOUR - 90)
    expect(code).to_be("NEWS_BLACKOUT")
    expect(text).to_be("08:30 in America/New_York is in 90 s")
    _, _, text = at(MONDAY + 12.5 * HOUR + 20)
    expect(text).to_be("08:30 in America/New_York was 20 s ago")
    _, _, text = at(MONDAY + 12.5 * HOUR)
    expect(text).to_be("08:30 in America/New_York was 0 s ago")
  end)

  it("keeps a time with a date to that day", function()
    local fed = { times = "2026-06-03T14:00" }
    expect(at(MONDAY + 2 * DAY + 18 * HOUR, fed)).to_be("deny")
    expect(at(MONDAY + 1 * DAY + 18 * HOUR, fed)).to_be("allow")
    expect(at(MONDAY + 3 * DAY + 18 * HOUR, fed)).to_be("allow")
  end)

  it("looks across midnight, with and without a date", function()
    local params = { zone = "UTC", before = 10, after = 10 }
    for _, times in ipairs{ "00:05", "2026-06-01T00:05" } do
      params.times = times
      expect(at(MONDAY - 5 * MINUTE, params)).to_be("deny")
      expect(at(MONDAY - 6 * MINUTE, params)).to_be("allow")
    end
    for _, times in ipairs{ "23:55", "2026-05-31T23:55" } do
      params.times = times
      expect(at(MONDAY + 4 * MINUTE, params)).to_be("deny")
      expect(at(MONDAY + 5 * MINUTE, params)).to_be("allow")
    end
  end)

  it("follows summer time", function()
    local january = 1767571200 -- Monday 2026-01-05 00:00 UTC; New York is five hours behind
    expect(at(january + 12.5 * HOUR)).to_be("allow")
    expect(at(january + 13.5 * HOUR)).to_be("deny")
  end)

  it("reads hours of one digit and the last minute of a day", function()
    expect(at(MONDAY + 9 * HOUR, { times = "23:59 9:00", zone = "UTC" })).to_be("deny")
  end)

  it("has no news with an empty list", function()
    expect(at(MONDAY + 12.5 * HOUR, { times = "" })).to_be("allow")
  end)

  it("lets everything pass that makes a position smaller", function()
    expect(at(MONDAY + 12.5 * HOUR, nil, { reducing = true })).to_be("allow")
  end)

  it("fails on what it cannot read, which denies every entry", function()
    for _, wrong in ipairs{ "8.30", "24:00", "08:60", "2026-6-3T14:00", "2026-06-03" } do
      expect(function() at(MONDAY, { times = "14:00 " .. wrong }) end).to_fail("'" .. wrong .. "' is no time")
    end
  end)
end)
