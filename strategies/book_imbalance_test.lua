-- The rules of book_imbalance.lua, one by one. Run them with: kbot test strategies/book_imbalance_test.lua
--
-- Unless a test says otherwise an imbalance must last five seconds at 0.5 and more, within five cents of the best prices.

local script = "book_imbalance.lua"

-- Six hundred contracts against one hundred: an imbalance of 0.71.
local heavy_bids = { bids = { { 49, 300 }, { 48, 300 } }, asks = { { 50, 100 } } }
local heavy_asks = { bids = { { 49, 100 } }, asks = { { 50, 300 }, { 51, 300 } } }
local balanced = { bids = { { 49, 100 } }, asks = { { 50, 100 } } }
local between = { bids = { { 49, 125 } }, asks = { { 50, 75 } } } -- 0.25: half the threshold

-- Shows a book at a time in seconds since the open; returns the answer.
local function show(bench, time, book)
  bench:at(time)
  bench:book(book)
  return bench:fire_book()
end

-- The answer to a book that has stood for five seconds.
local function lasting(book, params)
  local bench = test.strategy(script, params)
  show(bench, 60, book)
  return show(bench, 65, book)
end

describe("the imbalance", function()
  ---@type kbot.Bench
  local bench
  before_each(function() bench = test.strategy(script) end)

  it("of bids is a long once it has lasted", function()
    expect(show(bench, 60, heavy_bids)).to_be_nil()
    expect(show(bench, 64.9, heavy_bids)).to_be_nil()
    local signal, code, side = show(bench, 65, heavy_bids)
    expect(signal).to_equal({
      side = "long", entry = 50, stop_offset = 4, target_offset = 8, entry_type = "limit", ttl = 1,
      reason = "imbalance +0.71 for 5 s",
    })
    expect(code).to_be_nil()
    expect(side).to_be("long")
  end)

  it("of asks is a short", function()
    local signal = lasting(heavy_asks)
    expect(signal.side).to_be("short")
    expect(signal.entry).to_be(49)
    expect(signal.reason).to_be("imbalance -0.71 for 5 s")
  end)

  it("may lie at the threshold itself", function()
    local three_to_one = { bids = { { 49, 150 }, { 48, 150 } }, asks = { { 50, 100 } } }
    expect(lasting(three_to_one).reason).to_be("imbalance +0.50 for 5 s")
    expect(lasting(three_to_one, { threshold = 0.51 })).to_be_nil()
  end)

  it("counts anew after a balanced or an empty book", function()
    for _, book in ipairs{ balanced, {}, heavy_asks } do
      bench = test.strategy(script)
      show(bench, 60, heavy_bids)
      show(bench, 62, book)
      show(bench, 63, heavy_bids)
      expect(show(bench, 67.9, heavy_bids)).to_be_nil()
      expect(show(bench, 68, heavy_bids)).to_exist()
    end
  end)

  it("goes on down to half the threshold, but that is no moment to enter", function()
    show(bench, 60, heavy_bids)
    show(bench, 62, between)
    expect(show(bench, 65, between)).to_be_nil()
    expect(show(bench, 66, heavy_bids)).to_exist()
  end)

  it("does not begin between half the threshold and the threshold", function()
    show(bench, 60, between)
    show(bench, 65, heavy_bids)
    expect(show(bench, 69, heavy_bids)).to_be_nil()
  end)

  it("counts within reach of the best prices only", function()
    local far = { bids = { { 49, 100 }, { 43, 900 } }, asks = { { 50, 100 } } }
    expect(lasting(far)).to_be_nil()
    expect(lasting(far, { reach = 6, max_wall = 1 })).to_exist()
  end)
end)

