import KBotModel
import Testing

@testable import KBotRuntime

/// What is tried: ranges, lists, what scripts mark; grids and draws.
@Suite struct SweepSpaceTests {
    private func space(_ parameters: [String], script: String = SweepBench.script) throws -> SweepSpace {
        let files = try FeedFolder()
        let path = try files.write("flip.lua", script)
        return try SweepSpace.read(parameters, strategies: [path], rules: [], library: ScriptLibrary(home: nil))
    }

    private func message(_ parameters: [String]) -> String {
        do {
            _ = try space(parameters)
            return "none"
        } catch {
            return (error as? RunFailure).map { $0.code == .usage ? $0.message : "\($0.code)" } ?? "\(error)"
        }
    }

    @Test(arguments: [
        ("x=10:50:20", ["10", "30", "50"]), ("x=10:45:20", ["10", "30"]),
        ("x=0.1:0.4:0.1", ["0.1", "0.2", "0.3", "0.4"]),
        ("x=-1:1:1", ["-1", "0", "1"]), ("x=5:5:1", ["5"]), ("x=a,b", ["a", "b"]), ("x=1.5, 2", ["1.5", "2"]),
    ])
    func `ranges and lists are read exactly`(text: String, values: [String]) throws {
        #expect(try space([text]).axes == [SweepAxis(name: "x", values: values)])
    }

    @Test func `what is no range and no list is fixed`() throws {
        let space = try space(["x=1:3:1", "interval=5s", "y=12:30:mirror", "flip.mood=wild"])
        #expect(space.fixed == ["interval=5s", "y=12:30:mirror", "flip.mood=wild"] && space.axes.count == 1)
        #expect(space.parameters(["2"]) == ["interval=5s", "y=12:30:mirror", "flip.mood=wild", "x=2"])
    }

    @Test(arguments: [
        ("x=10:50", "from:to:step"), ("x=1:2:0", "above 0"), ("x=1:2:-1", "above 0"), ("x=2:1:1", "ends before"),
        ("x=0:1000000:1", "more than 10000"), ("x=a,,b", "a value is missing"), ("x=a,b,a", "a stands there twice"),
        ("=3", "name=value"), ("x", "name=value"), ("x=1:2:3:4", "from:to:step"),
    ])
    func `mistakes are named`(text: String, part: String) {
        #expect(message([text]).contains(part), "\(message([text]))")
    }

    @Test func `a parameter is varied once, and not fixed as well`() {
        #expect(message(["x=1,2", "x=3,4"]).contains("varied twice"))
        #expect(message(["x=1,2", "x=3"]).contains("both one value and several"))
    }

    @Test func `without ranges those vary that the script marks, but for those that are fixed`() throws {
        let all = try space([])
        #expect(all.axes.map(\.name) == ["every", "reach"])
        #expect(all.axes.map(\.values) == [["3", "4", "5", "6"], ["2", "4", "6", "8"]])
        #expect(try space(["reach=5"]).axes.map(\.name) == ["every"])
        #expect(try space(["flip.reach=5"]).axes.map(\.name) == ["every"])
        #expect(message(["reach=5", "every=3"]).contains("nothing varies"))
        let bare = SweepBench.script.replacing(", step = 2, optimize", with: ", optimize")
        #expect(throws: RunFailure.self) { try space([], script: bare) }
    }

    @Test func `a grid is every combination, the last parameter fastest`() throws {
        let space = try space(["a=1,2", "b=x,y,z"])
        let points = try SweepSearch.grid.points(of: space, trials: nil, seed: 1)
        #expect(points == [["1", "x"], ["1", "y"], ["1", "z"], ["2", "x"], ["2", "y"], ["2", "z"]])
        #expect(space.count == 6)
    }

    @Test(arguments: [SweepSearch.random, .halving])
    func `a draw is of different combinations, the same for the same seed`(search: SweepSearch) throws {
        let space = try space(["a=1:100:1", "b=1:100:1"])
        let one = try search.points(of: space, trials: 500, seed: 7)
        #expect(one.count == 500 && Set(one).count == 500)
        #expect(try search.points(of: space, trials: 500, seed: 7) == one)
        #expect(try search.points(of: space, trials: 500, seed: 8) != one)
        // A longer draw begins with the shorter one.
        #expect(try search.points(of: space, trials: 600, seed: 7).prefix(500) == one[...])
        let all = try SweepSearch.grid.points(of: space, trials: nil, seed: 1)
        #expect(Set(one).isSubset(of: Set(all)))
        #expect(try search.points(of: space, trials: 10_000, seed: 7) == all)
        #expect(try search.points(of: space, trials: nil, seed: 7).count == 100)
    }

    @Test func `a space beyond all counting can be drawn from, and is refused as a grid`() throws {
        let space = try space((0..<8).map { "p\($0)=1:9999:1" })
        #expect(space.count == nil)
        let points = try SweepSearch.random.points(of: space, trials: 50, seed: 1)
        #expect(Set(points).count == 50 && points.allSatisfy { $0.count == 8 })
        #expect(throws: RunFailure.self) { try SweepSearch.grid.points(of: space, trials: nil, seed: 1) }
        #expect(throws: RunFailure.self) { try SweepSearch.random.points(of: space, trials: 0, seed: 1) }
        let small = try self.space(["a=1,2"])
        #expect(throws: RunFailure.self) { try SweepSearch.grid.points(of: small, trials: 5, seed: 1) }
    }
}
