package import KBotModel

/// The times and sizes a ``SocketMachine`` works with.
package struct SocketConfiguration: Hashable, Sendable {
    /// Seed of the jitter in waits.
    package var seed: UInt64 = 0
    /// Bound of the first wait before a reconnect; it doubles.
    package var firstWait = TimeSpan.milliseconds(250)
    /// Greatest bound.
    package var longestWait = TimeSpan.seconds(30)
    /// Longest time until a connection that we close is gone; only then the next one begins.
    package var closeTimeout = TimeSpan.seconds(5)
    /// A connection that lived this long was a good one: waits begin anew from the first.
    package var goodConnection = TimeSpan.seconds(60)
    /// Longest time until a connection is open.
    package var connectTimeout = TimeSpan.seconds(15)
    /// A connection without frame and ping for this long is dead; the venue pings every 10 s.
    package var silence = TimeSpan.seconds(30)
    /// Longest time until a command is answered.
    package var replyTimeout = TimeSpan.seconds(10)
    /// Longest time until a book that was asked for is there.
    package var snapshotTimeout = TimeSpan.seconds(5)
    /// Shortest time between two requests for books of a channel.
    package var snapshotSpacing = TimeSpan.milliseconds(250)
    /// After this many refusals of our key in a row…
    package var refusals = 3
    /// …each further attempt waits at least this long: somebody has to mend something first.
    package var refusedWait = TimeSpan.seconds(30)
    /// First wait before a market or channel that the venue refused is tried again; it doubles.
    package var firstRetry = TimeSpan.seconds(2)
    /// Greatest such wait.
    package var longestRetry = TimeSpan.seconds(60)
    /// Most markets named in one command.
    package var marketsPerCommand = 500

    /// The usual configuration.
    package init(seed: UInt64 = 0) { self.seed = seed }
}
