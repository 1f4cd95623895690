import Testing

@testable import KBotJournal

struct JournalPlaceholderTests {
    @Test func opens() { #expect(Schema.version == 2) }
}
