import KBotLua
import Testing

/// What scripts can rely on: names, order, randomness, patterns, modules.
@Suite struct LuaSandboxTests {
    @Test func `a write to a global is an error that names it`() throws {
        let error = try #require(failure("local a = 1\ncount = a"))
        #expect(error.description == "test.lua:2: assignment to global 'count' (use local)")
    }

    @Test func `a read of an unknown global suggests the nearest name`() throws {
        #expect(try #require(failure("return pairz")).message == "unknown global 'pairz'; did you mean 'pairs'?")
        #expect(try #require(failure("return something_else")).message == "unknown global 'something_else'")
    }

    @Test func `an unknown field of a library suggests the nearest name`() throws {
        #expect(
            try #require(failure("return math.flor(1)")).message == "math has no field 'flor'; did you mean 'floor'?"
        )
    }

    @Test func `a write to a library is an error that names the field`() throws {
        #expect(try #require(failure("math.floor = 1")).message == "math.floor is read-only")
    }

    @Test func `pairs goes in key order`() throws {
        let script = """
            local t = {z = 1, a = 2, [3] = 3, [1] = 4, [2.5] = 5, [true] = 6, [false] = 7, B = 8, [-1] = 9}
            local keys = {}
            for k in pairs(t) do keys[#keys + 1] = tostring(k) end
            return table.concat(keys, ' ')
            """
        #expect(try run(script) == .string("-1 1 2.5 3 B a z false true"))
    }

    @Test func `pairs allows changing and removing fields on the way`() throws {
        let script = """
            local t = {a = 1, b = 2, c = 3, d = 4}
            local seen = {}
            for k, v in pairs(t) do
              seen[#seen + 1] = k .. v
              t.b = nil
              if k == 'a' then t.c = 30 t.e = 5 end
            end
            local list = {1, 2, 3}
            for i, v in pairs(list) do list[i] = v * 2 end
            return table.concat(seen, ' ') .. ' ' .. table.concat(list, ' ')
            """
        #expect(try run(script) == .string("a1 c30 d4 2 4 6"))
    }

    @Test func `pairs refuses keys without an order and objects`() throws {
        #expect(try #require(failure("pairs({[{}] = 1})")).message.contains("no defined order"))
        #expect(failure("pairs(nil)") != nil)
    }

    @Test func `random numbers follow the seed`() throws {
        let script = "local t = {} for i = 1, 50 do t[i] = math.random(1, 1000) end t[51] = math.random() return t"
        let first = try run(script, in: LuaVM(seed: 7))
        #expect(try run(script, in: LuaVM(seed: 7)) == first)
        #expect(try run(script, in: LuaVM(seed: 8)) != first)
    }

    @Test func `random keeps the contract of Lua`() throws {
        let script = """
            for i = 1, 2000 do
              local f = math.random() assert(f >= 0 and f < 1)
              local a = math.random(6) assert(a >= 1 and a <= 6 and math.type(a) == 'integer')
              local b = math.random(-3, 3) assert(b >= -3 and b <= 3)
            end
            assert(math.random(5, 5) == 5)
            assert(math.type(math.random(0)) == 'integer')
            math.random(math.mininteger, math.maxinteger)
            return not pcall(math.random, 2, 1) and not pcall(math.random, 1, 2, 3)
            """
        #expect(try run(script) == .bool(true))
    }

    @Test(arguments: [
        "tostring({})", "tostring(print)", "tostring(coroutine.create(print))", "string.format('%s %s', {}, print)",
        "tostring(math)", "tostring(setmetatable({}, {__name = 'Thing'}))", "select(2, pcall(error, {}))",
    ])
    func `text never shows an address`(expression: String) throws {
        guard case .string(let text) = try run("return tostring(\(expression))") else {
            Issue.record("no text")
            return
        }
        #expect(!text.contains("0x"))
    }

    @Test func `strings that hold numbers still calculate`() throws {
        #expect(try run("return {'10' + 1, 2 * '3', -'4', '7' // '2'}") == run("return {11, 6, -4, 3}"))
        #expect(failure("return 'x' + 1") != nil)
    }

    @Test func `values print in the usual way`() throws {
        let script = """
            local t = setmetatable({}, {__tostring = function() return 'T!' end})
            return table.concat({tostring(1), tostring(1.0), tostring(0/0), tostring(nil), tostring(true), tostring(t),
              string.format('%5.2f|%d|%s|%q', 1.5, 3, t, 'a')}, ' ')
            """
        #expect(try run(script) == .string("1 1.0 nan nil true T!  1.50|3|T!|\"a\""))
    }

    @Test(arguments: [
        ("('hello world'):find('wor')", "7 9"), ("('hello'):find('l+')", "3 4"), ("('a.b'):find('.', 1, true)", "2 2"),
        ("('key = val'):match('^(%w+)%s*=%s*(%w+)$')", "key val"), ("('[[x]]'):match('%[(%b[])%]')", "[x]"),
        ("('THE (quick) fox'):find('%((%a+)%)')", "5 11 quick"), ("('abc'):match('()b()')", "2 3"),
        ("('hello'):gsub('l', 'L')", "heLLo 2"), ("('abc'):gsub('', '-')", "-a-b-c- 4"),
        ("('hello world'):gsub('%w+', '%0 %0', 1)", "hello hello world 1"),
        ("('abc'):gsub('%w', {a = 1, b = false})", "1bc 3"),
        ("('THE (quick) fox'):gsub('%f[%a]%a+', string.lower)", "the (quick) fox 3"), ("('xx'):match('(x)%1')", "x"),
        ("('a-b'):gsub('[^%w]', '+')", "a+b 1"), ("('abc'):find('', 10)", "nil"), ("('abc'):find('', 4)", "4 3"),
        ("('2026-11-22'):match('(%d+)-(%d+)-(%d+)')", "2026 11 22"), ("('  x '):match('^%s*(.-)%s*$')", "x"),
        ("('f(a,b)'):match('%((.*)%)')", "a,b"), ("(']x'):match('[]x]+')", "]x"), ("('a1'):match('[%a-z]%d?')", "a1"),
        ("('x^2'):gsub('%^', '**')", "x**2 1"), ("('abc'):gsub('^a', 'x')", "xbc 1"), ("('$'):match('%$$')", "$"),
        ("('%d'):gsub('%%d', 'ok')", "ok 1"),
    ])
    func `patterns match as in stock Lua`(expression: String, expected: String) throws {
        let script = """
            local r = table.pack(\(expression))
            for i = 1, r.n do r[i] = tostring(r[i]) end
            return table.concat(r, ' ')
            """
        #expect(try run(script) == .string(expected))
    }

    @Test(arguments: ["'['", "'%'", "'('", "')'", "'[a'", "'%1'", "'%b'", "'%f'", "('()'):rep(33)"])
    func `a malformed pattern is an error`(pattern: String) {
        #expect(failure("return ('abc'):match(\(pattern))") != nil)
    }

    @Test func `gmatch visits every match`() throws {
        let script = """
            local t = {}
            for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[#t + 1] = k .. v end
            for w in ('one two'):gmatch('%a+') do t[#t + 1] = w end
            for p in ('abc'):gmatch('()') do t[#t + 1] = p end
            return table.concat(t, ' ')
            """
        #expect(try run(script) == .string("a1 b2 one two 1 2 3 4"))
    }

    @Test func `table functions work as in stock Lua`() throws {
        let script = """
            local t = {1, 2, 3}
            table.insert(t, 4) table.insert(t, 1, 0)
            assert(table.concat(t, ',') == '0,1,2,3,4')
            assert(table.remove(t) == 4 and table.remove(t, 1) == 0 and #t == 3)
            assert(table.remove({}) == nil)
            assert(select('#', table.unpack({1, nil, 3}, 1, 3)) == 3)
            assert(table.pack(1, nil).n == 2)
            assert(table.concat(table.move({1, 2, 3}, 1, 3, 2), ',') == '1,1,2,3')
            assert(not pcall(table.insert, {1}, 5, 1))
            assert(not pcall(table.insert, setmetatable({}, {__len = function() return 1e15 end}), 1, 1))
            local s = {5, 2, 8, 1} table.sort(s) assert(table.concat(s, ',') == '1,2,5,8')
            table.sort(s, function(a, b) return a > b end) assert(table.concat(s, ',') == '8,5,2,1')
            assert(not pcall(table.sort, {1, 'x'}))
            return true
            """
        #expect(try run(script) == .bool(true))
    }

    @Test func `sort is stable`() throws {
        let script = """
            local t = {} for i = 1, 200 do t[i] = {k = i % 5, i = i} end
            table.sort(t, function(a, b) return a.k < b.k end)
            for i = 2, #t do
              assert(t[i - 1].k < t[i].k or (t[i - 1].k == t[i].k and t[i - 1].i < t[i].i))
            end
            return true
            """
        #expect(try run(script) == .bool(true))
    }

    @Test func `pcall and xpcall catch ordinary errors`() throws {
        let script = """
            local ok, e = pcall(error, {code = 5}) assert(not ok and e.code == 5)
            assert(select('#', pcall(function() return 1, 2, 3 end)) == 4)
            local a, b = xpcall(function(x) error('bad ' .. x, 0) end, function(m) return 'seen ' .. m end, 'x')
            assert(a == false and b == 'seen bad x')
            assert(select(2, xpcall(function(...) return select('#', ...) end, print, 1, nil)) == 2)
            return true
            """
        #expect(try run(script) == .bool(true))
    }

    @Test func `coroutines yield across pcall`() throws {
        let script = """
            local co = coroutine.create(function(a)
              local ok, b = pcall(function() return coroutine.yield(a + 1) end)
              local ok2, m = xpcall(function() coroutine.yield(b) error('x', 0) end, function(m) return m .. '!' end)
              return m
            end)
            local out = {select(2, coroutine.resume(co, 1)), select(2, coroutine.resume(co, 10)), select(2, coroutine.resume(co))}
            assert(coroutine.status(co) == 'dead' and coroutine.close(co))
            return out
            """
        #expect(try run(script) == .array([.integer(2), .integer(10), .string("x!")]))
    }

    @Test func `print goes to the host as one line`() throws {
        let vm = LuaVM()
        var lines: [String] = []
        vm.onPrint { lines.append($0) }
        _ = try run("print('a', 1, nil, {}) print()", in: vm)
        #expect(lines == ["a\t1\tnil\ttable", ""])
    }

    @Test func `require loads a module once`() throws {
        let vm = LuaVM()
        var asked: [String] = []
        vm.onRequire { name throws(LuaHostError) in
            asked.append(name)
            return LuaSource(name: name + ".lua", text: "return {name = ..., n = math.random(1000000)}")
        }
        let value = try run("local a, b = require('m'), require('m') return {a == b, a.name}", in: vm)
        #expect(value == .array([.bool(true), .string("m")]))
        #expect(asked == ["m"])
    }

    @Test func `require reports what is missing, broken or circular`() throws {
        let vm = LuaVM()
        vm.onRequire { name throws(LuaHostError) in
            switch name {
            case "a": LuaSource(name: "a.lua", text: "return require('b')")
            case "b": LuaSource(name: "b.lua", text: "return require('a')")
            case "broken": LuaSource(name: "broken.lua", text: "\nlocal = 1")
            case "fails": LuaSource(name: "fails.lua", text: "\n\nerror('no')")
            case "global": LuaSource(name: "global.lua", text: "leak = 1")
            default: throw LuaHostError("module '\(name)' not found")
            }
        }
        #expect(try #require(failure("require('zzz')", in: vm)).description == "test.lua:1: module 'zzz' not found")
        #expect(try #require(failure("require('a')", in: vm)).message.contains("requires itself"))
        #expect(try #require(failure("require('broken')", in: vm)).description.hasPrefix("broken.lua:2:"))
        #expect(try #require(failure("require('fails')", in: vm)).description == "fails.lua:3: no")
        #expect(try #require(failure("require('global')", in: vm)).message.contains("assignment to global 'leak'"))
        #expect(try run("return pcall(require, 'fails')", in: vm) == .bool(false))
    }

    @Test func `syntax and runtime errors carry script, line and traceback`() throws {
        let syntax = try #require(failure("local x =\n= 2"))
        #expect(syntax.kind == .syntax && syntax.line == 2 && syntax.script == "test.lua")
        let runtime = try #require(failure("local function f()\n  error('bad')\nend\nf()"))
        #expect(runtime.kind == .runtime && runtime.line == 2 && runtime.message == "bad")
        #expect(try #require(runtime.traceback).contains("test.lua:4"))
        #expect(runtime.during("on_candle").callback == "on_candle")
    }

    @Test func `machines share nothing`() throws {
        let first = LuaVM()
        let second = LuaVM()
        first.define("shared", try first.keep(.integer(1)))
        #expect(try run("return shared", in: first) == .integer(1))
        #expect(failure("return shared", in: second) != nil)
    }
}
