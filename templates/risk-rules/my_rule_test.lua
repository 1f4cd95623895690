-- Tests of my_rule.lua: kbot test runs them.

describe("my_rule", function()
  ---@type kbot.RuleBench
  local bench

  before_each(function()
    bench = test.rule("my_rule.lua", { most = 20, margin = 10 })
  end)

  it("allows an ordinary entry", function()
    expect(bench:check { side = "long", price = 45, count = 20 }).to_be("allow")
  end)

  it("makes a large entry smaller", function()
    local verdict, code, _, count = bench:check { side = "long", price = 45, count = 50 }
    expect(verdict).to_be("reduce")
    expect(code).to_be("LARGE_ORDER")
    expect(count).to_be(20)
  end)

  it("denies extreme prices", function()
    local verdict, code = bench:check { side = "short", price = 95, count = 1 }
    expect(verdict).to_be("deny")
    expect(code).to_be("PRICE_TOO_EXTREME")
    expect(bench:check { side = "long", price = 5, count = 1 }).to_be("deny")
  end)

  it("never holds an exit back", function()
    expect(bench:check { side = "long", price = 2, count = 500, reducing = true }).to_be("allow")
  end)
end)
