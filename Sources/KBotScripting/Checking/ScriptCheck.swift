import KBotEngine
import KBotLua
import KBotModel

/// Everything that can be found wrong with a script without a run: read, loaded, and called on made-up data.
package struct ScriptCheck {
    /// What was found, in the order found.
    package private(set) var findings: [ScriptFinding]
    /// The name the script gives itself; nil when it could not be loaded.
    package private(set) var name: String?
    /// What it is; nil when it could not be loaded.
    package private(set) var kind: ScriptManifest.Kind?

    /// Checks a strategy or a rule, with its modules.
    ///
    /// `parameters` are values given from outside, by name.
    package init(
        _ file: ScriptFile,
        parameters: [String: String] = [:],
        modules: @escaping ModuleFinder = noModules
    ) {
        findings = file.findings
        // What does not compile is said once.
        guard !findings.contains(where: { ["syntax", "refused-source"].contains($0.code) }) else { return }
        do throws(ScriptFailure) {
            let kind = try ScriptManifest.Kind(of: file, modules: modules)
            self.kind = kind
            let failures: [String]
            switch kind {
            case .strategy:
                let strategy = try LuaStrategy(file, parameters: parameters, modules: modules)
                checkModules(of: strategy)
                failures = DryRun().failures(of: strategy)
                name = strategy.name.text
            case .riskRule:
                let rule = try LuaRiskRule(file, parameters: parameters, modules: modules)
                checkModules(of: rule)
                failures = DryRun().failures(of: rule)
                name = rule.name
            }
            for failure in failures { add(failure, "dry-call", in: file) }
        } catch {
            add(error.description, error.kind == .parameter ? "parameter" : "load", in: file)
        }
    }

    /// Whether nothing found keeps the script from running.
    package var isSound: Bool { !findings.contains { $0.severity == .error } }

    private mutating func checkModules(of script: any LuaScript) {
        for module in script.modules { findings += module.findings }
    }

    /// Adds a failure, unless the reading of the text already found something on its line.
    private mutating func add(_ text: String, _ code: String, in file: ScriptFile) {
        // The quarantine follows from failures that are told already; the source line is shown beside each finding.
        if code == "dry-call", text.contains("is asked no more") { return }
        let shown = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? text
        let (line, message) = place(of: code == "load" ? text : shown, in: file)
        if let line, findings.contains(where: { $0.file == file.name && $0.line == line && $0.severity == .error }) {
            return
        }
        // A failure without a place is likely one of those that have one.
        if line == nil, code == "load", !isSound { return }
        findings.append(ScriptFinding(file: file.name, line: line, severity: .error, code: code, message: message))
    }

    /// Splits `file.lua:12: message`.
    private func place(of text: String, in file: ScriptFile) -> (line: Int?, message: String) {
        guard text.hasPrefix("\(file.name):") else { return (nil, text) }
        let rest = text.dropFirst(file.name.count + 1)
        guard let colon = rest.firstIndex(of: ":"), let line = Int(rest[..<colon]) else {
            return (nil, String(rest).trimmingLeadingSpaces)
        }
        return (line, String(rest[rest.index(after: colon)...]).trimmingLeadingSpaces)
    }
}

extension String {
    fileprivate var trimmingLeadingSpaces: String { String(drop { $0 == " " }) }
}
