// Presses the arrow keys on the first map of a page, each time from no cell, and puts what came of it into the page's
// element as data-keys: "as they should", or what was wrong. scripts/report-check adds it to a copy of the page.
{
  const plot = document.querySelector(".plot[data-columns]");
  const columns = Number(plot.dataset.columns), lines = Number(plot.dataset.lines);
  const rows = JSON.parse(document.getElementById(plot.dataset.points).textContent).rows;
  const readout = plot.parentNode.querySelector(".readout");
  const wrong = [];
  const expect = (wanted, ...keys) => {
    plot.dispatchEvent(new Event("blur"));
    for (const key of keys) plot.dispatchEvent(new KeyboardEvent("keydown", { key }));
    const cell = rows.findIndex(row => readout.textContent.startsWith(row[1] + " · "));
    if (cell !== wanted) wrong.push(keys.join(" ") + " leads to cell " + cell + " instead of " + wanted);
  };
  const times = (count, key) => new Array(count).fill(key);
  const bottom = columns * (lines - 1), right = columns - 1;
  expect(0, "ArrowDown");
  expect(0, "ArrowUp");
  expect(0, "ArrowRight");
  expect(rows.length - 1, "ArrowLeft");
  expect(right, "Home", ...times(right, "ArrowRight"));
  expect(right + (lines > 1 ? columns : 0), "Home", ...times(right, "ArrowRight"), "ArrowDown");
  expect(bottom, "Home", ...times(lines + 1, "ArrowDown"));
  expect(right, "End", ...times(lines + 1, "ArrowUp"));
  expect(rows.length - 1, "End", "ArrowDown");
  document.documentElement.dataset.keys = wrong.length ? wrong.join("; ") : "as they should";
}
