import Foundation

/// A private key read from its file, with what is unsafe about the file.
package struct KeyFile: Sendable {
    /// Largest file that is read, in bytes.
    package static let largest = 64 << 10

    /// The file, its `~` replaced.
    package let path: String
    /// The key.
    package let key: SigningKey
    /// What the operator should mend; nothing of it keeps the key from being used.
    package let warnings: [Warning]

    /// Something unsafe about a key file.
    package enum Warning: Hashable, Sendable {
        /// Other users may read or change the file: its permission bits.
        case openToOthers(mode: UInt32)
        /// The file belongs to another user: its number.
        case foreignOwner(user: UInt32)
    }

    /// Reads the key at a path; `home` stands for a leading `~/`, and the file should belong to `user`.
    ///
    /// The file's bytes are overwritten before this returns.
    package init(_ path: String, home: String?, user: UInt32 = geteuid()) throws(KeyFileError) {
        var path = path
        if path.hasPrefix("~/"), let home { path = home + path.dropFirst(1) }
        var file = try OpenKeyFile(path)
        let text = try file.contents()
        do throws(SigningKeyError) {
            key = try SigningKey(pem: text)
        } catch {
            throw KeyFileError(path: path, reason: .key(error))
        }
        self.path = path
        warnings =
            (file.mode & 0o077 == 0 ? [] : [.openToOthers(mode: file.mode)])
            + (file.owner == user ? [] : [.foreignOwner(user: file.owner)])
    }

    /// The warnings in words: the file, what is wrong, and what to do.
    package var warningLines: [String] {
        warnings.map { warning in
            switch warning {
            case .openToOthers(let mode):
                "\(path): other users of this machine can read or change the private key "
                    + "(mode 0\(String(mode, radix: 8))); run: chmod 600 \(path)"
            case .foreignOwner(let user):
                "\(path): belongs to another user (number \(user)), who can read and replace the private key; "
                    + "run: chown \(geteuid()) \(path)"
            }
        }
    }
}

/// Why a key file cannot be used.
package struct KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: Hashable, Sendable {
        /// There is no such file.
        case missing
        /// It is a folder, a pipe, a device or a socket.
        case notAFile
        /// It holds more than ``KeyFile/largest`` bytes.
        case tooLarge
        /// The system does not let us read it.
        case forbidden
        /// Reading failed otherwise: the system's error number.
        case failed(code: Int32)
        /// It holds no key that can be used.
        case key(SigningKeyError)
    }

    /// The file.
    package let path: String
    /// What is wrong.
    package let reason: Reason

    /// The file, what is wrong, and what to do about it.
    package var description: String {
        switch reason {
        case .missing: "\(path): no such file"
        case .notAFile: "\(path): not a file; the path of the private key's file is needed"
        case .tooLarge: "\(path): too large for a private key (more than \(KeyFile.largest >> 10) KiB)"
        case .forbidden: "\(path): may not be read; check its owner and permissions, and those of its folder"
        case .failed(let code): "\(path): cannot be read (error \(code) of the system)"
        case .key(let error): "\(path): \(error)"
        }
    }
}

/// A regular file open for reading: what is judged is what is read, even if the name is given to another meanwhile.
private struct OpenKeyFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    /// The permission bits.
    let mode: UInt32
    /// The owner's number.
    let owner: UInt32

    init(_ path: String) throws(KeyFileError) {
        // Not to wait matters for a pipe, which would keep us until somebody writes to it.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw KeyFileError(path: path, reason: Self.reason(errno)) }
        var status = stat()
        let result = unsafe fstat(descriptor, &status)
        let code = errno
        guard result == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw KeyFileError(path: path, reason: result == 0 ? .notAFile : Self.reason(code))
        }
        self.path = path
        self.descriptor = descriptor
        mode = UInt32(status.st_mode & 0o7777)
        owner = UInt32(status.st_uid)
    }

    deinit { close(descriptor) }

    /// Everything in the file.
    mutating func contents() throws(KeyFileError) -> SensitiveBytes {
        var bytes = SensitiveBytes(capacity: KeyFile.largest + 1)
        while true {
            let count = unsafe bytes.append { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            guard count > 0 || errno == EINTR else { throw KeyFileError(path: path, reason: Self.reason(errno)) }
            guard bytes.count <= KeyFile.largest else { throw KeyFileError(path: path, reason: .tooLarge) }
        }
    }

    private static func reason(_ code: Int32) -> KeyFileError.Reason {
        switch code {
        case ENOENT, ENOTDIR: .missing
        case EACCES, EPERM: .forbidden
        case EISDIR, ENXIO, ENODEV: .notAFile
        default: .failed(code: code)
        }
    }
}
