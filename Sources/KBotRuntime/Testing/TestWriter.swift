import Foundation

/// Writes a report of tests in one of the forms people and machines read, piece by piece where the form allows it.
package struct TestWriter {
    /// The forms.
    package enum Form: String, CaseIterable, Sendable {
        /// The Test Anything Protocol, version 13.
        case tap
        /// JUnit's XML.
        case junit
        /// Failures and counts, for people.
        case text
        /// One JSON document.
        case json
    }

    private let form: Form
    /// Tests told so far.
    private var number = 0

    /// Makes a writer.
    package init(_ form: Form) { self.form = form }

    /// What comes before everything.
    package var beginning: String { form == .tap ? "TAP version 13\n" : "" }

    /// What is told of a test as soon as it has ended.
    package mutating func piece(_ test: TestReport.Test, in file: String) -> String {
        guard form == .tap else { return "" }
        number += 1
        return TestAnything.lines(number, test, in: file)
    }

    /// What is told of a file after its last test.
    package mutating func piece(_ file: TestReport.File) -> String {
        switch form {
        case .tap:
            guard let failure = file.failure else { return "" }
            number += 1
            return TestAnything.lines(number, failure, of: file.path)
        case .text: return text(file)
        case .junit, .json: return ""
        }
    }

    /// What comes after everything.
    package func ending(_ report: TestReport) -> String {
        switch form {
        case .tap: "1..\(number)\n# \(report.summary)\n"
        case .text: "\(report.summary) in \(String(format: "%.2f", report.seconds)) s\n"
        case .junit: JUnit.document(report)
        case .json: json(report)
        }
    }

    private func json(_ report: TestReport) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(report)) ?? Data()
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private func text(_ file: TestReport.File) -> String {
        var alone = TestReport()
        alone.add(file)
        var lines = [file.failure == nil ? "\(file.path): \(alone.summary)" : "\(file.path): could not be loaded"]
        if let failure = file.failure { lines += indented(failure) }
        for test in file.tests where test.outcome == .failed {
            lines.append("  ✗ \(test.name.printable)")
            lines += indented(test.message ?? "").map { "  " + $0 }
            lines += test.output.map { "      | \($0.replacing("\t", with: "  ").printable)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func indented(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \(String($0).printable)" }
    }
}

/// The Test Anything Protocol, version 13: the latest that `prove` reads everywhere.
private enum TestAnything {
    static func lines(_ number: Int, _ test: TestReport.Test, in file: String) -> String {
        var text = "\(test.outcome == .failed ? "not ok" : "ok") \(number) - \(escaped("\(file): \(test.name)"))"
        if test.outcome == .skipped { text += " # SKIP \(oneLine(test.message ?? ""))" }
        text += "\n"
        if test.outcome == .failed {
            text += diagnosis(test.message ?? "", file, test.line, milliseconds: test.seconds * 1_000)
        }
        for line in test.output { text += "# \(oneLine(line))\n" }
        return text
    }

    static func lines(_ number: Int, _ failure: String, of file: String) -> String {
        "not ok \(number) - \(escaped(file)): could not be loaded\n" + diagnosis(failure, file, nil, milliseconds: nil)
    }

    private static func diagnosis(_ message: String, _ file: String, _ line: Int?, milliseconds: Double?) -> String {
        var text = "  ---\n  message: \(quoted(message))\n  severity: fail\n  file: \(quoted(file))\n"
        if let line { text += "  line: \(line)\n" }
        if let milliseconds { text += "  duration_ms: \(String(format: "%.3f", milliseconds))\n" }
        return text + "  ...\n"
    }

    /// A description: a `#` would begin a directive.
    private static func escaped(_ text: String) -> String {
        oneLine(text).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
    }

    private static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }

    /// A double-quoted scalar of YAML, which takes JSON's escapes.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case let other
            where other.properties.generalCategory == .control || other == "\u{2028}" || other == "\u{2029}":
                result += "\\u" + String(format: "%04x", other.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// JUnit's XML as continuous integration reads it: a suite for each file.
private enum JUnit {
    static func document(_ report: TestReport) -> String {
        let tests = report.passed + report.failed + report.skipped + report.errors
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="kbot" tests="\(tests)" failures="\(report.failed)" errors="\(report.errors)" \
            skipped="\(report.skipped)" time="\(seconds(report.seconds))">

            """
        for file in report.files { text += suite(file) }
        return text + "</testsuites>\n"
    }

    private static func suite(_ file: TestReport.File) -> String {
        let errors = file.failure == nil ? 0 : 1
        var text = """
              <testsuite name="\(escaped(file.path))" tests="\(file.tests.count + errors)" \
            failures="\(file.count(.failed))" errors="\(errors)" skipped="\(file.count(.skipped))" \
            time="\(seconds(file.tests.reduce(0) { $0 + $1.seconds }))">

            """
        if let failure = file.failure.map(escaped) {
            let path = escaped(file.path)
            text += """
                    <testcase name="loading" classname="\(path)" file="\(path)" time="0.000">
                      <error message="\(failure)" type="error">\(failure)</error>
                    </testcase>

                """
        }
        for test in file.tests { text += testCase(test, in: file.path) }
        return text + "  </testsuite>\n"
    }

    private static func testCase(_ test: TestReport.Test, in file: String) -> String {
        var inside = ""
        let message = escaped(test.message ?? "")
        switch test.outcome {
        case .passed: break
        case .failed: inside += "      <failure message=\"\(message)\" type=\"failure\">\(message)</failure>\n"
        case .skipped: inside += "      <skipped message=\"\(message)\"/>\n"
        }
        if !test.output.isEmpty {
            inside += "      <system-out>\(escaped(test.output.joined(separator: "\n")))</system-out>\n"
        }
        let tag = """
                <testcase name="\(escaped(test.name))" classname="\(escaped(file))" file="\(escaped(file))" \
            line="\(test.line)" time="\(seconds(test.seconds))"
            """
        return inside.isEmpty ? "\(tag)/>\n" : "\(tag)>\n\(inside)    </testcase>\n"
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.3f", value) }

    /// Text for an element or an attribute; what XML cannot hold at all becomes a replacement character.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&apos;"
            case "\n", "\t", "\r": result += "&#\(scalar.value);"
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
