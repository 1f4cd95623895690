/// What came of tests, file by file.
package struct TestReport: Encodable, Sendable {
    /// One test.
    package struct Test: Encodable, Sendable {
        /// How it ended.
        package enum Outcome: String, Encodable, Sendable {
            /// Everything expected came.
            case passed
            /// Something did not.
            case failed
            /// It was not run, or not to its end.
            case skipped
        }

        /// The names of the groups around it and its own.
        package let name: String
        /// The line that failed, else the one it begins on.
        package var line: Int
        /// How it ended.
        package var outcome = Outcome.passed
        /// Why it failed, with the place, or was skipped.
        package var message: String?
        /// What it printed.
        package let output: [String]
        /// How long it took.
        package var seconds = 0.0

        init(name: String, line: Int, output: [String]) {
            self.name = name
            self.line = line
            self.output = output
        }
    }

    /// One test file.
    package struct File: Encodable, Sendable {
        /// Its path.
        package let path: String
        /// Why it could not be loaded; nil when it could.
        package var failure: String?
        /// Its tests, in the order they ran.
        package var tests: [Test] = []

        /// Makes a file of which nothing is known.
        package init(_ path: String) { self.path = path }

        /// How many tests ended so.
        func count(_ outcome: Test.Outcome) -> Int { tests.count { $0.outcome == outcome } }
    }

    /// The files, in the order they ran.
    package private(set) var files: [File] = []
    /// Tests that passed.
    package private(set) var passed = 0
    /// Tests that failed.
    package private(set) var failed = 0
    /// Tests that were skipped.
    package private(set) var skipped = 0
    /// Files that could not be loaded.
    package private(set) var errors = 0
    /// How long it all took.
    package private(set) var seconds = 0.0

    /// Makes a report of nothing.
    package init() {}

    /// Takes in a file that ran.
    package mutating func add(_ file: File) {
        files.append(file)
        passed += file.count(.passed)
        failed += file.count(.failed)
        skipped += file.count(.skipped)
        errors += file.failure == nil ? 0 : 1
        seconds += file.tests.reduce(0) { $0 + $1.seconds }
    }

    /// The counts in a line: `12 passed, 1 failed`.
    var summary: String {
        var parts = ["\(passed) passed"]
        if failed > 0 { parts.append("\(failed) failed") }
        if skipped > 0 { parts.append("\(skipped) skipped") }
        if errors > 0 { parts.append("\(counted(errors, "file")) not loaded") }
        return parts.joined(separator: ", ")
    }
}
