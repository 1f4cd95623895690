-- The rules of bollinger_scalper.lua, one by one. Run them with: kbot test strategies/bollinger_scalper_test.lua
--
-- A test warms the bands up with quiet closes, then closes the one candle that is judged. Where nothing else is said the
-- market is one of 15 minutes with the quote 49 to 51, and the candles are of 5 seconds.

local script = "bollinger_scalper.lua"

-- Every parameter is given, so that these tests are about the rules and not about the defaults: who changes a default in
-- the script changes nothing here.
local standard = {
  period = 25, stddev = 2.0, interval = "auto", geometry = "mirror", min_minutes_left = 8, min_stop_ticks = 3,
  min_reward_risk = 2.0, target_multiple = 2.0,
}

local function strategy(params)
  local given = {}
  for name, value in pairs(standard) do given[name] = value end
  for name, value in pairs(params or {}) do given[name] = value end
  return test.strategy(script, given)
end

-- Candles whose bodies lie outside the bands of closes at 49 and 51; R is 3 cents.
local below = { open = 41, high = 43, low = 40, close = 40 }
local above = { open = 59, high = 60, low = 57, close = 60 }

-- A bench with 24 closes at two prices in turn: the next candle is the first one judged.
local function warm(params, low, high)
  local bench = strategy(params)
  for candle = 1, 24 do bench:candle(candle % 2 == 0 and (low or 49) or (high or 51)) end
  return bench
end

local function prices(signal) return { signal.entry, signal.stop, signal.target } end

describe("the trigger", function()
  ---@type kbot.Bench
  local bench
  before_each(function() bench = warm() end)

  it("is a long when the whole body lies below the lower band", function()
    local signal, code, side = bench:candle(below)
    expect(signal).to_equal({
      side = "long", entry = 40, stop = 37, target = 46, entry_type = "limit", reason = "body below the lower band",
    })
    expect(code).to_be_nil()
    expect(side).to_be("long")
  end)

  it("is a short when the whole body lies above the upper band", function()
    local signal, code, side = bench:candle(above)
    expect(signal).to_equal({
      side = "short", entry = 60, stop = 63, target = 54, entry_type = "limit", reason = "body above the upper band",
    })
    expect(code).to_be_nil()
    expect(side).to_be("short")
  end)

  it("does not mind whether the candle rose or fell", function()
    expect(bench:candle{ open = 40, high = 43, low = 40, close = 41 }.side).to_be("long")
  end)

  it("is none while one end of the body is inside", function()
    for _, candle in ipairs{
      { open = 49, high = 49, low = 40, close = 40 }, { open = 40, high = 49, low = 40, close = 49 },
      { open = 51, high = 60, low = 51, close = 60 }, { open = 60, high = 60, low = 51, close = 51 },
    } do
      local signal, code, side = warm():candle(candle)
      expect(signal).to_be_nil()
      expect(code).to_be("INSIDE_BANDS")
      expect(side).to_be_nil()
    end
  end)

  it("is none when only the wicks reach outside", function()
    local _, code = bench:candle{ open = 50, high = 70, low = 30, close = 50 }
    expect(code).to_be("INSIDE_BANDS")
  end)

  it("is none for a price exactly on a band, and one for the least more", function()
    -- With two closes and one deviation the bands are the two closes themselves.
    local function answer(stddev, candle)
      local pair = strategy({ period = 2, stddev = stddev })
      pair:candle(50)
      return pair:candle(candle)
    end
    local low, high = { open = 40, high = 44, low = 40, close = 40 }, { open = 60, high = 60, low = 56, close = 60 }
    for _, candle in ipairs{ low, high } do
      local _, code, side = answer(1.0, candle)
      expect(code).to_be("INSIDE_BANDS")
      expect(side).to_be_nil()
    end
    expect(answer(0.9999, low).side).to_be("long")
    expect(answer(0.9999, high).side).to_be("short")
  end)

  it("is none without any deviation", function()
    local _, code = warm({}, 50, 50):candle(50)
    expect(code).to_be("INSIDE_BANDS")
  end)

  it("lies two deviations from the mean", function()
    -- After these closes a body at 50 - x lies x * sqrt(0.9216 / (0.96 + 0.0384 * x * x)) deviations away.
    local _, code = bench:candle{ open = 47.8, high = 50, low = 47, close = 47.8 } -- 1.97
    expect(code).to_be("INSIDE_BANDS")
    local _, _, side = warm():candle{ open = 47.7, high = 50, low = 47, close = 47.7 } -- 2.05
    expect(side).to_be("long")
  end)

  it("needs as many candles as the bands", function()
    local fresh = strategy()
    for _ = 1, 23 do fresh:candle(50) end
    local _, code = fresh:candle(below)
    expect(code).to_be("WARMING_UP")
    _, code = fresh:candle(50)
    expect(code).to_be("INSIDE_BANDS")
  end)

  it("takes the number of candles and the width from the parameters", function()
    local short = strategy({ period = 5, stddev = 1.5 })
    short:candles{ 49, 51, 49, 51 }
    expect(short:candle(below).side).to_be("long")
    local _, code = warm{ stddev = 10 }:candle(below)
    expect(code).to_be("INSIDE_BANDS")
  end)
end)

