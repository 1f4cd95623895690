import KBotModel
import Testing

@testable import KBotKalshi

struct TradeMemoryTests {
    @Test(arguments: [
        #"{"type":"trade","sid":1,"seq":2,"msg":{"trade_id":"a-1","yes_price_dollars":"0.5"}}"#,
        #"{"type":"trade","msg":{"x":"trade_id","trade_id" : "a-1"}}"#,
    ]) func `the id in a frame and the same id by REST are one`(frame: String) {
        #expect(TradeMemory.mark(frame: Array(frame.utf8).span) == TradeMemory.mark("a-1".utf8))
    }

    @Test(arguments: [#"{"trade_id":7}"#, #"{"trade_id":"a"#, #"{"trade_id""#, "", #"{"type":"trade"}"#])
    func `a frame without an id has no mark`(frame: String) {
        #expect(TradeMemory.mark(frame: Array(frame.utf8).span) == nil)
    }

    @Test func `a trade is admitted once, and none that may have been forgotten`() {
        var memory = TradeMemory()
        let start = Timestamp(seconds: 1_000)
        func admit(_ mark: UInt64?, _ second: Int64) -> Bool { memory.admit(mark, at: start + .seconds(second)) }
        let first = [admit(1, 0), admit(1, 0), admit(nil, 0), admit(nil, 0)]
        #expect(first == [true, false, true, true])
        let many = (0..<5_000).map { admit(UInt64($0) + 2, $0) }
        #expect(many.allSatisfy { $0 })
        let last = [admit(5_000, 5_000), admit(1, 5_000), admit(9_999, 4_000)]
        #expect(last == [false, true, false])
    }
}
