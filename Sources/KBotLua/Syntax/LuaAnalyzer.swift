/// The work behind `LuaAnalysis`: one tree, its uses, the shapes of its expressions, and what is found.
final class LuaAnalyzer {
    /// Something found, at a byte.
    private struct Finding {
        let offset: Int
        let code: LuaDiagnostic.Code
        let message: String
    }

    /// Passes that carry host values into local functions: the second one sees what the first one's calls give.
    private static let mostPasses = 4

    let syntax: LuaSyntax
    let rules: LuaAnalysis.Rules
    let uses: LuaUses
    /// The table the script returns.
    let table: LuaScriptTable?
    /// What each node is, by its number.
    var shapes: [HostShape]
    /// What parameters are, as far as all calls are known.
    var parameters: [LuaSyntax.VariableID: HostShape] = [:]
    /// What each function is called with, when that is all there is.
    var calls: [(function: LuaSyntax.FunctionID, sources: [ArgumentSource])] = []
    /// Objects that the script itself declares, by their names.
    var declarations: [String: HostShape] = [:]
    /// Local tables that a callback returns as a record: what they may hold.
    var records: [LuaSyntax.VariableID: LuaAnalysis.Literal] = [:]
    /// Literals that were judged already.
    var judged: Set<LuaSyntax.NodeID> = []
    /// Whether this pass tells what it finds.
    private(set) var reports = false
    private var findings: [Finding] = []
    private var hasMore = false
    /// Nodes and names looked at so far.
    var steps = 0

    /// Where the arguments of a call come from.
    enum ArgumentSource {
        case callback([HostShape])
        case call([LuaSyntax.NodeID])
    }

    init(_ syntax: LuaSyntax, _ rules: LuaAnalysis.Rules) {
        self.syntax = syntax
        self.rules = rules
        uses = LuaUses(syntax)
        table = rules.script == nil ? nil : syntax.scriptTable()
        shapes = Array(repeating: .any, count: syntax.nodes.count)
        steps = 3 * syntax.nodes.count
    }

    /// The findings in the order of the text.
    func analyze() -> [LuaDiagnostic] {
        collectCalls()
        for _ in 0..<Self.mostPasses where updateParameters() { inferShapes() }
        reports = true
        checkScript()
        inferShapes()
        checkLocals()
        return diagnostics()
    }

    /// Tells of something at a byte, unless enough was told.
    func report(
        at offset: Int,
        _ code: LuaDiagnostic.Code,
        _ message: @autoclosure () -> String
    ) {
        guard reports else { return }
        guard findings.count < LuaAnalysis.mostDiagnostics else {
            hasMore = true
            return
        }
        findings.append(Finding(offset: offset, code: code, message: message()))
    }

    /// Whether a further finding would be told; what it takes to word one may be spared else.
    var isFull: Bool { findings.count >= LuaAnalysis.mostDiagnostics }

    /// A shape with what the script itself declares filled in.
    func resolved(_ shape: HostShape) -> HostShape {
        if case .declared(let declaration) = shape { self.shape(of: declaration) } else { shape }
    }

    /// A suggestion for a name that is wrong.
    func hint(_ name: String, _ candidates: some Sequence<String>) -> String {
        nearestName(to: name, in: candidates).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// Local variables that are never read.
    private func checkLocals() {
        for variable in syntax.variables {
            steps += 1
            guard variable.role == .local || variable.role == .function, variable.reads == 0 else { continue }
            // What a name with an underscore is for is that nobody reads it; closing is a use.
            guard !variable.name.hasPrefix("_"), variable.attribute != .close else { continue }
            let what = variable.role == .function ? "local function" : "local"
            report(
                at: variable.offset,
                .unusedLocal,
                variable.assignments > 0
                    ? "\(what) '\(variable.name)' is set but never read"
                    : "\(what) '\(variable.name)' is never used"
            )
        }
    }

    private func diagnostics() -> [LuaDiagnostic] {
        var sorted = findings.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
            .map(\.element)
        if hasMore {
            sorted.append(
                Finding(
                    offset: syntax.lines.end,
                    code: .more,
                    message: "there is more; only \(LuaAnalysis.mostDiagnostics) findings are told"
                )
            )
        }
        let places = syntax.lines.places(of: sorted.map(\.offset))
        return zip(sorted, places).map { finding, place in
            LuaDiagnostic(
                line: place.line,
                column: place.column,
                code: finding.code,
                message: finding.message
            )
        }
    }
}
