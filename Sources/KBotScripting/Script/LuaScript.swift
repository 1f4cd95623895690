import KBotLua
package import KBotModel

/// A script that runs, strategy or rule: where it came from, what it was told, what it has done.
package protocol LuaScript: AnyObject {
    /// The script in its machine.
    var machine: ScriptMachine { get }
}

extension LuaScript {
    /// The file it came from.
    package var file: ScriptFile { machine.file }
    /// What it is.
    package var kind: ScriptManifest.Kind { machine.manifest.kind }
    /// The author's version.
    package var version: String { machine.manifest.version }
    /// The modules it has required so far.
    package var modules: [ScriptFile] { machine.requiredModules }
    /// Every parameter with the value in force, as text.
    package var parameterTexts: [(name: String, value: String)] {
        machine.parameters.map { ($0.name, text(of: $0.value)) }
    }
    /// The parameters it declares.
    package var parameters: [ScriptParameter] { machine.manifest.parameters }
    /// What it has done.
    package var statistics: ScriptStatistics { machine.statistics }
    /// Whether it failed too often and is asked no more.
    package var isQuarantined: Bool { machine.isQuarantined }
    /// The first failure that waits to be told; nil when there is none.
    package var firstFailure: String? { machine.firstFailure }
    /// Takes over the quarantine of the version before it.
    package func inheritQuarantine() { machine.inheritQuarantine() }
    /// What it hands to its next version; `time` is what it reads as `ctx.now`, nil for that of its last call.
    package func memory(at time: Timestamp? = nil) throws(ScriptFailure) -> ScriptMemory {
        try machine.memory(at: time)
    }
    /// Gives it what the version before it saved.
    package func load(_ memory: ScriptMemory, at time: Timestamp? = nil) throws(ScriptFailure) {
        try machine.load(memory, at: time)
    }
}
