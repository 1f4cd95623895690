import KBotEngine
import KBotLua
import KBotModel

/// One script in its machine: loaded, checked, parameterised, with `ctx` ready.
package final class ScriptMachine {
    let file: ScriptFile
    let vm: LuaVM
    let manifest: ScriptManifest
    let parameters: [(name: String, value: LuaValue)]
    let context = ScriptContext()
    private(set) var contextObject: LuaReference
    /// The table a script keeps its own data in.
    private var state: LuaReference?
    private let modules: ModuleLog
    private var errors: ScriptErrors
    private var clock = CallClock()

    /// Failures in a row after which a script is asked no more.
    static let quarantineAfter = 3
    private var failuresInRow = 0
    /// Whether the script failed too often in a row.
    private(set) var isQuarantined = false

    /// Bounds of what a script may keep in `ctx.state` and return from `save`.
    static let stateLimits = LuaConversionLimits(depth: 32, values: 10_000, bytes: 64 << 10, allowsFunctions: false)

    /// Loads a script and checks what it returns; without a kind, one of either kind will do.
    init(
        _ file: ScriptFile,
        kind: ScriptManifest.Kind?,
        parameters given: [String: String],
        seed: UInt64,
        limits: LuaLimits,
        modules find: @escaping ModuleFinder
    ) throws(ScriptFailure) {
        self.file = file
        errors = ScriptErrors(file)
        vm = LuaVM(limits: limits, seed: seed)
        let context = self.context
        let modules = ModuleLog()
        self.modules = modules
        vm.onPrint { [unowned context] in context.log($0) }
        vm.onRequire { name throws(LuaHostError) in
            switch find(name) {
            case .success(let module):
                modules.files.append(module)
                return LuaSource(name: module.name, text: module.text)
            case .failure(let failure): throw LuaHostError(failure.description)
            }
        }
        do throws(LuaError) {
            vm.define("kbot", try KbotLibrary.make(vm))
            let returned = try vm.value(of: try vm.load(LuaSource(name: file.name, text: file.text)))
            contextObject = try vm.keep(.nil)
            self.manifest = try Self.asLuaError { () throws(ScriptFailure) in
                try ScriptManifest(returned, script: file.name, expecting: kind)
            }
        } catch {
            throw ScriptFailure(errors.withSourceLine(error))
        }
        self.parameters = try manifest.values(given)
    }

    /// Carries a script failure through a block that throws Lua's errors.
    private static func asLuaError<Value>(
        _ body: () throws(ScriptFailure) -> Value
    ) throws(LuaError) -> Value {
        do throws(ScriptFailure) {
            return try body()
        } catch {
            throw LuaError(kind: .contract, message: error.description)
        }
    }

    /// Makes `ctx`, once it is known what it shall have.
    func makeContext(_ object: HostObject) throws(ScriptFailure) {
        do throws(LuaError) {
            contextObject = try object.make(in: vm, context) { state = $0 }
        } catch {
            throw ScriptFailure("\(file.name): \(error)")
        }
    }

    /// The script's name.
    package var name: String { manifest.name }

    /// The parameters as a plain table for `needs`.
    var parameterTable: LuaValue {
        .record(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) }))
    }

    /// The modules the script has required so far.
    var requiredModules: [ScriptFile] { modules.files }

    // MARK: Calling

    /// Makes a call the script cannot bring down, begun in ``context``: a failure is told, counted, and yields nil.
    func guarded<Value>(
        _ callback: String,
        _ body: () throws(LuaError) -> Value
    ) -> Value? {
        guard !isQuarantined else { return nil }
        let began = clock.begin()
        defer { clock.end(began) }
        do throws(LuaError) {
            let value = try body()
            failuresInRow = 0
            return value
        } catch {
            fail(error, in: callback)
            return nil
        }
    }

    private func fail(_ error: LuaError, in callback: String) {
        failuresInRow += 1
        let place = context.market.map { " in \($0.ticker)" } ?? ""
        if let text = errors.text(of: error, during: "\(callback)\(place) at \(context.now)") {
            context.messages.append(.failure(text))
        }
        guard failuresInRow >= Self.quarantineAfter else { return }
        isQuarantined = true
        context.messages.append(
            .failure(
                "\(file.name) failed \(failuresInRow) times in a row and is asked no more; "
                    + (manifest.kind == .riskRule ? "every entry is denied from now on; " : "")
                    + "what is open keeps its stops and targets"
            )
        )
    }

    /// Calls a callback with `ctx` and at most one value; does nothing when the script has none of that name.
    func tell(_ callback: String, _ value: LuaValue? = nil) {
        guard let function = manifest.callbacks[callback] else { return }
        _ = guarded(callback) { () throws(LuaError) in
            _ = try vm.call(function, [.function(contextObject)] + (value.map { [$0] } ?? []))
        }
    }

    /// Hands over what the script wants told.
    func takeMessages() -> [StrategyMessage] {
        guard !context.messages.isEmpty else { return [] }
        defer { context.messages = [] }
        return context.messages
    }

    /// The first failure among what waits to be told.
    var firstFailure: String? {
        for message in context.messages {
            if case .failure(let text) = message { return text }
        }
        return nil
    }

    /// Tells how often each error came that was told once; for the end of a run.
    func tellRepeatedErrors() {
        for text in errors.repeated { context.messages.append(.failure(text)) }
    }

    /// What the script has done so far.
    var statistics: ScriptStatistics {
        let counters = vm.statistics
        return ScriptStatistics(
            calls: counters.calls,
            errors: counters.errors,
            memoryBytes: counters.memoryBytes,
            nanosecondsPerCall: clock.nanosecondsPerCall,
            isQuarantined: isQuarantined
        )
    }

    // MARK: Memory

    /// Takes over the quarantine of the version before: it belongs to the host, not to the text of a script.
    func inheritQuarantine() { isQuarantined = true }

    /// What the script wants to hand to its next version; without a time, `ctx.now` stays that of the last call.
    func memory(at time: Timestamp? = nil) throws(ScriptFailure) -> ScriptMemory {
        context.begin(at: time ?? context.now)
        do throws(LuaError) {
            let state = try state.map { reference throws(LuaError) in
                try vm.value(of: reference, limits: Self.stateLimits)
            }
            var saved: LuaValue?
            if let save = manifest.callbacks["save"] {
                saved = try vm.call(save, [.function(contextObject)], limits: Self.stateLimits).first
            }
            return ScriptMemory(state: state ?? .table([]), saved: saved)
        } catch {
            throw ScriptFailure("\(file.name): what it keeps cannot be handed on: \(errors.withSourceLine(error))")
        }
    }

    /// Gives a script what the version before it saved; without a time, `ctx.now` stays that of the last call.
    func load(_ memory: ScriptMemory, at time: Timestamp? = nil) throws(ScriptFailure) {
        guard let load = manifest.callbacks["load"], let saved = memory.saved else { return }
        context.begin(at: time ?? context.now)
        do throws(LuaError) {
            _ = try vm.call(load, [.function(contextObject), saved])
        } catch {
            throw ScriptFailure("\(errors.withSourceLine(error)) (load)")
        }
    }
}

