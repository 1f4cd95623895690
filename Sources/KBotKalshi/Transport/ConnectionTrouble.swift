import NIOCore
import NIOPosix

/// Why a connection failed, in words for people; at most 200 plain characters.
///
/// The libraries' own texts name their source files and nest one error in another.
func connectionTrouble(_ error: any Error) -> String {
    if let error = error as? NIOConnectionError {
        if error.connectionErrors.isEmpty { return "the name \(printable(error.host)) leads to no host" }
        return error.connectionErrors.first.map { connectionTrouble($0.error) } ?? "no connection"
    }
    if let error = error as? IOError { return ioTrouble(error.errnoCode) }
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate")
        || text.contains("failedToValidateHostname")
    {
        return
            "the host's certificate is not trusted; is it the right host, and does KALSHI_CA_FILE name its authority?"
    }
    if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
        return "the host does not speak TLS there; is it an address with http:// instead of https://?"
    }
    return printable(text)
}

private func ioTrouble(_ code: CInt) -> String {
    switch code {
    case 111: "nobody listens there (connection refused)"
    case 110: "the host did not answer in time"
    case 101, 113: "the network or the host cannot be reached"
    case 104: "the connection was cut (reset)"
    default: "error \(code) of the operating system"
    }
}
