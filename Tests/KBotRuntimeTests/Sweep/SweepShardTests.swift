import Foundation
import KBotModel
import Testing

@testable import KBotRuntime

/// Shards, merging, array jobs.
@Suite struct SweepShardTests {
    @Test(
        arguments: [
            ("2/4", [:], 2), ("/4", ["SLURM_ARRAY_TASK_ID": "4"], 4), ("/4", ["JOB_COMPLETION_INDEX": "0"], 1),
            ("/4", ["AWS_BATCH_JOB_ARRAY_INDEX": "3"], 4), ("1/4", ["SLURM_ARRAY_TASK_ID": "3"], 1),
        ] as [(String, [String: String], Int)]
    )
    func `the index is given, or told to an array job`(text: String, environment: [String: String], index: Int) throws {
        #expect(try SweepShard(text, environment: environment) == SweepShard(index: index, count: 4))
    }

    @Test(
        arguments: [
            ("0/4", [:]), ("5/4", [:]), ("a/4", [:]), ("2", [:]), ("1/0", [:]), ("/4", [:]), ("1/2/3", [:]),
            ("/4", ["SLURM_ARRAY_TASK_ID": "0"]), ("/4", ["JOB_COMPLETION_INDEX": "4"]),
            ("/4", ["SLURM_ARRAY_TASK_ID": "x"]),
        ] as [(String, [String: String])]
    )
    func `indices outside are refused`(text: String, environment: [String: String]) {
        #expect(throws: RunFailure.self) { try SweepShard(text, environment: environment) }
    }

    @Test func `every trial is of exactly one shard`() {
        for count in 1...9 {
            let shards = (1...count).map { SweepShard(index: $0, count: count) }
            for trial in 1...100 { #expect(shards.count { $0.holds(trial) } == 1) }
        }
    }

    /// Runs some of three shards.
    private func run(_ indices: [Int], _ bench: SweepBench, in folder: String = "parts") throws {
        for index in indices {
            bench.plan.shard = SweepShard(index: index, count: 3)
            #expect(try bench.run(folder) == nil)
        }
        bench.plan.shard = nil
    }

    @Test func `shards joined are the sweep, and joining again changes nothing`() throws {
        let bench = try SweepBench()
        try bench.run("whole")
        try run([3, 1, 2], bench)
        let parts = bench.files.path + "/parts"
        for _ in 0..<2 {
            let merge = try SweepMerge([parts])
            #expect(merge.lost.isEmpty && merge.complaint == nil && merge.plan.shard == nil)
            #expect(bench.trials("parts") == bench.trials("whole"))
            let outcome = try SweepOutcome(merge.plan, merge.records)
            #expect(outcome.rows.count == 6 && outcome.chosen != nil)
        }
        // One by one, into a folder of its own.
        let names = (1...3).map { "\(parts)/shard-\($0)-of-3" }
        #expect(try SweepMerge(names, into: bench.files.path + "/joined").lost.isEmpty)
        #expect(bench.trials("joined") == bench.trials("whole"))
        // The joined folder is the sweep: it has nothing left to run.
        #expect(try bench.sweep("joined").standing.done == 6)
    }

    @Test func `a lost shard is named with the command that runs it`() throws {
        let bench = try SweepBench()
        bench.plan.arguments = ["--strategy", "flip.lua", "--param", "reach=2,4", "--require", "trades>=5"]
        try run([1, 3], bench)
        let merge = try SweepMerge([bench.files.path + "/parts"])
        #expect(merge.lost.map(\.shard) == ["2/3"] && merge.lost.first?.trials == [2, 5])
        let complaint = try #require(merge.complaint)
        #expect(complaint.contains("2 of 6 trials are missing") && complaint.contains("shard 2/3: 2 trials (2, 5)"))
        #expect(
            complaint.contains("kbot sweep --strategy flip.lua --param reach=2,4 --require 'trades>=5' --shard 2/3")
        )
        try run([2], bench)
        #expect(try SweepMerge([bench.files.path + "/parts"]).lost.isEmpty)
    }

