/// Where runs keep what others may find: `--state-dir`, else `STATE_DIR` of the environment or the environment file.
package enum StateDirectory {
    /// Reads the setting as a run does, but judges no other setting: who asks how a run stands need not be able to start one.
    ///
    /// - Parameters:
    ///   - option: What was given on the command line; nil when nothing was.
    ///   - environment: The process's environment.
    ///   - envFile: The environment file.
    /// - Returns: the directory's path.
    /// - Throws: everything that is wrong with the path, and with the file unless the option was given.
    package static func read(
        option: String?,
        environment: [String: String],
        envFile: EnvFileChoice
    ) throws(ConfigurationErrors) -> String {
        let file: EnvFile? =
            switch envFile {
            case .none: nil
            case .ifPresent(let path): EnvFile(path: path, isRequired: false)
            case .required(let path): EnvFile(path: path, isRequired: true)
            }
        let setting = SettingCatalogue.stateDirectory
        let options = option.map { [setting.info.option: $0] } ?? [:]
        let reader = SettingsReader(options: options, environment: environment, file: file)
        let directory = reader.read(setting).value
        let problems = reader.problems + (option == nil ? file?.problems ?? [] : [])
        guard problems.isEmpty else { throw ConfigurationErrors(problems) }
        return directory
    }
}
