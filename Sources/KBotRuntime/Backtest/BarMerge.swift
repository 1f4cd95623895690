import KBotModel

/// Bar files as one sequence: bars of one start come in the order of their markets' names, and of one market and start but
/// one counts.
final class BarMerge {
    /// A bar and the place of its market in ``names``.
    typealias NamedBar = (market: Int, bar: Candle)

    let files: [BarFile]
    /// Names of the markets met so far.
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]
    /// For each name the file that told of it first.
    private var tellers: [Int] = []
    /// For each file the places of its markets in ``names``; nil for one that was not met yet.
    private var places: [[Int?]]
    private var told: [ToldBar] = []
    private var overlap = BarOverlap()
    private var pending: FeedError?
    private let from: Timestamp?
    private let to: Timestamp?
    private var hasBegun = false

    /// Begins with the bars that start at a time or later, and ends with those that end at another or sooner.
    init(_ files: [BarFile], from: Timestamp?, to: Timestamp?) {
        self.files = files
        self.from = from
        self.to = to
        places = Array(repeating: [], count: files.count)
    }

    /// Appends so many bars or a few more, all that there are of each start; false at the end.
    ///
    /// - Throws: ``FeedError`` when a line cannot be read and that stops the feed; what came before it was handed out.
    func next(into bars: inout [NamedBar], atLeast count: Int) throws(FeedError) -> Bool {
        let before = bars.count
        if !hasBegun { skip() }
        while bars.count - before < count, pending == nil, let start = nextStart {
            if let to, start >= to { break }
            read(start)
            choose(into: &bars)
        }
        if bars.count == before, let pending {
            self.pending = nil
            throw pending
        }
        return bars.count > before
    }

    /// The place of a market in ``names``; nil before its first bar.
    func place(of name: String) -> Int? { numbers[name] }

    /// What the reader of the report should know of bars that several files tell.
    func warnings(_ name: (Int) -> String) -> [String] { overlap.warnings(name) }

    private var nextStart: Timestamp? {
        var start: Timestamp?
        for file in files {
            guard let next = file.next else { continue }
            start = min(start ?? next.bar.start, next.bar.start)
        }
        return start
    }

    /// Passes over what lies before the beginning.
    private func skip() {
        hasBegun = true
        guard let from else { return }
        for file in files {
            while let next = file.next, next.bar.start < from { advance(file) }
        }
    }

    private func advance(_ file: BarFile) {
        do throws(FeedError) { try file.advance() } catch { pending = pending ?? error }
    }

    /// Reads all bars of a start: whether a later one follows in a file then shows.
    private func read(_ start: Timestamp) {
        told.removeAll(keepingCapacity: true)
        for (index, file) in files.enumerated() {
            while let next = file.next, next.bar.start == start {
                if to.map({ next.bar.end <= $0 }) ?? true {
                    told.append(ToldBar(market: place(of: next.market, in: index), file: index, bar: next.bar))
                }
                advance(file)
            }
        }
    }

    /// Appends the bars that count of those read.
    private func choose(into bars: inout [NamedBar]) {
        if told.count == 1 {
            bars.append((told[0].market, told[0].bar))
            return
        }
        let isSorted = zip(told, told.dropFirst()).allSatisfy { !comes($0.1, before: $0.0) }
        if !isSorted { told.sort { comes($0, before: $1) } }
        var left = told[...]
        while let first = left.first {
            let same = left.prefix { $0.market == first.market }
            let bar = same.count == 1 ? first.bar : overlap.choice(of: same) { files[$0].next == nil }
            bars.append((first.market, bar))
            left = left[same.endIndex...]
        }
    }

    private func comes(_ bar: ToldBar, before other: ToldBar) -> Bool {
        bar.market == other.market ? bar.file < other.file : names[bar.market] < names[other.market]
    }

    /// The place of a file's market; a market that two files tell of is one.
    private func place(of market: Int, in file: Int) -> Int {
        while places[file].count <= market { places[file].append(nil) }
        if let place = places[file][market] { return place }
        let name = files[file].names[market]
        let place = numbers[name] ?? names.count
        if place == names.count {
            names.append(name)
            numbers[name] = place
            tellers.append(file)
        } else if files[file].interval != files[tellers[place]].interval {
            let first = files[tellers[place]]
            pending =
                pending
                ?? .unrecognized(
                    path: files[file].fileName,
                    reason: "bars of \(files[file].interval) of \(name), which \(first.fileName) has in bars of "
                        + "\(first.interval): give one of them"
                )
        }
        places[file][market] = place
        return place
    }
}

/// Reads ahead of a feed, for what prices say of their market.
final class BarScout {
    /// Bars read at a time.
    private static let batch = 1_024

    private let merge: BarMerge
    /// By the markets' places in the merge.
    private var guesses: [GridGuess] = []
    private var bars: [BarMerge.NamedBar] = []
    private var isOver = false

    /// Reads the files anew from a time on.
    init(_ files: [BarFile], from: Timestamp?) { merge = BarMerge(files, from: from, to: nil) }

    /// The grid of a market.
    func grid(of name: String) -> PriceGrid {
        while !isOver, merge.place(of: name).map({ !guesses[$0].isSettled }) ?? true {
            bars.removeAll(keepingCapacity: true)
            // A line that stops the feed stops it where it comes to it; here it is the end.
            guard (try? merge.next(into: &bars, atLeast: Self.batch)) == true else {
                isOver = true
                break
            }
            while guesses.count < merge.names.count { guesses.append(GridGuess()) }
            for (market, bar) in bars { guesses[market].see(bar) }
        }
        return merge.place(of: name).map { guesses[$0].grid } ?? GridGuess().grid
    }
}
