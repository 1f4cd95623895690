import KBotModel
import Testing

@testable import KBotEngine

@Suite struct BookObjectTests {
    /// Bids 45 × 100, 44 × 50, 40.5 × 10; asks 47 × 80, 48 × 20.5.
    private let scene: Scene

    init() {
        var book = OrderBook()
        book.replace(
            with: BookSnapshot(
                yes: [level(4_050, 1_000), level(4_400, 5_000), level(4_500, 10_000)],
                no: [level(5_200, 2_050), level(5_300, 8_000)]
            )
        )
        var scene = Scene()
        scene.book = book
        self.scene = scene
    }

    @Test(arguments: [
        ("has_book", "boolean true"), ("bid_size", "integer 100"), ("ask_size", "integer 80"),
        ("depth('bid', 0)", "integer 100"), ("depth('bid', 1)", "integer 150"), ("depth('bid', 0.99)", "integer 100"),
        ("depth('bid', 4.5)", "integer 160"), ("depth('bid', 100)", "integer 160"), ("depth('ask', 0)", "integer 80"),
        ("depth('ask', 1)", "float 100.5"), ("levels('bid')[1].price", "integer 45"),
        ("levels('bid')[3].price", "float 40.5"), ("levels('bid')[3].count", "integer 10"),
        ("levels('ask')[1].price", "integer 47"), ("levels('ask')[2].count", "float 20.5"),
        ("levels('ask', 1)[2]", "nil nil"), ("imbalance(0)", "float 0.11111111111111"),
        ("imbalance(1)", "float 0.19760479041916"),
    ])
    func `the book is told in contracts and cents, best first`(_ field: String, _ value: String) throws {
        #expect(try scene.read("ctx.book.\(field)") == value)
    }

    @Test func `as many levels as asked for, at most those there are`() throws {
        #expect(try scene.read("#ctx.book.levels('bid', 2)") == "integer 2")
        #expect(try scene.read("#ctx.book.levels('bid', 200)") == "integer 3")
        #expect(try scene.read("#ctx.book.levels('bid', nil)") == "integer 3")
    }

    @Test(arguments: [nil, OrderBook()])
    func `without a book, and in an empty one, there is nothing`(book: OrderBook?) throws {
        var scene = Scene()
        scene.book = book
        #expect(try scene.read("ctx.book.has_book") == "boolean \(book != nil)")
        for field in ["bid_size", "ask_size", "depth('bid', 100)", "depth('ask', 0)"] {
            #expect(try scene.read("ctx.book.\(field)") == "integer 0")
        }
        #expect(try scene.read("#ctx.book.levels('ask')") == "integer 0")
        #expect(try scene.read("ctx.book.imbalance(100)") == "nil nil")
    }

    @Test func `one side alone is a whole imbalance`() throws {
        var book = OrderBook()
        book.replace(with: BookSnapshot(yes: [level(4_500, 100)], no: []))
        var scene = Scene()
        scene.book = book
        #expect(try scene.read("ctx.book.imbalance(0)") == "float 1.0")
    }

    @Test(arguments: [
        ("depth('left', 1)", "ctx.book.depth takes \"bid\" or \"ask\""),
        ("depth()", "ctx.book.depth takes \"bid\" or \"ask\""),
        ("depth('bid')", "ctx.book.depth takes a distance of 0 to 100 cents"),
        ("depth('bid', -1)", "ctx.book.depth takes a distance of 0 to 100 cents"),
        ("depth('bid', 0/0)", "ctx.book.depth takes a distance of 0 to 100 cents"),
        ("depth('bid', 1/0)", "ctx.book.depth takes a distance of 0 to 100 cents"),
        ("depth('bid', '1')", "ctx.book.depth takes a distance of 0 to 100 cents"),
        ("imbalance()", "ctx.book.imbalance takes a distance of 0 to 100 cents"),
        ("imbalance(101)", "ctx.book.imbalance takes a distance of 0 to 100 cents"),
        ("levels('bids')", "ctx.book.levels takes \"bid\" or \"ask\""),
        ("levels('bid', 0)", "ctx.book.levels gives 1 to 200 levels"),
        ("levels('bid', 201)", "ctx.book.levels gives 1 to 200 levels"),
        ("levels('bid', 0/0)", "ctx.book.levels gives 1 to 200 levels"),
        ("levels('bid', 'all')", "ctx.book.levels gives 1 to 200 levels"),
        ("bidsize", "ctx.book has no field 'bidsize'; did you mean 'bid_size'?"),
    ])
    func `a wrong argument is refused with what is wanted`(_ call: String, _ message: String) throws {
        let told = try #require(try scene.failure("return nil, ctx.book.\(call)"))
        #expect(told.hasPrefix("test.lua:3: \(message)"), "\(told)")
    }
}

/// A level: price and count in hundredths.
private func level(_ price: Int32, _ count: Int64) -> BookLevel {
    BookLevel(price: Price(units: price), count: Quantity(units: count))
}
