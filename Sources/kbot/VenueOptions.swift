import ArgumentParser
import Foundation
import KBotKalshi
import KBotModel
import KBotRuntime

/// What a command needs that talks to the venue on the account of the settings.
struct VenueOptions: ParsableArguments {
    @OptionGroup var settings: SettingOptions

    /// Settings and a way to the venue, signed with the key of the settings.
    func open(_ command: String) throws(RunFailure) -> (settings: RunSettings, access: VenueAccess) {
        let environment = ProcessInfo.processInfo.environment
        let settings = try settings.load(environment: environment)
        guard let credentials = settings.credentials.credentials else {
            throw RunFailure(.usage, settings.credentials.line(then: "this command needs a key (see .env.example)"))
        }
        let logging = RunLogging.standardError(settings, environment: environment, run: RunID(command), mode: command)
        let access = try VenueAccess(settings.venue, credentials: credentials, logger: logging.logger())
        return (settings, access)
    }
}

extension RunSettings {
    /// The subaccount as requests name it: nil for the primary one.
    var subaccount: Int32? { venue.subaccount == 0 ? nil : venue.subaccount }
}

extension ParsableCommand {
    /// Asks on a terminal; without one there is nobody to ask, and `yes` must have said it.
    func confirm(_ question: String, yes: Bool) throws(RunFailure) -> Bool {
        if yes { return true }
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw RunFailure(.usage, "nothing was done; say --yes to do it without being asked")
        }
        try? FileHandle.standardError.write(contentsOf: Data("kbot: \(question) [yes/no] ".utf8))
        return readLine()?.lowercased() == "yes"
    }
}
