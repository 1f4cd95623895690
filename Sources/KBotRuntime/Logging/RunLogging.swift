import Foundation
package import KBotModel
package import Logging

/// The logging of one run: its level, its style, and the metadata every line carries.
package struct RunLogging: Sendable {
    /// The least important level that is written.
    package var level: Logger.Level
    /// How and where lines are written.
    package var style: LineLogHandler.Style
    /// Metadata of every line.
    package var metadata: Logger.Metadata

    /// Makes the logging of a run; `run` and `mode` stand in every line.
    package init(level: Logger.Level, style: LineLogHandler.Style, run: RunID, mode: String) {
        self.level = level
        self.style = style
        metadata = ["run.id": .string(run.text), "run.mode": .string(mode)]
    }

    /// Makes the logging to standard error that a run's settings ask for.
    ///
    /// - Parameters:
    ///   - settings: Level and format.
    ///   - environment: Colour is left out when `NO_COLOR` is there and not empty, and off a terminal.
    ///   - run: The run's id.
    ///   - mode: `paper`, `demo` or `live`.
    /// - Returns: the logging, not yet that of the process: see ``bootstrap()``.
    package static func standardError(
        _ settings: RunSettings,
        environment: [String: String],
        run: RunID,
        mode: String
    ) -> RunLogging {
        let style = LineLogHandler.Style(
            format: settings.logFormat,
            colour: wantsColour(environment: environment, isTerminal: StandardErrorSink.isTerminal),
            sink: StandardErrorSink(),
            now: { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
        )
        return RunLogging(level: settings.logLevel, style: style, run: run, mode: mode)
    }

    /// Makes the logging that a run's settings ask for: to their log file, else to standard error.
    ///
    /// - Parameters:
    ///   - settings: Level, format and file.
    ///   - environment: As for ``standardError(_:environment:run:mode:)``.
    ///   - run: The run's id.
    ///   - mode: `paper`, `demo` or `live`.
    /// - Returns: the logging, not yet that of the process.
    /// - Throws: ``RunFailure`` when the log file cannot be opened.
    package static func configured(
        _ settings: RunSettings,
        environment: [String: String],
        run: RunID,
        mode: String
    ) throws(RunFailure) -> RunLogging {
        var logging = standardError(settings, environment: environment, run: run, mode: mode)
        guard let file = settings.logFile else { return logging }
        do throws(ControlError) {
            logging.style.sink = try RotatingFileSink(path: file.path, most: file.most, keep: file.keep)
            logging.style.colour = false
        } catch {
            throw RunFailure(.usage, "LOG_FILE: \(error)")
        }
        return logging
    }

    /// Makes a logger without touching the process's logging system.
    package func logger(_ label: String = "kbot") -> Logger {
        Logger(label: label) { handler(label: $0, provider: nil) }
    }

    /// Makes this the logging of the whole process; once only.
    package func bootstrap() {
        LoggingSystem.bootstrap({ handler(label: $0, provider: $1) }, metadataProvider: nil)
    }

    /// Whether levels are coloured, by the convention of no-color.org.
    static func wantsColour(environment: [String: String], isTerminal: Bool) -> Bool {
        isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    private func handler(label: String, provider: Logger.MetadataProvider?) -> LineLogHandler {
        var handler = LineLogHandler(label: label, style: style, level: level, metadata: metadata)
        handler.metadataProvider = provider
        return handler
    }
}
