-- The rule of volatility_brake.lua. Run it with: kbot test risk-rules/volatility_brake_test.lua

describe("volatility_brake", function()
  ---@type kbot.RuleBench
  local bench
  before_each(function()
    bench = test.rule("volatility_brake.lua", { minutes = 3, halve_at = 8, deny_at = 16 })
    bench:market{ bid = 49, ask = 51 }
  end)

  it("allows the first entry in a quiet market", function()
    expect(bench:check{ count = 10 }).to_be("allow")
  end)

  it("halves entries once the mid has moved far, and denies them when it has moved farther", function()
    bench:check{}
    bench:at(60)
    bench:market{ bid = 57, ask = 58.9 }
    expect(bench:check{ count = 10 }).to_be("allow") -- 50 to 57.95
    bench:market{ bid = 57, ask = 59 }
    local verdict, code, text, count = bench:check{ count = 11 }
    expect(verdict).to_be("reduce")
    expect(code).to_be("VOLATILE")
    expect(text).to_be("a range of 8.00 cents in 3 minutes")
    expect(count).to_be(5)
    bench:market{ bid = 41, ask = 43 } -- the range counts, not the change: 42 to 58
    verdict, code, text = bench:check{ count = 11 }
    expect(verdict).to_be("deny")
    expect(code).to_be("TOO_VOLATILE")
    expect(text).to_be("a range of 16.00 cents in 3 minutes")
  end)

  it("leaves one contract of an entry it halves", function()
    bench:market{ last = 60 }
    local verdict, _, _, count = bench:check{ count = 1 }
    expect(verdict).to_be("reduce")
    expect(count).to_be(1)
  end)

  it("forgets what is older than the minutes", function()
    bench:check{}
    bench:market{ bid = 69, ask = 71 }
    bench:at(180)
    expect(bench:check{}).to_be("deny")
    bench:at(181)
    expect(bench:check{}).to_be("allow")
  end)

  it("sees the distance from the last trade to the mid at once", function()
    bench:market{ last = 34 }
    expect(bench:check{}).to_be("deny")
  end)

  it("learns from exits and from fills", function()
    bench:check{ reducing = true }
    bench:at(30)
    bench:fill{ role = "exit", side = "sell", price = 40, net_pnl = -1 }
    expect(bench:check{}).to_be("reduce")
    bench:at(60)
    bench:market{ bid = 30, ask = 32 }
    expect(bench:check{ reducing = true }).to_be("allow") -- no rule can stop it
    expect(bench:check{}).to_be("deny")
  end)

  it("knows nothing without a price, and says so by allowing", function()
    bench:market{ bid = false, ask = false }
    expect(bench:check{}).to_be("allow")
  end)

  it("keeps few moments, and every market for itself", function()
    for second = 0, 179 do
      bench:at(second)
      bench:check{}
    end
    expect(#bench.state["KXBTC15M-TEST"]).to_be_below(31)
    bench:market{ ticker = "KXBTC15M-NEXT", bid = 80, ask = 82 }
    expect(bench:check{}).to_be("allow")
    bench:settle{ result = "yes" }
    expect(bench.state["KXBTC15M-NEXT"]).to_be_nil()
    expect(bench.state["KXBTC15M-TEST"]).to_exist()
  end)
end)
