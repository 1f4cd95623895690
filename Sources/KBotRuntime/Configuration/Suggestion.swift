/// The known word nearest to a mistyped one, for "did you mean".
///
/// - Returns: the word with the fewest changes, at most a third of its letters and three; else one that only goes on where
///   this one ends; nil when nothing is near.
package func nearest(to word: String, in known: [String]) -> String? {
    let wanted = Array(word.utf8)
    var best: (word: String, distance: Int)?
    for candidate in known {
        let distance = editDistance(wanted, Array(candidate.utf8))
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    if let best, best.distance <= min(3, max(1, best.word.utf8.count / 3)) { return best.word }
    return wanted.count < 5 ? nil : known.first { $0.hasPrefix(word) }
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
        var row = [i] + Array(repeating: 0, count: b.count)
        for j in 1...b.count {
            let cost = a[i - 1] == b[j - 1] ? 0 : 1
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                row[j] = min(row[j], beforeLast[j - 2] + 1)
            }
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
