package import KBotKalshi

/// Which venue a run talks to, and which account there.
package struct VenueSettings: Hashable, Sendable {
    /// The system the key belongs to.
    package let environment: KalshiEnvironment
    /// Hosts in the place of Kalshi's own; nil for those.
    package let override: VenueHosts?
    /// Roots to trust beside the system's.
    package let trust: TrustRoots
    /// Subaccount traded on; 0 is the primary account.
    package let subaccount: Int32

    init(environment: KalshiEnvironment, override: VenueHosts?, certificateFile: String, subaccount: Int32) {
        self.environment = environment
        self.override = override
        trust = certificateFile.isEmpty ? .system : .file(certificateFile)
        self.subaccount = subaccount
    }

    /// The hosts of REST and of the socket.
    package var hosts: VenueHosts { override ?? (environment == .live ? .live : .demo) }

    /// Whom the program talks to, in words: another host than Kalshi's own is always named as one.
    package var place: String {
        guard let override else { return "Kalshi \(environment.rawValue), \(hosts.rest.host)" }
        return "\(override.rest) (KALSHI_REST_URL: not Kalshi's own host)"
    }
}
