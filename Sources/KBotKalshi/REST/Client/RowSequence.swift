import KBotModel

/// All rows of a list, page after page, as they are asked for.
package struct RowSequence<Row: Sendable>: AsyncSequence, Sendable {
    /// A row, or the error that ends the list.
    package typealias Element = Row
    /// What ends a list early.
    package typealias Failure = VenueError

    let client: RESTClient
    let call: Call<Page<Row>>

    /// Starts at the first page.
    package func makeAsyncIterator() -> Iterator { Iterator(client: client, call: call) }

    /// Walks over the pages.
    package struct Iterator: AsyncIteratorProtocol {
        private let client: RESTClient
        private var call: Call<Page<Row>>
        private var rows: ArraySlice<Row> = []
        private var seen: Set<String> = []
        private var isLastPage = false

        fileprivate init(client: RESTClient, call: Call<Page<Row>>) {
            self.client = client
            self.call = call
        }

        /// The next row; nil at the end.
        ///
        /// Throws ``VenueError`` of kind `cursorLoop` when a cursor comes a second time, or the pages do not end.
        package mutating func next() async throws(VenueError) -> Row? {
            while rows.isEmpty {
                guard !isLastPage else { return nil }
                let page = try await client.send(call)
                rows = page.rows[...]
                guard let cursor = page.cursor else {
                    isLastPage = true
                    continue
                }
                guard seen.insert(cursor).inserted, seen.count < client.configuration.pages else {
                    throw VenueError(.cursorLoop, .notRetryable, message: "\(call.path) gave no end of pages")
                }
                call.query.removeAll { $0.name == "cursor" }
                call.query.append(HTTPField("cursor", cursor))
            }
            return rows.popFirst()
        }

        /// The next row; see ``next()``.
        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(VenueError) -> Row? { try await next() }
    }
}

extension RESTClient {
    /// All rows of a list, page after page.
    package nonisolated func rows<Row>(_ call: Call<Page<Row>>) -> RowSequence<Row> {
        RowSequence(client: self, call: call)
    }

    /// All rows of a list at once, `atMost` of them.
    package nonisolated func all<Row>(
        _ call: Call<Page<Row>>,
        atMost: Int = .max
    ) async throws(VenueError) -> [Row] {
        var rows: [Row] = []
        var iterator = self.rows(call).makeAsyncIterator()
        while rows.count < atMost, let row = try await iterator.next() { rows.append(row) }
        return rows
    }
}
