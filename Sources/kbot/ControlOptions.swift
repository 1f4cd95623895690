import ArgumentParser
import Foundation
import KBotRuntime

/// Where the runs are that a command talks to.
struct ControlOptions: ParsableArguments {
    @Option(help: ArgumentHelp("State directory of the runs, as they were given it.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("File with settings; .env is read when it is there.", valueName: "file"))
    var envFile: String?

    /// Makes a client for the runs of the state directory.
    func client() throws(RunFailure) -> ControlClient {
        do throws(ConfigurationErrors) {
            let directory = try StateDirectory.read(
                option: stateDir,
                environment: ProcessInfo.processInfo.environment,
                envFile: envFile.map { .required($0) } ?? .ifPresent(".env")
            )
            return ControlClient(stateDirectory: directory)
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }
}

/// Which of the runs a command means.
struct RunChoice: ParsableArguments {
    @Option(help: ArgumentHelp("Only this run: its process identifier or its name.", valueName: "run"))
    var run: String?

    @Option(help: ArgumentHelp("Only the run of this account.", valueName: "name"))
    var account: String?

    /// Whether every run is meant.
    var isEvery: Bool { run == nil && account == nil }

    /// Whether a run is meant.
    func means(_ status: RunStatus) -> Bool {
        (run.map { $0 == "\(status.pid)" || $0 == status.run } ?? true)
            && (account.map { $0 == status.account } ?? true)
    }

    /// The process identifiers of the runs that are meant, nil for all, and those of runs that did not say what they are.
    func choose(_ client: ControlClient) throws(RunFailure) -> (runs: [String]?, errors: [RunError]) {
        guard !isEvery else { return (nil, []) }
        var runs: [String] = []
        var errors: [RunError] = []
        for answer in try client.answers(to: .status) {
            switch answer.status {
            case .success(let status): if means(status) { runs.append(answer.run) }
            case .failure(let error):
                // A run that does not say what it is counts where it is named.
                if run == answer.run || run == nil { errors.append(RunError(run: answer.run, error: error.message)) }
            }
        }
        if runs.isEmpty, errors.isEmpty, let run {
            throw RunFailure(.usage, "no run '\(run)' is going here; kbot status shows those that are")
        }
        return (runs, errors)
    }
}

extension ControlClient {
    /// The accounts of the state directory.
    var accounts: AccountFolder { AccountFolder(stateDirectory: stateDirectory) }

    /// Refuses an account that is none, for who mistyped one.
    func requireAccount(_ name: String) throws(RunFailure) {
        let names = accounts.names
        guard !names.contains(name) else { return }
        let hint = nearest(to: name, in: names).map { "; did you mean \($0)?" } ?? ""
        let list = names.isEmpty ? "there is none" : "there is \(names.joined(separator: ", "))"
        throw RunFailure(.usage, "no account '\(name)' here, \(list)\(hint)")
    }
}

/// A run that answered, or the reason why it did not, as `--json` tells it.
struct RunError: Encodable {
    /// The run's process identifier.
    let run: String
    /// What went wrong.
    let error: String
}

extension ControlClient {
    /// Asks runs; a state directory that cannot be read fails.
    func answers(to request: ControlRequest, of runs: [String]? = nil) throws(RunFailure) -> [Answer] {
        do throws(ControlError) {
            return try ask(request, of: runs)
        } catch {
            throw RunFailure(.other, error.message)
        }
    }

    /// What to say when no run was found.
    var nothingRuns: RunFailure {
        let path = URL(fileURLWithPath: stateDirectory).standardizedFileURL.path
        return RunFailure(.other, "no kbot is running here (state directory \(path))")
    }
}

extension ParsableCommand {
    /// Does the work, and leaves with the exit code it asks for; a failure is told on standard error.
    func leave(after work: () throws(RunFailure) -> RunFailure.Code?) throws {
        let code: RunFailure.Code?
        do throws(RunFailure) {
            code = try work()
        } catch {
            tell(error.message)
            code = error.code
        }
        if let code { throw ExitCode(code.rawValue) }
    }

    /// Writes a line to standard error.
    func tell(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("kbot: \(text)\n".utf8))
    }

    /// Writes text to standard output.
    func show(_ text: String) throws(RunFailure) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw RunFailure(.other, "standard output cannot be written: \(error.localizedDescription)")
        }
    }

    /// Writes text to a file, whole or not at all; without one to standard output.
    func show(_ text: String, in file: String?) throws(RunFailure) {
        guard let file else { return try show(text) }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw RunFailure(.other, "\(file) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Writes a JSON document to standard output.
    func show(document: some Encodable) throws(RunFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(document) else {
            throw RunFailure(.other, "the answers cannot be put into JSON")
        }
        try show(String(decoding: data, as: UTF8.self) + "\n")
    }
}
