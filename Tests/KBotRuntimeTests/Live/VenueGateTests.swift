import KBotKalshi
import KBotModel
import Testing

@testable import KBotRuntime

/// Mode, environment, speed and limits must fit before anything is sent.
@Suite struct VenueGateTests {
    private func failure(
        _ mode: RunPlan.Mode,
        _ environment: [String: String] = [:],
        options: [String: String] = [:],
        speed: Speed = .times(1),
        isArmed: Bool = false
    ) throws -> RunFailure? {
        var plan = RunPlan()
        plan.feed = .venue
        plan.mode = mode
        plan.speed = speed
        let settings = try RunSettings.load(options: options, environment: environment, envFile: .none)
        do {
            try VenueGate.check(plan, settings, isArmed: isArmed)
            return nil
        } catch {
            return error
        }
    }

    @Test func `paper takes either environment, demo a demo key, live a live key and the arm`() throws {
        let live = ["KALSHI_ENV": "live"]
        #expect(try failure(.paper) == nil)
        #expect(try failure(.paper, live) == nil)
        #expect(try failure(.demo) == nil)
        #expect(try failure(.demo, live)?.message.hasPrefix("--mode demo: the key is one of KALSHI_ENV=live") == true)
        #expect(try failure(.live, isArmed: true)?.message.hasPrefix("--mode live: needs KALSHI_ENV=live") == true)
        #expect(try failure(.live, live)?.message.contains("--arm-live") == true)
        #expect(try failure(.live, live, isArmed: true) == nil)
    }

    @Test func `every refusal is wrong usage`() throws {
        #expect(try failure(.live)?.code == .usage)
        #expect(try failure(.demo, ["KALSHI_ENV": "live"])?.code == .usage)
    }

    @Test func `time runs faster only at an exchange on this machine`() throws {
        let local = ["KALSHI_REST_URL": "http://127.0.0.1:8080"]
        #expect(try failure(.demo, local, speed: .times(60)) == nil)
        #expect(
            try failure(.demo, speed: .times(60))?.message.hasPrefix("--speed 60: at Kalshi time passes by itself")
                == true
        )
        #expect(try failure(.demo, ["KALSHI_REST_URL": "https://example.com"], speed: .times(2)) != nil)
        #expect(try failure(.paper, local, speed: .max) != nil)
    }

    @Test func `limits cannot be switched off at the venue`() throws {
        #expect(try failure(.demo, options: ["limits": "off=daily_loss"])?.message.hasPrefix("--limits: ") == true)
    }

    @Test func `another host is named as such, Kalshi's own by the environment`() throws {
        func place(_ environment: [String: String]) throws -> String {
            try RunSettings.load(options: [:], environment: environment, envFile: .none).venue.place
        }
        #expect(try place([:]) == "Kalshi demo, external-api.demo.kalshi.co")
        #expect(try place(["KALSHI_ENV": "live"]) == "Kalshi live, external-api.kalshi.com")
        let other = try place(["KALSHI_REST_URL": "https://127.0.0.1:8443"])
        #expect(other == "https://127.0.0.1:8443/trade-api/v2 (KALSHI_REST_URL: not Kalshi's own host)")
    }

    @Test(arguments: ["ftp://x", "127.0.0.1:80", "https://", "http://a b"])
    func `an address that is none is refused with its place`(text: String) throws {
        let error = #expect(throws: ConfigurationErrors.self) {
            _ = try RunSettings.load(options: [:], environment: ["KALSHI_REST_URL": text], envFile: .none)
        }
        #expect(error?.description.contains("KALSHI_REST_URL") == true)
    }

    @Test func `what the venue refuses comes with what to do`() {
        #expect(VenueError(.unknownKey, .notRetryable, status: 401).advice(nil).contains("does not know the API key"))
        #expect(VenueError(.clockSkew, .needsClock, status: 401).advice(nil).contains("timedatectl"))
        #expect(VenueError(.notSent, .retryable, message: "refused").advice(nil) == "no connection: refused")
        #expect(VenueError(.invalidPrice, .notRetryable, status: 400).advice(nil) == "400")
    }
}
