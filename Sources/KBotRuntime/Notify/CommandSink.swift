import Foundation

/// Starts a program for each message, with the message as JSON on its standard input: no shell, nothing of the message in
/// its arguments, none of kbot's secrets in its environment.
final class CommandSink: NotifySink {
    let name: String
    private let words: [String]
    private let environment: [String]

    /// Prepares a program and its arguments; never empty.
    init(_ words: [String], environment: [String: String]) {
        self.words = words
        name = "command (\(words.first ?? ""))"
        // The program may be anything; it gets what it needs to run, and no key and no address of kbot's.
        self.environment = environment.filter { !$0.key.hasPrefix("KALSHI_") && !$0.key.hasPrefix("NOTIFY_") }
            .map { "\($0.key)=\($0.value)" }.sorted()
    }

    func close() {}

    func deliver(_ message: NotifyMessage, atMost span: Duration) -> NotifyOutcome {
        let input: Descriptor
        do throws(ControlError) {
            input = try Self.filled(message.json + [UInt8(ascii: "\n")])
        } catch {
            return .again(error.message)
        }
        var process: pid_t = 0
        let failure = start(input, &process)
        guard failure == 0 else {
            let reason = unsafe String(cString: strerror(failure))
            return failure == EAGAIN || failure == ENOMEM ? .again(reason) : .refused("cannot be started: \(reason)")
        }
        return wait(for: process, atMost: span)
    }

    /// A pipe that holds bytes already, so that nobody waits for a program that does not read.
    private static func filled(_ bytes: [UInt8]) throws(ControlError) -> Descriptor {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw ControlError(unsafe String(cString: strerror(errno))) }
        let reading = Descriptor(ends[0])
        let writing = Descriptor(ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(writing.number, F_SETFL, O_NONBLOCK)
        guard writeAll(bytes, to: writing.number) else { throw ControlError("the message does not fit into a pipe") }
        return reading
    }

    /// Starts the program in a group of its own; the error number, 0 for none.
    private func start(_ input: Descriptor, _ process: inout pid_t) -> Int32 {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = unsafe posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, input.number, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        Self.closeAtStart()
        // Signals as a program expects them, whatever this thread has blocked.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var flags = Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        #if canImport(Darwin)
            flags |= Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #endif
        unsafe posix_spawnattr_setflags(&attributes, flags)
        return unsafe withArguments(words) { arguments in
            unsafe withArguments(environment) { variables in
                unsafe posix_spawnp(&process, words[0], &actions, &attributes, arguments, variables)
            }
        }
    }

    /// Sees to it that no file, socket or database of this process stays open in a program it starts.
    private static func closeAtStart() {
        #if os(Linux)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            for number in names.compactMap({ Int32($0) }) where number > 2 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        #endif
    }

    /// Waits for the end of a program; one that takes longer is killed, with everything it started.
    private func wait(for process: pid_t, atMost span: Duration) -> NotifyOutcome {
        let end = ContinuousClock.now + span
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(process, &status, WNOHANG)
            if ended == process { break }
            if ended < 0, errno != EINTR { return .refused("its end was not heard of") }
            if ContinuousClock.now >= end {
                kill(-process, SIGKILL)
                while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
                return .again("it did not end within \(span) and was killed")
            }
            usleep(10_000)
        }
        // What a program leaves behind is not ours to judge; its own end is.
        let signal = status & 0x7F
        guard signal == 0 else { return .again("it was ended by signal \(signal)") }
        let code = (status >> 8) & 0xFF
        return code == 0 ? .done : .again("it left with exit code \(code)")
    }
}

/// Lends texts as a C array of strings that ends with nil.
private func withArguments<Value>(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers = unsafe texts.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("Condition failed: the array ends with nil") }
        return unsafe body(base)
    }
}

/// A command line as words, the way a shell reads quotation marks and nothing else: no variables, no patterns, no pipes.
enum CommandWords {
    /// Splits a text at spaces; `'…'` and `"…"` keep them, and `\` takes the next character as it is (but not in `'…'`).
    ///
    /// Nil when a quotation mark is not closed or nothing follows a `\`.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word = ""
        var isWord = false
        var quote: Character?
        var rest = text[...]
        while let next = rest.popFirst() {
            if next == "\\", quote != "'" {
                guard let taken = rest.popFirst() else { return nil }
                word.append(taken)
                isWord = true
            } else if let mark = quote {
                if next == mark { quote = nil } else { word.append(next) }
            } else if next == "'" || next == "\"" {
                quote = next
                isWord = true
            } else if next == " " || next == "\t" {
                if isWord { words.append(word) }
                word = ""
                isWord = false
            } else {
                word.append(next)
                isWord = true
            }
        }
        guard quote == nil else { return nil }
        if isWord { words.append(word) }
        return words
    }
}
