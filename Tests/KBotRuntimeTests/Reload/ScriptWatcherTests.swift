import Foundation
import KBotScripting
import KBotTestSupport
import Testing

@testable import KBotRuntime

@Suite struct ScriptWatcherTests {
    private let desk: EditorDesk
    private let path: String

    init() throws {
        desk = try EditorDesk()
        path = desk.path("s.lua")
        try desk.save("s.lua", "return 1")
        desk.watch(["s.lua"])
    }

    private var changed: [ScriptWatcher.Change] { [.init(path: path, kind: .changed)] }
    private var removed: [ScriptWatcher.Change] { [.init(path: path, kind: .removed)] }

    @Test func `what lies still is no news`() {
        #expect(desk.wait(2_000).isEmpty)
    }

    @Test func `an edit is told once, when the file has lain still for 150 ms`() throws {
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(150).isEmpty)
        #expect(desk.wait(50) == changed)
        #expect(desk.wait(2_000).isEmpty)
        try desk.save("s.lua", "return 3")
        #expect(desk.wait(1_000) == changed)
    }

    @Test func `it looks at most every 50 ms`() throws {
        #expect(desk.wait(50).isEmpty)
        try desk.save("s.lua", "return 2")
        for _ in 0..<9 { #expect(desk.poll(after: 5).isEmpty) }
        // Seen only now, so the wait begins now.
        #expect(desk.poll(after: 5).isEmpty && desk.poll(after: 149).isEmpty && desk.poll(after: 49).isEmpty)
        #expect(desk.poll(after: 1) == changed)
    }

    @Test func `another debounce counts as given`() throws {
        desk.watcher = ScriptWatcher(debounce: .seconds(1))
        desk.watch(["s.lua"])
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(1_000).isEmpty)
        #expect(desk.wait(50) == changed)
    }

    @Test func `each write begins the wait anew`() throws {
        for index in 0..<10 {
            try desk.save("s.lua", "return \(index + 10)")
            #expect(desk.wait(150).isEmpty)
        }
        #expect(desk.wait(1_000) == changed)
    }

    @Test func `saving the same text is no edit, nor is a new time`() throws {
        try desk.save("s.lua", "return 1")
        #expect(desk.wait(1_000).isEmpty)
        try desk.touch("s.lua")
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `an edit taken back at once is none`() throws {
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(100).isEmpty)
        try desk.save("s.lua", "return 1")
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `a file emptied before it is written is told when it is whole`() throws {
        try desk.save("s.lua", "")
        #expect(desk.wait(800).isEmpty)
        try desk.append("s.lua", "return 2")
        #expect(desk.wait(100).isEmpty)
        try desk.append("s.lua", "\n-- the rest\n")
        #expect(desk.wait(150).isEmpty)
        #expect(desk.wait(50) == changed)
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `a file that stays empty is an edit in the end`() throws {
        try desk.save("s.lua", "")
        #expect(desk.wait(1_000).isEmpty)
        #expect(desk.wait(100) == changed)
    }

    @Test func `a file moved over it is an edit`() throws {
        try desk.save("s.lua.new", "return 2")
        try desk.move("s.lua.new", over: "s.lua")
        #expect(desk.wait(1_000) == changed)
        try desk.save("s.lua~", "return 2")
        try desk.move("s.lua~", over: "s.lua")
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `moved away and made anew, as editors with backups do, is one edit`() throws {
        try desk.move("s.lua", over: "s.lua~")
        #expect(desk.wait(100).isEmpty)
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(1_000) == changed)
    }

    @Test func `an editor's own files are nothing to us`() throws {
        for name in [".s.lua.swp", "s.lua~", "#s.lua#", "4913"] {
            try desk.save(name, "return 9")
            #expect(desk.wait(300).isEmpty)
            try desk.remove(name)
            #expect(desk.wait(300).isEmpty)
        }
    }

    @Test func `a file that goes is told once, and again when it is back with something else`() throws {
        try desk.remove("s.lua")
        #expect(desk.wait(150).isEmpty)
        #expect(desk.wait(50) == removed)
        #expect(desk.wait(2_000).isEmpty)
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(1_000) == changed)
    }

    @Test func `a file that is back as it was is no edit, and its next going is told`() throws {
        for _ in 0..<2 {
            try desk.remove("s.lua")
            #expect(desk.wait(1_000) == removed)
            try desk.save("s.lua", "return 1")
            #expect(desk.wait(1_000).isEmpty)
        }
    }

    @Test func `a file that shows itself for a moment only does not go twice`() throws {
        try desk.remove("s.lua")
        #expect(desk.wait(1_000) == removed)
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(100).isEmpty)
        try desk.remove("s.lua")
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `a module that is not there yet is told when it appears`() throws {
        desk.watch(["s.lua", "helper.lua"])
        #expect(desk.wait(1_000).isEmpty)
        try desk.save("helper.lua", "return {}")
        #expect(desk.wait(1_000) == [.init(path: desk.path("helper.lua"), kind: .changed)])
    }

    @Test func `a folder or a pipe in its place counts as gone, and nothing waits for the pipe`() throws {
        try desk.remove("s.lua")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(desk.wait(1_000) == removed)
        try desk.remove("s.lua")
        for name in ["s.lua", "fifo.lua"] {
            let made = unsafe mkfifo(desk.path(name), 0o600)
            #expect(made == 0)
        }
        desk.watch(["s.lua", "fifo.lua"])
        #expect(desk.wait(1_000).isEmpty)
        try desk.remove("s.lua")
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(1_000) == changed)
    }

    @Test(.disabled(if: geteuid() == 0, "root reads everything"))
    func `a file that cannot be read counts as gone until it can`() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(desk.wait(1_000) == removed)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `links are followed, also one of a folder that is exchanged as a whole`() throws {
        try desk.save("v1/x.lua", "return 1")
        try desk.save("v2/x.lua", "return 2")
        try desk.save("v3/x.lua", "return 2")
        try desk.link("data", to: "v1")
        try desk.link("x.lua", to: "data/x.lua")
        desk.watch(["x.lua"])
        #expect(desk.wait(1_000).isEmpty)
        let edit = [ScriptWatcher.Change(path: desk.path("x.lua"), kind: .changed)]
        try desk.link("data", to: "v2")
        #expect(desk.wait(1_000) == edit)
        try desk.link("data", to: "v3")
        #expect(desk.wait(1_000).isEmpty)
        try desk.save("v3/x.lua", "return 3")
        #expect(desk.wait(1_000) == edit)
        try desk.link("data", to: "nowhere")
        #expect(desk.wait(1_000).map(\.kind) == [.removed])
    }

    @Test func `an edit that hides behind size and time is seen all the same`() throws {
        #expect(desk.wait(1_000).isEmpty)
        try desk.saveUnseen("s.lua", "return 7")
        #expect(desk.wait(1_000) == changed)
    }

    @Test func `a file far too large for a script is not read to its end, yet its edits are told`() throws {
        let large = String(repeating: "-- filling\n", count: 200_000)
        try desk.save("s.lua", large)
        #expect(desk.wait(1_000) == changed)
        try desk.save("s.lua", large + "-- more\n")
        #expect(desk.wait(1_000) == changed)
        try desk.save("s.lua", large + "-- less\n")
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `several files are told in the order they are watched`() throws {
        try desk.save("a.lua", "1")
        desk.watch(["s.lua", "a.lua", "s.lua"])
        try desk.save("a.lua", "2")
        try desk.remove("s.lua")
        #expect(desk.wait(1_000) == removed + [.init(path: desk.path("a.lua"), kind: .changed)])
    }

    @Test func `replacing the set keeps what is known of a file, and forgets what is left out`() throws {
        try desk.save("s.lua", "return 2")
        #expect(desk.wait(100).isEmpty)
        desk.watch(["a.lua", "s.lua"])
        #expect(desk.wait(1_000) == changed)
        desk.watch([])
        try desk.save("s.lua", "return 3")
        #expect(desk.wait(1_000).isEmpty)
        desk.watch(["s.lua"])
        #expect(desk.wait(1_000).isEmpty)
    }

    @Test func `an edit between reading a script and watching it is not lost`() throws {
        let read = try ScriptLibrary.read(path)
        try desk.save("s.lua", "return 2")
        let fresh = desk.path("s.lua")
        desk.watcher = ScriptWatcher()
        desk.watcher.watch([fresh], loaded: [fresh: read.hash])
        #expect(desk.wait(1_000) == changed)
        desk.watcher.watch([fresh], loaded: [fresh: try ScriptLibrary.read(fresh).hash])
        #expect(desk.wait(1_000).isEmpty)
        desk.watcher.watch([fresh], loaded: [fresh: read.hash])
        #expect(desk.wait(1_000) == changed)
    }

    @Test func `whatever an editor does, what was told last is what lies there in the end`() throws {
        try forSeeds(0..<150) { random in
            let desk = try EditorDesk()
            var told: String? = "text 0"
            var wasThere = true
            var isGone = false
            try desk.save("s.lua", "text 0")
            desk.watch(["s.lua"])
            func check(_ changes: [ScriptWatcher.Change]) throws {
                for change in changes {
                    let text = desk.text("s.lua")
                    switch change.kind {
                    case .removed:
                        try hold(wasThere && text == nil, "removed, but there is \(text ?? "nothing, as before")")
                        wasThere = false
                    case .changed:
                        try hold(
                            text != nil && text != told,
                            "changed to \(text ?? "nothing") from \(told ?? "nothing")"
                        )
                        told = text
                    }
                    isGone = change.kind == .removed
                }
            }
            for _ in 0..<Int.random(in: 1...25, using: &random) {
                let text = "text \(Int.random(in: 0...3, using: &random))"
                switch Int.random(in: 0..<6, using: &random) {
                case 0: try desk.save("s.lua", text)
                case 1: try desk.save("s.lua", "")
                case 2:
                    try desk.save("new", text)
                    try desk.move("new", over: "s.lua")
                case 3: if desk.text("s.lua") != nil { try desk.remove("s.lua") }
                case 4:
                    try desk.save("target", text)
                    try desk.link("s.lua", to: "target")
                default: if desk.text("s.lua") != nil { try desk.touch("s.lua") }
                }
                if desk.text("s.lua") != nil { wasThere = true }
                for _ in 0..<Int.random(in: 0..<30, using: &random) { try check(desk.poll(after: 50)) }
            }
            try check(desk.wait(2_000))
            let last = desk.text("s.lua")
            try hold(
                last == nil ? isGone : told == last,
                "there is \(last ?? "nothing"), told was \(told ?? "nothing")"
            )
        }
    }
}
