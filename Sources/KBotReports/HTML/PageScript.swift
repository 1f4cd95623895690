/// The few lines that read values off the charts, by pointer and by the arrow keys, and open what is folded for printing.
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
          let data = null, at = -1;
          const rows = () => {
            data ??= JSON.parse(document.getElementById(plot.dataset.points).textContent);
            return data.rows;
          };
          const show = index => {
            at = Math.min(Math.max(index, 0), rows().length - 1);
            const row = data.rows[at];
            cursor.hidden = false;
            cursor.style.left = row[0] / 100 + "%";
            out.textContent = data.labels ? words(data.labels, row) : candle(data.from, row);
          };
          const hide = () => { cursor.hidden = true; out.textContent = ""; at = -1; };
          const point = event => {
            const box = plot.getBoundingClientRect();
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
            if (!(event.key in steps)) return;
            event.preventDefault();
            show(steps[event.key]);
          });
        }
        addEventListener("beforeprint", () => {
          for (const folded of document.querySelectorAll("details")) folded.open = true;
        });

        """
}
