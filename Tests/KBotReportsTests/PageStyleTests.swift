import Testing

@testable import KBotReports

/// What style sheet and script promise.
@Suite struct PageStyleTests {
    private let sheet = PageStyle.sheet.description

    /// Colours by name, of the light scheme or the dark one.
    private func colours(dark: Bool) -> [String: String] {
        let blocks = sheet.split(separator: ":root{").dropFirst().map { $0.prefix { $0 != "}" } }
        var colours: [String: String] = [:]
        for block in blocks.prefix(dark ? 2 : 1) {
            for pair in block.split(separator: ";") {
                let parts = pair.split(separator: ":")
                if parts.count == 2, parts[0].hasPrefix("--") {
                    colours[String(parts[0].dropFirst(2))] = String(parts[1])
                }
            }
        }
        return colours
    }

    /// Relative luminance as WCAG 2 defines it.
    private func luminance(_ colour: String) -> Double {
        let digits = colour.dropFirst().flatMap { colour.count == 4 ? [$0, $0] : [$0] }
        let channels = [0, 2, 4].map { index -> Double in
            let value = Double(Int(String(digits[index...index + 1]), radix: 16) ?? 0) / 255
            guard value > 0.039_28 else { return value / 12.92 }
            return power((value + 0.055) / 1.055)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    /// x to the 2.4: x² times the fifth root of x².
    private func power(_ x: Double) -> Double {
        let square = x * x
        var root = 1.0
        for _ in 0..<60 { root = (4 * root + square / (root * root * root * root)) / 5 }
        return square * root
    }

    @Test(arguments: [false, true])
    func `text has a contrast of at least 4.5 to what it stands on`(dark: Bool) throws {
        let colours = colours(dark: dark)
        let pairs =
            ["ink", "soft", "blue", "gain", "fall"].flatMap { [($0, "ground"), ($0, "card")] } + [("warnink", "warn")]
        for (text, ground) in pairs {
            let values = [luminance(try #require(colours[text])), luminance(try #require(colours[ground]))].sorted()
            let contrast = (values[1] + 0.05) / (values[0] + 0.05)
            #expect(contrast >= 4.5, "\(text) on \(ground): \(contrast)")
        }
    }

    @Test func `contrast is reckoned as WCAG does`() {
        #expect(abs(luminance("#fff") - 1) < 1e-9 && luminance("#000") == 0)
        #expect(abs(luminance("#767676") - 0.1812) < 0.0005)
    }

    @Test func `style and script hold nothing that XML would take for markup, and fetch nothing`() {
        for text in [sheet, PageScript.source.description] {
            #expect(!text.contains("<") && !text.contains("&"))
            #expect(!text.contains("url(") && !text.contains("http") && !text.contains("@import"))
            #expect(!text.contains("eval") && !text.contains("innerHTML"))
        }
    }

    @Test func `the page follows the scheme of the reader, prints, and lies still where asked to`() {
        for query in ["prefers-color-scheme:dark", "@media print", "prefers-reduced-motion", ":focus-visible"] {
            #expect(sheet.contains(query))
        }
    }
}
