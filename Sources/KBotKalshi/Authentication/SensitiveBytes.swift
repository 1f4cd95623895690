internal import CCrypto

/// Bytes of a secret, overwritten when they go.
///
/// Arrays and strings copy themselves and leave the copies behind, so the text of a private key never enters one: it is
/// read from its file into this, decoded into another of these, and given to OpenSSL.
@safe
package struct SensitiveBytes: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    /// Number of bytes.
    package private(set) var count = 0

    /// Makes room for at most `capacity` bytes, and holds none.
    package init(capacity: Int) {
        unsafe memory = .allocate(byteCount: max(capacity, 1), alignment: 1)
    }

    /// Copies bytes; the original is the caller's to wipe.
    package init(copying bytes: some Collection<UInt8>) {
        self.init(capacity: bytes.count)
        for byte in bytes { append(byte) }
    }

    deinit {
        unsafe OPENSSL_cleanse(memory.baseAddress, memory.count)
        unsafe memory.deallocate()
    }

    /// The byte at an index below ``count``.
    package subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "no such byte")
        return unsafe memory[index]
    }

    /// Appends a byte, for which there must be room.
    package mutating func append(_ byte: UInt8) {
        precondition(unsafe count < memory.count, "no room for another byte")
        unsafe memory[count] = byte
        count += 1
    }

    /// Lets `source` write into the room that is left, and counts the bytes it says it wrote.
    ///
    /// A negative answer, or one of zero, is passed on and changes nothing.
    @unsafe
    mutating func append(from source: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...])
        let written = unsafe source(room)
        precondition(written <= room.count, "wrote beyond the room")
        if written > 0 { count += written }
        return written
    }

    /// Overwrites everything and holds no byte any more.
    package mutating func wipe() {
        unsafe OPENSSL_cleanse(memory.baseAddress, memory.count)
        count = 0
    }

    /// Lends the bytes; they must not be kept.
    @unsafe
    borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    /// Whether every byte of the room, used or not, is zero.
    package borrowing func isBlank() -> Bool { unsafe memory.allSatisfy { $0 == 0 } }

    /// Index of the first occurrence of an ASCII text that lies wholly in a range; nil when there is none.
    borrowing func firstIndex(of text: StaticString, in range: Range<Int>) -> Int? {
        let length = text.utf8CodeUnitCount
        guard range.count >= length else { return nil }
        return (range.lowerBound...range.upperBound - length).first { starts(with: text, at: $0) }
    }

    /// Whether an ASCII text stands at an index.
    borrowing func starts(with text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard index >= 0, index + length <= count else { return false }
        return (0..<length).allSatisfy { unsafe text.utf8Start[$0] == memory[index + $0] }
    }
}