describe("the objections", function()
  local function objection(book, params)
    local signal, code, side = lasting(book, params)
    expect(signal).to_be_nil()
    expect(side).to_be_nil()
    return code
  end

  it("are a wide spread, or a stop within it", function()
    local wide = { bids = { { 48, 300 }, { 47, 300 } }, asks = { { 51, 100 } } }
    expect(objection(wide)).to_be("SPREAD_TOO_WIDE")
    expect(objection(wide, { max_spread = 3, stop = 3 })).to_be("STOP_TOO_TIGHT")
    expect(lasting(wide, { max_spread = 3, stop = 3.5 })).to_exist()
  end)

  it("are prices with little to win", function()
    local high = { bids = { { 89, 300 }, { 88, 300 } }, asks = { { 90, 100 } } }
    expect(objection(high)).to_be("PRICE_TOO_EXTREME")
    expect(lasting(high, { margin = 10.5 })).to_exist() -- the mid is 89.5
    expect(lasting(high, { margin = 10.6 })).to_be_nil()
  end)

  it("are a thin book, or a single wall", function()
    expect(objection(heavy_bids, { min_depth = 601 })).to_be("BOOK_TOO_THIN")
    expect(lasting(heavy_bids, { min_depth = 600 })).to_exist()
    local wall = { bids = { { 49, 80 }, { 48, 520 } }, asks = { { 50, 100 } } }
    expect(objection(wall)).to_be("ONE_WALL")
    expect(lasting(wall, { max_wall = 0.9 })).to_exist()
    wall = { bids = { { 49, 180 }, { 48, 420 } }, asks = { { 50, 100 } } } -- 70 percent
    expect(lasting(wall)).to_exist()
  end)

  it("are a position, and too little time", function()
    local bench = test.strategy(script)
    show(bench, 60, heavy_bids)
    bench:position{ side = "short", count = 5, entry = 50 }
    local _, code = show(bench, 65, heavy_bids)
    expect(code).to_be("POSITION_OPEN")

    bench = test.strategy(script)
    show(bench, 6 * 60, heavy_bids)
    _, code = show(bench, 7 * 60 + 1, heavy_bids)
    expect(code).to_be("TOO_CLOSE_TO_EXPIRY")
    bench = test.strategy(script)
    show(bench, 6 * 60, heavy_bids)
    expect(show(bench, 7 * 60, heavy_bids)).to_exist()
  end)

  it("are looked at once a second", function()
    local bench = test.strategy(script)
    local wide = { bids = { { 48, 300 }, { 47, 300 } }, asks = { { 51, 100 } } }
    show(bench, 60, wide)
    local _, code = show(bench, 65, wide)
    expect(code).to_be("SPREAD_TOO_WIDE")
    expect(show(bench, 65.9, heavy_bids)).to_be_nil()
    expect(show(bench, 66, heavy_bids)).to_exist()
  end)
end)

describe("after a signal", function()
  it("the strategy pauses, then may enter again", function()
    local bench = test.strategy(script, { pause = 60 })
    show(bench, 60, heavy_bids)
    expect(show(bench, 65, heavy_bids)).to_exist()
    expect(show(bench, 124.9, heavy_bids)).to_be_nil()
    expect(show(bench, 125, heavy_bids)).to_exist()
  end)

  it("every market is remembered for itself until it is decided", function()
    local bench = test.strategy(script)
    show(bench, 60, heavy_bids)
    bench:market{ ticker = "KXBTC15M-OTHER" }
    expect(show(bench, 65, heavy_bids)).to_be_nil()
    bench:settle{ result = "no" }
    expect(bench.state["KXBTC15M-OTHER"]).to_be_nil()
    expect(bench.state["KXBTC15M-TEST"].side).to_be("long")
  end)
end)

describe("each candle", function()
  it("tells what the book said last", function()
    local bench = test.strategy(script)
    local function told()
      local _, code = bench:candle(50)
      return code
    end
    expect(told()).to_be("NO_BOOK")
    show(bench, 60, balanced)
    expect(told()).to_be("BALANCED")
    show(bench, 70, heavy_bids)
    expect(told()).to_be("NOT_YET_LASTING")
    show(bench, 80, heavy_bids)
    expect(told()).to_be("PAUSE")
  end)
end)
