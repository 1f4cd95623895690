#if KBOT_LIBFUZZER
    import Foundation
    import KBotFuzz

    /// The loop of libFuzzer itself, which comes with the toolchain.
    enum LibFuzzer {
        /// libFuzzer's callback knows nothing of who calls it; set once, before it runs.
        nonisolated(unsafe) fileprivate static var check: (([UInt8]) throws -> Void)?

        @_silgen_name("LLVMFuzzerRunDriver")
        private static func drive(
            _ count: UnsafeMutablePointer<Int32>,
            _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
            _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
        ) -> Int32

        /// Runs a target; ends the process when something does not hold, so that libFuzzer saves the input.
        static func run(_ target: FuzzTarget, _ options: Options) {
            unsafe check = target.check
            let corpus = options.folder.appendingPathComponent("corpus-\(target.name)")
            try? FileManager.default.createDirectory(at: corpus, withIntermediateDirectories: true)
            for (index, seed) in target.seeds.enumerated() {
                try? Data(seed).write(to: corpus.appendingPathComponent("seed-\(index)"))
            }
            let texts = [
                "kbot-fuzz", "-max_total_time=\(options.seconds)", "-seed=\(options.seed)",
                "-max_len=\(target.longest)",
                "-artifact_prefix=\(options.folder.path)/\(target.name)-", "-print_final_stats=1", "-timeout=20",
                corpus.path,
            ]
            var count = Int32(texts.count)
            var pointers = unsafe texts.map { unsafe strdup($0) }
            unsafe pointers.withUnsafeMutableBufferPointer { buffer in
                guard var arguments = buffer.baseAddress else { return }
                _ = unsafe drive(&count, &arguments, callback)
            }
        }
    }

    /// Checks one input; libFuzzer's archive wants a function of this name, whoever drives it.
    @_cdecl("LLVMFuzzerTestOneInput")
    func callback(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
        do {
            try unsafe LibFuzzer.check?(unsafe Array(UnsafeBufferPointer(start: bytes, count: length)))
        } catch {
            FileHandle.standardError.write(Data("does not hold: \(error)\n".utf8))
            abort()
        }
        return 0
    }
#endif
