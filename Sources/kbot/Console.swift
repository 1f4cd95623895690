import Foundation

/// The terminal's size.
enum Console {
    /// Columns of the terminal on standard output, between 60 and 100; 80 elsewhere.
    static var width: Int {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
        else {
            return 80
        }
        return min(max(Int(size.ws_col), 60), 100)
    }
}

/// The wall clock, for naming runs.
enum RunClock {
    /// A name that sorts by time: `20261122-231500`.
    static func stamp() -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd-HHmmss"
        return formatter.string(from: Date())
    }
}