describe("the prices", function()
  describe("of the mirror geometry", function()
    it("put a long at the low, its stop one R below, its target two R above", function()
      expect(prices(warm():candle{ open = 41, high = 45, low = 39, close = 40 })).to_equal({ 39, 33, 51 })
    end)

    it("put a short at the high, its stop one R above, its target two R below", function()
      expect(prices(warm():candle{ open = 59, high = 61, low = 56, close = 60 })).to_equal({ 61, 66, 51 })
    end)
  end)

  describe("of the reversal geometry", function()
    local reversal = { geometry = "reversal" }

    it("put a long at the high with a stop entry, its stop at the low, its target two R above the high", function()
      local signal = warm(reversal):candle(below)
      expect(prices(signal)).to_equal({ 43, 40, 49 })
      expect(signal.entry_type).to_be("stop")
    end)

    it("put a short at the low with a stop entry, its stop at the high, its target two R below the low", function()
      local signal = warm(reversal):candle(above)
      expect(prices(signal)).to_equal({ 57, 60, 51 })
      expect(signal.entry_type).to_be("stop")
    end)

    it("put the entry one step from the stop when the candle has no range", function()
      local bench = warm{ geometry = "reversal", min_stop_ticks = 1 }
      bench:market{ ask = false }
      expect(prices(bench:candle(40))).to_equal({ 41, 40, 43 })
      bench = warm{ geometry = "reversal", min_stop_ticks = 1 }
      bench:market{ bid = false }
      expect(prices(bench:candle(60))).to_equal({ 59, 60, 57 })
    end)
  end)

  it("count a candle without range as one step of the grid", function()
    local bench = warm{ min_stop_ticks = 1 }
    bench:market{ ask = false }
    expect(prices(bench:candle(40))).to_equal({ 40, 39, 42 })
    -- Below 10 cents the steps of this grid are tenths.
    bench = warm({ min_stop_ticks = 1 }, 19, 21)
    bench:market{ ask = false }
    expect(prices(bench:candle(5))).to_equal({ 5, 4.9, 5.2 })
  end)

  it("take the target's distance from the parameters", function()
    expect(prices(warm{ target_multiple = 3.5 }:candle(below))).to_equal({ 40, 37, 50.5 })
  end)

  it("end the stop at the lowest price", function()
    local plunge = { open = 3, high = 15, low = 3, close = 3 }
    expect(prices(warm({}, 18, 20):candle(plunge))).to_equal({ 3, 0.1, 27 })
    local bench = warm({}, 18, 20)
    bench:market{ grid = "cent" }
    expect(prices(bench:candle(plunge))).to_equal({ 3, 1, 27 })
  end)

  it("end the stop at the highest price", function()
    local leap = { open = 97, high = 97, low = 85, close = 97 }
    expect(prices(warm({}, 80, 82):candle(leap))).to_equal({ 97, 99.9, 73 })
    local bench = warm({}, 80, 82)
    bench:market{ grid = "cent" }
    expect(prices(bench:candle(leap))).to_equal({ 97, 99, 73 })
  end)

  it("make no signal with a target above the highest price", function()
    local function judge(high)
      local bench = warm({}, 97.8, 98)
      bench:market{ bid = 96.2, ask = 96.4 }
      return bench:candle{ open = 96.5, high = high, low = 96.3, close = 96.5 }
    end
    expect(prices(judge(98.1))).to_equal({ 96.3, 94.5, 99.9 })
    local signal, code, side = judge(98.2)
    expect(signal).to_be_nil()
    expect(code).to_be("TARGET_OUT_OF_RANGE")
    expect(side).to_be("long")
  end)

  it("make no signal with a target below the lowest price", function()
    local function judge(low)
      local bench = warm({}, 2, 2.2)
      bench:market{ bid = 3.6, ask = 3.8 }
      return bench:candle{ open = 3.5, high = 3.7, low = low, close = 3.5 }
    end
    expect(prices(judge(1.9))).to_equal({ 3.7, 5.5, 0.1 })
    local signal, code, side = judge(1.8)
    expect(signal).to_be_nil()
    expect(code).to_be("TARGET_OUT_OF_RANGE")
    expect(side).to_be("short")
  end)

  it("make no signal when no price is left for the stop", function()
    local _, code, side = warm({}, 18, 20):candle{ open = 0.1, high = 15, low = 0.1, close = 0.1 }
    expect(code).to_be("INVALID_GEOMETRY")
    expect(side).to_be("long")
    _, code, side = warm({}, 80, 82):candle{ open = 99.9, high = 99.9, low = 85, close = 99.9 }
    expect(code).to_be("INVALID_GEOMETRY")
    expect(side).to_be("short")
  end)
end)

