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
        let runs = TestRuns(library: library, folder: file.folder)
        do throws(ScriptFailure) {
            tests = try ScriptTests(
                file,
                in: TestSurroundings(
                    script: file.neighbour,
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

extension ScriptFile {
    /// The folder it lies in, as printed; empty for the one the process is in.
    fileprivate var folder: String { (path as NSString).deletingLastPathComponent }

    /// Reads a script by its path from this file's folder; nil when there is none.
    fileprivate func neighbour(_ name: String) -> Result<ScriptFile?, ScriptFailure> {
        guard !name.hasPrefix("/") else { return .success(nil) }
        let path = joined(folder, name)
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            return .success(nil)
        }
        do throws(RunFailure) {
            return .success(try ScriptLibrary.read(path))
        } catch {
            return .failure(ScriptFailure(error.message))
        }
    }
}

extension ScriptTests {
    /// Runs the tests beside a script on disk against a new text of it; nil when there are none.
    static func run(beside candidate: ScriptFile) -> CandidateVerdict? {
        run(beside: candidate, script: candidate.neighbour, modules: ScriptLibrary.modules(beside:))
    }
}
