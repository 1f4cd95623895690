/// Literal values the script gives the host: what callbacks return, and what its table holds.
extension LuaAnalyzer {
    /// Checks every literal an expression can stand for, through `and`, `or` and locals that never change.
    func check(_ id: LuaSyntax.NodeID, _ literal: LuaAnalysis.Literal) {
        guard literal.kind != .any else { return }
        // What stands left of an `or` comes out only when it is neither nil nor false.
        var pending: [(node: LuaSyntax.NodeID, isTrue: Bool)] = [(id, false)]
        // No expression anyone writes has more alternatives.
        for _ in 0..<64 {
            guard let (next, isTrue) = pending.popLast() else { return }
            steps += 1
            let value = syntax.strippingParentheses(next)
            switch syntax.node(value) {
            case .binary(.and, _, let right): pending.append((right, isTrue))
            case .binary(.or, let left, let right): pending += [(right, isTrue), (left, true)]
            case .nil where isTrue, .bool(false) where isTrue: break
            case .local(let variable):
                guard let constant = syntax.constant(variable) else { continue }
                if literal.kind == .record, case .table = syntax.node(constant) { records[variable] = literal }
                pending.append((constant, isTrue))
            default: judge(value, literal)
            }
        }
    }

    /// Checks a literal; each one once.
    private func judge(_ id: LuaSyntax.NodeID, _ literal: LuaAnalysis.Literal) {
        guard judged.insert(id).inserted else { return }
        switch literal.kind {
        case .any: break
        case .words: judgeWord(id, literal)
        case .record: judgeRecord(id, literal)
        case .map:
            guard case .table(let items) = syntax.node(id), let rule = literal.element.first else { return }
            for entry in syntax.entries(items) { if let value = entry.value { check(value, rule) } }
        case .variant:
            guard let node = tagNode(literal.tag, of: id), let text = syntax.literalText(node) else { return }
            guard let rule = literal.parts[text] else {
                return reportWord(text, at: node, Array(literal.parts.keys), literal.noun)
            }
            if rule.kind == .record { judgeRecord(id, rule) }
        }
    }

    private func judgeWord(_ id: LuaSyntax.NodeID, _ literal: LuaAnalysis.Literal) {
        let given: String
        switch syntax.node(id) {
        case .string(let text):
            if !literal.words.contains(text) { reportWord(text, at: id, literal.words, literal.noun) }
            return
        case .nil where !literal.orNil: given = "nil"
        case .integer, .number: given = "a number"
        case .bool(let value): given = "\(value)"
        case .table: given = "a table"
        case .function: given = "a function"
        default: return
        }
        report(at: syntax.offsets[id.index], .badValue, "\(given) is not \(literal.noun): \(list(literal.words))")
    }

    private func reportWord(_ text: String, at id: LuaSyntax.NodeID, _ words: [String], _ noun: String) {
        let near = hint(text, words)
        report(
            at: syntax.offsets[id.index],
            .badValue,
            "'\(text)' is not \(noun)\(near.isEmpty ? ": \(list(words))" : near)"
        )
    }

    private func list(_ words: [String]) -> String { words.sorted().map { "'\($0)'" }.joined(separator: ", ") }

    private func judgeRecord(_ id: LuaSyntax.NodeID, _ literal: LuaAnalysis.Literal) {
        let given: String
        switch syntax.node(id) {
        case .table(let items):
            for entry in syntax.entries(items) {
                steps += 1
                guard let rule = literal.parts[entry.key] else {
                    report(
                        at: entry.offset,
                        .unknownKey,
                        "\(literal.noun) has no field '\(entry.key)'\(hint(entry.key, literal.parts.keys))"
                    )
                    continue
                }
                if let value = entry.value { check(value, rule) }
            }
            return
        case .string: given = "a text"
        case .integer, .number: given = "a number"
        case .bool(let value): given = "\(value)"
        case .function: given = "a function"
        default: return
        }
        report(at: syntax.offsets[id.index], .badValue, "\(given) is not \(literal.noun)")
    }
}
