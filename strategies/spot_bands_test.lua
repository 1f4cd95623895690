-- The rules of spot_bands.lua, one by one. Run them with: kbot test strategies/spot_bands_test.lua
--
-- The bench's market opens at 00:00. A test closes five quiet spot candles before that, the last one at the open, unless
-- it says that the last one runs away. The bands are those of five closes, one deviation wide.

local script = "spot_bands.lua"
local LENGTH = 15 * 60

local quiet = { 100, 101, 100, 101 }
-- Candles whose bodies lie outside the bands of those closes.
local below = { open = 90, high = 91, low = 84, close = 85 }
local above = { open = 110, high = 116, low = 109, close = 115 }

-- A bench five candles before the open; quotes as given.
local function before_open(params, quote)
  local all = { period = 5, stddev = 1 }
  for name, value in pairs(params or {}) do all[name] = value end
  local bench = test.strategy(script, all)
  bench:market(quote or {})
  bench:at(-5 * LENGTH)
  return bench
end

-- Closes the quiet candles, then one at the open; returns the answer to it.
local function open_with(bench, candle)
  bench:candles(quiet)
  return bench:candle(candle)
end

local unquoted = { bid = false, ask = false }

describe("the candle", function()
  it("below the bands is faded by a long", function()
    local signal, code, side = open_with(before_open(), below)
    expect(signal).to_equal({
      side = "long", entry_type = "market", stop_offset = 8, target_offset = 16,
      reason = "fade the 15-minute spot candle",
    })
    expect(code).to_be_nil()
    expect(side).to_be("long")
  end)

  it("above the bands is faded by a short", function()
    expect(open_with(before_open(), above).side).to_be("short")
  end)

  it("is followed the other way round", function()
    local params = { direction = "follow" }
    expect(open_with(before_open(params), below).side).to_be("short")
    expect(open_with(before_open(params), above).side).to_be("long")
  end)

  it("with one end of its body inside is left alone", function()
    for _, candle in ipairs{
      { open = 100, close = 85 }, { open = 90, close = 100 }, { open = 100, low = 80, close = 100 },
      { open = 100, close = 115 }, { open = 110, close = 100 }, { open = 100, high = 120, close = 100 },
    } do
      local signal, code, side = open_with(before_open(), candle)
      expect(signal).to_be_nil()
      expect(code).to_be("INSIDE_BANDS")
      expect(side).to_be_nil()
    end
  end)

  it("that only touches a band is left alone", function()
    local function answer(params, candle)
      local bench = before_open(params)
      bench:candles{ 100, 100, 100, 100 }
      local _, code = bench:candle(candle)
      return code
    end
    -- A close of 90 puts the lower band at 94, of 110 the upper one at 106.
    expect(answer(nil, { open = 94, close = 90 })).to_be("INSIDE_BANDS")
    expect(answer(nil, { open = 93.99, close = 90 })).to_be_nil()
    expect(answer(nil, { open = 106, close = 110 })).to_be("INSIDE_BANDS")
    expect(answer(nil, { open = 106.01, close = 110 })).to_be_nil()
    -- Two deviations wide they lie at the close itself.
    expect(answer({ stddev = 2 }, { open = 89, close = 90 })).to_be("INSIDE_BANDS")
    expect(answer({ stddev = 2 }, { open = 111, close = 110 })).to_be("INSIDE_BANDS")
  end)

  it("without a price in it is left alone", function()
    local _, code = open_with(before_open(), { open = 85, close = 85, trades = 0 })
    expect(code).to_be("NO_TRADES_IN_CANDLE")
  end)

  it("does not concern a contract that opened earlier, or is longer than it", function()
    local bench = before_open()
    bench:at(-4 * LENGTH) -- the last candle closes when the contract ends
    bench:market{ close_time = 1780272000 + 2 * LENGTH }
    local _, code = open_with(bench, below)
    expect(code).to_be("NOT_THE_NEXT_CONTRACT")

    bench = before_open(nil, { close_time = 1780272000 + 24 * 3600 })
    _, code = open_with(bench, below)
    expect(code).to_be("NOT_THE_NEXT_CONTRACT")
  end)
end)

