import KBotEngine
import KBotScripting
import Testing

private let all = """
    count = { type = "integer", default = 5, min = 1, max = 9, help = "how many" },
    width = { type = "number", default = 2, min = 0.5 },
    eager = { type = "boolean", default = false },
    mode = { type = "string", default = "fast", choices = { "fast", "slow" } },
    text = { type = "string", default = "" },
    span = { type = "duration", default = "auto" },
    """

/// What a script sees of its parameters.
private func seen(_ given: [String: String]) throws -> String? {
    let body = """
        local p = ctx.params
        return nil, table.concat({ math.type(p.count) .. p.count, tostring(p.width), tostring(p.eager), p.mode, p.span }, " ")
        """
    return Scene().ask(try LuaStrategy(Scripts.strategy(onCandle: body, params: all), parameters: given)).code?.text
}

@Test func `parameters have their defaults and take values of their types`() throws {
    #expect(try seen([:]) == "integer5 2 false fast auto")
    #expect(
        try seen(["count": "9", "width": "0.5", "eager": "true", "mode": "slow", "span": "15m"])
            == "integer9 0.5 true slow 15m"
    )
}

@Test(arguments: [
    ("count", "10", "count must be an integer from 1 to 9, not 10"),
    ("count", "0", "count must be an integer from 1 to 9, not 0"),
    ("count", "2.5", "count must be an integer from 1 to 9, not '2.5'"),
    ("count", "many", "count must be an integer from 1 to 9, not 'many'"),
    ("width", "0.25", "width must be a number of at least 0.5, not 0.25"),
    ("width", "nan", "width must be a number of at least 0.5, not nan"),
    ("width", "inf", "width must be a number of at least 0.5, not inf"),
    ("eager", "yes", "eager must be true or false, not 'yes'"),
    ("mode", "medium", "mode must be one of fast, slow, not medium"),
    ("span", "soon", "span must be auto or a time such as 5s or 15m, not soon"),
    ("span", "0s", "span must be auto or a time such as 5s or 15m, not 0s"),
])
func `a wrong value is refused with the parameter's type and range`(_ name: String, _ value: String, _ why: String)
    throws
{
    let failure = try #require(Scripts.failure(of: Scripts.strategy(params: all), [name: value]))
    #expect(failure.kind == .parameter)
    #expect(failure.description.hasPrefix("--param \(name)=\(value): \(why)"))
}

@Test(arguments: ["count=10", "eager=yes", "cuont=3"])
func `every wrong parameter lists the script's parameters with types, ranges and defaults`(_ given: String) throws {
    let parts = given.split(separator: "=").map(String.init)
    let failure = try #require(Scripts.failure(of: Scripts.strategy(params: all), [parts[0]: parts[1]]))
    #expect(failure.kind == .parameter)
    for line in [
        "count: an integer from 1 to 9, default 5", "width: a number of at least 0.5, default 2",
        "eager: true or false, default false", "mode: one of fast, slow, default fast",
        "span: auto or a time such as 5s or 15m, default auto",
    ] {
        #expect(failure.description.contains("\n  " + line), "\(failure)")
    }
}

@Test func `an unknown parameter is refused with a suggestion`() throws {
    let failure = try #require(Scripts.failure(of: Scripts.strategy(params: all), ["cuont": "3"]))
    #expect(failure.description.hasPrefix("--param cuont: test has no parameter 'cuont'; did you mean 'count'?"))
    let none = try #require(Scripts.failure(of: Scripts.strategy(), ["x": "3"]))
    #expect(none.description == "--param x: test has no parameter 'x'; it has none")
}

@Test(arguments: [
    ("n = 5", "params.n must be a table such as { type = \"integer\", default = 25 }"),
    ("n = { default = 5 }", "params.n.type must be integer, number, boolean, string or duration, not missing"),
    (
        "n = { type = 'float', default = 5 }",
        "params.n.type must be integer, number, boolean, string or duration, not float"
    ),
    ("n = { type = 'integer' }", "params.n has no default"),
    ("n = { type = 'integer', default = 5.5 }", "params.n.default must be an integer, not 5.5"),
    ("n = { type = 'integer', default = 5, max = 4 }", "params.n.default must be an integer of at most 4, not 5"),
    ("n = { type = 'integer', default = 5, min = 'x' }", "params.n.min must be a number, not string"),
    ("n = { type = 'integer', default = 5, mni = 1 }", "params.n has an unknown key 'mni'; did you mean 'min'?"),
    (
        "n = { type = 'integer', default = 5, reload = 'never' }",
        "params.n.reload must be \"live\" (the default) or \"restart\""
    ),
    (
        "n = { type = 'integer', default = 5, reload = true }",
        "params.n.reload must be \"live\" (the default) or \"restart\""
    ),
    (
        "n = { type = 'string', default = '1', choices = { 1, 2 } }",
        "params.n.choices must be a list of texts such as { \"fast\", \"slow\" }"
    ),
    (
        "n = { type = 'string', default = 'a', choices = 'a' }",
        "params.n.choices must be a list of texts such as { \"fast\", \"slow\" }"
    ),
    ("n = { type = 'boolean', default = 'no' }", "params.n.default must be true or false, not no"),
    ("n = { type = 'string', default = 'c', choices = { 'a', 'b' } }", "params.n.default must be one of a, b, not c"),
    ("n = { type = 'duration', default = 'x' }", "params.n.default must be auto or a time such as 5s or 15m, not x"),
])
func `a wrong declaration is named with its place`(_ declaration: String, _ message: String) {
    let failure = Scripts.failure(of: Scripts.strategy(params: declaration))
    #expect(failure?.description == "test.lua: " + message)
    #expect(failure?.kind == .script)
}

@Test func `a parameter says whether a running script can take a new value`() throws {
    let strategy = try LuaStrategy(
        Scripts.strategy(
            params: """
                a = { type = "integer", default = 1 }, b = { type = "integer", default = 1, reload = "live" },
                c = { type = "integer", default = 1, reload = "restart" },
                """
        )
    )
    #expect(strategy.parameters.map { "\($0.name) \($0.needsRestart)" } == ["a false", "b false", "c true"])
}

@Test func `bounds too large for an integer are no trap`() {
    for bound in ["max = 1e300", "min = -1e300", "max = 9.3e18"] {
        let failure = Scripts.failure(of: Scripts.strategy(params: "n = { type = 'integer', default = 5, \(bound) }"))
        #expect(failure == nil, "\(bound)")
    }
}

@Test func `the values in force are told as text`() throws {
    let strategy = try LuaStrategy(Scripts.strategy(params: all), parameters: ["width": "3"])
    let texts = strategy.parameterTexts.map { "\($0.name)=\($0.value)" }
    #expect(texts == ["count=5", "eager=false", "mode=fast", "span=auto", "text=", "width=3.0"])
}
