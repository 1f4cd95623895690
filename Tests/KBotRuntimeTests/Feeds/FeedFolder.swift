import Foundation
import KBotModel

@testable import KBotRuntime

/// A folder of test files that goes away with its test.
final class FeedFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-feeds-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    /// Makes a named pipe, into which somebody writes when it is opened for reading.
    func pipe(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        guard unsafe mkfifo(file, 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
        Thread.detachNewThread {
            try? FileHandle(forWritingTo: URL(fileURLWithPath: file)).write(contentsOf: Data(bytes))
        }
        return file
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// One member of a gzip file that stores its bytes uncompressed, written out by the format's own rules.
func gzipped(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    precondition(bytes.count < 65_536)
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
    }
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    let length = UInt32(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + [1] + little(length, 2) + little(~length, 2) + bytes
        + little(~crc, 4) + little(length, 4)
}

extension ReplayFeed {
    /// All events, read to the end.
    func all() throws -> [MarketEvent] {
        var events: [MarketEvent] = []
        while try next(into: &events) {}
        return events
    }
}

/// A file of trades with the usual header.
func tradesText(_ rows: String...) -> String {
    (["ts_ms,ticker,yes_price_dollars,count,taker_side"] + rows).joined(separator: "\n") + "\n"
}