describe("the entry", function()
  it("waits for a quote", function()
    local bench = before_open(nil, unquoted)
    local signal, code, side = open_with(bench, below)
    expect(signal).to_be_nil()
    expect(code).to_be("NO_QUOTE")
    expect(side).to_be_nil() -- the trigger is counted with the signal
    bench:at(5)
    signal, code = bench:fire_timer()
    expect(signal).to_be_nil()
    expect(code).to_be("NO_QUOTE")
    bench:at(10)
    bench:market{ bid = 47, ask = 49 }
    expect(bench:fire_timer().side).to_be("long")
  end)

  it("waits for a sane spread and a price near 50 cents", function()
    local bench = before_open(nil, { bid = 40, ask = 60 })
    local _, code = open_with(bench, below)
    expect(code).to_be("SPREAD_TOO_WIDE")
    bench:market{ bid = 65, ask = 67 }
    _, code = bench:fire_timer()
    expect(code).to_be("ALREADY_MOVED")
    bench:market{ bid = 63.5, ask = 66.5 } -- three cents wide, fifteen from fifty
    expect(bench:fire_timer()).to_exist()
  end)

  it("is tried once for a contract", function()
    local bench = before_open()
    expect(open_with(bench, below)).to_exist()
    bench:at(5)
    local signal, code = bench:fire_timer()
    expect(signal).to_be_nil()
    expect(code).to_be("NO_SIGNAL")
  end)

  it("is given up when its patience ends, and says so", function()
    local bench = before_open({ patience = 60 }, unquoted)
    open_with(bench, below)
    bench:at(60)
    local _, code = bench:fire_timer()
    expect(code).to_be("NO_QUOTE")
    expect(bench.logs).to_equal({})
    bench:at(65)
    bench:market{ bid = 49, ask = 51 }
    _, code = bench:fire_timer()
    expect(code).to_be("TOO_CLOSE_TO_EXPIRY")
    expect(bench.logs).to_equal({ "KXBTC15M-TEST: long given up, no price to trade in time" })
    _, code = bench:fire_timer()
    expect(code).to_be("NO_SIGNAL")
  end)

  it("leaves the contract the minutes it needs", function()
    local function answer(seconds)
      local bench = before_open({ patience = 420, min_minutes_left = 10 }, unquoted)
      open_with(bench, below)
      bench:market{ bid = 49, ask = 51 }
      bench:at(seconds)
      local _, code = bench:fire_timer()
      return code
    end
    expect(answer(5 * 60)).to_be_nil()
    expect(answer(5 * 60 + 1)).to_be("TOO_CLOSE_TO_EXPIRY")
  end)

  it("can rest on its own side of the spread", function()
    local signal = open_with(before_open{ entry = "rest" }, below)
    expect(signal.entry_type).to_be("limit")
    expect(signal.entry).to_be(49)
    expect(open_with(before_open{ entry = "rest" }, above).entry).to_be(51)
  end)

  it("aims at a multiple of its stop", function()
    local signal = open_with(before_open{ stop = 5.5, reward_risk = 3 }, above)
    expect(signal.stop_offset).to_be(5.5)
    expect(signal.target_offset).to_be(16.5)
    expect(function() test.strategy(script, { reward_risk = 1.9 }) end).to_fail("must be a number from 2")
  end)
end)

describe("the memory", function()
  it("judges the last candle when the contract was not known as it closed", function()
    local bench = before_open()
    bench:market{ ticker = "KXBTC15M-EARLIER" }
    open_with(bench, below)
    bench:market{ ticker = "KXBTC15M-LATE" }
    bench:at(35)
    expect(bench:fire_timer().side).to_be("long")
    bench:at(40)
    local _, code = bench:fire_timer()
    expect(code).to_be("NO_SIGNAL")
  end)

  it("does not take the candle of another underlying for that", function()
    local bench = before_open()
    open_with(bench, below)
    bench:market{ series = "KXETH15M" }
    bench:at(5)
    local _, code = bench:fire_timer()
    expect(code).to_be("NO_SIGNAL")
    expect(bench.state["KXETH15M-TEST"]).to_be_false()
  end)

  it("does not take an old candle for that", function()
    local bench = before_open()
    open_with(bench, below)
    bench:market{ ticker = "KXBTC15M-NEXT", open_time = 1780272000 + LENGTH }
    bench:at(5)
    local _, code = bench:fire_timer()
    expect(code).to_be("NO_SIGNAL")
  end)

  it("forgets a contract that is decided", function()
    local bench = before_open(nil, unquoted)
    open_with(bench, below)
    expect(bench.state).to_equal({ ["KXBTC15M-TEST"] = "long" })
    bench:settle{ result = "yes" }
    expect(bench.state).to_equal({})
  end)
end)

describe("a run", function()
  it("enters soon after the open, once a contract", function()
    local result = test.run{ strategy = script, duration = "3h", params = { period = 5, stddev = 0.5 } }
    expect(#result.trades).to_be_above(0)
    local markets = {}
    for _, trade in ipairs(result.trades) do
      expect(trade.opened % LENGTH).to_be_below(185)
      expect(markets[trade.market]).to_be_nil()
      markets[trade.market] = true
    end
  end)
end)
