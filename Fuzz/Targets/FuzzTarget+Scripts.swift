import Foundation
import KBotLua
import KBotScripting
import KBotTestSupport

extension FuzzTarget {
    /// Scripts: the text read, compiled, loaded, and every callback called on made-up data.
    static func scripts() -> FuzzTarget {
        FuzzTarget("scripts", seeds: inputs(scriptTexts), words: luaWords, longest: 2_048) { input in
            let text = String(decoding: input, as: UTF8.self)
            let file = ScriptFile(path: "fuzz.lua", name: "fuzz.lua", text: text, hash: "")
            let findings = file.findings
            let lines = 1 + text.utf8.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            for finding in findings {
                try hold((1...lines).contains(finding.line ?? 1), "a finding on line \(finding.line ?? 0) of \(lines)")
            }
            try holdAgreement(text, findings)
            let check = ScriptCheck(file) { name in .failure(ScriptFailure("no module '\(name)'")) }
            try hold(check.kind != nil || !check.isSound, "it is neither loaded nor wrong")
        }
    }

    /// What the reader of the text finds wrong with its grammar, Lua's compiler does too, and the other way round.
    private static func holdAgreement(_ text: String, _ findings: [ScriptFinding]) throws {
        // The sandbox refuses more than the language does.
        guard !text.contains("_ENV"), !findings.contains(where: { $0.code == "refused-source" }) else { return }
        let isRefused = findings.contains { $0.code == "syntax" }
        // Few instructions: what the script does is for the check to see.
        let machine = LuaVM(limits: LuaLimits(callInstructions: 1_000, loadInstructions: 1_000))
        defer { _ = machine.close() }
        var compilerRefuses = false
        do throws(LuaError) {
            _ = try machine.load(LuaSource(name: "fuzz.lua", text: text))
        } catch {
            compilerRefuses = error.kind == .syntax
            guard error.kind != .instructionLimit, error.kind != .memory else { return }
        }
        try hold(isRefused == compilerRefuses, "syntax: the reader \(isRefused), the compiler \(compilerRefuses)")
    }

    private static let scriptTexts = [
        """
        return {
          api = 1, kind = "strategy", name = "fuzz", version = "1", description = "Buys dips.",
          params = { period = { type = "integer", default = 8, min = 2, max = 50, help = "candles" } },
          needs = function(params)
            return { candles = { source = "market", interval = "5s" },
              indicators = { bands = { "bollinger", period = params.period, stddev = 2.0 } } }
          end,
          on_candle = function(ctx, candle)
            ctx.state.seen = (ctx.state.seen or 0) + 1
            if candle.close >= ctx.indicators.bands.lower then return nil, "INSIDE_BANDS" end
            local entry = candle.close
            return { side = "long", entry = entry, stop = entry - 4, target = entry + 8, entry_type = "limit", reason = "low" }
          end,
        }
        """,
        """
        local rule = { api = 1, kind = "risk-rule", name = "fuzz", version = "1", description = "Refuses wide markets." }
        function rule.check(ctx, order)
          if order.reducing then return "allow" end
          local spread = ctx.market.spread
          if not spread or spread > 3 then return "deny", "SPREAD_TOO_WIDE", ("%.2f cents"):format(spread or 0) end
          return "allow"
        end
        return rule
        """,
        """
        local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
        local t = setmetatable({}, { __index = function(_, k) return k .. "!" end })
        for i = 1, 10 do t[i] = string.format("%d %s", i, fib(i % 7)) end
        local ok, why = pcall(function() error({ code = 1 }) end)
        ::again:: if #t < 12 then t[#t + 1] = [[long]] goto again end
        return { api = 1, kind = "strategy", name = "c", version = "1", description = "x", on_candle = function() end }
        """,
    ]

    private static let luaWords = [
        "function", "end", "return", "local", "for i = 1, 1e9 do", "while true do", "repeat", "until", "if", "then",
        "else",
        "goto x", "::x::", "nil", "true", "{", "}", "(", ")", "[[", "]]", "--[[", "--", "'", "\"", "..", "...", "//",
        "~=",
        "<const>", "<close>", "string.rep('x', 1e8)", "string.format('%s', ", "setmetatable", "pcall(", "error(",
        "coroutine",
        "coroutine.wrap(function() ", "ctx", "ctx.state", "ctx.market", "ctx.log(", "kind = \"risk-rule\"", "api = 1",
        "load(", "require(", "os.exit()", "io.open(", "debug", "_G", "\u{1B}Lua", "1e309", "0x7fffffffffffffff", "\\z",
        "\\x",
    ]
}
