import Foundation
import KBotLua
import KBotTestSupport
import Testing

/// The scripts that come with kbot, and one that has every construct of the language.
enum SampleScripts {
    /// The names and texts of `strategies/*.lua` and `risk-rules/*.lua`, in order of their names.
    static let shipped: [LuaSource] = ["strategies", "risk-rules"].flatMap { folder in
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let files = try? FileManager.default.contentsOfDirectory(
            at: root.appendingPathComponent(folder).resolvingSymlinksInPath(),
            includingPropertiesForKeys: nil
        )
        return (files ?? []).filter { $0.pathExtension == "lua" }.sorted { $0.path < $1.path }.compactMap { file in
            (try? String(contentsOf: file, encoding: .utf8)).map {
                LuaSource(name: "\(folder)/\(file.lastPathComponent)", text: $0)
            }
        }
    }

    /// The names of all samples.
    static let names = (shipped + [zoo]).map(\.name)

    /// The sample of a name.
    static func named(_ name: String) throws -> LuaSource {
        try #require((shipped + [zoo]).first { $0.name == name })
    }

    /// Every statement, operator and literal of Lua 5.4; running it does little.
    static let zoo = LuaSource(
        name: "zoo.lua",
        text: #"""
            --[==[ a long
            comment ]==] local a <const>, b <close>, c = 1, nil, 0x1p4
            local s = 'a\n\x41\u{20AC}\065\z
               b' .. "q\"" .. [[long]] .. [==[
            ]]longer]==]
            local t = { 1, 2; x = 3, ["y z"] = 4, [5] = { }, f = function(self, ...) return ... end, }
            local function fact(n) if n < 2 then return 1 elseif n == 2 then return 2 else return n * fact(n - 1) end end
            function t.g(p, q, ...) local n = select('#', ...) return p, (q), n end
            function t.h(x) return -x ^ 2, not x == nil, #s, ~5, 7 // 2, 7 % 3, 1 << 2 >> 1, 5 & 3 | 4 ~ 1 end
            function t:m() return self.x end
            for i = 1, 3 do if i == 2 then goto continue end c = c + i ::continue:: end
            for i = 3, 1, -1 do local _ <const> = i; if c > 1e3 then break end end
            for k, v in pairs { a = 1 } do c = c + #k + v end
            while c < 0 do c = c + .5e1 break end
            repeat local done = true; until done
            do ::top:: if c < 0 then goto top end end
            t.x, t["y z"], t[5][1] = t:m(), t.f(t, 1, 2), fact(5) <= 120 and a ~= b or false
            print(t.g(1, 2, 3), #"text", ("%d"):format(3), 'a' .. 1 .. 2.5, t.x >= 1, a > 0, true)
            ;;; return t, s, fact
            """#
    )
}

/// What our parser says of a text; nil when it accepts it.
func parserError(_ text: String) -> LuaSyntaxError? {
    do throws(LuaSyntaxError) {
        _ = try LuaSyntax(text)
        return nil
    } catch {
        return error
    }
}

/// What Lua's compiler says of a text; nil when it accepts it, whatever running it gives.
func compilerError(_ text: String, in vm: LuaVM) -> LuaError? {
    do throws(LuaError) {
        vm.release(try vm.load(LuaSource(name: "test.lua", text: text)))
        return nil
    } catch {
        return error.kind == .syntax ? error : nil
    }
}

/// Throws unless parser and compiler agree on a text: both accept it, or both complain in the same words of the same line.
func holdAgreement(on text: String, in vm: LuaVM) throws {
    let ours = parserError(text)
    let theirs = compilerError(text, in: vm)
    let sample = text.prefix(4_000)
    try hold((ours == nil) == (theirs == nil), "ours: \(ours as Any), Lua's: \(theirs as Any) of\n\(sample)")
    guard let ours, let theirs else { return }
    try hold(ours.message == theirs.message, "ours: \(ours.message), Lua's: \(theirs.message) of\n\(sample)")
    try hold(ours.isTooDeep || ours.line == theirs.line, "ours: \(ours), Lua's: \(theirs) of\n\(sample)")
    try hold(text.utf8.count >= ours.offset, "\(ours.offset) lies outside of\n\(sample)")
}

extension SeededGenerator {
    /// A number from 0 up to, not including, a bound.
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// One of some values.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// A text with some bytes of it changed, taken away, added, moved or doubled; what is then no UTF-8 is repaired.
    mutating func mutation(of text: String) -> String {
        var bytes = Array(text.utf8)
        for _ in 0...below(3) where !bytes.isEmpty {
            let start = below(bytes.count)
            let end = min(bytes.count, start + 1 + below(12))
            switch below(8) {
            case 0: bytes[start] = UInt8(below(256))
            case 1: bytes[start] = pick(Array("()[]{}<>=~+-*/%^#&|:;,.\"'\\\n0aex_ ".utf8))
            case 2: bytes.remove(at: start)
            case 3: bytes.insert(pick(Array("()[]{}<>=~+-*/%^#&|:;,.\"'\\\n0aex_ ".utf8)), at: start)
            case 4: bytes.removeSubrange(start..<end)
            case 5: bytes.insert(contentsOf: bytes[start..<end], at: below(bytes.count))
            case 6: bytes.insert(contentsOf: " \(pick(Self.words)) ".utf8, at: start)
            default: bytes.removeSubrange(start...)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let words = [
        "and", "break", "do", "else", "elseif", "end", "for", "function", "goto continue", "::continue::", "if", "in",
        "local", "nil", "not", "or", "repeat", "return", "then", "until", "while", "local a <const> = 1", "a = 2",
        "local b <close>", "...", "[[", "]]", "--[[", "0x", "1e", "'\\x4", "\"\\u{", "(", ")", "goto top", "for i =",
    ]
}
