import KBotLua
import Testing

/// Scripts that try to run forever, take all memory or leave the sandbox: each ends with a clean error.
@Suite struct LuaHostileTests {
    static let endless: [String] = [
        "while true do end",
        "::again:: goto again",
        "repeat until false",
        "for i = 1, math.huge do end",
        "local function f() return f() end f()",
        "pcall(function() while true do end end) while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(error) end",
        "xpcall(function() error('x') end, function() while true do end end)",
        "xpcall(function() while true do end end, function() while true do end end)",
        "while true do xpcall(function() while true do end end, function() while true do end end) end",
        "coroutine.wrap(function() while true do end end)()",
        "while true do pcall(coroutine.wrap(function() while true do end end)) end",
        "local co = coroutine.create(function() while true do end end) while true do coroutine.resume(co) end",
        "while true do coroutine.wrap(function() for i = 1, 100 do end end)() end",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "local function nest() coroutine.wrap(nest)() end while true do pcall(nest) end",
        "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
        "local t = setmetatable({}, {__eq = function() while true do end end}) return t == setmetatable({}, getmetatable(t))",
        "local t = setmetatable({}, {__tostring = function() while true do end end}) tostring(t)",
        "table.sort({3, 2, 1}, function() while true do end end)",
        "string.gsub('abc', '.', function() while true do end end)",
        "while true do string.gsub('abc', '.', {a = 'b'}) end",
        "string.find(('a'):rep(4000), ('a*'):rep(30) .. 'b')",
        "string.match(('a'):rep(60000), '.-.-.-.-b')",
        "while true do pcall(string.find, ('a'):rep(4000), ('a-'):rep(20) .. 'b') end",
        "while true do ('a'):rep(60000):find(('a'):rep(30000) .. 'b', 1, true) end",
        "while true do pcall(string.rep, 'x', 1e9) end",
        "local t = {} for i = 1, 50000 do t[i] = {} end while true do pcall(string.rep, 'x', 65000) end",
        "table.move({}, 1, 1e15, 2)",
        "table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1e15)",
        "local t = {} for i = 1, 10000 do t[i] = i end while true do table.sort(t) end",
        "local t = {} for i = 1, 10000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end",
        "local t = {} for i = 1, 10000 do t['k' .. i] = i end while true do pairs(t) end",
        "local s = ('x'):rep(65000) while true do s = s:upper() end",
        "local s = ('1'):rep(60000) while true do tonumber(s) end",
        "local s = ('1'):rep(60000) while true do local x = s + 1 end",
        "local s = ('x'):rep(65000) while true do utf8.len(s) end",
        "local function f() pcall(f) pcall(f) end while true do f() end",
        """
        local t = setmetatable({}, {})
        getmetatable(t).__close = function() while true do end end
        local x <close> = t
        while true do end
        """,
        """
        local mt = {}
        local guard = setmetatable({}, mt)
        mt.__close = function() while true do end end
        local co = coroutine.create(function() local x <close> = guard; coroutine.yield() end)
        coroutine.resume(co)
        coroutine.close(co)
        """,
    ]

    @Test(arguments: endless)
    func `an endless script ends at the instruction limit`(script: String) throws {
        let error = try #require(failure(script, in: smallVM()))
        #expect(error.kind == .instructionLimit, "\(error)")
        #expect(error.message.contains("instruction limit of 200000"))
    }

    @Test func `a dead coroutine cannot run close handlers without a limit in a later call`() throws {
        let vm = smallVM()
        let module = try vm.load(
            LuaSource(
                name: "test.lua",
                text: """
                    local mt = {}
                    local guard = setmetatable({}, mt)
                    mt.__close = function() while true do end end
                    local co
                    return {
                      first = function()
                        co = coroutine.create(function() local x <close> = guard while true do end end)
                        coroutine.resume(co)
                      end,
                      second = function() return coroutine.close(co) end,
                    }
                    """
            )
        )
        let first = try #require(vm.field("first", of: module))
        let second = try #require(vm.field("second", of: module))
        #expect(throws: LuaError.self) { try vm.call(first) }
        let results = try vm.call(second)
        #expect(results.first == .bool(false))
    }

    @Test func `a call after a spent budget has its whole budget again`() throws {
        let vm = smallVM()
        let module = try vm.load(
            LuaSource(
                name: "test.lua",
                text: "return {spin = function() while true do end end, ok = function() return 7 end}"
            )
        )
        let spin = try #require(vm.field("spin", of: module))
        let fine = try #require(vm.field("ok", of: module))
        for _ in 0..<3 {
            #expect(throws: LuaError.self) { try vm.call(spin) }
            #expect(try vm.call(fine) == [.integer(7)])
        }
    }

