import Foundation
import KBotLua
import KBotModel

/// The global `kbot`: pure helpers.
enum KbotLibrary {
    /// The functions, as they are bound and told.
    static let functions = [
        HostFunction(
            "snap",
            [("cents", "number")],
            "number",
            "Rounds to 0.01 cent: drops the noise of float arithmetic and nothing else."
        ),
        HostFunction(
            "clamp",
            [("value", "number"), ("low", "number"), ("high", "number")],
            "number",
            "The value, or the bound it lies beyond."
        ),
        HostFunction(
            "clock",
            [("seconds", "number"), ("zone?", "string")],
            "kbot.Clock",
            "A time in seconds since the epoch as a clock shows it in a zone: \"UTC\" (default) or a name such as \"America/New_York\"."
        ),
    ]

    /// What `kbot.clock` returns.
    static let clock = HostRecord(
        type: "kbot.Clock",
        help: "A time as a clock on the wall shows it.",
        fields: [
            HostField("year", "integer", "Year."),
            HostField("month", "integer", "1 to 12."),
            HostField("day", "integer", "1 to 31."),
            HostField("hour", "integer", "0 to 23."),
            HostField("minute", "integer", "0 to 59."),
            HostField("second", "integer", "0 to 59."),
            HostField("weekday", "integer", "1 is Monday, 7 is Sunday."),
            HostField("seconds_of_day", "integer", "Seconds since midnight by that clock."),
        ]
    )

    /// Makes the object.
    static func make(_ vm: LuaVM) throws(LuaError) -> LuaReference {
        try vm.object(
            named: "kbot",
            [
                "api": .constant(.integer(ScriptManifest.api)),
                "snap": .function { call throws(LuaHostError) in
                    guard let price = call.number(1).flatMap(Border.price(cents:)) else {
                        throw LuaHostError("kbot.snap takes a number of cents")
                    }
                    Border.reply(call, price)
                },
                "clamp": .function { call throws(LuaHostError) in
                    guard let value = call.number(1), let low = call.number(2), let high = call.number(3), low <= high
                    else { throw LuaHostError("kbot.clamp takes a value, a lower and an upper bound") }
                    // The bound itself is given back, so that an integer stays one.
                    try call.reply(call.value(value < low ? 2 : value > high ? 3 : 1))
                },
                "clock": .function { call throws(LuaHostError) in try replyClock(call) },
            ]
        )
    }

    private static func replyClock(_ call: borrowing LuaHostCall) throws(LuaHostError) {
        guard let seconds = call.number(1), abs(seconds) < 1e11 else {
            throw LuaHostError("kbot.clock takes a time in seconds since the epoch")
        }
        let name = call.kind(2) == .nil ? "UTC" : call.string(2)
        guard let name, let zone = TimeZone(identifier: name) else {
            throw LuaHostError("kbot.clock knows no time zone '\(name ?? "?")'; write one such as \"America/New_York\"")
        }
        let instant = Int64(seconds.rounded(.down))
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(instant)))
        let local = instant + Int64(offset)
        let day = Timestamp(seconds: local).utcDay
        let second = local - day.number * 86_400
        let date = day.civil
        try call.reply(
            LuaValue.record([
                "year": .integer(Int64(date.year)),
                "month": .integer(Int64(date.month)),
                "day": .integer(Int64(date.day)),
                "hour": .integer(second / 3_600),
                "minute": .integer(second / 60 % 60),
                "second": .integer(second % 60),
                // Day 0 was a Thursday.
                "weekday": .integer(((day.number + 3) % 7 + 7) % 7 + 1),
                "seconds_of_day": .integer(second),
            ])
        )
    }
}
