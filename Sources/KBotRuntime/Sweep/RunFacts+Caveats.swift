import KBotReports

extension RunFacts {
    /// What the facts hold against the figures, one statement a line: what a sweep says of its trials.
    ///
    /// - Parameter sources: lines of ``RunFacts/data`` that only name the data.
    /// - Returns: notes first, then what is wrong with the data.
    func caveats(beside sources: [String]) -> [String] {
        let skipped =
            skippedLines > 0 ? ["\(counted(skippedLines, "line")) of the data could not be read, and left out"] : []
        return notes + skipped + data.filter { !sources.contains($0) }
    }
}
