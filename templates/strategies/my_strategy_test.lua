-- Tests of my_strategy.lua: kbot test runs them.

describe("my_strategy", function()
  ---@type kbot.Bench
  local bench

  before_each(function()
    bench = test.strategy("my_strategy.lua", { period = 5, depth = 6, risk = 3 })
  end)

  it("buys a dip below the average", function()
    local signal = bench:candles { 50, 50, 50, 50, 40 } -- the mean is 48
    expect(signal).to_exist()
    expect(signal.side).to_be("long")
    expect(signal.entry).to_be(40)
    expect(signal.stop_offset).to_be(3)
    expect(signal.target_offset).to_be(6)
    expect(signal.reason).to_contain("8.00 cents")
  end)

  it("leaves a small dip alone", function()
    local signal, code = bench:candles { 50, 50, 50, 50, 45 }
    expect(signal).to_be_nil()
    expect(code).to_be("NO_DIP")
  end)

  it("leaves a late dip alone, and says that it saw one", function()
    bench:at(8 * 60) -- seconds after the open of a market of 15 minutes
    local signal, code, side = bench:candles { 50, 50, 50, 50, 40 }
    expect(signal).to_be_nil()
    expect(code).to_be("TOO_LATE_FOR_A_DIP")
    expect(side).to_be("long")
  end)
end)
