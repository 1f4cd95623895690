import KBotModel
import Testing

@testable import KBotRuntime

@Suite struct SpeedTests {
    @Test(arguments: [("1", Speed.times(1)), ("60", .times(60)), ("1000000", .times(1_000_000)), ("max", .max)])
    func `a speed is a whole factor or max, and is told as it was given`(text: String, speed: Speed) {
        #expect(Speed(text) == speed && speed.description == text)
    }

    @Test(arguments: ["0", "-1", "1.5", "", "MAX", "fast", "1000001", "60x", "99999999999999999999"])
    func `anything else is no speed`(text: String) {
        #expect(Speed(text) == nil)
    }

    @Test func `at full speed nothing waits`() {
        #expect(Pacer(.max) == nil)
    }

    @Test func `market time passes so many times faster`() throws {
        var pacer = try #require(Pacer(.times(100)))
        let clock = ContinuousClock()
        let start = Timestamp(seconds: 1_777_314_600)
        let began = clock.now
        pacer.wait(for: start) { true }
        pacer.wait(for: start + .seconds(20)) { true }  // 200 ms of ours
        let took = clock.now - began
        #expect(took >= .milliseconds(195) && took < .seconds(5))
    }

    @Test func `the wait ends when it is told to, and times gone by do not wait`() throws {
        var pacer = try #require(Pacer(.times(1)))
        let start = Timestamp(seconds: 1_777_314_600)
        var asked = 0
        pacer.wait(for: start) { true }
        pacer.wait(for: start - .hours(1)) { true }
        pacer.wait(for: start + .hours(1)) {
            asked += 1
            return asked < 3
        }
        #expect(asked == 3)
    }
}
