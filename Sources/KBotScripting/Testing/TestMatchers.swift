/// `expect(value)` and what can be asked of it, in Lua.
///
/// The chunk returns a function; called with one that tells whether a test is running, it returns `expect`, and `close`
/// for the end of a test. What does not hold is raised at the line of the test that asked.
enum TestMatchers {
    static let source = LuaChunk(
        name: "kbot.expect",
        text: #"""
            local open -- where the last expectation stands while nothing has been asked of it

            -- "file.lua:12: " of the function so many calls above the one that asks.
            local function place(level)
              local _, text = pcall(error, "", level + 3)
              return text
            end

            local escapes = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

            local function escaped(character)
              return escapes[character] or ("\\%d"):format(character:byte())
            end

            local function quoted(value)
              return '"' .. value:sub(1, 200):gsub('[%c"\\]', escaped) .. (#value > 200 and "…" or "") .. '"'
            end

            local function number(value)
              if value ~= value then return "nan" end
              local whole = math.tointeger(value)
              if whole then return ("%d"):format(whole) end
              local text = ("%.14g"):format(value)
              return tonumber(text) == value and text or ("%.17g"):format(value)
            end

            -- A value as people read it. Tables have their keys in order, and are cut after 60 values or five levels.
            local function show(value, room, depth)
              if math.type(value) then return number(value) end
              if type(value) == "string" then return quoted(value) end
              if type(value) ~= "table" then return tostring(value) end
              room, depth = room or { left = 60 }, depth or 1
              if depth > 5 then return "{…}" end
              local parts, size = {}, rawlen(value)
              local ok = pcall(function()
                for key, item in pairs(value) do
                  room.left = room.left - 1
                  if room.left < 0 then
                    parts[#parts + 1] = "…"
                    break
                  end
                  local text = show(item, room, depth + 1)
                  if type(key) == "string" then
                    text = (key:find("^[%a_][%w_]*$") and key or "[" .. quoted(key) .. "]") .. " = " .. text
                  elseif not (math.type(key) == "integer" and key >= 1 and key <= size) then
                    text = "[" .. show(key, room, depth + 1) .. "] = " .. text
                  end
                  parts[#parts + 1] = text
                end
              end)
              if not ok then return "a table whose keys are no data" end
              return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
            end

            -- Where two values differ: nil, or the path with both sides.
            local function difference(given, wanted, path, depth)
              if rawequal(given, wanted) or given == wanted then return nil end
              if type(given) ~= "table" or type(wanted) ~= "table" or depth > 50 then
                return { path = path, given = given, wanted = wanted }
              end
              local function inner(key)
                local name = type(key) == "string" and "." .. key or "[" .. show(key) .. "]"
                return difference(rawget(given, key), rawget(wanted, key), path .. name, depth + 1)
              end
              for key in pairs(wanted) do
                local found = inner(key)
                if found then return found end
              end
              for key in pairs(given) do
                if rawget(wanted, key) == nil then return inner(key) end
              end
              return nil
            end

            -- least: how many arguments must be given. numbers: how many of them, and the value, must be numbers.
            -- test: whether it holds; then what came, in words, when that is not the value itself.
            -- wants: what was expected, in words.
            local matchers = {
              to_be = {
                least = 1,
                test = function(given, wanted) return given == wanted end,
                wants = function(wanted) return show(wanted) end,
              },
              to_equal = {
                least = 1,
                test = function(given, wanted)
                  local found = difference(given, wanted, "", 0)
                  if not found or found.path == "" then return not found end
                  local path = found.path:gsub("^%.", "")
                  return false, ("%s (%s: expected %s, got %s)"):format(
                    show(given), path, show(found.wanted), show(found.given))
                end,
                wants = function(wanted) return show(wanted) end,
              },
              to_be_near = {
                least = 1, numbers = 2,
                test = function(given, wanted, tolerance) return math.abs(given - wanted) <= (tolerance or 1e-6) end,
                wants = function(wanted, tolerance) return show(wanted) .. " ± " .. show(tolerance or 1e-6) end,
              },
              to_be_nil = {
                test = function(given) return given == nil end,
                wants = function() return "nil" end,
              },
              to_exist = {
                test = function(given) return given ~= nil end,
                wants = function() return "a value" end,
              },
              to_be_true = {
                test = function(given) return given == true end,
                wants = function() return "true" end,
              },
              to_be_false = {
                test = function(given) return given == false end,
                wants = function() return "false" end,
              },
              to_contain = {
                least = 1,
                test = function(given, wanted)
                  if type(given) == "string" and type(wanted) == "string" then
                    return given:find(wanted, 1, true) ~= nil
                  end
                  if type(given) ~= "table" then return false end
                  for _, element in ipairs(given) do
                    if not difference(element, wanted, "", 0) then return true end
                  end
                  return false
                end,
                wants = function(wanted) return "something that contains " .. show(wanted) end,
              },
              to_be_above = {
                least = 1, numbers = 1,
                test = function(given, bound) return given > bound end,
                wants = function(bound) return "more than " .. show(bound) end,
              },
              to_be_below = {
                least = 1, numbers = 1,
                test = function(given, bound) return given < bound end,
                wants = function(bound) return "less than " .. show(bound) end,
              },
              to_fail = {
                test = function(given, text)
                  if type(given) ~= "function" then return false, show(given) .. ", which is no function" end
                  local ok, message = pcall(given)
                  if ok then return false, "none" end
                  message = type(message) == "string" and message or show(message)
                  return text == nil or message:find(text, 1, true) ~= nil, "the error " .. quoted(message)
                end,
                wants = function(text) return text == nil and "an error" or "an error with " .. show(text) end,
              },
            }

            local names = {}
            for name in pairs(matchers) do names[#names + 1] = name end

            -- What is wrong with the use of a matcher; nil when nothing is.
            local function misuse(name, given, count, ...)
              local least, numbers = matchers[name].least or 0, matchers[name].numbers or 0
              if count < least then return name .. " takes a value" end
              if numbers == 0 then return nil end
              if not math.type(given) then return name .. " compares numbers, not " .. show(given) end
              for index = 1, math.min(count, numbers) do
                local value = select(index, ...)
                if not math.type(value) then return name .. " compares with numbers, not " .. show(value) end
              end
              return nil
            end

            local function expectation(given, negated)
              local self = {}
              local function index(_, name)
                if name == "never" and not negated then return expectation(given, true) end
                local matcher = matchers[name]
                if not matcher then
                  local known = table.concat(names, ", ")
                  error(("expect has no '%s'; there is never, and %s"):format(tostring(name), known), 2)
                end
                return function(...)
                  open = nil
                  if rawequal((...), self) then error(("write expect(…).%s(…), with a dot"):format(name), 2) end
                  local wrong = misuse(name, given, select("#", ...), ...)
                  if wrong then error(wrong, 2) end
                  local holds, came = matcher.test(given, ...)
                  if holds == negated then
                    local wants = (negated and "not " or "") .. matcher.wants(...)
                    error(("expected %s, got %s"):format(wants, came or show(given)), 2)
                  end
                end
              end
              local function write(_, name) error(("expect(…).%s cannot be set"):format(tostring(name)), 2) end
              return setmetatable(self, { __index = index, __newindex = write, __metatable = false })
            end

            -- An expectation of which nothing was asked holds whatever the value is: that is never what was meant.
            local function close()
              if not open then return end
              local where = open
              open = nil
              error(where .. "expect(…) alone expects nothing; write expect(…).to_be(…) or so", 0)
            end

            return function(is_running)
              local function expect(value)
                if not is_running() then error("expect is for the inside of a test", 2) end
                close()
                open = place(1)
                return expectation(value, false)
              end
              return expect, close
            end
            """#
    )
}
