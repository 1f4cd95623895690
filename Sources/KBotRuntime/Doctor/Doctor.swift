import Foundation
import KBotEngine
import KBotKalshi
import KBotModel
import KBotReports
package import Logging

/// `kbot doctor`: looks at everything a run needs, without trading.
package struct Doctor {
    private let settings: RunSettings
    private let library: ScriptLibrary
    private let scripts: [String]
    private let logger: Logger
    private var results: [Diagnosis] = []

    /// Prepares; `scripts` are files, names or folders of scripts to check.
    package init(_ settings: RunSettings, library: ScriptLibrary, scripts: [String], logger: Logger) {
        self.settings = settings
        self.library = library
        self.scripts = scripts
        self.logger = logger
    }

    /// Looks at everything, in the order in which one thing needs the other.
    package static func examine(
        _ settings: RunSettings,
        library: ScriptLibrary,
        scripts: [String],
        logger: Logger
    ) -> [Diagnosis] {
        var doctor = Doctor(settings, library: library, scripts: scripts, logger: logger)
        doctor.checkConfiguration()
        doctor.checkKey()
        doctor.checkVenue()
        doctor.checkDisk()
        doctor.checkScripts()
        return doctor.results
    }

    private mutating func add(_ check: String, _ level: Diagnosis.Level, _ finding: String, _ advice: String? = nil) {
        results.append(Diagnosis(check, level, finding, advice))
    }

    private mutating func checkConfiguration() {
        for warning in settings.warnings { add("configuration", .warning, warning) }
        let given = settings.values.count { $0.source != .fallback }
        add("configuration", .ok, "\(given) of \(settings.values.count) settings given, all can be read")
        add("hosts", settings.venue.override == nil ? .ok : .warning, settings.venue.place)
    }

    private mutating func checkKey() {
        guard let credentials = settings.credentials.credentials else {
            let isAbsent = if case .absent = settings.credentials { true } else { false }
            return add(
                "key file",
                isAbsent ? .warning : .failure,
                settings.credentials.line,
                "without a key only the simulated market, recordings and kbot markets work; create one on Kalshi's API "
                    + "key page and put its id and file into .env"
            )
        }
        do throws(KeyFileError) {
            let file = try KeyFile(credentials.privateKeyPath, home: ProcessInfo.processInfo.environment["HOME"])
            for warning in file.warningLines { add("key file", .warning, warning) }
            add("key file", .ok, "\(credentials.privateKeyPath): \(file.key)")
        } catch {
            add("key file", .failure, "\(error)")
        }
    }

    private mutating func checkScripts() {
        guard !scripts.isEmpty else { return }
        do throws(RunFailure) {
            for report in try ScriptCheckup.check(scripts, arguments: [], library: library) {
                let errors = report.findings.count { $0.severity == "error" }
                add(
                    "script",
                    errors > 0 ? .failure : report.findings.isEmpty ? .ok : .warning,
                    "\(report.path): \(counted(errors, "error")), \(counted(report.findings.count - errors, "warning"))",
                    report.findings.isEmpty ? nil : "kbot check \(report.path) tells more"
                )
            }
        } catch {
            add("script", .failure, error.message)
        }
    }

    /// What a day of the venue's frames may take, with room to spare.
    private static let leastDisk: Int64 = 2 << 30

    private mutating func checkDisk() {
        let path = settings.stateDirectory
        let manager = FileManager.default
        var probe = URL(fileURLWithPath: path).standardizedFileURL
        while !manager.fileExists(atPath: probe.path), probe.path != "/" { probe.deleteLastPathComponent() }
        guard manager.isWritableFile(atPath: probe.path) else {
            return add("disk", .failure, "\(path) cannot be written", "give another folder with --state-dir")
        }
        guard let free = try? manager.attributesOfFileSystem(forPath: probe.path)[.systemFreeSize] as? NSNumber else {
            return add("disk", .warning, "\(path): the free space cannot be read")
        }
        let isShort = free.int64Value < Self.leastDisk
        add(
            "disk",
            isShort ? .warning : .ok,
            "\(path): \(free.int64Value >> 20) MiB free",
            isShort ? "recordings and journals need room: some GiB are better" : nil
        )
    }
}

// MARK: The venue

extension Doctor {
    private mutating func checkVenue() {
        let credentials = settings.credentials.credentials
        let access: VenueAccess
        do throws(RunFailure) {
            access = try VenueAccess(settings.venue, credentials: credentials, logger: logger)
        } catch {
            return add("connection", .failure, error.message)
        }
        defer { access.shutDown() }
        let answer = access.wait { client in await VenueQuestion.status.ask(client) }
        guard case .status(let status) = answer else {
            if case .failed(let error) = answer {
                add("connection", .failure, "\(access.settings.place): \(error.advice(access.time.clock.estimate))")
            }
            return add("venue", .skipped, "without a connection nothing more can be asked")
        }
        add("connection", .ok, "\(access.settings.place) answers")
        check(status)
        checkAccount(access)
        checkClock(access)
        checkPayloads(access)
    }

