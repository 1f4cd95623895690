import KBotLua

/// The tests of one `*_test.lua` file.
///
/// The file is loaded once to learn what tests there are, and once more for each of them: a test runs in a machine of
/// its own, with the scripts it drives in theirs, so that nothing one test does or leaves behind can change another.
package final class ScriptTests {
    /// The test file.
    package let file: ScriptFile
    /// Its tests, in the order they are written.
    package let tests: [ScriptTest]

    private let surroundings: TestSurroundings
    private let runs = RunCache()
    /// Instructions left for all tests of the file together.
    private var remaining: Int

    /// Instructions of one test's own, those of the scripts it drives not counted.
    private static let instructionsPerTest = 50_000_000

    /// Loads a test file; `instructions` is what all its tests and the scripts they drive may use together.
    ///
    /// - Throws: ``ScriptFailure`` with the place, when the file cannot be loaded or has no test.
    package init(
        _ file: ScriptFile,
        in surroundings: TestSurroundings,
        instructions: Int = .max
    ) throws(ScriptFailure) {
        self.file = file
        self.surroundings = surroundings
        let machine = try TestMachine(file, surroundings, runs: runs, instructions: instructions)
        tests = try machine.list()
        remaining = instructions - machine.spent
        guard !tests.isEmpty else {
            throw ScriptFailure("\(file.name):1: there is no test; it(\"does something\", function() … end) makes one")
        }
    }

    /// Runs one of ``tests``. Whatever the test does, this returns.
    package func run(_ test: ScriptTest) -> TestResult {
        if let reason = test.skipReason { return TestResult(.skipped(reason)) }
        guard remaining > 0 else {
            return TestResult(.failed(TestFailure("no instructions were left for this test", at: test, of: file)))
        }
        let machine: TestMachine
        do throws(ScriptFailure) {
            machine = try TestMachine(file, surroundings, runs: runs, instructions: remaining)
        } catch {
            return TestResult(.failed(TestFailure(error.description, at: nil)))
        }
        let outcome = machine.run(test, instructions: min(Self.instructionsPerTest, remaining))
        remaining -= machine.spent
        return TestResult(outcome, output: machine.output)
    }
}

/// One test of a file.
package struct ScriptTest: Hashable, Sendable {
    /// Its place in the file's list.
    let index: Int
    /// The names of the `describe`s around it, outermost first.
    package let path: [String]
    /// The name it has itself.
    package let name: String
    /// The line it begins on, from 1; 0 when that is unknown.
    package let line: Int
    /// Why it is not run; nil when it is.
    let skipReason: String?

    /// The names of the `describe`s and its own, separated by spaces.
    package var fullName: String { (path + [name]).joined(separator: " ") }
}

/// How a test ended.
package enum TestOutcome: Hashable, Sendable {
    /// Everything expected came.
    case passed
    /// Something did not.
    case failed(TestFailure)
    /// It was not run, or not to its end; with the reason.
    case skipped(String)
}

/// How a test ended, and what it printed on the way.
package struct TestResult: Hashable, Sendable {
    /// How it ended.
    package let outcome: TestOutcome
    /// The lines of its `print`s.
    package let output: [String]

    init(_ outcome: TestOutcome, output: [String] = []) {
        self.outcome = outcome
        self.output = output
    }
}

/// Why a test failed.
package struct TestFailure: Hashable, Sendable {
    /// `file_test.lua:line: message`, as far as the place is known.
    package let message: String
    /// The line of the test file, from 1; nil when it is not there that something went wrong.
    package let line: Int?

    init(_ message: String, at line: Int?) {
        self.message = message
        self.line = line
    }

    /// A failure of a test as a whole.
    init(_ message: String, at test: ScriptTest, of file: ScriptFile) {
        self.init("\(file.name):\(test.line): \(message)", at: test.line)
    }

    /// What a machine raised; an error that names no line of a file is told at the test's beginning.
    init(_ error: LuaError, in test: ScriptTest, of file: ScriptFile) {
        guard let script = error.script, let line = error.line, !TestLibrary.isPart(script) else {
            self.init(error.message, at: test, of: file)
            return
        }
        self.init(error.description, at: script == file.name ? line : nil)
    }
}

/// What a test file is run with.
package struct TestSurroundings {
    /// Reads a script by the name a test gives it, from beside the test file; nil when there is none of that name.
    let script: (String) -> Result<ScriptFile?, ScriptFailure>
    /// Finds the modules of a script or of the test file.
    let modules: (ScriptFile) -> ModuleFinder
    /// Makes whole runs.
    let run: TestRunner

    /// Makes surroundings; without a `run`, `test.run` is an error.
    package init(
        script: @escaping (String) -> Result<ScriptFile?, ScriptFailure>,
        modules: @escaping (ScriptFile) -> ModuleFinder,
        run: TestRunner = .none
    ) {
        self.script = script
        self.modules = modules
        self.run = run
    }
}

/// What becomes of `test.run`.
package enum TestRunner {
    /// There are no runs here: an error of the test.
    case none
    /// There are no runs here: the test is skipped for this reason.
    case skipping(String)
    /// Makes the run and gives its result, or why there is none.
    case making((RunRequest) -> Result<TestValue, ScriptFailure>)
}
