import KBotModel
import KBotScripting

/// One parameter that a sweep varies, with the values it takes.
package struct SweepAxis: Hashable, Codable, Sendable {
    /// The parameter as `--param` names it: `period`, or `script.period`.
    package let name: String
    /// The values, as text, in the order tried.
    package let values: [String]
}

/// What a sweep tries: every combination of its axes' values, numbered from 0; the last axis changes fastest.
package struct SweepSpace: Hashable, Sendable {
    /// Most values of one axis.
    static let mostValues = 10_000

    /// The parameters that vary.
    package let axes: [SweepAxis]
    /// `--param` texts that are the same in every trial.
    package let fixed: [String]

    init(axes: [SweepAxis], fixed: [String]) {
        self.axes = axes
        self.fixed = fixed
    }

    /// How many combinations there are; nil when that is no 64-bit number.
    package var count: Int? {
        var count = 1
        for axis in axes {
            let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
            guard !overflow else { return nil }
            count = product
        }
        return count
    }

    /// The values at a number.
    func values(at index: Int) -> [String] {
        var rest = index
        var values: [String] = []
        for axis in axes.reversed() {
            values.append(axis.values[rest % axis.values.count])
            rest /= axis.values.count
        }
        return values.reversed()
    }

    /// The `--param` texts of a combination.
    func parameters(_ values: [String]) -> [String] {
        fixed + zip(axes, values).map { "\($0.name)=\($1)" }
    }
}

// MARK: Reading

extension SweepSpace {
    /// Reads `--param` texts, and what scripts mark with `optimize` when no text gives a range or a list.
    ///
    /// `name=from:to:step` and `name=a,b,c` vary a parameter; any other text fixes it.
    ///
    /// - Parameters:
    ///   - parameters: the texts, in the order given.
    ///   - strategies: names of the strategies of the run.
    ///   - rules: names of its risk rules.
    ///   - library: where scripts are found.
    /// - Returns: what varies, and what is fixed.
    /// - Throws: ``RunFailure`` when a text cannot be read, or nothing varies.
    package static func read(
        _ parameters: [String],
        strategies: [String],
        rules: [String],
        library: ScriptLibrary
    ) throws(RunFailure) -> SweepSpace {
        var axes: [SweepAxis] = []
        var fixed: [String] = []
        for text in parameters {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw RunFailure(.usage, "--param \(text): write --param name=value, name=from:to:step or name=a,b,c")
            }
            let name = String(text[..<equals])
            guard let values = try values(of: String(text[text.index(after: equals)...]), text) else {
                fixed.append(text)
                continue
            }
            guard !axes.contains(where: { $0.name == name }) else {
                throw RunFailure(.usage, "--param \(text): \(name) is varied twice")
            }
            axes.append(SweepAxis(name: name, values: values))
        }
        let fixedNames = fixed.map { String($0.prefix { $0 != "=" }) }
        for axis in axes where fixedNames.contains(axis.name) {
            throw RunFailure(.usage, "--param \(axis.name): given both one value and several")
        }
        if axes.isEmpty { axes = try marked(strategies, fixed: fixed, library) }
        return SweepSpace(axes: axes, fixed: fixed)
    }

    /// The values that a text lists; nil when it is one value.
    private static func values(of value: String, _ argument: String) throws(RunFailure) -> [String]? {
        if value.contains(",") {
            let values = value.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmed) }
            guard !values.contains("") else { throw RunFailure(.usage, "--param \(argument): a value is missing") }
            for (index, value) in values.enumerated() where values[..<index].contains(value) {
                throw RunFailure(.usage, "--param \(argument): \(value) stands there twice")
            }
            return values
        }
        let parts = value.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let numbers = parts.compactMap { SweepDecimal($0) }
        guard parts.count > 1, numbers.count == parts.count else { return nil }
        guard numbers.count == 3 else {
            throw RunFailure(.usage, "--param \(argument): write from:to:step, such as 10:50:5")
        }
        do throws(RunFailure) {
            return try range(from: numbers[0], to: numbers[1], step: numbers[2])
        } catch {
            throw RunFailure(.usage, "--param \(argument): \(error.message)")
        }
    }

    private static func range(
        from: SweepDecimal,
        to: SweepDecimal,
        step: SweepDecimal
    ) throws(RunFailure) -> [String] {
        guard step.units > 0 else { throw RunFailure(.usage, "the step must be above 0") }
        guard from.units <= to.units else { throw RunFailure(.usage, "the range ends before it begins") }
        let (span, overflow) = to.units.subtractingReportingOverflow(from.units)
        guard !overflow, span / step.units < mostValues else {
            throw RunFailure(.usage, "more than \(mostValues) values")
        }
        return (0...span / step.units).map { SweepDecimal(units: from.units + $0 * step.units).description }
    }

    /// The parameters that scripts mark with `optimize`, but for those that are fixed.
    private static func marked(
        _ strategies: [String],
        fixed: [String],
        _ library: ScriptLibrary
    ) throws(RunFailure) -> [SweepAxis] {
        let scripts = strategies.filter { !$0.hasPrefix("native:") }
        let fixedNames = Set(fixed.map { String($0.prefix { $0 != "=" }) })
        var axes: [SweepAxis] = []
        for script in scripts {
            guard let sheet = try ParameterSheet.load([script], arguments: [], library: library).first else { continue }
            let file = sheet.path.split(separator: "/").last.map(String.init) ?? sheet.path
            let owner = file.hasSuffix(".lua") ? String(file.dropLast(4)) : file
            for row in sheet.parameters where row.optimize {
                let name = strategies.count > 1 ? "\(owner).\(row.name)" : row.name
                guard !fixedNames.contains(row.name), !fixedNames.contains("\(owner).\(row.name)") else { continue }
                axes.append(SweepAxis(name: name, values: try values(of: row)))
            }
        }
        guard !axes.isEmpty else {
            throw RunFailure(
                .usage,
                "nothing varies: give a range or a list, such as --param period=10:50:5, or mark parameters of the script "
                    + "with optimize = true"
            )
        }
        return axes
    }

    /// The values of a parameter that its script marks.
    private static func values(of row: ParameterSheet.Row) throws(RunFailure) -> [String] {
        func ask(_ what: String) -> RunFailure {
            RunFailure(
                .usage,
                "\(row.name) is marked optimize but \(what): give --param \(row.name)=from:to:step or a list"
            )
        }
        switch row.type {
        case "boolean": return ["false", "true"]
        case "string" where !row.choices.isEmpty: return row.choices
        case "integer", "number":
            guard let low = row.min.flatMap({ SweepDecimal($0.description) }),
                let high = row.max.flatMap({ SweepDecimal($0.description) })
            else { throw ask("has no bounds") }
            let whole = row.type == "integer" ? SweepDecimal("1") : nil
            guard let step = row.step.flatMap({ SweepDecimal($0.description) }) ?? whole else {
                throw ask("has no step")
            }
            do throws(RunFailure) {
                return try range(from: low, to: high, step: step)
            } catch {
                throw RunFailure(.usage, "\(row.name): \(error.message)")
            }
        default: throw ask("is a \(row.type)")
        }
    }
}

/// A decimal number with up to nine digits after the point: ranges step without the noise of binary fractions.
struct SweepDecimal: Hashable, CustomStringConvertible {
    let units: Int64

    init(units: Int64) { self.units = units }

    init?(_ text: String) {
        guard let units = parseDecimal(text.utf8, fractionDigits: 9) else { return nil }
        self.units = units
    }

    /// The number without zeros at its end: `25`, `2.5`.
    var description: String {
        var text = formatDecimal(units, fractionDigits: 9)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
