-- The rule of cooldown_after_loss.lua. Run it with: kbot test risk-rules/cooldown_after_loss_test.lua

local function exit(net_pnl) return { role = "exit", side = "sell", price = 40, net_pnl = net_pnl } end

describe("cooldown_after_loss", function()
  ---@type kbot.RuleBench
  local bench
  before_each(function()
    bench = test.rule("cooldown_after_loss.lua", { minutes = 5 })
    bench:at(60)
  end)

  it("allows before any trade, and after a winning one", function()
    expect(bench:check{}).to_be("allow")
    bench:fill(exit(2.5))
    expect(bench:check{}).to_be("allow")
  end)

  it("denies after a loss until the minutes are over", function()
    bench:fill(exit(-2.5))
    bench:at(120)
    local verdict, code, text = bench:check{}
    expect(verdict).to_be("deny")
    expect(code).to_be("COOLDOWN_AFTER_LOSS")
    expect(text).to_be("a trade was lost 60 s ago: no entry for 240 s more")
    bench:at(359)
    expect(bench:check{}).to_be("deny")
    bench:at(360)
    expect(bench:check{}).to_be("allow")
  end)

  it("counts a loss by settlement as well", function()
    bench:settle{ result = "no", net_pnl = -4 }
    expect(bench:check{}).to_be("deny")
  end)

  it("does not mind fills that close nothing, nor results of markets in which nothing was held", function()
    bench:fill{ role = "entry", side = "buy", price = 45 }
    bench:fill(exit(nil))
    bench:settle{ result = "no" }
    expect(bench:check{}).to_be("allow")
  end)

  it("begins anew with each loss", function()
    bench:fill(exit(-1))
    bench:at(300)
    bench:fill(exit(-1))
    bench:at(599)
    expect(bench:check{}).to_be("deny")
    bench:at(600)
    expect(bench:check{}).to_be("allow")
  end)

  it("leaves small losses alone when told to", function()
    bench = test.rule("cooldown_after_loss.lua", { min_loss = 1 })
    bench:fill(exit(-1))
    expect(bench:check{}).to_be("allow")
    bench:fill(exit(-1.01))
    expect(bench:check{}).to_be("deny")
  end)

  it("pauses everything, or one underlying", function()
    bench:fill(exit(-1))
    bench:market{ series = "KXETH15M" }
    expect(bench:check{}).to_be("deny")

    bench = test.rule("cooldown_after_loss.lua", { scope = "underlying" })
    bench:fill(exit(-1))
    expect(bench:check{}).to_be("deny")
    bench:market{ series = "KXETH15M" }
    expect(bench:check{}).to_be("allow")
    bench:market{ series = "KXBTCD" } -- another series on the same underlying
    expect(bench:check{}).to_be("deny")
  end)

  it("lets everything pass that makes a position smaller", function()
    bench:fill(exit(-1))
    expect(bench:check{ reducing = true }).to_be("allow")
  end)
end)
