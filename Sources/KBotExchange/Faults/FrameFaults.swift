/// Leaves out, doubles and swaps the frames of one connection.
///
/// Replies to commands are never touched: a client could not tell what it is subscribed to.
package struct FrameFaults {
    private var held: HubFrame?

    /// Makes one that holds nothing back.
    package init() {}

    /// The frames as they are sent, and the faults among them.
    package mutating func apply(
        to frames: [HubFrame],
        plan: inout FaultPlan
    ) -> (frames: [HubFrame], struck: [FaultKind]) {
        var sent: [HubFrame] = []
        var struck: [FaultKind] = []
        for frame in frames {
            if frame.isNumbered, frame.isData, plan.strikes(.gap) {
                struck.append(.gap)
                continue
            }
            if frame.isNumbered, frame.isData, held == nil, plan.strikes(.reorder) {
                struck.append(.reorder)
                held = frame
                continue
            }
            sent.append(frame)
            if frame.isData, plan.strikes(.duplicate) {
                struck.append(.duplicate)
                sent.append(frame)
            }
            if let late = held {
                sent.append(late)
                held = nil
            }
        }
        return (sent, struck)
    }
}
