/// The last N inputs in a ring of fixed size; zeros where nothing was added yet, so that they leave without a trace.
struct Window: Hashable, Sendable {
    /// N.
    let period: Int
    /// How many inputs it holds now; at most N.
    private(set) var count = 0

    private var inputs: [Int64]
    private var next = 0

    init(period: Int) {
        self.period = period
        inputs = Array(repeating: 0, count: period)
    }

    var isFull: Bool { count == period }

    /// Puts an input in the place of the oldest and gives that one: 0 while the window is not full.
    @inline(__always)
    mutating func push(_ input: Int64) -> Int64 {
        let leaving = inputs[next]
        inputs[next] = input
        next += 1
        if next == period { next = 0 }
        if count < period { count += 1 }
        return leaving
    }
}

/// Σ and Σx² of the last N inputs. Running integer sums never drift.
struct WindowMoments: Hashable, Sendable {
    private(set) var sum: Int64 = 0

    private var squares: Int128 = 0
    private var window: Window

    init(period: Int) { window = Window(period: period) }

    var isFull: Bool { window.isFull }

    /// V = N·Σx² − Σ², that is N²·σ²; never negative, 0 exactly when all inputs of a full window are equal.
    var spread: Int128 { Int128(window.period) * squares - Int128(sum) * Int128(sum) }

    @inline(__always)
    mutating func add(_ input: Int64) {
        checkInput(input)
        let leaving = window.push(input)
        sum += input - leaving
        squares += Int128(input) * Int128(input) - Int128(leaving) * Int128(leaving)
    }
}
