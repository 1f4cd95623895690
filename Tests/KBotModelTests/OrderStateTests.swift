import KBotModel
import Testing

/// One line of the written table: what becomes of an order in a state.
struct TransitionRow: Sendable, CustomTestStringConvertible {
    let state: OrderState
    /// One cell for each of ``transitions``; nil stands for a pair that must not happen.
    let cells: [OrderState?]

    var testDescription: String { state.name }

    static let transitions: [OrderTransition] = [
        .accept, .fill(complete: false), .fill(complete: true), .requestCancel, .cancel(.expired), .refuseCancel,
        .reject(.other), .loseAnswer,
    ]

    static let gone = OrderState.cancelled(.requested)
    static let refused = OrderState.rejected(.invalidPrice)

    //  accept, part fill, last fill, request cancel, cancel, refuse cancel, reject, lose answer
    static let table = [
        TransitionRow(
            state: .inFlight,
            cells: [
                .resting, .partlyFilled, .filled, .cancelInFlight, .cancelled(.expired), nil, .rejected(.other),
                .outcomeUnknown,
            ]
        ),
        TransitionRow(
            state: .resting,
            cells: [.resting, .partlyFilled, .filled, .cancelInFlight, .cancelled(.expired), nil, nil, .resting]
        ),
        TransitionRow(
            state: .partlyFilled,
            cells: [
                .partlyFilled, .partlyFilled, .filled, .cancelInFlight, .cancelled(.expired), nil, nil, .partlyFilled,
            ]
        ),
        TransitionRow(
            state: .cancelInFlight,
            cells: [
                .cancelInFlight, .cancelInFlight, .filled, .cancelInFlight, .cancelled(.expired), .outcomeUnknown,
                .rejected(.other), .outcomeUnknown,
            ]
        ),
        TransitionRow(state: .filled, cells: [.filled, nil, nil, nil, .filled, .filled, nil, .filled]),
        TransitionRow(state: gone, cells: [gone, gone, .filled, nil, gone, gone, nil, gone]),
        TransitionRow(state: refused, cells: [nil, .partlyFilled, .filled, nil, nil, refused, refused, refused]),
        TransitionRow(
            state: .outcomeUnknown,
            cells: [
                .resting, .partlyFilled, .filled, .cancelInFlight, .cancelled(.expired), nil, .rejected(.other),
                .outcomeUnknown,
            ]
        ),
    ]
}

@Suite struct `Order states` {
    @Test(arguments: TransitionRow.table, Array(TransitionRow.transitions.indices))
    func `follow the written table for every pair`(row: TransitionRow, column: Int) {
        let transition = TransitionRow.transitions[column]
        #expect(row.state.after(transition, hasFills: false) == row.cells[column])
        // Earlier fills matter in one cell alone: what is acknowledged then is partly filled.
        let withFills = row.cells[column] == .resting && transition == .accept && row.state != .resting
        #expect(row.state.after(transition, hasFills: true) == (withFills ? .partlyFilled : row.cells[column]))
    }

    @Test func `are all in the table`() {
        for row in TransitionRow.table { #expect(row.cells.count == TransitionRow.transitions.count) }
        #expect(
            Set(TransitionRow.table.map(\.state.name)) == [
                "sent", "resting", "partly_filled", "cancelling", "filled", "cancelled", "rejected", "unknown",
            ]
        )
        #expect(OrderState.cancelled(.expired).name == "expired")
    }

    @Test func `never open again once closed, but for a fill after a refusal`() {
        for row in TransitionRow.table where !row.state.isOpen {
            for (transition, next) in zip(TransitionRow.transitions, row.cells) where next?.isOpen == true {
                #expect(row.state == TransitionRow.refused && transition == .fill(complete: false))
            }
        }
    }

    @Test func `are open as long as a fill may come`() {
        let open: [OrderState] = [.inFlight, .resting, .partlyFilled, .cancelInFlight, .outcomeUnknown]
        for row in TransitionRow.table { #expect(row.state.isOpen == open.contains(row.state)) }
    }
}
