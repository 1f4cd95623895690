import KBotModel

extension ReportComparison {
    /// What two runs ran with, where it is not the same: facts of the run, then strategies, rules, limits, fills.
    static func settings(_ first: RunReport, _ second: RunReport) -> [Setting] {
        var (left, right) = (facts(of: first), facts(of: second))
        // Constants of one and the same model do not differ, but what was counted with it does.
        if first.facts.fillModel.name != second.facts.fillModel.name {
            left += first.facts.fillModel.constants.map { Fact("fills: \($0.name)", $0.value) }
            right += second.facts.fillModel.constants.map { Fact("fills: \($0.name)", $0.value) }
        }
        var names = left.map(\.name)
        let known = Set(names)
        names += right.map(\.name).filter { !known.contains($0) }
        let firsts = Dictionary(left.map { ($0.name, $0.value) }) { one, _ in one }
        let seconds = Dictionary(right.map { ($0.name, $0.value) }) { one, _ in one }
        return names.compactMap { name in
            firsts[name] == seconds[name] ? nil : Setting(name: name, first: firsts[name], second: seconds[name])
        }
    }

    private static func facts(of report: RunReport) -> [Fact] {
        let run = report.facts
        var facts = [
            Fact("version of kbot", run.version), Fact("mode", run.mode),
            Fact("feed", run.feed + (run.isSimulated ? " (SIMULATED)" : "")),
            Fact("from", run.from.shortText), Fact("to", run.to.shortText), Fact("speed", run.speed),
            Fact("seed", run.seed.map { String($0) } ?? "none"), Fact("account", run.account),
            Fact("equity at start", report.startEquity.dollarText), Fact("data", run.data.joined(separator: "; ")),
            Fact("fills", run.fillModel.name), Fact("fees charged", run.feesCharged.rawValue),
            Fact("ended", run.isInterrupted ? "interrupted" : "whole"),
        ]
        for strategy in run.strategies {
            facts.append(Fact("strategy \(strategy.name): version", strategy.version))
            facts.append(Fact("strategy \(strategy.name): written in", strategy.kind.rawValue))
            if let hash = strategy.hash { facts.append(Fact("strategy \(strategy.name): sha256", hash)) }
            if let budget = strategy.budget { facts.append(Fact("strategy \(strategy.name): budget", budget)) }
            facts += strategy.parameters.map { Fact("\(strategy.name).\($0.name)", $0.value) }
        }
        for rule in run.riskRules { facts.append(Fact("risk rule \(rule.name)", rule.hash ?? "runs")) }
        for reload in run.reloads {
            facts.append(Fact("reload of \(reload.script), generation \(reload.generation)", reload.new))
        }
        return facts + report.limits.map { Fact("limit \($0.name)", $0.value) }
    }
}
