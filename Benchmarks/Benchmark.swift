import Foundation

// A harness of our own, on purpose: the figures promised are rates and times of one call beside a goal, the parts
// measured are visible only inside this package, and a benchmark library (with its plugins and their dependencies) would
// be resolved and built by everybody who only wants to run kbot.

/// One thing measured.
struct Benchmark {
    /// What a figure says.
    enum Unit: String {
        case millionPerSecond = "M/s"
        case microsecondsEach = "µs each"
        case nanosecondsEach = "ns each"
        case milliseconds = "ms"

        /// Whether a larger figure is better.
        var isRate: Bool { self == .millionPerSecond }

        /// The figure of `count` things done in `nanoseconds`.
        func figure(_ count: Int, _ nanoseconds: UInt64) -> Double {
            let time = Double(max(1, nanoseconds))
            switch self {
            case .millionPerSecond: return Double(count) * 1_000 / time
            case .microsecondsEach: return time / 1_000 / Double(max(1, count))
            case .nanosecondsEach: return time / Double(max(1, count))
            case .milliseconds: return time / 1_000_000
            }
        }
    }

    /// What is done.
    let name: String
    /// What its figure says.
    let unit: Unit
    /// What the figure should reach; nil where nothing was promised.
    var goal: Double?
    /// Does it once, timing what counts, and returns how many things were done.
    let body: (inout Stopwatch) throws -> Int

    private static let rounds = 3...25
    private static let enough: UInt64 = 2_000_000_000

    /// Runs it until the figure is steady: at least three rounds and two seconds.
    func run() throws -> Result {
        var figures: [Double] = []
        var spent: UInt64 = 0
        while figures.count < Self.rounds.lowerBound || (spent < Self.enough && figures.count < Self.rounds.upperBound)
        {
            var watch = Stopwatch()
            let count = try body(&watch)
            figures.append(unit.figure(count, watch.nanoseconds))
            spent += watch.nanoseconds
        }
        figures.sort(by: unit.isRate ? { $0 > $1 } : { $0 < $1 })
        return Result(benchmark: self, median: figures[figures.count / 2], best: figures[0])
    }
}

/// What a benchmark gave.
struct Result {
    let benchmark: Benchmark
    let median: Double
    let best: Double

    static let heading = row("benchmark", "unit", "result", "best", "goal", "")

    /// One line of the table.
    var line: String {
        let goal = benchmark.goal
        let isMet = goal.map { benchmark.unit.isRate ? median >= $0 : median <= $0 }
        return Self.row(
            benchmark.name,
            benchmark.unit.rawValue,
            Self.text(median),
            Self.text(best),
            goal.map { (benchmark.unit.isRate ? "≥ " : "≤ ") + "\($0)" } ?? "",
            isMet.map { $0 ? "met" : "SHORT" } ?? ""
        )
    }

    private static func text(_ figure: Double) -> String { String(format: figure < 100 ? "%.2f" : "%.0f", figure) }

    private static func row(_ name: String, _ unit: String, _ figures: String...) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let start = name + padded("", 54 - name.count) + unit + padded("", 9 - unit.count)
        return start + figures.map { padded($0, 8) }.joined()
    }
}

/// CPU time of this thread, so that what else the machine does counts little.
struct Stopwatch {
    private(set) var nanoseconds: UInt64 = 0

    /// Times what counts.
    mutating func time<Value>(_ body: () throws -> Value) rethrows -> Value {
        let start = Self.now
        defer { nanoseconds += Self.now - start }
        return try body()
    }

    /// Takes over what another one measured.
    mutating func add(_ other: Stopwatch) { nanoseconds += other.nanoseconds }

    private static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Keeps the compiler from leaving out work whose result nobody reads.
@inline(never)
func keep<Value>(_ value: borrowing Value) {}
