import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// A script whose table has these fields, each given as Lua text; nil leaves one out.
private func complaint(_ changes: [String: String]) -> String? {
    var fields: [String: String] = [
        "api": "1", "kind": "'strategy'", "name": "'x'", "version": "'1'",
        "needs": "function() return { candles = { interval = '5s' } } end", "on_candle": "function() end",
    ]
    for (name, value) in changes { fields[name] = value }
    let body = fields.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    return Scripts.complaint("return { \(body) }")
}

@Test func `a complete script loads and says who it is`() throws {
    let strategy = try LuaStrategy(Scripts.strategy())
    #expect(strategy.name == "test")
    #expect(strategy.version == "1.2")
    #expect(strategy.needs.interval == .fixed(.seconds(10)))
    #expect(strategy.callbacks == [])
    #expect(complaint([:]) == nil)
}

@Test func `an unknown field is an error with a suggestion`() {
    #expect(
        complaint(["on_candel": "function() end"])
            == "test.lua: unknown field 'on_candel'; did you mean 'on_candle'?"
    )
    #expect(complaint(["zzzzzz": "1"]) == "test.lua: unknown field 'zzzzzz'")
}

@Test(arguments: [
    ("api", "test.lua: 'api' must be 1, the version of the contract the script is written for"),
    ("kind", "test.lua: the script's table has no 'kind'"),
    ("name", "test.lua: the script's table has no 'name'"),
    ("version", "test.lua: the script's table has no 'version'"),
    ("needs", "test.lua: a strategy needs a function 'needs'"),
    ("on_candle", "test.lua: a strategy needs a function 'on_candle'"),
])
func `a missing field is named`(_ field: String, _ message: String) {
    #expect(complaint([field: "nil"]) == message)
}

@Test(arguments: [
    ("api", "'1'", "test.lua: 'api' must be 1, the version of the contract the script is written for"),
    ("api", "2", "test.lua: written for api 2; this kbot speaks api 1"),
    ("kind", "7", "test.lua: 'kind' must be a text, not number"),
    ("kind", "'indicator'", "test.lua: 'kind' must be \"strategy\" or \"risk-rule\""),
    ("name", "''", "test.lua: 'name' must be a text, not string"),
    ("name", "'a b'", "test.lua: 'name' may have letters, digits, _ and - only, not 'a b'"),
    ("version", "1", "test.lua: 'version' must be a text, not number"),
    ("params", "3", "test.lua: 'params' must be a table of named parameters"),
    ("on_candle", "3", "test.lua: 'on_candle' must be a function, not number"),
    ("on_fill", "{}", "test.lua: 'on_fill' must be a function, not table"),
])
func `a field of the wrong type is named with what it must be`(_ field: String, _ value: String, _ message: String) {
    #expect(complaint([field: value]) == message)
}

@Test func `a script of the other kind is told where it belongs`() {
    #expect(
        Scripts.failure(of: Scripts.rule("return 'allow'"))?.description
            == "rule.lua is a risk-rule, not a strategy: use it with --risk-rule"
    )
    #expect(
        Scripts.ruleFailure(of: Scripts.strategy())?.description
            == "test.lua is a strategy, not a risk-rule: use it with --strategy"
    )
    #expect(
        Scripts.ruleFailure(of: Scripts.file("return { api = 1, kind = 'risk-rule', name = 'r', version = '1' }"))?
            .description == "test.lua: a risk-rule needs a function 'check'"
    )
}

@Test func `a script that returns no table says so`() {
    #expect(Scripts.complaint("") == "test.lua: a script must end by returning one table of named fields, not nil")
    #expect(Scripts.complaint("return { 1, 2 }")?.contains("not table") == true)
}

@Test func `an error of the text names file and line, and is the script's fault`() throws {
    let syntax = try #require(Scripts.failure(of: Scripts.file("local x = 1\nlocal = 2")))
    #expect(syntax.description.hasPrefix("test.lua:2: "))
    #expect(syntax.kind == .script)
    #expect(Scripts.complaint("\n\nreturn nofuncton()")?.hasPrefix("test.lua:3: ") == true)
    #expect(Scripts.complaint("while true do end")?.contains("instruction limit") == true)
}

@Test func `a module beside the script can be required, once`() throws {
    let script = Scripts.file(
        """
        local tools = require("tools")
        assert(require("tools") == tools)
        local s = { api = 1, kind = "strategy", name = "x", version = "1" }
        function s.needs() return { candles = { interval = tools.interval } } end
        function s.on_candle() return nil, tools.code end
        return s
        """
    )
    let strategy = try LuaStrategy(
        script,
        modules: { name in
            name == "tools"
                ? .success(Scripts.file("return { interval = '30s', code = 'FROM_MODULE' }", name: "tools.lua"))
                : .failure(ScriptFailure("module '\(name)' was not found beside the script"))
        }
    )
    #expect(strategy.needs.interval == .fixed(.seconds(30)))
    #expect(Scene().ask(strategy).code == "FROM_MODULE")
}

@Test func `a module that is not there or does not compile fails with its place`() {
    #expect(
        Scripts.complaint("local t = require('tools')")
            == "test.lua:1: module 'tools' was not found\n  1 | local t = require('tools')"
    )
    do throws(ScriptFailure) {
        _ = try LuaStrategy(
            Scripts.file("require('tools')"),
            modules: { _ in .success(Scripts.file("return 1 +", name: "tools.lua")) }
        )
        Issue.record("the module must not load")
    } catch {
        #expect(error.description.contains("tools.lua:1: "))
    }
}

@Test func `random numbers come from the seed`() throws {
    let script = Scripts.strategy(onCandle: "return nil, 'R' .. math.random(1, 1000000000)")
    func codes(_ seed: UInt64) throws -> [String?] {
        let strategy = try LuaStrategy(script, seed: seed)
        return (0..<4).map { _ in Scene().ask(strategy).code?.text }
    }
    #expect(try codes(7) == codes(7))
    #expect(try codes(7) != codes(8))
    #expect(Set(try codes(7)).count == 4)
}
