import KBotKalshi
import KBotModel

/// Reads a JSON text.
func json(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

/// Fields of `original` that `written` has lost or changed; texts that mean the same number or time count as equal.
///
/// Null and empty lists may be left away. `dropped` are names of fields that kbot does not keep.
func losses(from original: JSON, in written: JSON, dropped: Set<String> = [], at path: String = "") -> [String] {
    switch (original, written) {
    case (.object(let old), .object(let new)):
        return old.keys.filter { !dropped.contains($0) && !$0.hasPrefix("mve_") }.flatMap { key -> [String] in
            guard let value = old[key], value != .null else { return [] }
            guard let kept = new[key] else {
                return value == .array([]) || value == .string("") ? [] : ["\(path).\(key)"]
            }
            return losses(from: value, in: kept, dropped: dropped, at: "\(path).\(key)")
        }
    case (.array(let old), .array(let new)):
        guard old.count == new.count else { return ["\(path): \(old.count) elements became \(new.count)"] }
        return zip(old, new).enumerated().flatMap { index, pair in
            losses(from: pair.0, in: pair.1, dropped: dropped, at: "\(path).\(index)")
        }
    case (.string(let old), .string(let new)):
        if old == new { return [] }
        if let a = Timestamp(rfc3339: old), a == Timestamp(rfc3339: new) { return [] }
        if let a = Money(old), a == Money(new) { return [] }
        return ["\(path): \(old) became \(new)"]
    default: return original == written ? [] : ["\(path): \(original) became \(written)"]
    }
}
