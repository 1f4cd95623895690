import KBotLua

/// What collects the tests of a file, in Lua: `describe`, `it` and `before_each`; with ``TestMatchers`` all that test
/// files are written with.
enum TestLibrary {
    /// The globals it gives test files.
    private static let globals = ["describe", "it", "before_each", "expect"]

    /// Offers the globals in a machine, and returns what the host calls: one function that lists the tests, one that
    /// runs the test with a number. `takeSkip` gives the reason of a `skip(reason)` once.
    static func offer(
        in vm: LuaVM,
        takeSkip: LuaReference
    ) throws(LuaError) -> (list: LuaReference, run: LuaReference) {
        // Globals for as long as the library is being loaded.
        vm.define("take_skip", takeSkip)
        vm.define("matchers", try vm.load(TestMatchers.source.lua))
        let library = try vm.load(source.lua)
        for name in ["take_skip", "matchers"] { vm.define(name, try vm.keep(.nil)) }
        for name in globals {
            if let value = vm.field(name, of: library) { vm.define(name, value) }
        }
        guard let list = vm.field("list", of: library), let run = vm.field("run", of: library) else {
            throw LuaError(kind: .contract, message: "the test library is incomplete")
        }
        return (list, run)
    }

    /// Whether a chunk is part of the library, and no place in it worth telling.
    static func isPart(_ chunk: String) -> Bool { chunk == source.name || chunk == TestMatchers.source.name }

    private static let source = LuaChunk(
        name: "kbot.test",
        text: #"""
            local take_skip = take_skip
            local tests, group, running = {}, { hooks = {} }, false
            local expect, close = matchers(function() return running end)

            -- The line of the function so many calls above the one that asks.
            local function line(level)
              local _, text = pcall(error, "", level + 3)
              return tonumber(text:match(":(%d+): $"))
            end

            local function check(what, name, body)
              if running then error(what .. " is not for the inside of a test", 3) end
              if type(name) ~= "string" or name == "" or type(body) ~= "function" then
                error(what .. " takes a name and a function", 3)
              end
            end

            local function add(name, body, line, reason)
              tests[#tests + 1] = { group = group, name = name, body = body, line = line, reason = reason }
            end

            local function is_within(inner, outer)
              while inner and inner ~= outer do inner = inner.outer end
              return inner ~= nil
            end

            local function describe(name, body)
              check("describe", name, body)
              local start, outer = line(1), group
              group = { outer = outer, name = name, hooks = {} }
              local ok, message = pcall(body)
              if not ok then
                local reason = take_skip()
                if not reason then error(message, 0) end
                -- skip(reason) in the body of a describe: all of it is skipped, however far the body came.
                local found = false
                for _, test in ipairs(tests) do
                  if is_within(test.group, group) then test.reason, found = reason, true end
                end
                if not found then add("(all)", body, start, reason) end
              end
              group = outer
            end

            local it = setmetatable({
              skip = function(name, body)
                check("it.skip", name, body or check)
                add(name, body, line(1), "it.skip")
              end,
            }, {
              __metatable = false,
              __name = "it",
              __call = function(_, name, body)
                check("it", name, body)
                add(name, body, line(1))
              end,
            })

            local function before_each(body)
              if running then error("before_each is not for the inside of a test", 2) end
              if type(body) ~= "function" then error("before_each takes a function", 2) end
              group.hooks[#group.hooks + 1] = body
            end

            local function list()
              local result = {}
              for index, test in ipairs(tests) do
                local path, inner = {}, test.group
                while inner.outer do
                  table.insert(path, 1, inner.name)
                  inner = inner.outer
                end
                result[index] = { path = path, name = test.name, line = test.line, reason = test.reason }
              end
              return result
            end

            local function run_hooks(of)
              if of.outer then run_hooks(of.outer) end
              for _, hook in ipairs(of.hooks) do hook() end
            end

            local function run(index)
              local test = tests[index]
              running = true
              run_hooks(test.group)
              test.body()
              close()
            end

            return {
              describe = describe, it = it, before_each = before_each, expect = expect, list = list, run = run,
            }
            """#
    )
}

/// A chunk of Lua that is part of the program.
struct LuaChunk {
    /// The name in messages.
    let name: String
    let text: String

    /// As a machine takes it.
    var lua: LuaSource { LuaSource(name: name, text: text) }
}