    @Test func `folders of two sweeps, and trials that differ, are refused`() throws {
        let bench = try SweepBench()
        try run([1], bench)
        let other = try SweepBench()
        other.plan.backtest.run.seed = 9
        try run([2], other)
        let parts = bench.files.path + "/parts"
        #expect(throws: RunFailure.self) { try SweepMerge([parts, other.files.path + "/parts"]) }
        #expect(throws: RunFailure.self) { try SweepMerge([bench.files.path]) }
        let path = parts + "/shard-1-of-3/trials.jsonl"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: parts + "/shard-2-of-3", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: parts + "/shard-1-of-3/plan.json",
            toPath: parts + "/shard-2-of-3/plan.json"
        )
        let forged = text.replacing("\"open_positions\":0", with: "\"open_positions\":1", maxReplacements: 1)
        try Data(forged.utf8).write(to: URL(fileURLWithPath: parts + "/shard-2-of-3/trials.jsonl"))
        let failure = #expect(throws: RunFailure.self) { try SweepMerge([parts]) }
        #expect(failure?.message.contains("is not the same in") == true)
    }

    @Test func `what says where a sweep runs is left out of its command line`() {
        let words = [
            "--strategy", "a.lua", "--shard", "1/2", "--out=x", "--json", "--on", "slurm", "--jobs", "4", "--workers=2",
            "--param", "a=1,2", "--slurm-option", "--mem=1G", "--report-dir", "r", "--seed", "3",
        ]
        #expect(SweepArguments.essential(words) == ["--strategy", "a.lua", "--param", "a=1,2", "--seed", "3"])
    }

    /// A Slurm of two shell scripts: `sbatch` runs each task at once, `squeue` knows of none.
    private func fakeSlurm(_ files: FeedFolder) throws -> String {
        let bin = files.path + "/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        let sbatch = """
            #!/bin/sh
            echo "$@" >> "\(files.path)/asked"
            for word; do
              case $word in --array=*) tasks=${word#--array=} ;; esac
              script=$word
            done
            case $tasks in *-*) tasks=$(seq ${tasks%-*} ${tasks#*-}) ;; *) tasks=$(echo $tasks | tr ',' ' ') ;; esac
            for id in $tasks; do SLURM_ARRAY_TASK_ID=$id sh "$script"; done
            echo "17;here"
            """
        let squeue = "#!/bin/sh\necho 'slurm_load_jobs error: Invalid job id specified' >&2\nexit 1\n"
        for (name, text) in [("sbatch", sbatch), ("squeue", squeue)] {
            try files.write("bin/\(name)", text)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(bin)/\(name)")
        }
        return bin
    }

    @Test func `an array job is submitted, followed and joined, and what is lost is submitted once more`() throws {
        let bench = try SweepBench()
        try run([1, 2, 3], bench, in: "prepared")
        // A task copies what its shard would make; the second fails the first time.
        let worker = try bench.files.write(
            "worker.sh",
            """
            [ $SLURM_ARRAY_TASK_ID != 2 ] || [ -e "\(bench.files.path)/failed" ] || { touch "\(bench.files.path)/failed"; exit 1; }
            cp -r "\(bench.files.path)/prepared/shard-$SLURM_ARRAY_TASK_ID-of-3" "\(bench.files.path)/out/"
            """
        )
        let bin = try fakeSlurm(bench.files)
        let array = SlurmArray(
            folder: bench.folder,
            command: ["/bin/sh", worker, "sweep", "--require", "trades>=5"],
            shards: 3,
            options: ["--partition=long"],
            programs: bin
        ) { _ in }
        let merge = try array.run()
        #expect(merge.lost.isEmpty && merge.records.count == 6)
        let asked = try String(contentsOfFile: bench.files.path + "/asked", encoding: .utf8).split(separator: "\n")
        #expect(asked.count == 2 && asked[0].contains("--array=1-3") && asked[1].contains("--array=2 "))
        #expect(asked[0].contains("--partition=long") && asked[0].contains("slurm-%a.log"))
        #expect(array.script.contains("'trades>=5' --out \(bench.folder) --shard /3 --workers"))
    }

    @Test func `a machine without Slurm says so`() throws {
        let files = try FeedFolder()
        let array = SlurmArray(folder: files.path, command: ["true"], shards: 1, programs: files.path) { _ in }
        let failure = #expect(throws: RunFailure.self) { try array.run() }
        #expect(failure?.message.contains("no sbatch") == true || failure?.code == .other)
    }
}
