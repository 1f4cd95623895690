import KBotLua
import Testing

/// Live fields: values the host keeps ready, filled when a script reads one of them.
@Suite struct LuaLiveTests {
    /// A machine with `market`, whose `bid` and `ask` form one group and whose `last` another.
    private final class Market {
        let vm: LuaVM
        let quote: LuaLive
        /// How often `bid` and `ask` were filled.
        private(set) var fills: Int {
            get { feed.fills }
            set { feed.fills = newValue }
        }
        /// How often `last` was filled.
        var otherFills: Int { feed.otherFills }
        /// What the next fill writes; nil makes it fail after `bid`.
        var bid: Int64 {
            get { feed.bid }
            set { feed.bid = newValue }
        }
        var isBroken: Bool {
            get { feed.isBroken }
            set { feed.isBroken = newValue }
        }

        private let feed: Feed

        /// What fills read: apart, so that nothing filled holds the machine.
        private final class Feed {
            var fills = 0
            var otherFills = 0
            var bid: Int64 = 45
            var isBroken = false
        }

        init() throws {
            let vm = smallVM()
            let feed = Feed()
            let quote = vm.live(count: 2) { slots throws(LuaHostError) in
                feed.fills += 1
                slots.set(0, feed.bid)
                if feed.isBroken { throw LuaHostError("the feed is broken") }
                slots.set(1, feed.bid + 2)
            }
            let last = vm.live(count: 1) { slots in
                feed.otherFills += 1
                slots.set(0, Int64(50))
            }
            let object = try vm.object(
                named: "ctx.market",
                ["bid": .live(quote, 0), "ask": .live(quote, 1), "last": .live(last, 0)]
            )
            vm.define("market", object)
            (self.vm, self.feed, self.quote) = (vm, feed, quote)
        }
    }
}
