import Testing

/// The global `kbot`.
@Suite struct KbotLibraryTests {
    @Test(arguments: [
        ("5, 1, 3", "integer 3"), ("0, 1, 3", "integer 1"), ("2, 1, 3", "integer 2"), ("2.5, 1, 3", "float 2.5"),
        ("9, 1, 3.5", "float 3.5"), ("1, 1, 1", "integer 1"), ("-1/0, 1, 3", "integer 1"), ("1/0, 1, 3", "integer 3"),
    ])
    func `a value is kept between two bounds, and stays what it is`(_ arguments: String, _ value: String) throws {
        #expect(try Scene().read("kbot.clamp(\(arguments))") == value)
    }

    @Test(arguments: ["", "1", "1, 2", "1, 3, 2", "'1', 1, 2", "1, 0/0, 2", "1, 1, 0/0", "{}, 1, 2"])
    func `bounds that are none are refused`(arguments: String) throws {
        let told = try #require(try Scene().failure("return nil, kbot.clamp(\(arguments))"))
        #expect(told.contains("kbot.clamp takes a value, a lower and an upper bound"), "\(told)")
    }

    /// Year, month, day, hour, minute, second, weekday and seconds of the day, as another library has them.
    @Test(arguments: [
        ("0", "UTC", "1970 1 1 0 0 0 4 0"),
        ("1795375800", "UTC", "2026 11 22 19 30 0 7 70200"),
        ("1795375800", "America/New_York", "2026 11 22 14 30 0 7 52200"),
        // The clock goes from 01:59:59 to 03:00:00 …
        ("1772953199", "America/New_York", "2026 3 8 1 59 59 7 7199"),
        ("1772953200", "America/New_York", "2026 3 8 3 0 0 7 10800"),
        // … and back from 01:59:59 to 01:00:00.
        ("1793512799", "America/New_York", "2026 11 1 1 59 59 7 7199"),
        ("1793512800", "America/New_York", "2026 11 1 1 0 0 7 3600"),
        ("1793509199", "America/New_York", "2026 11 1 0 59 59 7 3599"),
        ("1774745999", "Europe/Berlin", "2026 3 29 1 59 59 7 7199"),
        ("1774746000", "Europe/Berlin", "2026 3 29 3 0 0 7 10800"),
        ("1795375800", "Asia/Kolkata", "2026 11 23 1 0 0 1 3600"),
        ("1795375800", "Asia/Kathmandu", "2026 11 23 1 15 0 1 4500"),
        ("1795375800", "Pacific/Kiritimati", "2026 11 23 9 30 0 1 34200"),
        ("-1", "UTC", "1969 12 31 23 59 59 3 86399"),
        ("-0.5", "UTC", "1969 12 31 23 59 59 3 86399"),
        ("1.9", "UTC", "1970 1 1 0 0 1 4 1"),
        ("951782400", "UTC", "2000 2 29 0 0 0 2 0"),
        ("4107542400", "UTC", "2100 3 1 0 0 0 1 0"),
        ("-3153600000", "UTC", "1870 1 25 0 0 0 2 0"),
    ])
    func `a clock shows a time in any zone, summer and winter`(_ time: String, _ zone: String, _ shown: String) throws {
        let clock = { (arguments: String) in
            """
            (function() local c = kbot.clock(\(arguments))
              return table.concat({ c.year, c.month, c.day, c.hour, c.minute, c.second, c.weekday, c.seconds_of_day }, " ")
            end)()
            """
        }
        #expect(try Scene().read(clock("\(time), '\(zone)'")) == "string \(shown)")
        if zone == "UTC" {
            #expect(try Scene().read(clock(time)) == "string \(shown)")
            #expect(try Scene().read(clock("\(time), nil")) == "string \(shown)")
        }
    }

    @Test func `a clock made of the event's time is the clock of the event`() throws {
        #expect(try Scene().read("kbot.clock(ctx.now).seconds_of_day") == "integer \(1_000_100 % 86_400)")
    }

    @Test(arguments: ["", "'now'", "0/0", "1/0", "-1/0", "1e300", "{}"])
    func `what is no time is refused`(time: String) throws {
        let told = try #require(try Scene().failure("return nil, kbot.clock(\(time))"))
        #expect(told.contains("kbot.clock takes a time in seconds since the epoch"), "\(told)")
    }

    @Test(arguments: [
        ("'Mars/Olympus'", "Mars/Olympus"), ("''", ""), ("5", "?"), ("{}", "?"), ("'../UTC'", "../UTC"),
        ("'/etc/localtime'", "/etc/localtime"), ("'america/new york'", "america/new york"),
    ])
    func `an unknown zone is refused by name`(_ zone: String, _ name: String) throws {
        let told = try #require(try Scene().failure("return nil, kbot.clock(0, \(zone))"))
        #expect(
            told.contains("kbot.clock knows no time zone '\(name)'; write one such as \"America/New_York\""),
            "\(told)"
        )
    }

    @Test func `what is logged is told as Lua would`() throws {
        let (_, messages) = try Scene().run("ctx.log(45) ctx.log(45.5) ctx.log('x') ctx.log(9007199254740993)")
        #expect(messages.compactMap(\.line) == ["45", "45.5", "x", "9007199254740993"])
    }
}
