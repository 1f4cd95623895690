package import KBotModel
package import Logging

/// Writes log events as lines, for people or as JSON.
package struct LineLogHandler: LogHandler {
    /// How and where a program logs.
    package struct Style: Sendable {
        /// How lines look.
        package var format: LogFormat
        /// Whether levels are coloured; on the console only.
        package var colour: Bool
        /// Where lines go.
        package var sink: any LogSink
        /// The wall clock.
        package var now: @Sendable () -> Timestamp

        /// Makes a style.
        package init(
            format: LogFormat,
            colour: Bool = false,
            sink: any LogSink,
            now: @escaping @Sendable () -> Timestamp
        ) {
            self.format = format
            self.colour = colour
            self.sink = sink
            self.now = now
        }
    }

    private let label: String
    private let style: Style

    /// The least important level that is written.
    package var logLevel: Logger.Level
    /// Metadata of every line.
    package var metadata: Logger.Metadata
    /// Metadata asked for at every line.
    package var metadataProvider: Logger.MetadataProvider?

    /// Makes a handler.
    package init(label: String, style: Style, level: Logger.Level, metadata: Logger.Metadata = [:]) {
        self.label = label
        self.style = style
        logLevel = level
        self.metadata = metadata
    }

    /// One value of ``metadata``.
    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an event as one line.
    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let error = event.error { merged["error"] = .string("\(error)") }
        if let explicit = event.metadata { merged.merge(explicit) { $1 } }
        let line = LogLine(
            time: style.now(),
            level: event.level,
            label: label,
            message: event.message.description,
            metadata: merged
        )
        switch style.format {
        case .console: style.sink.write(line.console(colour: style.colour))
        case .json: style.sink.write(line.json())
        }
    }
}
