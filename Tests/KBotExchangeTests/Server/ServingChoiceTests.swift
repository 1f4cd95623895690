import KBotExchange
import KBotKalshi
import KBotModel
import KBotSimulation
import Testing

@Suite struct ServingChoiceTests {
    @Test func anAccountBeginsWithTheCashItIsGiven() throws {
        let exchange = Exchange(
            ExchangeOptions(),
            feed: SimulatorExchangeFeed(start: ServedExchange.start),
            start: ServedExchange.start
        )
        let text = try GeneratedKey(.ed25519).publicPEM()
        let account = try exchange.addAccount(name: "rich", apiKeyID: "a", publicKeyPEM: text)
        exchange.setCash(Money(dollars: 77), shard: 2, of: account)
        exchange.setCash(Money(dollars: 77), shard: 2, of: account)
        let books = String(decoding: exchange.books.bytes, as: UTF8.self)
        #expect(books.contains(#""cash":"77.000000","locked":"0.000000","deposits":"77.000000""#))
    }

    @Test func fillsAreChosenByName() {
        var options = ExchangeOptions()
        let isKnown = ["realistic", "pessimistic", "optimistic"].map { options.setFills($0) }
        #expect(isKnown == [true, true, true])
        #expect(options.friction == .optimistic)
        let isOther = options.setFills("lucky")
        #expect(!isOther)
    }
}