/// What one version of a script hands to the next.
package struct ScriptMemory: Sendable {
    /// `ctx.state`.
    let state: LuaValue
    /// What `save` returned; nil without that callback.
    let saved: LuaValue?

    /// Nothing to remember. Made anew each time: kept for ever it would look like a leak to the sanitizer.
    package static var none: ScriptMemory { ScriptMemory(state: .table([]), saved: nil) }
}

/// What a script has done so far.
package struct ScriptStatistics: Sendable {
    /// Entries into the script.
    package let calls: Int
    /// Entries that failed.
    package let errors: Int
    /// Bytes in use.
    package let memoryBytes: Int
    /// Time of a call, from samples; nil before the first.
    package let nanosecondsPerCall: Double?
    /// Whether the script failed too often and is asked no more.
    package let isQuarantined: Bool
}

/// The modules a script required, in order.
private final class ModuleLog {
    var files: [ScriptFile] = []
}

/// Times one call in sixteen: reading the clock costs more than some callbacks do.
private struct CallClock {
    private var calls = 0
    private var samples = 0
    private var spent = Duration.zero

    mutating func begin() -> ContinuousClock.Instant? {
        calls += 1
        return calls & 15 == 1 ? ContinuousClock.now : nil
    }

    mutating func end(_ began: ContinuousClock.Instant?) {
        guard let began else { return }
        spent += ContinuousClock.now - began
        samples += 1
    }

    var nanosecondsPerCall: Double? {
        guard samples > 0 else { return nil }
        let (seconds, attoseconds) = spent.components
        return (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(samples)
    }
}
