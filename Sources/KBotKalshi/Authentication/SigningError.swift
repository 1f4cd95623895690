/// Why a request could not be signed.
package enum SigningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The id of the API key is empty, too long, or holds something other than printable ASCII.
    case badKeyID
    /// The method is not made of letters.
    case badMethod
    /// The path does not start with a slash, is too long, or holds what should be percent-encoded.
    case badPath(String)
    /// OpenSSL refused.
    case refused

    /// What is wrong, and what to do about it.
    package var description: String {
        switch self {
        case .badKeyID: "the API key's id is none; copy it from Kalshi's API key page, without quotes or spaces"
        case .badMethod: "a method is made of letters, as GET is"
        case .badPath(let path): "'\(path)' cannot be signed: a path starts with / and is percent-encoded ASCII"
        case .refused: "OpenSSL could not sign; is memory short, or OpenSSL held to another policy (FIPS)?"
        }
    }
}