describe("the filter", function()
  ---@type kbot.Bench
  local bench
  before_each(function() bench = warm() end)

  describe("of time", function()
    it("lets a candle pass that ends eight minutes before the close", function()
      bench:at(15 * 60 - 8 * 60 - bench.interval)
      expect(bench:candle(below)).to_exist()
    end)

    it("stops a candle that ends a microsecond later", function()
      bench:market{ minutes_left = (8 * 60 + bench.interval - 0.000001) / 60 }
      local signal, code, side = bench:candle(below)
      expect(signal).to_be_nil()
      expect(code).to_be("TOO_CLOSE_TO_EXPIRY")
      expect(side).to_be("long")
    end)

    it("takes the minutes from the parameters", function()
      local patient = warm{ min_minutes_left = 12 }
      patient:market{ minutes_left = 12 }
      local _, code, side = patient:candle(above)
      expect(code).to_be("TOO_CLOSE_TO_EXPIRY")
      expect(side).to_be("short")
      local hasty = warm{ min_minutes_left = 0 }
      hasty:market{ minutes_left = hasty.interval / 60 }
      expect(hasty:candle(below)).to_exist()
    end)
  end)

  it("of trades stops a candle in which nothing was traded", function()
    local signal, code, side = bench:candle{ close = 40, trades = 0 }
    expect(signal).to_be_nil()
    expect(code).to_be("NO_TRADES_IN_CANDLE")
    expect(side).to_be("long")
    signal, code, side = warm():candle{ close = 60, trades = 0 }
    expect(signal).to_be_nil()
    expect(code).to_be("NO_TRADES_IN_CANDLE")
    expect(side).to_be("short")
  end)

  describe("of the stop's distance", function()
    it("wants three steps of the grid", function()
      bench:market{ bid = 40, ask = 41 }
      local signal, code, side = bench:candle{ open = 41, high = 42, low = 40, close = 40 }
      expect(signal).to_be_nil()
      expect(code).to_be("STOP_TOO_TIGHT")
      expect(side).to_be("long")
      bench = warm()
      bench:market{ bid = 40, ask = 41 }
      expect(bench:candle(below)).to_exist()
    end)

    it("counts in the steps that are valid at the entry", function()
      local function judge(high)
        local low = warm({}, 19, 21)
        low:market{ bid = 5, ask = 5.1 }
        return low:candle{ open = 5.1, high = high, low = 5, close = 5 }
      end
      local _, code = judge(5.2)
      expect(code).to_be("STOP_TOO_TIGHT")
      expect(prices(judge(5.3))).to_equal({ 5, 4.7, 5.6 })
    end)

    it("takes the steps from the parameters", function()
      local literal = warm{ min_stop_ticks = 1 }
      literal:market{ bid = 40, ask = 40.5 }
      expect(prices(literal:candle{ open = 41, high = 41, low = 40, close = 41 })).to_equal({ 40, 39, 42 })
      local _, code = warm{ min_stop_ticks = 4 }:candle(below)
      expect(code).to_be("STOP_TOO_TIGHT")
    end)

    it("wants more than the spread", function()
      bench:market{ bid = 40, ask = 43 }
      local signal, code, side = bench:candle(below)
      expect(signal).to_be_nil()
      expect(code).to_be("STOP_TOO_TIGHT")
      expect(side).to_be("long")
      bench = warm()
      bench:market{ bid = 40, ask = 42.9 }
      expect(bench:candle(below)).to_exist()
    end)

    it("takes the spread from the book when there is one", function()
      bench:book{ bids = { { 40, 10 } }, asks = { { 43, 10 }, { 42, 5 } } }
      expect(bench:candle(below)).to_exist()
      bench = warm()
      bench:book{ bids = { { 40, 10 } }, asks = { { 43, 10 } } }
      local _, code = bench:candle(below)
      expect(code).to_be("STOP_TOO_TIGHT")
    end)

    it("does not mind an unknown spread", function()
      bench:market{ ask = false }
      expect(bench:candle(below)).to_exist()
    end)
  end)

  describe("of the touched stop", function()
    it("stops a long whose stop the bid has reached", function()
      bench:market{ bid = 37, ask = 38 }
      local signal, code, side = bench:candle(below)
      expect(signal).to_be_nil()
      expect(code).to_be("STOP_ALREADY_TOUCHED")
      expect(side).to_be("long")
      bench = warm()
      bench:market{ bid = 38, ask = 39 }
      expect(bench:candle(below)).to_exist()
    end)

    it("stops a short whose stop the ask has reached", function()
      bench:market{ bid = 62, ask = 63 }
      local signal, code, side = bench:candle(above)
      expect(signal).to_be_nil()
      expect(code).to_be("STOP_ALREADY_TOUCHED")
      expect(side).to_be("short")
      bench = warm()
      bench:market{ bid = 61, ask = 62 }
      expect(bench:candle(above)).to_exist()
    end)

    it("looks at the side at which the position would leave", function()
      bench:market{ bid = false, ask = 30 }
      expect(bench:candle(below)).to_exist()
      bench = warm()
      bench:market{ bid = 70, ask = false }
      expect(bench:candle(above)).to_exist()
    end)
  end)

  it("of reward and risk wants a target twice as far as the stop", function()
    local signal, code, side = warm{ target_multiple = 1.5 }:candle(below)
    expect(signal).to_be_nil()
    expect(code).to_be("REWARD_RISK_TOO_LOW")
    expect(side).to_be("long")
    expect(warm{ target_multiple = 1.5, min_reward_risk = 1.5 }:candle(below)).to_exist()
  end)

  it("of reward and risk counts from the stop as it was moved", function()
    -- The stop of a candle at the edge is nearer than R, which makes the reward look better.
    expect(warm({ target_multiple = 1 }, 18, 20):candle{ open = 3, high = 15, low = 3, close = 3 }).to_exist()
  end)

  it("speaks before those that come after it", function()
    -- Everything is wrong at once; mending one thing after the other lets the next filter speak.
    local facts = { minutes_left = 1, bid = 30, ask = 44 }
    local params = { target_multiple = 20 }
    local candle = { open = 40, high = 42, low = 40, close = 40, trades = 0 }
    local function code()
      local tried = warm(params)
      tried:market(facts)
      local signal, code = tried:candle(candle)
      return signal and "signal" or code
    end
    expect(code()).to_be("TOO_CLOSE_TO_EXPIRY")
    facts.minutes_left = 12
    expect(code()).to_be("NO_TRADES_IN_CANDLE")
    candle.trades, candle.high = 5, 43.5
    expect(code()).to_be("TARGET_OUT_OF_RANGE")
    params.target_multiple, candle.high = 1, 42
    expect(code()).to_be("STOP_TOO_TIGHT") -- fewer than three steps
    candle.high = 44
    expect(code()).to_be("STOP_TOO_TIGHT") -- not more than the spread
    facts.ask = 31
    expect(code()).to_be("STOP_ALREADY_TOUCHED")
    facts.bid, facts.ask = 39, 41
    expect(code()).to_be("REWARD_RISK_TOO_LOW")
    params.target_multiple = 2
    expect(code()).to_be("signal")
  end)
end)

