/// What came of the tests that lie beside a script which is about to be exchanged.
package struct CandidateVerdict: Hashable, Sendable {
    /// The test file.
    package let file: ScriptFile
    /// Tests that passed.
    package let passed: Int
    /// Tests that failed; a file that cannot be loaded counts as one.
    package let failed: Int
    /// Tests that were not run.
    package let skipped: Int
    /// The first failure with the name of its test; nil when there was none.
    package let firstFailure: String?
}

extension ScriptTests {
    /// Instructions of all tests together while a script is being exchanged: the run waits for them.
    private static let instructionsPerReload = 200_000_000

    /// Runs the tests beside a script against a new text of it, before that text takes the place of the old one.
    ///
    /// For `X.lua` these are the tests of `X_test.lua`, which is read like any other script beside it; nil when there
    /// is no such file. `script` and `modules` are those of ``TestSurroundings``. A test that names the script gets the
    /// new text, whatever is on disk by then. Whole runs are not made: tests that ask for one are skipped.
    package static func run(
        beside candidate: ScriptFile,
        script: @escaping (String) -> Result<ScriptFile?, ScriptFailure>,
        modules: @escaping (ScriptFile) -> ModuleFinder
    ) -> CandidateVerdict? {
        guard candidate.name.hasSuffix(".lua") else { return nil }
        let name = String(candidate.name.dropLast(4)) + "_test.lua"
        let file: ScriptFile
        let tests: ScriptTests
        do throws(ScriptFailure) {
            guard let found = try script(name).get() else { return nil }
            file = found
        } catch {
            let missing = ScriptFile(path: name, name: name, text: "", hash: "")
            return CandidateVerdict(file: missing, passed: 0, failed: 1, skipped: 0, firstFailure: error.description)
        }
        let surroundings = TestSurroundings(
            script: { $0 == candidate.name ? .success(candidate) : script($0) },
            modules: modules,
            run: .skipping("whole runs are not made while a script is being exchanged")
        )
        do throws(ScriptFailure) {
            tests = try ScriptTests(file, in: surroundings, instructions: instructionsPerReload)
        } catch {
            return CandidateVerdict(file: file, passed: 0, failed: 1, skipped: 0, firstFailure: error.description)
        }
        var passed = 0
        var skipped = 0
        var failures: [String] = []
        for test in tests.tests {
            switch tests.run(test).outcome {
            case .passed: passed += 1
            case .skipped: skipped += 1
            case .failed(let failure): failures.append("\(test.fullName): \(failure.message)")
            }
        }
        return CandidateVerdict(
            file: file,
            passed: passed,
            failed: failures.count,
            skipped: skipped,
            firstFailure: failures.first
        )
    }
}
