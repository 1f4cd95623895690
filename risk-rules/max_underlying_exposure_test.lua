-- The rule of max_underlying_exposure.lua. Run it with: kbot test risk-rules/max_underlying_exposure_test.lua

describe("max_underlying_exposure", function()
  ---@type kbot.RuleBench
  local bench
  before_each(function()
    bench = test.rule("max_underlying_exposure.lua", { percent = 10 }) -- 100 of 1,000 dollars
  end)

  it("allows what fits", function()
    expect(bench:check{ side = "long", price = 50, count = 200 }).to_be("allow")
    bench:market{ exposure = 60 }
    expect(bench:check{ side = "long", price = 50, count = 80 }).to_be("allow")
  end)

  it("makes an entry smaller until it fits, and says what is held", function()
    bench:market{ exposure = 60 }
    local verdict, code, text, count = bench:check{ side = "long", price = 50, count = 81 }
    expect(verdict).to_be("reduce")
    expect(code).to_be("UNDERLYING_EXPOSURE")
    expect(text).to_be("60.00 of 100.00 dollars at risk on BTC")
    expect(count).to_be(80)
  end)

  it("counts what each side can lose", function()
    bench:market{ exposure = 91 }
    local _, _, _, long = bench:check{ side = "long", price = 30, count = 1000 }
    local _, _, _, short = bench:check{ side = "short", price = 30, count = 1000 }
    expect(long).to_be(30)
    expect(short).to_be(12) -- 70 cents each: 8.40 of 9 dollars
  end)

  it("is exact where floating point is not", function()
    bench:market{ exposure = 99.7 } -- 0.30 left
    expect(bench:check{ side = "long", price = 10, count = 3 }).to_be("allow")
  end)

  it("denies when not one contract fits", function()
    bench:market{ exposure = 99.5 }
    expect(bench:check{ side = "long", price = 50, count = 9 }).to_be("reduce")
    expect(bench:check{ side = "long", price = 51, count = 9 }).to_be("deny")
    bench:market{ exposure = 150 }
    expect(bench:check{ side = "long", price = 1, count = 1 }).to_be("deny")
  end)

  it("takes its percentage of equity, and the smaller of two limits", function()
    bench:account{ equity = 500 }
    local _, _, _, count = bench:check{ side = "long", price = 50, count = 1000 }
    expect(count).to_be(100)
    bench = test.rule("max_underlying_exposure.lua", { percent = 10, dollars = 20 })
    _, _, _, count = bench:check{ side = "long", price = 50, count = 1000 }
    expect(count).to_be(40)
    bench:account{ equity = 50 }
    _, _, _, count = bench:check{ side = "long", price = 50, count = 1000 }
    expect(count).to_be(10)
  end)

  it("lets everything pass that makes a position smaller", function()
    bench:market{ exposure = 500 }
    expect(bench:check{ reducing = true, count = 100 }).to_be("allow")
  end)
end)