describe("the candles", function()
  local function interval(seconds, params)
    local bench = strategy(params)
    local open = 1800000000
    bench:market{ open_time = open, close_time = open + seconds }
    return bench.interval
  end

  it("are as long as fits into the market's life", function()
    expect(interval(15 * 60)).to_be(5)
    expect(interval(60 * 60)).to_be(30)
    expect(interval(4 * 60 * 60)).to_be(60)
    expect(interval(24 * 60 * 60)).to_be(15 * 60)
  end)

  it("change their length where 75 of them fit before the last eight minutes", function()
    expect(interval(8 * 60 + 75 * 900)).to_be(900)
    expect(interval(8 * 60 + 75 * 900 - 1)).to_be(300)
    expect(interval(8 * 60 + 75 * 10)).to_be(10)
    expect(interval(8 * 60 + 75 * 10 - 1)).to_be(5)
  end)

  it("have the length the parameters ask for", function()
    expect(interval(15 * 60, { interval = "15s" })).to_be(15)
  end)

  it("are judged in a daily market too", function()
    local bench = strategy()
    bench:market{ series = "KXBTCD", minutes_left = 24 * 60 }
    for candle = 1, 24 do bench:candle(candle % 2 == 0 and 49 or 51) end
    expect(bench:candle(below).side).to_be("long")
  end)
end)

describe("the parameters", function()
  it("have bounds", function()
    expect(function() strategy({ period = 1 }) end).to_fail("must be an integer from 2 to 500")
    expect(function() strategy({ geometry = "sideways" }) end).to_fail("mirror, reversal")
    expect(function() strategy({ perriod = 25 }) end).to_fail("did you mean 'period'?")
  end)
end)
