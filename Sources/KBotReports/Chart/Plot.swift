import KBotModel

/// The frame of a chart: an SVG that fills its box, labels of the axes around it, and values for the pointer.
///
/// The drawing is stretched to the width there is, on a telephone as on paper, with lines of constant width; the labels
/// are text of the page beside it and keep their size.
struct Plot {
    /// Places across.
    static let width: Int64 = 10_000
    /// Places down.
    static let height: Int64 = 1_000

    /// Name within the page.
    let id: String
    /// What the chart shows, in a few words.
    let title: String
    /// What is to be seen in it, for who cannot see it.
    let summary: String
    /// Height of the box: `tall`, `low` or nothing.
    var size = ""
    /// Labels of the vertical axis: place from the bottom, text.
    var yTicks: [(place: Int64, label: String)] = []
    /// Labels of the horizontal axis: place, text.
    var xTicks: [(place: Int64, label: String)] = []
    /// Whether the horizontal labels stand for columns rather than for points: then no line is drawn at them.
    var hasColumns = false
    /// Columns and lines of a map, whose readings go cell by cell from the top left; nil for any other chart.
    var map: (columns: Int, lines: Int)?
    /// What is drawn, from the back to the front.
    var layers: [Layer] = []
    /// Signs on top of the drawing.
    var marks: [Mark] = []
    /// Names of the values the pointer reads, the first one that of the horizontal axis.
    var labels: [String] = []
    /// Values the pointer reads: place across, then the texts for ``labels``.
    var readings: [(place: Int64, texts: [String])] = []

    /// A path with a class of the style sheet.
    struct Layer {
        let style: StaticString
        let path: String
    }

    /// A sign at a point, as text.
    struct Mark {
        let style: StaticString
        let sign: String
        let x: Int64
        /// From the bottom.
        let y: Int64
        /// What the sign shows of the document: its text there, and where; nil for a mere sign.
        var figure: (text: String, pointer: String)?
    }

    /// Adds a path, unless it is empty.
    mutating func draw(_ style: StaticString, _ path: String) {
        if !path.isEmpty { layers.append(Layer(style: style, path: path)) }
    }

    /// A strip of money along the horizontal axis, with the line at zero drawn.
    ///
    /// - Parameters:
    ///   - values: What has to fit on it, in microdollars.
    ///   - id: Name within the page.
    ///   - title: What it shows.
    ///   - summary: What is to be seen in it.
    /// - Returns: The plot, and the scale across it.
    static func againstZero(
        _ values: [Int64],
        id: String,
        title: String,
        summary: String
    ) -> (plot: Plot, scale: Scale) {
        let span = values.reduce(Int64(0)...0) { min($0.lowerBound, $1)...max($0.upperBound, $1) }
        let (scale, ticks) = Scale.nice(span, least: 10_000, length: width)
        var plot = Plot(id: id, title: title, summary: summary)
        plot.size = "strip"
        plot.xTicks = ticks.map { (scale.place($0), tickLabel($0)) }
        plot.draw("zero", "M\(scale.place(0)) 0V\(height)")
        return (plot, scale)
    }

    /// Writes the figure; `data` writes the readings in another form than ``readings`` when they have one.
    func write(to html: inout HTMLWriter, note: String? = nil, data: ((inout JSONWriter) -> Void)? = nil) {
        let hasReadings = !readings.isEmpty || data != nil
        html.element("figure", ["class": "chart"]) { html in
            html.element("figcaption") { html in
                html.element("strong", text: title)
                if let note { html.text(" " + note) }
            }
            html.element(
                "div",
                [
                    "class": size.isEmpty ? "plot" : "plot \(size)",
                    "tabindex": hasReadings ? "0" : nil,
                    "role": hasReadings ? "group" : nil,
                    "aria-label": hasReadings ? "\(title): values with the arrow keys" : nil,
                    "data-points": hasReadings ? "p-\(id)" : nil,
                    "data-columns": map.map { "\($0.columns)" },
                    "data-lines": map.map { "\($0.lines)" },
                ]
            ) { html in
                writeDrawing(to: &html)
                for tick in yTicks {
                    html.element(
                        "span",
                        ["class": "y", "style": "bottom:\(share(tick.place, of: Self.height))"],
                        text: tick.label
                    )
                }
                for (index, tick) in xTicks.enumerated() {
                    html.element(
                        "span",
                        [
                            "class": index % 2 == 0 ? "x" : "x odd",
                            "style": "left:\(share(tick.place, of: Self.width))",
                        ],
                        text: tick.label
                    )
                }
                for mark in marks {
                    let place = "left:\(share(mark.x, of: Self.width));bottom:\(share(mark.y, of: Self.height))"
                    html.element(
                        "span",
                        ["class": "mark \(mark.style)", "style": place, "aria-hidden": "true"]
                    ) { html in
                        guard let (text, pointer) = mark.figure else { return html.text(mark.sign) }
                        html.element("data", ["value": text, "data-json": pointer], text: mark.sign)
                    }
                }
                if hasReadings { html.element("span", ["class": "cursor", "hidden": "hidden"]) { _ in } }
            }
            if hasReadings {
                html.element("output", ["class": "readout", "aria-live": "polite"]) { _ in }
                html.json("p-\(id)") { writer in
                    if let data { return data(&writer) }
                    writer.beginObject()
                    writer.array("labels", of: labels) { $0.value($1) }
                    writer.array("rows", of: readings) { writer, row in
                        writer.beginArray()
                        writer.value(row.place)
                        for text in row.texts { writer.value(text) }
                        writer.endArray()
                    }
                    writer.endObject()
                }
            }
        }
        html.line()
    }

    private func writeDrawing(to html: inout HTMLWriter) {
        html.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(Self.width) \(Self.height)",
                "preserveAspectRatio": "none", "role": "img", "aria-labelledby": "t-\(id) d-\(id)",
            ]
        ) { html in
            html.element("title", ["id": "t-\(id)"], text: title)
            html.element("desc", ["id": "d-\(id)"], text: summary)
            var grid = ""
            if map == nil { for tick in yTicks { grid += "M0 \(Self.height - tick.place)H\(Self.width)" } }
            if !hasColumns { for tick in xTicks { grid += "M\(tick.place) 0V\(Self.height)" } }
            if !grid.isEmpty { html.empty("path", ["class": "grid", "d": grid]) }
            for layer in layers { html.empty("path", ["class": "\(layer.style)", "d": layer.path]) }
        }
    }
}

/// A place as a percentage of a length, with two digits.
private func share(_ place: Int64, of length: Int64) -> String {
    let hundredths = Int64(roundedDivide(Int128(place) * 10_000, by: Int128(length)))
    return formatDecimal(hundredths, fractionDigits: 2) + "%"
}
