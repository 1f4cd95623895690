/// A way to tell people something.
protocol NotifySink: Sendable {
    /// How it is named in messages, without anything secret.
    var name: String { get }

    /// Tells a message, and waits for at most so long. Called on one thread that does nothing else.
    func deliver(_ message: NotifyMessage, atMost span: Duration) -> NotifyOutcome

    /// Gives back what it holds.
    func close()
}

/// What became of an attempt to tell something.
enum NotifyOutcome: Hashable, Sendable {
    /// It was told.
    case done
    /// It may succeed later, at the earliest after so long; the words hold nothing secret.
    case again(String, after: Duration = .zero)
    /// It will not succeed; the words hold nothing secret.
    case refused(String)
}