    private mutating func check(_ status: ExchangeStatus) {
        for shard in status.shards.isEmpty ? [] : status.shards {
            add(
                "exchange",
                shard.isActive && shard.isTrading ? .ok : .warning,
                "shard \(shard.shard) (\(shard.name ?? "no name")): "
                    + (shard.isActive ? shard.isTrading ? "trading" : "paused, only cancels are taken" : "closed")
            )
        }
        if status.shards.isEmpty || !status.isActive || !status.isTrading {
            let works = status.isActive && status.isTrading
            let back = status.resumes.map { ", expected back at \($0)" } ?? ""
            add("exchange", works ? .ok : .warning, works ? "trading" : "not trading\(back)")
        }
    }

    private mutating func checkAccount(_ access: VenueAccess) {
        guard access.bank != nil else {
            return add("authentication", .skipped, "there is no key to try")
        }
        let number = access.settings.subaccount
        let scope = AccountScope(subaccount: number == 0 ? nil : number)
        let answer = access.wait { client -> Result<(AccountLimits, BalanceRow), VenueError> in
            do throws(VenueError) {
                return .success((try await client.adoptLimits(), try await client.send(.balance(scope))))
            } catch {
                return .failure(error)
            }
        }
        switch answer {
        case .failure(let error):
            add("authentication", .failure, error.advice(access.time.clock.estimate))
        case .success(let (limits, balance)):
            add("authentication", .ok, "the key is accepted")
            add(
                "rate limits",
                .ok,
                "tier \(limits.tier ?? "unnamed"): \(limits.read.refill) read and \(limits.write.refill) write tokens a second"
            )
            if balance.shards.isEmpty { add("balance", .ok, balance.cash.dollarText) }
            for shard in balance.shards { add("balance", .ok, "shard \(shard.shard): \(shard.balance.dollarText)") }
            let picture = AccountPicture(balance: balance, positions: [], resting: [])
            if let crypto = balance.cash(onShard: 2), crypto < Money(dollars: 1) {
                let advice = picture.transferAdvice(toShard: 2, need: settings.engine.initialCapital)
                add("balance", .warning, "nothing on shard 2, where crypto trades", advice.map(\.description))
            }
        }
    }

    private mutating func checkClock(_ access: VenueAccess) {
        guard let estimate = access.time.clock.estimate else {
            return add("clock", .warning, "the venue's answers carry no time to compare with")
        }
        if access.settings.override?.rest.isLoopback == true {
            add("clock", .ok, "an exchange on this machine has a time of its own")
        } else if let warning = estimate.warning {
            add("clock", .warning, warning)
        } else {
            add("clock", .ok, "agrees with the venue's to within a second")
        }
    }

    /// Compares what the venue sends with what kbot expects, field by field.
    private mutating func checkPayloads(_ access: VenueAccess) {
        var calls: [(name: String, call: Call<SchemaDrift>)] = [
            ("exchange status", Call<ExchangeStatus>.exchangeStatus().compared(with: ExchangeStatus.self, in: nil)),
            (
                "series",
                Call<SeriesRow>.series(SeriesTicker("KXBTC15M")).compared(with: SeriesRow.self, in: "series")
            ),
            (
                "markets",
                Call<Page<MarketRow>>.markets(
                    MarketQuery(series: SeriesTicker("KXBTC15M"), status: .open),
                    bounds: ListBounds(limit: 20)
                ).compared(with: MarketRow.self, in: "markets")
            ),
            (
                "trades",
                Call<Page<TradeRow>>.trades(bounds: ListBounds(limit: 50)).compared(with: TradeRow.self, in: "trades")
            ),
        ]
        if access.bank != nil {
            let bounds = ListBounds(limit: 20)
            calls += [
                ("balance", Call<BalanceRow>.balance().compared(with: BalanceRow.self, in: nil)),
                (
                    "orders",
                    Call<Page<OrderRow>>.orders(bounds: bounds).compared(with: OrderRow.self, in: "orders")
                ),
                ("fills", Call<Page<FillRow>>.fills(bounds: bounds).compared(with: FillRow.self, in: "fills")),
                (
                    "settlements",
                    Call<Page<SettlementRow>>.settlements(bounds: bounds)
                        .compared(with: SettlementRow.self, in: "settlements")
                ),
            ]
        }
        for (name, call) in calls {
            let answer = access.wait { client -> Result<SchemaDrift, VenueError> in
                do throws(VenueError) {
                    return .success(try await client.send(call))
                } catch {
                    return .failure(error)
                }
            }
            switch answer {
            case .failure(let error): add("schema", .warning, "\(name): \(error)")
            case .success(let drift): add(drift, of: name)
            }
        }
    }

    private mutating func add(_ drift: SchemaDrift, of name: String) {
        for text in drift.broken.prefix(5) {
            add(
                "schema",
                .failure,
                "\(name): \(text)",
                "kbot does not understand this answer: look for a newer version"
            )
        }
        guard drift.broken.isEmpty else { return }
        guard drift.unknown.isEmpty else {
            let list = drift.unknown.prefix(10).joined(separator: ", ")
            return add("schema", .warning, "\(name): fields kbot does not know and passes over: \(list)")
        }
        add("schema", .ok, "\(name): \(counted(drift.rows, "row")), every field known")
    }
}
