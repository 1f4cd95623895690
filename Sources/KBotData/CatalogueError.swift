/// Why the catalogue could not do what was asked.
package enum CatalogueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no catalogue in this directory.
    case missing(String)
    /// The file is no catalogue, or a newer kbot's.
    case foreign(String)
    /// Stored data contradicts itself; the text says where.
    case damaged(String)
    /// SQLite or the file system refused.
    case failed(String)

    /// The sentence, with what to do where something can be done.
    package var description: String {
        switch self {
        case .missing(let path): "there is no data catalogue at \(path): kbot import PATH… makes one"
        case .foreign(let text): text
        case .damaged(let text): "the data catalogue is damaged (\(text)): remove it and import the files again"
        case .failed(let text): "the data catalogue cannot be read or written: \(text)"
        }
    }
}
