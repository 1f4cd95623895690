import KBotKalshi
import KBotModel
import Testing

struct SequenceTrackerTests {
    @Test func `numbers start at 1 and go up by one`() {
        var tracker = SequenceTracker()
        #expect((1...3).map { tracker.check(sid: 4, seq: $0) } == [.inOrder, .inOrder, .inOrder])
        #expect(tracker.last(sid: 4) == 3)
    }

    @Test func `a jump is a gap, and what was seen is a duplicate`() {
        var tracker = SequenceTracker()
        #expect(
            [1, 4, 4, 2, 5].map { tracker.check(sid: 4, seq: $0) } == [
                .inOrder, .gap(missing: 2), .duplicate, .duplicate, .inOrder,
            ]
        )
    }

    @Test func `a first number above 1 means that something was missed`() {
        var tracker = SequenceTracker()
        #expect(tracker.check(sid: 1, seq: 3) == .gap(missing: 2))
    }

    @Test func `subscriptions count apart, and restart on demand`() {
        var tracker = SequenceTracker()
        #expect(tracker.check(sid: 1, seq: 1) == .inOrder && tracker.check(sid: 2, seq: 1) == .inOrder)
        tracker.restart(sid: 1)
        #expect(tracker.check(sid: 1, seq: 1) == .inOrder && tracker.check(sid: 2, seq: 1) == .duplicate)
    }
}
