import Foundation

/// A file descriptor that is closed with its last owner.
final class Descriptor {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { _ = close(number) }
}

/// The folder of the control sockets, held open.
///
/// The system takes no longer path of a socket than 108 bytes (104 on macOS), and a state directory may well lie deeper.
/// A long one is therefore reached through the open folder, as `/proc/self/fd/N/NAME`, where the system has that.
final class SocketFolder {
    /// Its path as it was given.
    let path: String
    private let folder: Descriptor

    /// What reaching for a socket came to.
    enum Reach {
        /// Somebody listens, of the same user.
        case connected(Descriptor)
        /// Somebody listens, but too many wait already.
        case crowded
        /// A socket is there, but nobody listens: whoever made it has died.
        case stale
        /// There is no socket of this name.
        case absent
    }

    /// Opens the folder of a state directory; nil when there is none.
    init?(of stateDirectory: String) throws(ControlError) {
        path = stateDirectory + "/run"
        let number = Self.open(path)
        if number < 0, errno == ENOENT || errno == ENOTDIR { return nil }
        guard number >= 0 else { throw ControlError("\(path): \(reason(errno))") }
        folder = Descriptor(number)
    }

    /// Opens the folder of a state directory, which is made when it is missing, for its owner alone.
    init(making stateDirectory: String) throws(ControlError) {
        path = stateDirectory + "/run"
        var made = path.hasPrefix("/") ? "/" : ""
        var failure: Int32 = 0
        for part in path.split(separator: "/") {
            made += part
            failure = unsafe mkdir(made, 0o700) == 0 || errno == EEXIST ? 0 : errno
            made += "/"
        }
        let number = Self.open(path)
        guard number >= 0 else { throw ControlError("\(path): \(reason(failure == 0 ? errno : failure))") }
        folder = Descriptor(number)
    }

    private static func open(_ path: String) -> Int32 {
        unsafe Foundation.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    /// Names of the sockets in it, those of small process identifiers first.
    func names() -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.filter { $0.hasSuffix(".sock") && !$0.hasPrefix(".") }
            .sorted { ($0.count, $0) < ($1.count, $1) }
    }

    /// Listens under a name; nobody else's socket is taken away unless its maker has died.
    ///
    /// The socket gets its name when it listens already: before that, who tried it would think its maker had died.
    func listen(_ name: String) throws(ControlError) -> Descriptor {
        switch try connect(name) {
        case .connected, .crowded: throw ControlError("\(path)/\(name): another kbot listens there")
        case .stale, .absent: break
        }
        let draft = ".\(name).new"
        remove(draft)
        let socket = try Self.makeSocket()
        let bound = try unsafe withAddress(draft) { unsafe bind(socket.number, $0, $1) }
        guard bound == 0 else { throw ControlError("\(path)/\(name): \(reason(errno))") }
        guard unsafe fchmodat(folder.number, draft, 0o600, 0) == 0, Foundation.listen(socket.number, 16) == 0,
            unsafe renameat(folder.number, draft, folder.number, name) == 0
        else {
            let failure = reason(errno)
            remove(draft)
            throw ControlError("\(path)/\(name): \(failure)")
        }
        return socket
    }

    /// Reaches for a socket, without waiting.
    func connect(_ name: String) throws(ControlError) -> Reach {
        guard identity(name) != nil else { return .absent }
        let socket = try Self.makeSocket()
        while true {
            if try unsafe withAddress(name, { unsafe Foundation.connect(socket.number, $0, $1) }) == 0 { break }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .crowded
            case ECONNREFUSED: return .stale
            case ENOENT: return .absent
            default: throw ControlError("\(path)/\(name): \(reason(errno))")
            }
        }
        guard peer(of: socket) == geteuid() else {
            throw ControlError("\(path)/\(name): belongs to another user")
        }
        return .connected(socket)
    }

    /// Takes a socket's name away; nothing happens when there is none.
    func remove(_ name: String) { _ = unsafe unlinkat(folder.number, name, 0) }

    /// What tells a socket from another of the same name; nil when there is none, or something else bears the name.
    func identity(_ name: String) -> UInt64? {
        var status = stat()
        guard unsafe fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
            status.st_mode & S_IFMT == S_IFSOCK
        else { return nil }
        return UInt64(status.st_ino)
    }

    private static func makeSocket() throws(ControlError) -> Descriptor {
        #if canImport(Glibc)
            let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let number = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        guard number >= 0 else { throw ControlError("no socket can be made: \(reason(errno))") }
        let descriptor = Descriptor(number)
        makeReady(descriptor)
        return descriptor
    }

    private func withAddress(
        _ name: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(ControlError) -> Int32 {
        var address = sockaddr_un()
        let longest = MemoryLayout.size(ofValue: address.sun_path) - 1
        var short = "\(path)/\(name)"
        #if os(Linux)
            if short.utf8.count > longest, unsafe access("/proc/self/fd", X_OK) == 0 {
                short = "/proc/self/fd/\(folder.number)/\(name)"
            }
        #endif
        guard short.utf8.count <= longest else {
            throw ControlError(
                "\(path)/\(name): longer than the \(longest) bytes a socket's path may have; "
                    + "give a shorter --state-dir"
            )
        }
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(short.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Takes in a connection that waits; nil when none does.
func acceptConnection(_ listener: Descriptor) -> Descriptor? {
    let number = accept(listener.number, nil, nil)
    guard number >= 0 else { return nil }
    let descriptor = Descriptor(number)
    makeReady(descriptor)
    return descriptor
}

/// The user at the other end of a connection; nil when the system does not tell.
func peer(of socket: Descriptor) -> uid_t? {
    #if os(Linux)
        var credentials = PeerCredentials()
        var size = socklen_t(MemoryLayout<PeerCredentials>.size)
        guard unsafe getsockopt(socket.number, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else { return nil }
        return credentials.user
    #else
        var user: uid_t = 0
        var group: gid_t = 0
        return unsafe getpeereid(socket.number, &user, &group) == 0 ? user : nil
    #endif
}

#if os(Linux)
    /// Linux's `struct ucred`, which glibc keeps for those who define `_GNU_SOURCE`.
    private struct PeerCredentials {
        var process: pid_t = 0
        var user: uid_t = 0
        var group: gid_t = 0
    }
#endif

/// No call on it waits, no child inherits it, and a peer that has gone costs an error, not the process.
private func makeReady(_ socket: Descriptor) {
    _ = fcntl(socket.number, F_SETFL, O_NONBLOCK)
    _ = fcntl(socket.number, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
        var on: Int32 = 1
        _ = unsafe setsockopt(socket.number, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
}

/// What the system says about an error number.
private func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
