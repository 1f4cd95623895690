/// Paths of SVG, in whole places; y counts from the bottom.
enum Paths {
    /// A line through points, written with relative steps, which are shorter.
    static func line(_ points: [(x: Int64, y: Int64)]) -> String {
        guard let first = points.first else { return "" }
        var path = "M\(first.x) \(Plot.height - first.y)"
        if points.count == 1 { path += "h1" }
        var (x, y) = first
        for point in points.dropFirst() {
            path += "l\(point.x - x) \(y - point.y)"
            (x, y) = point
        }
        return path
    }

    /// A line that stays at a value until the next point.
    static func steps(_ points: [(x: Int64, y: Int64)]) -> String {
        guard let first = points.first else { return "" }
        var path = "M\(first.x) \(Plot.height - first.y)"
        var y = first.y
        for point in points.dropFirst() {
            path += "H\(point.x)"
            if point.y != y { path += "V\(Plot.height - point.y)" }
            y = point.y
        }
        return path
    }

    /// The area between such a line and a height.
    static func area(_ points: [(x: Int64, y: Int64)], to base: Int64) -> String {
        guard let first = points.first, let last = points.last else { return "" }
        let bottom = Plot.height - base
        return "M\(first.x) \(bottom)V\(Plot.height - first.y)" + steps(points).dropFirst(moveLength(first))
            + "H\(last.x)V\(bottom)Z"
    }

    /// A rectangle from one height to another.
    static func rectangle(x: Int64, width: Int64, from: Int64, to: Int64) -> String {
        "M\(x) \(Plot.height - from)h\(width)v\(from - to)h\(-width)z"
    }

    private static func moveLength(_ point: (x: Int64, y: Int64)) -> Int {
        "M\(point.x) \(Plot.height - point.y)".count
    }
}
