import Foundation
package import KBotModel
import KBotReports

/// A sweep as a Slurm array job: one task for each shard, submitted, followed and submitted again where it was lost.
package struct SlurmArray: Sendable {
    /// The sweep's folder, seen by every node.
    let folder: String
    /// The program and its arguments, without shard and folder.
    let command: [String]
    /// How many tasks.
    let shards: Int
    /// More options for `sbatch`, such as `--partition=long`.
    let options: [String]
    /// Time between two looks at the queue.
    let poll: TimeSpan
    /// Where `sbatch` and `squeue` are looked for first; nil for the path of this process.
    let programs: String?
    /// Told what happens, one line at a time.
    let tell: @Sendable (String) -> Void

    /// Prepares an array job.
    package init(
        folder: String,
        command: [String],
        shards: Int,
        options: [String] = [],
        poll: TimeSpan = .seconds(5),
        programs: String? = nil,
        tell: @escaping @Sendable (String) -> Void
    ) {
        self.folder = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        self.command = command
        self.shards = shards
        self.options = options
        self.poll = poll
        self.programs = programs
        self.tell = tell
    }

    /// The script of a task.
    package var script: String {
        let words = (command + ["--out", folder, "--shard", "/\(shards)"]).map(shellQuoted).joined(separator: " ")
        return """
            #!/bin/sh
            #SBATCH --job-name=kbot-sweep
            # One shard of a sweep: SLURM_ARRAY_TASK_ID says which. Run again, it goes on where it was.
            exec \(words) --workers "${SLURM_CPUS_PER_TASK:-1}"

            """
    }

    /// Runs all shards and joins them; shards that are lost are submitted once more.
    ///
    /// - Returns: the joined trials; some may be missing.
    /// - Throws: ``RunFailure`` when the job cannot be submitted, or after an interrupt: the job then goes on.
    package func run() throws(RunFailure) -> SweepMerge {
        let path = folder + "/slurm.sh"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(script.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw RunFailure(.other, "\(path): cannot be written: \(error.localizedDescription)")
        }
        try follow(try submit("1-\(shards)", path))
        let merge = try SweepMerge([folder])
        let lost = merge.lost.compactMap { $0.shard.flatMap { $0.split(separator: "/").first.flatMap { Int($0) } } }
        guard !merge.lost.isEmpty else { return merge }
        // Without a single shard's folder nobody knows how the sweep was parted: all of it is lost.
        let again = lost.isEmpty ? "1-\(shards)" : lost.map { "\($0)" }.joined(separator: ",")
        tell("lost: shards \(again); submitted once more (what they print is in \(folder)/slurm-N.log)")
        try follow(try submit(again, path))
        return try SweepMerge([folder])
    }

    /// Submits tasks; gives the job's number.
    private func submit(_ tasks: String, _ path: String) throws(RunFailure) -> String {
        let arguments = ["--parsable", "--array=\(tasks)", "--output=\(folder)/slurm-%a.log"] + options + [path]
        let (status, output, errors) = try perform(["sbatch"] + arguments)
        let job = output.split(whereSeparator: \.isNewline).last?.split(separator: ";").first.map(String.init) ?? ""
        guard status == 0, !job.isEmpty, job.allSatisfy(\.isNumber) else {
            throw RunFailure(.other, "sbatch did not take the job: \(errors.isEmpty ? output : errors)")
        }
        tell("Slurm job \(job), tasks \(tasks), in \(folder)")
        return job
    }

    /// Waits until no task of a job is queued or runs.
    private func follow(_ job: String) throws(RunFailure) {
        var faults = 0
        var last = ""
        while true {
            let (status, output, errors) = try perform([
                "squeue", "--noheader", "--array", "--jobs=\(job)", "--format=%T",
            ])
            // Jobs that ended some minutes ago are forgotten: that is no fault.
            if status != 0, !errors.contains("Invalid job id") {
                faults += 1
                guard faults < 20 else {
                    throw RunFailure(.other, "squeue does not answer (\(errors)); later: kbot sweep merge \(folder)")
                }
            } else {
                faults = 0
                let states = output.split(whereSeparator: \.isNewline).map(String.init)
                guard !states.isEmpty, status == 0 else { return }
                let counts = Set(states).sorted().map { state in "\(states.count { $0 == state }) \(state.lowercased())"
                }
                let line = "job \(job): \(counts.joined(separator: ", "))"
                if line != last { tell(line) }
                last = line
            }
            let end = ContinuousClock.now + .microseconds(poll.microseconds)
            while ContinuousClock.now < end {
                guard Interrupts.received == 0 else {
                    throw RunFailure(
                        .interrupted,
                        "job \(job) goes on without being followed; later: kbot sweep merge \(folder) (scancel \(job) ends it)"
                    )
                }
                usleep(50_000)
            }
        }
    }

    private func perform(_ command: [String]) throws(RunFailure) -> (status: Int32, output: String, errors: String) {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        if let programs {
            var environment = ProcessInfo.processInfo.environment
            environment["PATH"] = programs + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
            process.environment = environment
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw RunFailure(.other, "\(command[0]): \(error.localizedDescription)")
        }
        // Both are short: neither pipe fills while the other is read.
        let out = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let problems = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus != 127 else {
            throw RunFailure(.usage, "--on slurm: there is no \(command[0]) on the path of this machine")
        }
        return (process.terminationStatus, out, problems.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
