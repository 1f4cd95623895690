/// The names a sandboxed script finds, for analyses that do not run it.
package enum LuaSandboxNames {
    /// The base functions.
    package static let functions = [
        "assert", "error", "getmetatable", "ipairs", "pairs", "pcall", "print", "rawequal", "rawget", "rawlen",
        "require", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall",
    ]

    /// The libraries and what they hold.
    package static let libraries: [String: [String]] = [
        "string": [
            "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse", "sub",
            "upper",
        ],
        "table": ["concat", "insert", "move", "pack", "remove", "sort", "unpack"],
        "math": [
            "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max",
            "maxinteger", "min", "mininteger", "modf", "pi", "rad", "random", "sin", "sqrt", "tan", "tointeger", "type",
            "ult",
        ],
        "utf8": ["char", "charpattern", "codepoint", "codes", "len", "offset"],
        "coroutine": ["close", "create", "isyieldable", "resume", "running", "status", "wrap", "yield"],
    ]

    /// What to say of names that Lua has and the sandbox has not.
    package static let advice: [String: String] = [
        "os": "scripts cannot reach the system; ctx.now is the time", "io": "scripts cannot reach the system",
        "debug": "scripts cannot look into the machine", "package": "require finds the files beside the script",
        "load": "text cannot become code", "dofile": "use require", "loadfile": "use require",
        "next": "use pairs", "rawset": "assign to the field", "collectgarbage": "memory is the host's",
    ]
}
