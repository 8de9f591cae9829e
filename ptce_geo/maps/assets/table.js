// The data behind the map as a table: a CSV file made in the page, and a window to read it in.

const ROWS_DRAWN = 200; // at most, and as many more each time they are asked for

/** The section of the panel with the tables of the layers; null where no layer has one. */
function addTable(page) {
  const { text } = page;
  const views = page.views.filter((view) => view.table);
  if (!views.length) return null;
  if (!page.otherMap) views.reverse(); // the topmost first, as in the legend
  const link = (words, label, action) =>
    el("button", { type: "button", class: "ptce-link", "aria-label": label, onclick: action }, words);
  const buttons = (view) => {
    const name = view.title;
    const label = (words) => (views.length > 1 ? fill(words, { name }) : null);
    return [
      link(text.table_see, label(text.table_see_of), (event) => openTable(page, view, event.currentTarget)),
      link(text.table_csv, label(text.table_csv_of), () => download(page, view)),
    ];
  };
  return el("section", { class: "ptce-section ptce-around" }, el("h2", {}, text.table),
    el("ul", { class: "ptce-table-list" }, ...views.map((view) => el("li", {},
      views.length > 1 ? nameOf(view.title, "ptce-clamp") : null, ...buttons(view)))));
}

// ----- CSV -------------------------------------------------------------------------------------

/** Hand the reader the table of a layer as a file; nothing leaves the page. */
function download(page, view) {
  const { data, text, views } = page;
  const titles = views.filter((each) => each.table).length > 1 ? `${data.title} ${view.title}` : data.title;
  const name = plain(titles).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 80) || text.table_file;
  const url = URL.createObjectURL(new Blob([csvOf(view.table(), data.lang)], { type: "text/csv;charset=utf-8" }));
  el("a", { href: url, download: `${name}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000); // a slow disk still reads it
}

/** As a spreadsheet of that language reads it: in French ";" and decimal commas, after a BOM. */
function csvOf({ columns, rows }, lang) {
  const french = lang === "fr";
  const lines = [columns, ...rows].map((row) =>
    row.map((cell) => csvCell(cell, french)).join(french ? ";" : ","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function csvCell(cell, french) {
  if (isNothing(cell)) return "";
  if (typeof cell === "number") return french ? String(cell).replace(".", ",") : String(cell);
  const text = String(cell);
  // A spreadsheet would run it as a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[";,\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function isNothing(cell) {
  return cell === null || cell === undefined || (typeof cell === "number" && !Number.isFinite(cell));
}

// ----- window ----------------------------------------------------------------------------------

/** Show the table of a layer in a window over the map; Escape or the cross closes it. */
function openTable(page, view, opener) {
  const { text } = page;
  const table = view.table();
  const shown = { page, ...table, limit: ROWS_DRAWN, sort: null, wanted: "" };
  shown.figures = table.columns.map((_, i) => table.rows.some((row) => typeof row[i] === "number"));
  shown.body = el("tbody");
  shown.status = el("p", { class: "ptce-note", role: "status" });
  shown.more = el("button", { type: "button", class: "ptce-link",
    onclick: () => { shown.limit += ROWS_DRAWN; drawRows(shown); } }, text.table_more);
  shown.heads = table.columns.map((words, i) => el("th", { scope: "col", class: shown.figures[i] && "ptce-figure" },
    el("button", { type: "button", class: "ptce-sort", onclick: () => sortBy(shown, i) }, nameOf(words))));
  // No field of type "search": there Escape would empty it and leave the window open.
  const filter = el("input", { type: "text", class: "ptce-search", placeholder: text.table_filter,
    "aria-label": text.table_filter, autocomplete: "off", oninput: () => filterRows(shown, filter.value) });
  const heading = el("h2", { id: "ptce-dialog-title" }, nameOf(table.name));
  const dialog = el("dialog", { class: "ptce-dialog", "aria-labelledby": heading.id },
    el("div", { class: "ptce-dialog-head" }, heading, filter,
      el("button", { type: "button", class: "ptce-close", "aria-label": text.close, onclick: () => dialog.close() }, "×")),
    el("div", { class: "ptce-table-scroll", tabindex: "0", autofocus: true, role: "region", "aria-labelledby": heading.id },
      el("table", { class: "ptce-table" }, el("caption", {}, nameOf(table.name)),
        el("thead", {}, el("tr", {}, ...shown.heads)), shown.body)),
    el("div", { class: "ptce-dialog-foot" }, el("span", {}, shown.status, shown.more),
      el("button", { type: "button", class: "ptce-link", onclick: () => download(page, view) }, text.table_csv)));
  dialog.addEventListener("close", () => { dialog.remove(); opener.focus(); });
  addToPage(page, dialog, "beforeend");
  filterRows(shown, "");
  dialog.showModal();
}

function filterRows(shown, words) {
  shown.wanted = plain(words);
  if (shown.wanted && !shown.plainRows) {
    shown.plainRows = shown.rows.map((row) => plain(row.map((cell) => cellText(shown.page, cell)).join(" ")));
  }
  shown.found = shown.wanted
    ? shown.rows.filter((_, i) => shown.plainRows[i].includes(shown.wanted))
    : shown.rows.slice();
  shown.limit = ROWS_DRAWN;
  sortRows(shown);
}

/** The first time upwards, then the other way round. */
function sortBy(shown, column) {
  const { sort } = shown;
  shown.sort = { column, up: !(sort && sort.column === column && sort.up) };
  shown.heads.forEach((head, i) => {
    if (i === column) head.setAttribute("aria-sort", shown.sort.up ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  });
  sortRows(shown);
}

/** Figures by size, texts as in a dictionary, empty cells last either way. */
function sortRows(shown) {
  if (shown.sort) {
    const { column, up } = shown.sort;
    const { compare } = new Intl.Collator(shown.page.data.lang, { numeric: true });
    const order = (one, other) =>
      typeof one === "number" && typeof other === "number" ? one - other : compare(String(one), String(other));
    shown.found.sort((one, other) => {
      const [a, b] = [one[column], other[column]];
      if (isNothing(a) || isNothing(b)) return isNothing(a) - isNothing(b);
      return up ? order(a, b) : order(b, a);
    });
  }
  drawRows(shown);
}

function drawRows({ page, found, figures, limit, body, status, more }) {
  const drawn = found.slice(0, limit);
  body.replaceChildren(...drawn.map((row) => el("tr", {}, ...row.map((cell, i) =>
    el(i ? "td" : "th", { scope: i ? null : "row", class: figures[i] && "ptce-figure" },
      nameOf(cellText(page, cell)))))));
  status.textContent = fill(page.text.table_drawn,
    { n: number(page, drawn.length), total: number(page, found.length) });
  more.hidden = drawn.length === found.length;
}

/** A cell as readers write it; a figure with its decimals, four at most (the file has them all). */
function cellText(page, cell) {
  if (isNothing(cell)) return "";
  if (typeof cell !== "number") return String(cell);
  return numberFormat(page.data.lang, Math.min(4, (String(cell).split(".")[1] || "").length)).format(cell);
}
