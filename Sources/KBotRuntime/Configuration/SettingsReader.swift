import Configuration
import Synchronization

/// Reads settings from their layers: command line → environment → environment file → default.
///
/// It keeps every problem it meets and goes on with the default, so that one run shows all of them.
final class SettingsReader {
    private let config: ConfigReader
    private let layer = AnsweringLayer()
    private let file: EnvFile?

    /// What is wrong, in the order read.
    private(set) var problems: [ConfigurationProblem] = []
    /// What was read, in the order read.
    private(set) var values: [SettingInForce] = []

    /// Puts the layers together.
    ///
    /// A variable with nothing behind its equals sign counts as not given; an option does not.
    init(options: [String: String], environment: [String: String], file: EnvFile?) {
        self.file = file
        let known = SettingCatalogue.all
        var given: [AbsoluteConfigKey: ConfigValue] = [:]
        for info in known {
            guard let text = options[info.option] else { continue }
            given[AbsoluteConfigKey(info.key)] = ConfigValue(.string(text), isSecret: info.isSecret)
        }
        let secrets = SecretsSpecifier<String, String>.specific(Set(known.filter(\.isSecret).map(\.name)))
        func variables(_ value: (String) -> String?) -> EnvironmentVariablesProvider {
            var variables: [String: String] = [:]
            for info in known {
                guard let text = value(info.name).map({ String($0[...].trimmed) }), !text.isEmpty else { continue }
                variables[info.name] = text
            }
            return EnvironmentVariablesProvider(environmentVariables: variables, secretsSpecifier: secrets)
        }
        config = ConfigReader(
            providers: [
                InMemoryProvider(name: "options", values: given),
                variables { environment[$0] },
                variables { file?.entries[$0]?.value },
            ],
            accessReporter: layer
        )
    }

    /// The value of a setting; a faulty text is noted as a problem, and the default stands in.
    func read<Value>(_ setting: Setting<Value>) -> Sourced<Value> {
        let info = setting.info
        layer.reset()
        guard let text = config.string(forKey: info.key, isSecret: info.isSecret) else {
            values.append(SettingInForce(name: info.name, text: info.defaultText ?? "not set", source: .fallback))
            return Sourced(value: setting.fallback, source: .fallback)
        }
        let source = source(of: info)
        let safe = info.isSecret ? Secret.mask : redactingPrivateKeys(text)
        values.append(SettingInForce(name: info.name, text: safe, source: source))
        guard let value = setting.parse(text) else {
            let bad = info.isSecret ? "the value" : shown(text)
            let unit = info.unit.map { "; a bare number means \($0)" } ?? ""
            report(source.place, "\(bad) is not allowed: give \(info.allowed)\(unit)")
            return Sourced(value: setting.fallback, source: .fallback)
        }
        return Sourced(value: value, source: source)
    }

    /// Notes a problem.
    func report(_ place: String, _ message: String) {
        problems.append(ConfigurationProblem(place: place, message: message))
    }

    private func source(of info: SettingInfo) -> SettingSource {
        switch layer.index {
        case 0: .option(info.option)
        case 1: .environment(info.name)
        default: .file(name: file?.name ?? "", line: file?.entries[info.name]?.line ?? 0, variable: info.name)
        }
    }
}

/// A setting as it is in force.
package struct SettingInForce: Hashable, Sendable, CustomStringConvertible {
    /// Name: `MAX_EXPOSURE`.
    package let name: String
    /// The value as given; a secret is hidden.
    package let text: String
    /// Where it came from.
    package let source: SettingSource

    /// `MAX_EXPOSURE=20% (default)`.
    package var description: String { "\(name)=\(text) (\(source))" }
}

/// Hears which provider answered a look-up.
private final class AnsweringLayer: AccessReporter {
    private let answered = Mutex<Int?>(nil)

    /// The provider that answered last, counted from the strongest.
    var index: Int? { answered.withLock { $0 } }

    func reset() { answered.withLock { $0 = nil } }

    func report(_ event: AccessEvent) {
        let index = event.providerResults.firstIndex {
            if case .success(let found) = $0.result { found.value != nil } else { false }
        }
        answered.withLock { $0 = index }
    }
}

extension SettingInfo {
    /// The setting's key in the configuration's own form: `max.exposure`.
    fileprivate var key: ConfigKey { ConfigKey(name.lowercased().split(separator: "_").map(String.init)) }
}
