import KBotEngine
import KBotModel
import Testing

private func hearing(
    _ callbacks: StrategyCallbacks,
    indicators: [(name: String, spec: IndicatorSpec)] = []
) -> Recorder {
    Recorder("recorder", StrategyNeeds(interval: .fixed(.seconds(10)), indicators: indicators), callbacks: callbacks)
}

private func delta(_ bench: Bench, _ cents: Int32, _ count: Int64) {
    bench.see(.delta(Bench.market, .yes, Price(cents: cents), Quantity(contracts: count)))
}

@Test func `a strategy hears the book after every snapshot and change, as it is then`() {
    let recorder = hearing(.book)
    let bench = Bench(others: [recorder])
    bench.list()
    bench.quote(48, 50)
    delta(bench, 49, 5)
    delta(bench, 49, -5)
    #expect(recorder.books.map(\.touch.bid) == [48, 49, 48].map { Price(cents: $0) })
}

@Test func `no book is shown that lost messages, until the next snapshot`() {
    let recorder = hearing(.book)
    let bench = Bench(others: [recorder])
    bench.list()
    bench.quote(48, 50)
    bench.see(.gap(Bench.market))
    delta(bench, 47, 5)
    #expect(recorder.books.count == 1)
    bench.quote(40, 50)
    #expect(recorder.books.count == 2)
    // A change that takes more than there is shows that something was lost.
    delta(bench, 40, -500)
    delta(bench, 41, 5)
    #expect(recorder.books.count == 2)
}

@Test func `no book is shown of a market that is not open or not active`() {
    let recorder = hearing(.book)
    let bench = Bench(others: [recorder])
    bench.list(0, life: .minutes(10), opens: Bench.start + .seconds(10))
    bench.quote(48, 50)
    #expect(recorder.books.isEmpty)
    bench.wait(.seconds(10))
    bench.quote(47, 50)
    bench.see(.status(Bench.market, .inactive))
    bench.quote(46, 50)
    bench.see(.status(Bench.market, .active))
    bench.quote(45, 50)
    bench.wait(.minutes(10))
    bench.quote(44, 50)
    #expect(recorder.books.map(\.touch.bid) == [Price(cents: 47), Price(cents: 45)])
    bench.settle(.yes)
    bench.quote(43, 50)
    #expect(recorder.books.count == 2)
}

@Test func `books and trades are shown once the indicators are ready`() {
    let recorder = hearing([.book, .trade], indicators: [("average", .sma(period: 2))])
    let bench = Bench(others: [recorder])
    bench.list()
    for _ in 0..<2 {
        bench.quote(48, 50)
        bench.trade(50)
        bench.wait(.seconds(10))
    }
    let heard = recorder.calls.count
    bench.quote(48, 50)
    bench.trade(50)
    #expect(recorder.calls.count == heard + 2)
    #expect(recorder.books.count == 1)
}

@Test func `a signal on a book is followed at once`() throws {
    let recorder = hearing(.book)
    recorder.answer = { call in if case .book = call { .signal(Bench.long(count: 2)) } else { nil } }
    let bench = Bench(others: [recorder])
    bench.list()
    bench.quote(48, 50)
    #expect(try bench.last(.entry).count == Quantity(contracts: 2))
    bench.quote(47, 50)
    #expect(bench.all(.entry).count == 1)
    #expect(bench.denials == [.entryPending])
}

@Test func `a signal on a trade is followed at once, with the trade counted`() throws {
    let recorder = hearing([.trade, .fill])
    recorder.answer = { call in if case .trade = call { .signal(Bench.long(count: 2)) } else { nil } }
    let bench = Bench(others: [recorder])
    bench.list()
    bench.quote(48, 50)
    bench.trade(50)
    let entry = try bench.last(.entry)
    recorder.answer = { _ in nil }
    bench.fill(entry)
    bench.trade(50)
    #expect(recorder.calls.last?.sight?.position?.count == Quantity(contracts: 2))
    #expect(bench.denials.isEmpty)
}

@Test func `strategies without these callbacks hear neither`() {
    let recorder = hearing([])
    let bench = Bench(others: [recorder, hearing([.trade, .book])])
    bench.list()
    bench.quote(48, 50)
    bench.trade(50)
    #expect(recorder.calls.count == 1)
}
