import KBotEngine
import KBotModel
import KBotReports
import KBotScripting
import Testing

@testable import KBotRuntime

@Suite struct ScriptLoaderTests {
    private static let script = RunBench.root + "/strategies/bollinger_scalper.lua"
    private static let both = ["native:bollinger_scalper", script]

    private func loader(_ parameters: String...) throws -> ScriptLoader { try Self.loader(parameters) }

    private static func loader(_ parameters: [String]) throws -> ScriptLoader {
        try ScriptLoader(
            library: ScriptLibrary(home: RunBench.root),
            seed: 1,
            parameters: parameters,
            store: VersionStore(stateDirectory: "/nowhere")
        )
    }

    /// One parameter in force.
    private func value(_ name: String, _ strategy: String, _ loader: ScriptLoader) throws -> String? {
        try loader.strategies([strategy]).first?.facts.parameters.first { $0.name == name }?.value
    }

    /// Exit code and message of a strategy that must not load.
    private func refusal(_ strategy: String, _ parameter: String...) throws -> String {
        let loader = try Self.loader(parameter)
        let failure = #expect(throws: RunFailure.self, "\(strategy) took \(parameter)") {
            try loader.strategies([strategy])
        }
        return failure.map { "\($0.code.rawValue) \($0.message)" } ?? ""
    }

    @Test(arguments: both)
    func `parameters are given bare or with the script's name in front, and the last one counts`(name: String) throws {
        #expect(try value("period", name, loader()) == "25")
        #expect(try value("period", name, loader("period=30")) == "30")
        #expect(try value("period", name, loader("bollinger_scalper.period=31")) == "31")
        #expect(try value("period", name, loader("period=30", "period=32")) == "32")
        #expect(try value("geometry", name, loader("geometry=reversal")) == "reversal")
        #expect(try value("interval", name, loader("interval=15m")) == "15m")
    }

    @Test func `native and script tell the same parameters in the same words`() throws {
        func texts(_ name: String) throws -> [Fact] { try loader().strategies([name]).flatMap(\.facts.parameters) }
        #expect(try texts(Self.both[0]) == texts(Self.both[1]))
    }

    @Test(arguments: ["period", "=3", ""])
    func `a parameter without a name and a value is wrong usage`(text: String) {
        let failure = #expect(throws: RunFailure.self) { try loader(text) }
        #expect(failure?.code == .usage)
        #expect(failure?.message == "--param \(text): write --param name=value, or script.name=value")
    }

    @Test(arguments: [
        "period=1", "period=501", "period=2.5", "stddev=0", "stddev=x", "interval=0s", "interval=soon",
        "geometry=round", "min_minutes_left=-1", "min_stop_ticks=0", "min_reward_risk=-1", "target_multiple=21",
    ])
    func `a value out of range is refused, natively and in Lua, with what is wanted`(text: String) throws {
        let name = text.prefix { $0 != "=" }
        for strategy in Self.both {
            let message = try refusal(strategy, text)
            #expect(message.hasPrefix("2 --param \(text): \(name) must be "), "\(message)")
        }
    }

    @Test(arguments: both)
    func `an unknown parameter is refused with those there are`(strategy: String) throws {
        let message = try refusal(strategy, "perriod=30")
        #expect(message.hasPrefix("2 ") && message.contains("did you mean 'period'"), "\(message)")
        #expect(message.contains("min_stop_ticks"), "\(message)")
    }

    @Test func `an unknown script and an unknown native strategy are refused with where was looked`() throws {
        let missing = try refusal("bollinger_scalpre.lua")
        let head = "3 --strategy bollinger_scalpre.lua: no such script; did you mean bollinger_scalper.lua?"
        #expect(missing.hasPrefix(head) && missing.contains("\n  strategies/bollinger_scalpre.lua\n"))
        #expect(
            try refusal("native:nope")
                == "3 --strategy native:nope: there is no native strategy 'nope'; there is bollinger_scalper"
        )
    }

    @Test func `no strategy, and two of one name, are refused`() throws {
        #expect(throws: RunFailure.self) { try loader().strategies([]) }
        let failure = #expect(throws: RunFailure.self) { try loader().strategies(Self.both) }
        #expect(failure?.message == "two strategies are called bollinger_scalper; give one of them another name")
    }

    @Test func `a rule takes only parameters with its own name in front`() throws {
        let rule = "max_spread.lua"
        #expect(try loader("period=30").rules([rule]).map(\.rule.name) == ["max_spread"])
        #expect(throws: RunFailure.self) { try loader("max_spread.nope=1").rules([rule]) }
        let failure = #expect(throws: RunFailure.self) { try loader().rules([rule, rule]) }
        #expect(failure?.message == "two risk rules are called max_spread; give one of them another name")
        #expect(throws: RunFailure.self) { try loader().rules(["nope.lua"]) }
    }

    @Test func `a parameter for a script that does not run is refused, not overlooked`() throws {
        let failure = #expect(throws: RunFailure.self) {
            try loader("bolinger_scalper.period=30").checkOwners(among: ["a/bollinger_scalper.lua", "native:x"])
        }
        #expect(failure?.code == .usage)
        #expect(
            failure?.message == "--param bolinger_scalper.period: no script 'bolinger_scalper' runs; "
                + "did you mean bollinger_scalper.period?"
        )
        try loader("x.period=3", "period=2", "a.b.c=1").checkOwners(among: ["native:x", "./a.b.lua"])
    }
}
