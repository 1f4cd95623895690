import KBotEngine
import KBotModel

extension NewOrder.TimeInForce {
    /// How it stands in the table.
    var columns: (name: String, expires: Int64?) {
        switch self {
        case .goodTillCancelled(let expires): ("gtc", expires?.microseconds)
        case .immediateOrCancel: ("ioc", nil)
        case .fillOrKill: ("fok", nil)
        }
    }

    /// What stands in the table; nil for a word nobody wrote.
    init?(name: String, expires: Int64?) {
        switch name {
        case "gtc": self = .goodTillCancelled(expires: expires.map { Timestamp(microseconds: $0) })
        case "ioc": self = .immediateOrCancel
        case "fok": self = .fillOrKill
        default: return nil
        }
    }
}

extension Verdict {
    /// The verdict in words; nil for one that changes nothing.
    var words: String? {
        switch self {
        case .allow: nil
        case .reduce(let count, let code, let text): "reduce to \(count): \(code): \(text)"
        case .deny(let code, let text): "deny: \(code): \(text)"
        case .halt(let until, let code, let text): "halt\(until.map { " until \($0)" } ?? ""): \(code): \(text)"
        }
    }
}
