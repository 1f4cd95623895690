import KBotKalshi
import KBotModel
import Testing

@testable import KBotExchange

@Suite struct FaultPlanTests {
    @Test(arguments: ["gap", "gap=0.5", "clock-skew=-4", "drop-socket=12", "stale-reads=250", "all"])
    func aFaultIsSwitchedOnByName(_ text: String) {
        var plan = FaultPlan()
        let isKnown = plan.switchOn(text)
        #expect(isKnown)
        #expect(!plan.active.isEmpty)
    }

    @Test(arguments: ["", "gaps", "gap=", "gap=x", "gap=1.5", "gap=-1", "gap=nan", "drop-socket=601"])
    func anythingElseIsRefused(_ text: String) {
        var plan = FaultPlan()
        let isKnown = plan.switchOn(text)
        #expect(!isKnown)
        #expect(plan.active.isEmpty)
    }

    @Test func allLeavesOutOnlyTheLossOfAKey() {
        var plan = FaultPlan()
        _ = plan.switchOn("all")
        #expect(Set(plan.active) == Set(FaultKind.allCases).subtracting([.keyRemoved]))
    }

    @Test func aSeedRepeatsEveryDecision() {
        func decisions(seed: UInt64) -> [Bool] {
            var plan = FaultPlan(seed: seed)
            plan.set(.gap, to: 0.3)
            plan.set(.slow, to: 0.3)
            return (0..<400).map { $0 % 3 == 0 ? plan.strikes(.slow) : plan.strikes(.gap) }
        }
        #expect(decisions(seed: 5) == decisions(seed: 5))
        #expect(decisions(seed: 5) != decisions(seed: 6))
    }

    @Test func oneFaultDoesNotMoveAnother() {
        func gaps(withOthers: Bool) -> [Bool] {
            var plan = FaultPlan(seed: 9)
            plan.set(.gap, to: 0.2)
            if withOthers { plan.set(.duplicate, to: 0.5) }
            return (0..<300).map { _ in
                _ = plan.strikes(.duplicate)
                return plan.strikes(.gap)
            }
        }
        #expect(gaps(withOthers: false) == gaps(withOthers: true))
    }

    @Test func aShareIsKeptInTheLongRunAndCounted() {
        var plan = FaultPlan(seed: 3)
        plan.set(.duplicate, to: 0.1)
        let struck = (0..<20_000).count { _ in plan.strikes(.duplicate) }
        #expect((1_800...2_200).contains(struck))
        #expect(plan.counts[.duplicate] == struck)
    }

    @Test func aRateByTheMinuteIsKeptForWhateverSpans() {
        var plan = FaultPlan(seed: 4)
        plan.set(.dropSocket, to: 6)
        // A thousand minutes in tenths of a second.
        let struck = (0..<600_000).count { _ in plan.strikes(.dropSocket, within: .milliseconds(100)) }
        #expect((5_700...6_300).contains(struck))
    }

    @Test func whatIsOffNeverStrikes() {
        var plan = FaultPlan()
        let struck = FaultKind.allCases.filter { plan.strikes($0) }
        #expect(struck == [])
    }
}

@Suite struct FrameFaultTests {
    private func frames(_ count: Int, numbered: Bool = true) -> [HubFrame] {
        (0..<count).map { HubFrame(bytes: [UInt8($0)], sid: 1, isData: true, isNumbered: numbered) }
    }

    private func sent(_ kind: FaultKind, rate: Double = 1, _ frames: [HubFrame]) -> [UInt8] {
        var plan = FaultPlan()
        plan.set(kind, to: rate)
        var faults = FrameFaults()
        return faults.apply(to: frames, plan: &plan).frames.flatMap(\.bytes)
    }

    @Test func aGapLeavesANumberedFrameOut() {
        #expect(sent(.gap, frames(3)).isEmpty)
        #expect(sent(.gap, frames(3, numbered: false)) == [0, 1, 2])
    }

    @Test func aDuplicateComesTwice() { #expect(sent(.duplicate, frames(2)) == [0, 0, 1, 1]) }

    @Test func reorderedFramesSwapWithTheirSuccessors() { #expect(sent(.reorder, frames(5)) == [1, 0, 3, 2]) }

    @Test func aFrameHeldBackComesAfterTheNextOne() {
        var plan = FaultPlan()
        plan.set(.reorder, to: 1)
        var faults = FrameFaults()
        let all = frames(2)
        let first = faults.apply(to: [all[0]], plan: &plan).frames.flatMap(\.bytes)
        let second = faults.apply(to: [all[1]], plan: &plan).frames.flatMap(\.bytes)
        #expect(first == [])
        #expect(second == [1, 0])
    }

    @Test func repliesAreNeverTouched() {
        var plan = FaultPlan()
        for kind in [FaultKind.gap, .duplicate, .reorder] { plan.set(kind, to: 1) }
        var faults = FrameFaults()
        let reply = HubFrame(bytes: [7], sid: 1, isData: false, isNumbered: true)
        let sent = faults.apply(to: [reply, reply], plan: &plan).frames.flatMap(\.bytes)
        #expect(sent == [7, 7])
    }
}

@Suite struct StaleReadTests {
    private let since = Timestamp(rfc3339: "2026-11-22T19:33:00Z") ?? Timestamp(seconds: 0)

    private func aged(_ body: String, _ path: String) throws -> HTTPResponse {
        StaleReads.aged(
            HTTPResponse(status: 200, body: Array(body.utf8)),
            to: "/trade-api/v2/portfolio/" + path,
            since: since
        )
    }

    @Test func aListDoesNotKnowWhatIsYoungerYet() throws {
        let old = #"{"order_id":"a","status":"resting","created_time":"2026-11-22T19:32:59.9Z"}"#
        let new = #"{"order_id":"b","status":"resting","created_time":"2026-11-22T19:33:00.1Z"}"#
        let answer = try aged(#"{"orders":[\#(new),\#(old)],"cursor":"x"}"#, "orders")
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"orders":[\#(old)],"cursor":"x"}"#)
        #expect(try aged(#"{"order":\#(new)}"#, "orders/b").status == 404)
        #expect(try aged(#"{"order":\#(old)}"#, "orders/a").status == 200)
    }

    @Test func anOrderCancelledAMomentAgoStillRests() throws {
        let row =
            #"{"status":"canceled","initial_count_fp":"10.00","fill_count_fp":"3.00","remaining_count_fp":"0.00","#
            + #""created_time":"2026-11-22T19:30:00Z","last_update_time":"2026-11-22T19:33:00.2Z"}"#
        let answer = String(decoding: try aged(#"{"orders":[\#(row)]}"#, "orders").body, as: UTF8.self)
        #expect(answer.contains(#""status":"resting""#))
        #expect(answer.contains(#""remaining_count_fp":"7.00""#))
    }

    @Test func otherAnswersStayAsTheyAre() throws {
        let body = #"{"balance":1}"#
        #expect(String(decoding: try aged(body, "balance").body, as: UTF8.self) == body)
    }
}
