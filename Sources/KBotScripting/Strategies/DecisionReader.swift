import KBotEngine
import KBotLua
import KBotModel

/// Reads what a callback of a strategy returned: `signal`, or `nil, code, side`.
struct DecisionReader {
    private let site: LuaCallSite

    init(_ site: LuaCallSite) { self.site = site }

    func read() throws(LuaError) -> Decision {
        switch site.results.kind(0) {
        case .nil: return .none(try code(), trigger: try trigger())
        case .table:
            if let unknown = site.unknownField() {
                throw contract("a signal has no field '\(unknown)'\(hint(unknown, HostRecord.signal.names))")
            }
            guard let fields = site.fields else { throw contract("no signal fields") }
            return .signal(try SignalReader(fields).read())
        case let kind: throw contract("return a signal table, or nil and a reason code; not \(kind)")
        }
    }

    private func code() throws(LuaError) -> ReasonCode {
        switch site.results.kind(1) {
        case .nil: return .noSignal
        case .string:
            guard let text = site.results.string(1), !text.isEmpty, text.utf8.count <= 64 else {
                throw contract("a reason code has 1 to 64 characters")
            }
            return ReasonCode(Border.text(text))
        case let kind: throw contract("the second result must be a reason code such as \"NO_SIGNAL\", not \(kind)")
        }
    }

    private func trigger() throws(LuaError) -> Direction? {
        if site.results.kind(2) == .nil { return nil }
        switch site.results.string(2) {
        case "long": return .long
        case "short": return .short
        default: throw contract("the third result must be \"long\", \"short\" or nothing")
        }
    }

    private func contract(_ message: String) -> LuaError { LuaError(kind: .contract, message: message) }
}
