import KBotModel

/// From markets seen to trades closed, what fell out between, and what the risk rules said.
extension ReportPage {
    mutating func writeFunnel() {
        let funnel = report.funnel
        var rows: [[Cell]] = []
        func stage(_ label: String, _ name: String, _ count: Int, of previous: Int?) {
            rows.append([.text(label), .number("/funnel/\(name)", .count), .funnelBar(count, of: previous)])
        }
        stage("Markets seen", "markets_seen", funnel.marketsSeen, of: nil)
        stage("Markets warmed up", "markets_warmed_up", funnel.marketsWarmedUp, of: funnel.marketsSeen)
        stage("Candles closed", "candles_closed", funnel.candlesClosed, of: nil)
        stage("Candles judged", "candles_judged", funnel.candlesJudged, of: funnel.candlesClosed)
        stage("Triggers", "triggers", funnel.triggers, of: funnel.candlesJudged)
        stage("Signals", "signals", funnel.signals, of: funnel.triggers > 0 ? funnel.triggers : nil)
        stage("Entry orders", "orders", funnel.orders, of: funnel.signals)
        stage("Entries filled", "filled", funnel.filled, of: funnel.orders)
        let positions = funnel.closed + funnel.settled + funnel.stillOpen
        stage("Closed by an order", "closed", funnel.closed, of: positions)
        stage("Settled", "settled", funnel.settled, of: positions)
        stage("Still open", "still_open", funnel.stillOpen, of: positions)
        table(
            "Stages",
            [.text("Stage"), .number("Count"), .text("Share of the stage above")],
            rows: rows
        )
        element("div", ["class": "halves"]) { page in
            page.reasons("Triggers filtered, by reason", "/funnel/filtered")
            page.reasons("Signals denied, by code", "/funnel/denied")
            page.reasons("Entry orders without a fill, by reason", "/funnel/unfilled")
            page.reasons("Candles without a trigger, by reason", "/funnel/quiet")
        }
        writeRules()
    }

    private mutating func reasons(_ caption: String, _ pointer: String) {
        let members = json[pointer: pointer]?.members ?? []
        guard !members.isEmpty else { return }
        let most = members.compactMap(\.value.int).max() ?? 0
        table(
            caption,
            [.text("Reason"), .number("Count"), .text("")],
            rows: members.map { member in
                [
                    .code(member.name), .number("\(pointer)/\(member.name.pointerPart)", .count),
                    .funnelBar(member.value.int ?? 0, of: most),
                ]
            }
        )
    }

    private mutating func writeRules() {
        guard count("/rule_verdicts") > 0 else { return }
        var rows: [[Cell]] = []
        for (index, rule) in report.rules.enumerated() {
            for (kind, counts) in [("entries", rule.entries), ("reducing", rule.reducing)] where counts.asked > 0 {
                let base = "/rule_verdicts/\(index)/\(kind)"
                let name = kind == "entries" ? rule.name : "\(rule.name), reducing orders"
                rows.append([.code(name), .text("allowed"), .number(base + "/allowed", .count)])
                for (answer, codes) in [
                    ("reduced", counts.reduced), ("denied", counts.denied), ("halted", counts.halted),
                ] {
                    for (code, _) in Funnel.sorted(codes) {
                        let pointer = "\(base)/\(answer)/\(code.pointerPart)"
                        rows.append([.code(name), .text("\(answer) \(code)"), .number(pointer, .count)])
                    }
                }
            }
        }
        table("What the risk rules said", [.text("Rule"), .text("Answer"), .number("Times")], rows: rows)
    }
}

extension ReportPage.Cell {
    /// A count as a bar, as a share of another; nothing when it is no share of it.
    fileprivate static func funnelBar(_ count: Int, of total: Int?) -> ReportPage.Cell {
        guard let total, total > 0, count <= total else { return .none }
        return .share(Int64(count) * 1_000 / Int64(total))
    }
}
