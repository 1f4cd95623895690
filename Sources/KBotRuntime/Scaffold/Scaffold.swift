import Foundation

/// A folder to begin with: settings, a strategy, a risk rule, their tests, and what an editor needs to know.
package struct Scaffold {
    /// A file of the folder that comes from a template of the same place, or of another name.
    private static let templates: [(path: String, template: String)] = [
        (".gitignore", "gitignore"),
        (".luarc.json", "luarc.json"),
        ("README.md", "README.md"),
        ("strategies/my_strategy.lua", "strategies/my_strategy.lua"),
        ("strategies/my_strategy_test.lua", "strategies/my_strategy_test.lua"),
        ("risk-rules/my_rule.lua", "risk-rules/my_rule.lua"),
        ("risk-rules/my_rule_test.lua", "risk-rules/my_rule_test.lua"),
    ]

    /// The files in the order of their paths.
    package let files: [ScaffoldFile]

    /// Reads the templates and makes what is generated.
    ///
    /// - Throws: a failure that names the template that cannot be read.
    package init(library: ScriptLibrary) throws(RunFailure) {
        var files = [
            ScaffoldFile(path: ".env.example", text: EnvExample.text),
            ScaffoldFile(path: EditorDefinitions.path, text: EditorDefinitions.text),
        ]
        for (path, template) in Self.templates {
            files.append(ScaffoldFile(path: path, text: try library.template(template)))
        }
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Writes the files into a folder, which is made when it is not there.
    ///
    /// What is there stays, unless `overwriting`. Either all files are written or none.
    ///
    /// - Throws: a failure that names the file or folder in the way.
    package func write(to folder: String, overwriting: Bool) throws(RunFailure) -> [ScaffoldResult] {
        try FolderWriter(folder: folder, overwriting: overwriting).write(files)
    }
}

/// A file to write.
package struct ScaffoldFile: Hashable, Sendable {
    /// Where, below the folder.
    package let path: String
    /// What.
    package let text: String
}

/// What became of a file.
package struct ScaffoldResult: Hashable, Sendable {
    /// What can become of it.
    package enum Outcome: String, Hashable, Sendable {
        /// It was not there.
        case made
        /// It was there, and is as it was.
        case kept
        /// It was there, and was overwritten.
        case replaced
    }

    /// Where, below the folder.
    package let path: String
    /// What became of it.
    package let outcome: Outcome
}
