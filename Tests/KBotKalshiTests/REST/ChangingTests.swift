import KBotKalshi
import KBotModel
import Testing

struct ChangingTests {
    @Test func `a cancel is tried again until it is answered`() async {
        let bench = Bench([.fail(.outcomeUnknown("reset")), .answer(503, "<html>"), .answer(200, answer())])
        guard case .cancelled(let cancelled) = await bench.client.cancel(item) else {
            Issue.record("not cancelled")
            return
        }
        #expect(cancelled.reducedBy == Quantity(contracts: 7))
        #expect(
            bench.transport.requests.last?.target
                == "/trade-api/v2/portfolio/events/orders/v-1?exchange_index=2&market_ticker=M"
        )
    }

    @Test func `what a cancel may meet`() async {
        let gone = Bench([.answer(404, ErrorCase.nested("not_found"))])
        guard case .notResting = await gone.client.cancel(item) else {
            Issue.record("404 is no cancel")
            return
        }
        let closed = Bench([.answer(400, ErrorCase.nested("MARKET_INACTIVE"))])
        guard case .refused(let error) = await closed.client.cancel(item), error.kind == .marketInactive else {
            Issue.record("a closed market refuses")
            return
        }
        for steps: [ScriptedTransport.Step] in [
            [.fail(.outcomeUnknown("reset"))], [.answer(200, answer("v-2"))], [.answer(200, "{}")],
        ] {
            guard case .unknown = await Bench(steps).client.cancel(item) else {
                Issue.record("an answer that says nothing is none: \(steps)")
                return
            }
        }
    }

    @Test func `a batch of cancels is answered item by item`() async {
        let missing = #"{"order_id":"v-2","reduced_by":"0.00","error":{"code":"not_found"}}"#
        let bench = Bench([.answer(200, #"{"orders":[\#(answer()),\#(missing)]}"#)])
        let items = ["v-1", "v-2", "v-3"].map { CancelItem(id: $0, shard: 2) }
        let results = await bench.client.cancel(items)
        guard results.count == 3, case .cancelled = results[0], case .notResting = results[1],
            case .unknown = results[2]
        else {
            Issue.record("\(results)")
            return
        }
        let request = bench.transport.requests[0]
        #expect(request.method == .delete && request.path == "/trade-api/v2/portfolio/events/orders/batched")
        #expect(
            String(decoding: request.body, as: UTF8.self).hasPrefix(
                #"{"orders":[{"order_id":"v-1","exchange_index":2}"#
            )
        )
    }

    @Test func `an amendment whose answer was lost is looked at, not sent again`() async {
        let amend = AmendOrder(
            ticker: "M",
            side: .bid,
            price: Price(cents: 60),
            total: Quantity(contracts: 1),
            shard: 2
        )
        let done = Bench([
            .answer(504, ""), .answer(200, #"{"order":\#(row("run-1"))}"#),
            .answer(200, #"{"order":\#(row("run-1", price: "0.6000"))}"#),
        ])
        guard case .found(let row) = await done.client.amend("v-1", amend) else {
            Issue.record("not found")
            return
        }
        #expect(row.yesPrice == Price(cents: 60))
        #expect(done.transport.requests.filter { $0.method == .post }.count == 1)
        let undone = Bench([.answer(504, ""), .answer(200, #"{"order":\#(KBotKalshiTests.row("run-1"))}"#)])
        guard case .unknown = await undone.client.amend("v-1", amend) else {
            Issue.record("not unknown")
            return
        }
        let refused = Bench([.answer(400, ErrorCase.nested("invalid_price"))])
        guard case .refused = await refused.client.amend("v-1", amend) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `a decrease`() async {
        let body = #"{"order_id":"v-1","remaining_count":"5.00","ts_ms":1}"#
        let bench = Bench([.answer(200, body)])
        let less = DecreaseOrder(.by(Quantity(contracts: 2)), shard: 2, ticker: "M")
        guard case .done(let answer) = await bench.client.decrease("v-1", less, subaccount: 1) else {
            Issue.record("not done")
            return
        }
        #expect(answer.remaining == Quantity(contracts: 5))
        let request = bench.transport.requests[0]
        #expect(request.target == "/trade-api/v2/portfolio/events/orders/v-1/decrease?subaccount=1")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"reduce_by":"2.00","exchange_index":2,"market_ticker":"M"}"#
        )
        let lost = Bench([.answer(500, ""), .answer(200, #"{"order":\#(row("run-1", status: "canceled"))}"#)])
        guard case .found(let row) = await lost.client.decrease("v-1", less) else {
            Issue.record("not found")
            return
        }
        #expect(row.status == .known(.canceled))
    }

    private let item = CancelItem(id: "v-1", shard: 2, ticker: "M")

    private func answer(_ id: String = "v-1") -> String {
        #"{"order_id":"\#(id)","client_order_id":"run-1","reduced_by":"7.00","ts_ms":1}"#
    }
}
