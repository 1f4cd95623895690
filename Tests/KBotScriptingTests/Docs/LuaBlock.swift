import Foundation
import Testing

/// A block of Lua in a page of the documentation, and what it claims to be.
struct LuaBlock: Sendable, CustomTestStringConvertible {
    /// What a block is: said in an HTML comment on the line before it, `<!-- lua: KIND -->`.
    enum Kind: Sendable {
        /// `script PATH`: a whole strategy or risk rule, which other blocks know by its file name.
        case script(name: String)
        /// `module PATH`: a file that others require.
        case module(name: String)
        /// `test PATH`: a whole test file.
        case test(name: String)
        /// `strategy part`: callbacks of a strategy `s`; what is left out is filled in.
        case strategyPart
        /// `callback NAME`: the body of one callback of a strategy.
        case callback(name: String)
        /// `fragment`: statements that need not do anything; they compile.
        case fragment
        /// Nothing of these, or nothing at all.
        case unknown(String)
    }

    /// The page, from the repository's root.
    let page: String
    /// The line of the opening fence, from 1.
    let line: Int
    let kind: Kind
    let text: String

    var testDescription: String { "\(page):\(line)" }

    /// Every block of the README and of the pages in `docs`.
    static let all: [LuaBlock] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appendingPathComponent("docs").path
        let docs = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let pages = ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
        return pages.flatMap { page in
            blocks(of: (try? String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)) ?? "", in: page)
        }
    }()

    /// Reads the blocks of a page.
    static func blocks(of text: String, in page: String) -> [LuaBlock] {
        var blocks: [LuaBlock] = []
        var open: (line: Int, language: Substring, claim: Substring)?
        var body: [Substring] = []
        var last: Substring = ""
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            defer { last = line }
            guard line.hasPrefix("```") else {
                if open != nil { body.append(line) }
                continue
            }
            guard let fence = open else {
                open = (index + 1, line.dropFirst(3), last)
                body = []
                continue
            }
            open = nil
            guard fence.language == "lua" else { continue }
            blocks.append(
                LuaBlock(
                    page: page,
                    line: fence.line,
                    kind: Kind(claim: fence.claim),
                    text: body.joined(separator: "\n") + "\n"
                )
            )
        }
        return blocks
    }
}

extension LuaBlock.Kind {
    /// Reads `<!-- lua: script strategies/dip_buyer.lua -->`.
    init(claim line: Substring) {
        guard let match = line.wholeMatch(of: /<!-- lua: ([a-z]+)(?: (\S+))? -->/) else {
            self = .unknown(String(line))
            return
        }
        let name = match.2.map { String($0.split(separator: "/").last ?? $0) }
        switch (match.1, name) {
        case ("script", let name?): self = .script(name: name)
        case ("module", let name?): self = .module(name: name)
        case ("test", let name?): self = .test(name: name)
        case ("strategy", "part"?): self = .strategyPart
        case ("callback", let name?): self = .callback(name: name)
        case ("fragment", nil): self = .fragment
        default: self = .unknown(String(line))
        }
    }
}
