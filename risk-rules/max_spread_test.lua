-- The rule of max_spread.lua. Run it with: kbot test risk-rules/max_spread_test.lua

describe("max_spread", function()
  ---@type kbot.RuleBench
  local bench
  before_each(function() bench = test.rule("max_spread.lua") end)

  it("allows a spread of three cents", function()
    bench:market{ bid = 48, ask = 51 }
    expect(bench:check{ side = "long", price = 50, count = 10 }).to_be("allow")
  end)

  it("denies a wider one and says how wide it is", function()
    bench:market{ bid = 48, ask = 51.1 }
    local verdict, code, text, number = bench:check{ side = "short", price = 50, count = 10 }
    expect(verdict).to_be("deny")
    expect(code).to_be("SPREAD_TOO_WIDE")
    expect(text).to_be("spread 3.10 cents, at most 3.00")
    expect(number).to_be_nil()
  end)

  it("denies while bid or ask is missing", function()
    for _, quote in ipairs{ { bid = false }, { ask = false }, { bid = false, ask = false } } do
      bench = test.rule("max_spread.lua")
      bench:market(quote)
      local verdict, code, text = bench:check{}
      expect(verdict).to_be("deny")
      expect(code).to_be("SPREAD_UNKNOWN")
      expect(text).to_be("bid or ask is missing")
    end
  end)

  it("reads the spread of the book", function()
    bench:book{ bids = { { 45, 100 } }, asks = { { 50, 100 }, { 48, 1 } } }
    expect(bench:check{}).to_be("allow")
    bench:book{ bids = { { 45, 100 } }, asks = { { 50, 100 } } }
    expect(bench:check{}).to_be("deny")
  end)

  it("lets everything pass that makes a position smaller", function()
    bench:market{ bid = 10, ask = 90 }
    expect(bench:check{ reducing = true }).to_be("allow")
    bench:market{ bid = false, ask = false }
    expect(bench:check{ reducing = true }).to_be("allow")
    expect(bench:check{ reducing = false }).to_be("deny")
  end)

  it("takes the width from its parameter", function()
    bench = test.rule("max_spread.lua", { cents = 1.5 })
    bench:market{ bid = 4.5, ask = 6 }
    expect(bench:check{}).to_be("allow")
    bench:market{ ask = 6.1 }
    expect(bench:check{}).to_be("deny")
    expect(function() test.rule("max_spread.lua", { cents = 0 }) end).to_fail("must be a number from 0.01 to 99")
  end)
end)
