-- The rule of max_entries_per_market.lua. Run it with: kbot test risk-rules/max_entries_per_market_test.lua

describe("max_entries_per_market", function()
  ---@type kbot.RuleBench
  local bench
  before_each(function() bench = test.rule("max_entries_per_market.lua", { entries = 2 }) end)

  local function enter() bench:fill{ role = "entry", side = "buy", price = 45, count = 5 } end
  local function leave() bench:fill{ role = "exit", side = "sell", price = 50, count = 5, net_pnl = 0.2 } end

  it("denies what goes beyond the number, and says how many there were", function()
    enter()
    leave()
    expect(bench:check{}).to_be("allow")
    enter()
    leave()
    local verdict, code, text = bench:check{}
    expect(verdict).to_be("deny")
    expect(code).to_be("ENTRIES_PER_MARKET")
    expect(text).to_be("2 entries so far, at most 2")
  end)

  it("does not count orders that never filled", function()
    for _ = 1, 10 do expect(bench:check{}).to_be("allow") end
  end)

  it("counts an entry that fills in parts once", function()
    enter()
    enter()
    bench:fill{ role = "target", side = "sell", price = 50, count = 4 } -- a part: the trade goes on
    enter()
    leave()
    expect(bench:check{}).to_be("allow")
  end)

  it("counts every market for itself", function()
    enter()
    leave()
    enter()
    bench:market{ ticker = "KXBTC15M-NEXT" }
    expect(bench:check{}).to_be("allow")
    bench:market{ ticker = "KXBTC15M-TEST" }
    expect(bench:check{}).to_be("deny")
  end)

  it("forgets a market that is decided", function()
    enter()
    expect(bench.state).to_equal({ ["KXBTC15M-TEST"] = { entries = 1, is_in = true } })
    bench:settle{ result = "yes", net_pnl = 2 }
    expect(bench.state).to_equal({})
  end)

  it("lets everything pass that makes a position smaller", function()
    bench = test.rule("max_entries_per_market.lua", { entries = 1 })
    enter()
    expect(bench:check{}).to_be("deny")
    expect(bench:check{ reducing = true }).to_be("allow")
  end)
end)
