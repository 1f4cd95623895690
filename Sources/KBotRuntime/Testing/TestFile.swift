import Foundation
import KBotScripting

/// A `*_test.lua` file on disk, with the scripts and recordings beside it.
package final class TestFile {
    /// Its path, as printed.
    package let path: String
    private let tests: ScriptTests

    /// Loads a test file; scripts that whole runs name are looked for beside it, then in the library.
    ///
    /// - Throws: ``RunFailure`` when it cannot be loaded or has no test.
    package init(_ path: String, library: ScriptLibrary) throws(RunFailure) {
        self.path = path
        let file = try ScriptLibrary.read(path)
        let runs = TestRuns(library: library, folder: (path as NSString).deletingLastPathComponent)
        do throws(ScriptFailure) {
            tests = try ScriptTests(
                file,
                in: TestSurroundings(
                    script: { ScriptLibrary.read($0, beside: file) },
                    modules: ScriptLibrary.modules(beside:),
                    run: .making(runs.make)
                )
            )
        } catch {
            throw RunFailure(error)
        }
    }

    /// How many tests it has.
    package var count: Int { tests.tests.count }

    /// The full name of a test: the names of the groups around it and its own.
    package func name(_ index: Int) -> String { tests.tests[index].fullName }

    /// Runs a test. Whatever it does, this returns.
    package func run(_ index: Int) -> TestReport.Test {
        let test = tests.tests[index]
        let result = tests.run(test)
        var entry = TestReport.Test(name: test.fullName, line: test.line, output: result.output)
        switch result.outcome {
        case .passed: break
        case .skipped(let reason):
            entry.outcome = .skipped
            entry.message = reason
        case .failed(let failure):
            entry.outcome = .failed
            entry.message = failure.message
            entry.line = failure.line ?? test.line
        }
        return entry
    }
}
