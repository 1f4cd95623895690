import KBotLua
import KBotScripting
import Testing

/// Every block of Lua in the documentation does what it is said to be.
@Suite struct LuaBlockTests {
    @Test func `there are blocks of each kind`() {
        #expect(LuaBlock.all.count > 10)
        #expect(LuaBlock.all.contains { if case .script = $0.kind { true } else { false } })
        #expect(LuaBlock.all.contains { if case .test = $0.kind { true } else { false } })
    }

    @Test(arguments: LuaBlock.all) func `a block is sound`(block: LuaBlock) throws {
        switch block.kind {
        case .script: block.expectSound(block.file, offset: 0)
        case .module: block.expectSound(block.file.findings, offset: 0)
        case .test: try block.expectPassing()
        case .strategyPart: block.expectSound(block.whole(block.text), offset: -1)
        case .callback(let name):
            block.expectSound(block.whole(LuaBlock.callback(name, block.text)), offset: -1)
        case .fragment:
            _ = try LuaVM().load(LuaSource(name: "part.lua", text: "return function() \(block.text) end"))
        case .unknown(let line):
            let place = "\(block.page):\(block.line)"
            Issue.record("\(place): say what the block is, as in <!-- lua: fragment --> before it, not '\(line)'")
        }
    }

    @Test(arguments: [
        ("<!-- lua: strategy part -->\n```lua\nfunction s.on_candle(ctx) return ctx.markt end\n```\n", "unknown-field"),
        ("<!-- lua: callback on_candle -->\n```lua\nreturn nil, candle.klose\n```\n", "unknown-field"),
        ("<!-- lua: callback on_book -->\n```lua\nif ctx.now > 0 then return nil .. 'x' end\n```\n", "dry-call"),
    ])
    func `a wrong block is found`(page: String, code: String) throws {
        let block = try #require(LuaBlock.blocks(of: page, in: "page.md").first)
        let text: String
        if case .callback(let name) = block.kind {
            text = LuaBlock.callback(name, block.text)
        } else {
            text = block.text
        }
        #expect(ScriptCheck(block.whole(text)).findings.contains { $0.code == code })
    }

    @Test(arguments: ["", "text", "<!-- lua: nonsense -->", "<!-- lua: script -->", "<!-- lua: strategy whole -->"])
    func `a block that does not say what it is counts as unknown`(line: String) {
        let blocks = LuaBlock.blocks(of: "\(line)\n```lua\nreturn 1\n```\n```text\nlua\n```\n", in: "page.md")
        #expect(blocks.count == 1)
        #expect(blocks.contains { if case .unknown = $0.kind { true } else { false } })
    }
}

extension LuaBlock {
    /// The block as a file of the name it gives itself.
    fileprivate var file: ScriptFile {
        switch kind {
        case .script(let name), .module(let name), .test(let name):
            ScriptFile(path: "\(page):\(line)", name: name, text: text, hash: "")
        case .strategyPart, .callback, .fragment, .unknown:
            ScriptFile(path: "\(page):\(line)", name: "part.lua", text: text, hash: "")
        }
    }

    /// A callback of a table `s` around its body; the body's first line is the function's.
    static func callback(_ name: String, _ body: String) -> String {
        let arguments = ["on_candle": "candle", "on_trade": "trade", "on_fill": "fill", "on_settle": "settlement"]
        return "function s.\(name)(ctx\(arguments[name].map { ", \($0)" } ?? "")) \(body) end\n"
    }

    /// A whole strategy around callbacks of a table `s`, with one line more before them.
    func whole(_ callbacks: String) -> ScriptFile {
        var head = "local s = { api = 1, kind = \"strategy\", name = \"part\", version = \"1\" } "
        if !callbacks.contains("function s.needs") {
            head += "function s.needs() return { candles = { interval = '5s', history = 20 }, timer = '10s', "
            head += "indicators = { mean = { 'sma', period = 20 }, range = { 'atr', period = 14 } } } end "
        }
        if !callbacks.contains("function s.on_candle") { head += "function s.on_candle() return nil end " }
        let text = "\(head)\n\(callbacks)\nreturn s\n"
        return ScriptFile(path: "\(page):\(line)", name: "part.lua", text: text, hash: "")
    }

    /// What other blocks of the documentation are called, as files in one folder.
    private static func named(_ name: String) -> ScriptFile? {
        all.first { block in
            switch block.kind {
            case .script(name), .module(name): true
            default: false
            }
        }?.file
    }

    private static let modules: ModuleFinder = { name in
        named("\(name).lua").map { .success($0) } ?? .failure(ScriptFailure("no page has a module '\(name)'"))
    }

    /// Nothing is wrong with a script, and every callback can be called.
    fileprivate func expectSound(_ script: ScriptFile, offset: Int) {
        expectSound(ScriptCheck(script, modules: Self.modules).findings, offset: offset)
    }

    fileprivate func expectSound(_ findings: [ScriptFinding], offset: Int) {
        for finding in findings {
            let place = "\(page):\(line + (finding.line ?? 0) + offset)"
            Issue.record("\(place): \(finding.message) [\(finding.code)]")
        }
    }

    /// Every test of a test file passes; whole runs are no part of this target.
    fileprivate func expectPassing() throws {
        let tests = try ScriptTests(
            file,
            in: TestSurroundings(
                script: { .success(Self.named($0)) },
                modules: { _ in Self.modules },
                run: .skipping("there are no runs here")
            )
        )
        var passed = 0
        for test in tests.tests {
            switch tests.run(test).outcome {
            case .passed: passed += 1
            case .skipped: break
            case .failed(let failure):
                let place = "\(page):\(line + (failure.line ?? test.line))"
                Issue.record("\(place): \(test.fullName): \(failure.message)")
            }
        }
        #expect(passed > 0, "\(page):\(line): no test of this file was run to its end")
    }
}
