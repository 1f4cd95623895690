import KBotRuntime
import Testing

/// Settings of runs that nobody watches: log file, notifications, heartbeat.
@Suite struct OperationSettingsTests {
    @Test func `without anything given nobody is told and the log goes to standard error`() throws {
        let settings = try load()
        #expect(settings.logFile == nil && settings.heartbeatFile == nil)
        #expect(!settings.notify.isActive && settings.notify.kinds == Set(NotifyKind.allCases))
    }

    @Test func `a log file has a size and older files`() throws {
        let settings = try load(["log-file": "kbot.log", "log-max-bytes": "64k"], environment: ["LOG_KEEP": "0"])
        #expect(settings.logFile?.path == "kbot.log" && settings.logFile?.most == 65_536 && settings.logFile?.keep == 0)
        let usual = try load(["log-file": "kbot.log"]).logFile
        #expect(usual?.most == 10 << 20 && usual?.keep == 5)
    }

    @Test(arguments: [("65536", 65_536), ("1M", 1 << 20), ("10G", 10 << 30), ("1g", 1 << 30)])
    func `sizes are bytes, or K, M and G`(text: String, bytes: Int) throws {
        #expect(try load(["log-file": "x", "log-max-bytes": text]).logFile?.most == bytes)
    }

    @Test(arguments: ["63K", "11G", "", "M", "1.5M", "-1", "1MB", "99999999999999999999"])
    func `other sizes are refused`(text: String) throws {
        let expected =
            "--log-max-bytes: “\(text)” is not allowed: give 64K to 10G; K, M and G are powers of 1024; "
            + "a bare number means bytes"
        #expect(try problems(["log-max-bytes": text]) == [expected])
    }

    @Test func `a command is split into words, and an address is read`() throws {
        let notify = try load(
            ["notify-command": "./tell 'to me' -v", "notify-events": "halt, STOP"],
            environment: ["NOTIFY_WEBHOOK": "https://hooks.slack.com/services/x", "NOTIFY_WEBHOOK_KIND": "json"]
        ).notify
        #expect(notify.command == ["./tell", "to me", "-v"] && notify.kinds == [.halt, .stop])
        #expect(notify.webhook?.description == "hooks.slack.com" && notify.shape == .json && notify.isActive)
    }

    @Test func `the address of a webhook is shown nowhere, whether it is right or wrong`() throws {
        let settings = try load(environment: ["NOTIFY_WEBHOOK": "https://discord.com/api/webhooks/1/topsecret"])
        #expect(settings.values.contains { $0.name == "NOTIFY_WEBHOOK" && $0.text == "<redacted>" })
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("topsecret") && !settings.values.contains { $0.text.contains("topsecret") })
        let wrong = try problems(environment: ["NOTIFY_WEBHOOK": "http://discord.com/topsecret"])
        #expect(
            wrong == [
                "environment NOTIFY_WEBHOOK: the value is not allowed: give an https address, or an http address of this "
                    + "machine; it is never shown"
            ]
        )
    }

    @Test(arguments: [
        ("notify-command", "'open"), ("notify-command", "''"), ("notify-command", "a\nb"),
        ("notify-events", "fill,nonsense"),
        ("notify-events", ","), ("notify-webhook-kind", "teams"), ("log-keep", "1001"), ("heartbeat-file", "a\nb"),
    ])
    func `what is not allowed is refused`(option: String, text: String) throws {
        #expect(try problems([option: text]).count == 1)
    }
}