    static let greedy: [String] = [
        "local t = {} while true do t[#t + 1] = {} end",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "local t = {} for i = 1, 1e6 do t['k' .. i] = i end",
        "return ('x'):rep(1e9)",
        "return ('x'):rep(1e5)",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} for i = 1, 1e6 do t[i] = ('x'):rep(60000) .. i end",
        "local t = {} for i = 1, 200 do t[i] = ('x'):rep(1000) end return table.concat(t)",
    ]

    @Test(arguments: greedy)
    func `a memory bomb ends with a memory error`(script: String) throws {
        let vm = LuaVM(limits: LuaLimits(loadInstructions: 50_000_000, memoryBytes: 4 << 20))
        let error = try #require(failure(script, in: vm))
        #expect(error.message.contains("not enough memory"), "\(error)")
        #expect(vm.statistics.peakMemoryBytes < 5 << 20)
    }

    @Test(arguments: [
        "local function f() return 1 + f() end f()",
        "local function f() local ok, e = pcall(f) error(e, 0) end f()",
        "local t = {} setmetatable(t, {__index = function(t, k) return t[k .. 'x'] end}) return t.x",
        "local function f() coroutine.wrap(f)() end f()",
        "return " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
        "local f = string.rep return ('a'):gsub('a', function() return ('a'):gsub('a', f) end)",
        "string.find(('('):rep(10), ('('):rep(300))",
    ])
    func `too deep a recursion is a clean error`(script: String) throws {
        let error = try #require(failure(script))
        #expect(!error.message.isEmpty)
    }

    @Test(arguments: [
        "return os", "return io", "return debug", "return package", "return load", "return loadstring",
        "return dofile", "return loadfile", "return collectgarbage", "return next", "return rawset", "return _G",
        "return math.randomseed", "return string.dump", "return string.pack",
    ])
    func `what is not on the list is unknown`(script: String) throws {
        let error = try #require(failure(script))
        #expect(error.kind == .runtime)
        #expect(error.message.contains("unknown global") || error.message.contains("has no field"))
    }

    @Test(arguments: [
        "('').x = 1", "getmetatable('').__index = {}", "setmetatable('', {})", "string.rep = nil", "math.pi = 3",
        "string.x = 1", "table.insert(math, 1)", "setmetatable(math, {})", "getmetatable(math).__index = 1",
        "pairs = nil", "x = 1", "local _ENV = {}", "_ENV.x = 1", "return function(_ENV) return x end",
        "setmetatable({}, {__gc = function() end})", "setmetatable({}, {__mode = 'k'})",
        "setmetatable(setmetatable({}, {__metatable = 1}), {})", "require('math')", "coroutine.wrap(1)",
        "return string.format('%p', {})",
    ])
    func `what would weaken the sandbox is refused`(script: String) {
        #expect(failure(script) != nil)
    }

    @Test func `bytecode is refused`() throws {
        let error = try #require(failure("\u{1B}Lua"))
        #expect(error.kind == .syntax)
        #expect(error.message.contains("bytecode"))
    }

    @Test(arguments: [
        "error(setmetatable({}, {__tostring = function() error('again') end}))",
        "error(setmetatable({}, {__tostring = function() while true do end end}))",
        "error(setmetatable({}, {__tostring = function() return 1 end}))",
        "error(setmetatable({}, {__tostring = function() return ('x'):rep(1e9) end}))",
        "error({})", "error(nil)", "error()", "error(function() end)", "error(coroutine.create(print))",
    ])
    func `an error value of any kind is described`(script: String) throws {
        let vm = smallVM()
        let error = try #require(failure(script, in: vm))
        #expect(error.kind == .runtime)
        #expect(!error.message.isEmpty)
        #expect(!error.message.contains("0x"))
        #expect(try run("return 1", in: vm) == .integer(1))
    }

    @Test func `an error table with a message speaks for itself`() throws {
        #expect(try #require(failure("error({message = 'bad bands'})")).message == "bad bands")
    }

    @Test(arguments: [
        "local t = {} t[0/0] = 1", "local t = {} t[nil] = 1", "return 1 // 0", "return math.tointeger('x') + 1",
        "return 1 < 'x'", "return {} .. {}", "return #5", "return table.unpack({}, 1, 1e8)",
        "return select(-5, 1)", "return ('x'):rep(-1):bad()", "return table.concat({{}})", "return ('%d'):format(1.5)",
    ])
    func `an ordinary mistake is a runtime error with its line`(script: String) throws {
        let error = try #require(failure("\n\n" + script))
        #expect(error.kind == .runtime)
        #expect(error.script == "test.lua")
        #expect(error.line == 3)
    }

    @Test func `infinite keys and values are data like any other`() throws {
        let value = try run("return {[math.huge] = 1, [-math.huge] = 2, x = math.huge}")
        #expect(
            value
                == .table([
                    LuaField(key: .number(-.infinity), value: .integer(2)),
                    LuaField(key: .number(.infinity), value: .integer(1)),
                    LuaField(key: .string("x"), value: .number(.infinity)),
                ])
        )
    }

    @Test(arguments: ["return true", "return a and b or a", "return math.random() < 0.5", "return"])
    func `a comparator without sense does no harm`(body: String) throws {
        let script = """
            local t = {} for i = 1, 300 do t[i] = (i * 7919) % 301 end
            table.sort(t, function(a, b) \(body) end)
            local sum = 0 for _, x in ipairs(t) do sum = sum + x end
            return {#t, sum}
            """
        guard case .array(let result) = try run(script) else {
            Issue.record("no array")
            return
        }
        #expect(result[0] == .integer(300))
    }

    @Test func `an error in a comparator leaves the table as it was`() throws {
        let value = try run("local t = {3, 1, 2} pcall(table.sort, t, function(a, b) error('x') end) return t")
        #expect(value == .array([.integer(3), .integer(1), .integer(2)]))
    }

    @Test func `too many variable arguments are refused`() throws {
        let script = """
            local t = {} for i = 1, 60000 do t[i] = i end
            local function f(...) while true do local n = select('#', ...) end end
            f(table.unpack(t))
            """
        #expect(try #require(failure(script)).message.contains("variable arguments"))
    }
}
