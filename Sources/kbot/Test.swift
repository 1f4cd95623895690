import ArgumentParser
import Foundation
import KBotRuntime

/// `kbot test`: runs the tests that lie beside scripts.
struct TestScripts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests of scripts.",
        usage: "kbot test [<path> ...] [<options>]",
        discussion: """
            Tests are Lua files called NAME_test.lua beside the script they test. Without a path all of them below the \
            current folder are run. Leaves with 0 when no test failed, with 1 when one did, and with 3 when a file \
            could not be loaded.

            Examples:
              kbot test
              kbot test strategies/bollinger_scalper_test.lua --format text
              kbot test strategies --filter "the trigger"
              kbot test --format junit --output results.xml
            """
    )

    @Argument(help: "Test file, or folder with test files below it (repeatable).")
    var path: [String] = []

    @Option(help: "How the results are written: tap (the default), junit, text or json.")
    var format: TestWriter.Form?

    @Option(help: "Write the results to this file, and a summary to standard output.")
    var output: String?

    @Option(help: "Only tests with this text in their full name: groups and test, separated by spaces.")
    var filter: String?

    @Flag(help: "Write the results as one JSON document: --format json.")
    var json = false

    func run() throws {
        try leave { () throws(RunFailure) in
            guard !json || format == nil else { throw RunFailure(.usage, "give --format or --json, not both") }
            let files = try TestDiscovery.files(in: path.isEmpty ? ["."] : path)
            guard !files.isEmpty else {
                throw RunFailure(.usage, "no test file: tests are in files called NAME\(TestDiscovery.ending)")
            }
            let report = try test(files)
            if report.errors > 0 { return .script }
            guard report.passed + report.failed + report.skipped > 0 else {
                throw RunFailure(.usage, "--filter \(filter ?? ""): no test has that in its name")
            }
            return report.failed > 0 ? .other : nil
        }
    }

    /// Runs files and writes what comes of them.
    private func test(_ files: [String]) throws(RunFailure) -> TestReport {
        let library = ScriptLibrary(
            environment: ProcessInfo.processInfo.environment,
            program: Bundle.main.executablePath ?? CommandLine.arguments[0]
        )
        let form = json ? .json : format ?? .tap
        // With a file for the machine, standard output is for people.
        var shown = TestWriter(output == nil ? form : .text)
        var kept = TestWriter(form)
        var document = kept.beginning
        try show(shown.beginning)
        var report = TestReport()
        for path in files {
            let loaded: Result<TestFile, RunFailure> = Result { () throws(RunFailure) in
                try TestFile(path, library: library)
            }
            var file = TestReport.File(path)
            switch loaded {
            case .failure(let failure): file.failure = failure.message
            case .success(let tests):
                for index in 0..<tests.count where filter.map(tests.name(index).contains) ?? true {
                    let test = timed { tests.run(index) }
                    file.tests.append(test)
                    try show(shown.piece(test, in: path))
                    document += kept.piece(test, in: path)
                }
                if file.tests.isEmpty { continue }
            }
            report.add(file)
            try show(shown.piece(file))
            document += kept.piece(file)
        }
        try show(shown.ending(report))
        document += kept.ending(report)
        if let output { try write(document, to: output) }
        return report
    }

    /// Runs a test and notes how long it took.
    private func timed(_ run: () -> TestReport.Test) -> TestReport.Test {
        let clock = ContinuousClock()
        let start = clock.now
        var test = run()
        let spent = (clock.now - start).components
        test.seconds = Double(spent.seconds) + Double(spent.attoseconds) / 1e18
        return test
    }

    private func write(_ text: String, to path: String) throws(RunFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw RunFailure(.other, "--output \(path): cannot be written: \(error.localizedDescription)")
        }
    }
}

extension TestWriter.Form: ExpressibleByArgument {}
