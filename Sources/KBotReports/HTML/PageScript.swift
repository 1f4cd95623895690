/// The few lines that read values off the charts, by pointer and by the arrow keys, sort tables, and open what is folded for
/// printing.
///
/// A page is whole without it. No `<` or `&` may stand in it, so that the page stays XML.
enum PageScript {
    static let source: StaticString = """

        "use strict";
        const cents = units => (units / 100).toFixed(2) + "¢";
        const candle = (from, row) => {
          const time = new Date(from + row[1] * 1000).toISOString().slice(11, 19);
          const bands = row.length > 6 ? " · bands " + cents(row[6]) + " to " + cents(row[7]) : "";
          return time + " · open " + cents(row[2]) + " · high " + cents(row[3]) + " · low " + cents(row[4])
            + " · close " + cents(row[5]) + bands;
        };
        const words = (labels, row) => labels.map((label, i) => (label ? label + " " : "") + row[i + 1]).join(" · ");
        for (const plot of document.querySelectorAll(".plot[data-points]")) {
          const cursor = plot.querySelector(".cursor");
          const out = plot.parentNode.querySelector(".readout");
          const columns = Number(plot.dataset.columns ?? 0), lines = Number(plot.dataset.lines ?? 0);
          let data = null, at = -1;
          const rows = () => {
            data ??= JSON.parse(document.getElementById(plot.dataset.points).textContent);
            return data.rows;
          };
          const show = index => {
            at = Math.min(Math.max(index, 0), rows().length - 1);
            const row = data.rows[at];
            cursor.hidden = false;
            cursor.style.left = (columns ? at % columns / columns * 100 : row[0] / 100) + "%";
            if (columns) {
              cursor.style.top = Math.floor(at / columns) / lines * 100 + "%";
              cursor.style.width = 100 / columns + "%";
              cursor.style.height = 100 / lines + "%";
            }
            out.textContent = data.labels ? words(data.labels, row) : candle(data.from, row);
          };
          const hide = () => { cursor.hidden = true; out.textContent = ""; at = -1; };
          const point = event => {
            const box = plot.getBoundingClientRect();
            if (columns) {
              const part = (offset, length, count) => Math.min(Math.max(Math.floor(offset / length * count), 0), count - 1);
              show(part(event.clientY - box.top, box.height, lines) * columns
                + part(event.clientX - box.left, box.width, columns));
              return;
            }
            const x = (event.clientX - box.left) / box.width * 10000;
            let best = 0;
            rows().forEach((row, i) => { if (Math.abs(rows()[best][0] - x) > Math.abs(row[0] - x)) best = i; });
            show(best);
          };
          plot.addEventListener("pointermove", point);
          plot.addEventListener("pointerdown", point);
          plot.addEventListener("pointerleave", hide);
          plot.addEventListener("blur", hide);
          plot.addEventListener("keydown", event => {
            const steps = { ArrowLeft: at === -1 ? Infinity : at - 1, ArrowRight: at + 1, Home: 0, End: Infinity };
            if (columns) {
              // A step up or down keeps the column, and stays where there is no line more.
              const now = Math.max(at, 0), last = columns * (lines - 1);
              steps.ArrowUp = now >= columns ? now - columns : now;
              steps.ArrowDown = at === -1 ? 0 : now >= last ? now : now + columns;
            }
            if (!(event.key in steps)) return;
            event.preventDefault();
            show(steps[event.key]);
          });
        }
        for (const table of document.querySelectorAll("table[data-sort]")) {
          const heads = [...table.querySelectorAll("thead th")];
          const value = (row, column) => {
            const cell = row.cells[column], data = cell.querySelector("data");
            const text = data ? data.value : cell.querySelector(".none") ? "" : cell.textContent;
            return text === "" || isNaN(text) ? text : Number(text);
          };
          // Figures before words, and both before what is missing, whichever way they are sorted.
          const rank = value => typeof value === "number" ? 0 : value === "" ? 2 : 1;
          heads.forEach((head, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.textContent = head.textContent;
            head.replaceChildren(button);
            button.addEventListener("click", () => {
              const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
              for (const other of heads) other.removeAttribute("aria-sort");
              head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
              const rows = [...table.tBodies[0].rows].map(row => [value(row, column), row]);
              rows.sort(([a], [b]) => rank(a) - rank(b)
                || sign * (typeof a === "number" ? a - b : a.localeCompare(b)));
              table.tBodies[0].append(...rows.map(pair => pair[1]));
            });
          });
        }
        addEventListener("beforeprint", () => {
          for (const folded of document.querySelectorAll("details")) folded.open = true;
        });

        """
}
