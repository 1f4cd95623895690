import KBotScripting

/// What scripts see, as definitions for editors that run the Lua language server.
package enum EditorDefinitions {
    /// Where they are kept in a folder of scripts; `.luarc.json` names it.
    package static let path = "strategies/_meta/kbot.lua"

    /// The definitions: a Lua file that is read by editors and never run.
    package static var text: String { StubWriter.text }
}
