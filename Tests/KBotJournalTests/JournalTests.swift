import Testing

@testable import KBotJournal

struct JournalPlaceholderTests {
    @Test func opens() { #expect(JournalPlaceholder.version != nil) }
}
