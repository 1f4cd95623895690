import KBotEngine
import KBotLua
import KBotModel

/// One script in its machine: loaded, checked, parameterised, with `ctx` ready.
final class ScriptMachine {
    let file: ScriptFile
    let vm: LuaVM
    let manifest: ScriptManifest
    let parameters: [(name: String, value: LuaValue)]
    let context = ScriptContext()
    private(set) var contextObject: LuaReference

    /// Failures in a row after which a script is asked no more.
    static let quarantineAfter = 3
    private var failuresInRow = 0
    /// Whether the script failed too often in a row.
    private(set) var isQuarantined = false

    /// Loads a script and checks what it returns.
    init(
        _ file: ScriptFile,
        kind: ScriptManifest.Kind,
        parameters given: [String: String],
        seed: UInt64,
        limits: LuaLimits,
        modules: @escaping ModuleFinder
    ) throws(ScriptFailure) {
        self.file = file
        vm = LuaVM(limits: limits, seed: seed)
        let context = self.context
        vm.onPrint { [unowned context] in context.log($0) }
        vm.onRequire { name throws(LuaHostError) in
            switch modules(name) {
            case .success(let module): return LuaSource(name: module.name, text: module.text)
            case .failure(let failure): throw LuaHostError(failure.description)
            }
        }
        do throws(LuaError) {
            vm.define("kbot", try Self.makeLibrary(vm))
            let returned = try vm.value(of: try vm.load(LuaSource(name: file.name, text: file.text)))
            contextObject = try vm.keep(.nil)
            self.manifest = try Self.asLuaError { () throws(ScriptFailure) in
                try ScriptManifest(returned, script: file.name, expecting: kind)
            }
        } catch {
            throw ScriptFailure(error.description)
        }
        self.parameters = try manifest.values(given)
        if !manifest.uncalled.isEmpty {
            context.log("this version does not call \(manifest.uncalled.joined(separator: ", "))")
        }
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

    /// Makes `ctx`, once the indicators are known.
    func makeContext(indicators: [(name: String, spec: IndicatorSpec)]) throws(ScriptFailure) {
        do throws(LuaError) {
            contextObject = try context.makeObject(in: vm, parameters: parameters, indicators: indicators)
        } catch {
            throw ScriptFailure("\(file.name): \(error)")
        }
    }

    /// The parameters as a plain table for `needs`.
    var parameterTable: LuaValue {
        .record(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) }))
    }

    /// The global `kbot`: pure helpers.
    private static func makeLibrary(_ vm: LuaVM) throws(LuaError) -> LuaReference {
        try vm.object(
            named: "kbot",
            [
                "api": .constant(.integer(ScriptManifest.api)),
                // Rounds to 0.01 ¢, which drops the noise of float arithmetic and nothing else.
                "snap": .function { call throws(LuaHostError) in
                    guard let price = call.number(1).flatMap(Border.price(cents:)) else {
                        throw LuaHostError("kbot.snap takes a number of cents")
                    }
                    Border.reply(call, price)
                },
            ]
        )
    }

    /// Makes a call the script cannot bring down, begun in ``context``: a failure is told, counted, and yields nil.
    func guarded<Value>(
        _ callback: String,
        _ body: () throws(LuaError) -> Value
    ) -> Value? {
        guard !isQuarantined else { return nil }
        do throws(LuaError) {
            let value = try body()
            failuresInRow = 0
            return value
        } catch {
            failuresInRow += 1
            let place = context.market.map { " in \($0.ticker)" } ?? ""
            let script = error.script == nil ? "\(file.name): " : ""
            context.messages.append(.failure("\(script)\(error) (\(callback)\(place) at \(context.now))"))
            if failuresInRow >= Self.quarantineAfter {
                isQuarantined = true
                context.messages.append(
                    .failure(
                        "\(file.name) failed \(failuresInRow) times in a row and is asked no more; "
                            + (manifest.kind == .riskRule ? "every entry is denied from now on; " : "")
                            + "what is open keeps its stops and targets"
                    )
                )
            }
            return nil
        }
    }

    /// Hands over what the script wants told.
    func takeMessages() -> [StrategyMessage] {
        guard !context.messages.isEmpty else { return [] }
        defer { context.messages = [] }
        return context.messages
    }
}
