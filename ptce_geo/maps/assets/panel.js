// The panel (title, search, legend, what the layers add, base maps, table) and the footer.

function addPanel(page) {
  const { data, map } = page;
  const { text } = data;
  const body = el(
    "div", { class: "ptce-panel-body", id: "ptce-panel-body", tabindex: "-1" },
    data.warning ? el("p", { class: "ptce-warning", role: "status" }, data.warning) : null,
    searchSection(page),
    legendSection(page),
    ...page.views.flatMap((view) => (view.sections ? view.sections() : [])),
    baseSection(page),
    addTable(page),
  );
  const toggle = el("button", {
    type: "button", class: "ptce-fold", "aria-controls": "ptce-panel-body",
    onclick: () => openPanel(page, !page.panelOpen),
  });
  // What stays when the panel is folded: a slider over the years must not hide the map it changes.
  page.head = el("div", { class: "ptce-top" },
    el("header", { class: "ptce-head" },
      el("div", { class: "ptce-heading" },
        el("h1", { class: "ptce-clamp ptce-title", title: data.title }, nameOf(data.title)),
        el("p", { class: "ptce-summary" }, data.summary)),
      toggle),
    ...page.views.map((view) => (view.lead ? view.lead() : null)));
  page.panel = el("section", { class: "ptce-panel", "aria-label": text.panel }, page.head, body);
  page.toggle = toggle;
  addToPage(page, page.panel, "afterbegin");
  openPanel(page, isWide(page));
}

/** Put our own element on the map; the mouse and the wheel over it do not move the map. */
function addToPage(page, element, where) {
  page.frame.insertAdjacentElement(where, element);
  L.DomEvent.disableClickPropagation(element);
  L.DomEvent.disableScrollPropagation(element);
}

/** Whether the panel stands beside what it tells of, not over it. */
function isWide(page) {
  return page.frame.clientWidth > 640;
}

/** Width of the part of the map that the panel hides; none where two maps stand beside it (pixels). */
function hiddenByPanel(page) {
  return page.panelOpen && isWide(page) && !page.otherMap ? page.panel.offsetWidth : 0;
}

function openPanel(page, open) {
  const { text } = page.data;
  page.panelOpen = open;
  page.frame.classList.toggle("ptce-panel-open", open);
  page.toggle.setAttribute("aria-expanded", String(open));
  page.toggle.setAttribute("aria-label", open ? text.panel_close : text.panel_open);
  page.toggle.title = open ? text.panel_close : text.panel_open;
}

// ----- search ----------------------------------------------------------------------------------

const MOST_RESULTS = 8;

/** One field for all layers that can be searched; null where none can. */
function searchSection(page) {
  const { text } = page;
  const views = page.views.filter((view) => view.search);
  if (!views.length) return null;
  const status = el("p", { class: "ptce-note", role: "status" });
  const results = el("ul", { class: "ptce-results" });
  const input = el("input", {
    type: "search", class: "ptce-search", placeholder: searchWords(page), "aria-label": searchWords(page),
    autocomplete: "off", oninput: () => search(page, views, plain(input.value), status, results),
  });
  return el("div", { class: "ptce-section ptce-searching", role: "search" }, input, status, results);
}

function searchWords(page) {
  return page.views.some((view) => view.layer.type === "poles") ? page.text.search : page.text.search_area;
}

/** Each layer says what it finds; `total` and `listed` where it found more than it returns. */
function search(page, views, wanted, status, results) {
  const found = views.map((view) => view.search(wanted));
  results.replaceChildren();
  status.textContent = "";
  if (!wanted) return;
  const total = found.reduce((sum, its) => sum + (its.total ?? its.length), 0);
  const nothing = total === 0 && !found.some((its) => its.listed);
  status.textContent = nothing ? page.text.search_none : fill(page.text.search_found, { n: number(page, total) });
  const listed = found.flat().slice(0, MOST_RESULTS);
  if (total > listed.length && listed.length) {
    status.textContent = fill(page.text.search_some, { n: number(page, listed.length), total: number(page, total) });
  }
  results.append(...listed.map((result) => resultItem(page, result)));
}

/** A code, where there is one, before a value: names alone do not tell homonyms apart. */
function codeAnd(code, value) {
  return code ? `${code} · ${value}` : value;
}

function resultItem(page, { name, under, colour, kind, go }) {
  const choose = () => {
    if (!isWide(page)) openPanel(page, false);
    go();
  };
  return el("li", {},
    el("button", { type: "button", class: "ptce-result", onclick: choose },
      swatch(kind, colour), nameOf(name, "ptce-clamp"), nameOf(under || "", "ptce-where")));
}

// ----- legend ----------------------------------------------------------------------------------

/**
 * The legend of each layer under the switch that shows or hides it: the topmost first, of two maps
 * the left one's first.
 */
function legendSection(page) {
  const views = page.data.compare ? page.views : [...page.views].reverse();
  const blocks = views.map((view) => legendBlock(page, view));
  return el("section", { class: "ptce-section ptce-legends" }, el("h2", {}, page.text.legend), ...blocks);
}

function legendBlock(page, view) {
  const legend = view.legend();
  if (!legend) return null;
  const block = el("div", { class: "ptce-block" }, layerSwitch(page, view, legend), legend);
  legend.hidden = !view.layer.on;
  return block;
}

function layerSwitch(page, view, legend) {
  view.box = el("input", { type: "checkbox", checked: view.layer.on, "data-layer": view.key,
    onchange: () => { setView(page, view, view.box.checked); } });
  page.onChange(() => {
    view.box.checked = view.on;
    legend.hidden = !view.on;
  });
  return el("label", { class: "ptce-option ptce-layer", title: view.title }, view.box, nameOf(view.title, "ptce-clamp ptce-title"));
}

// ----- base maps -------------------------------------------------------------------------------

function baseSection(page) {
  const { text, data } = page;
  const radio = (base, words) => el("label", { class: "ptce-option" },
    el("input", { type: "radio", name: "ptce-base", value: base ? base.name : "none",
      checked: base === null, onchange: () => showBaseMap(page, base) }),
    el("span", {}, words));
  return el("details", { class: "ptce-section ptce-layers" },
    el("summary", {}, el("h2", {}, text.base)),
    el("fieldset", { class: "ptce-bases" },
      el("legend", { class: "ptce-unseen" }, text.base),
      radio(null, text.base_none),
      ...data.baseMaps.map((base) => radio(base, text[`base_${base.name}`])),
      el("p", { class: "ptce-note" }, text.base_note)));
}

/** Turn on a base map (the only thing that asks the network), or none. */
function showBaseMap(page, base) {
  for (const layer of page.baseLayers || []) layer.remove();
  page.baseMap = base;
  page.baseLayers = !base ? [] : [page.map, page.otherMap].filter(Boolean).map((map) =>
    L.tileLayer(base.url, { attribution: base.attribution, maxZoom: 19, maxNativeZoom: base.maxZoom, pane: addPane(map, "ptce-base", 150) }).addTo(map));
  refreshViews(page);
}

// ----- controls around the map -----------------------------------------------------------------

function addControls(page) {
  const { map, data, text } = page;
  L.control.zoom({ position: "topright", zoomInTitle: text.zoom_in, zoomOutTitle: text.zoom_out })
    .addTo(map);
  addScale(page);

  page.footer = el("details", { class: "ptce-footer", open: isWide(page) },
    el("summary", {}, text.footer),
    el("p", {}, ...data.footer.map((line) => el("span", { class: "ptce-line" }, nameOf(line)))));
  addToPage(page, page.footer, "beforeend");
  // What stands above the footer or under the title is placed by their heights (see map.css).
  const heights = new ResizeObserver(() => {
    const { style } = page.frame;
    style.setProperty("--footer", `${page.footer.offsetHeight}px`);
    style.setProperty("--head", `${page.head.offsetHeight}px`);
  });
  heights.observe(page.footer);
  heights.observe(page.panel);
  foldWhenNarrow(page);
}

const LOWEST_WITH_SCALE = 160; // height of a map, pixels

/** A scale bar with numbers as the page's language writes them; none on a very low map. */
function addScale(page) {
  const { map } = page;
  const scale = L.control.scale({ imperial: false, position: "bottomright" });
  scale._updateMetric = (most) => {
    const metres = scale._getRoundNum(most);
    const words = metres < 1000 ? `${metres}\u00a0m` : `${number(page, metres / 1000)}\u00a0km`;
    scale._updateScale(scale._mScale, words, metres / most);
  };
  scale.addTo(map);
  const fit = () => { scale.getContainer().hidden = map.getSize().y < LOWEST_WITH_SCALE; };
  fit();
  map.on("resize", fit);
}

/** Where the window turns narrow, panel and footer fold: open, they would lie over the map. */
function foldWhenNarrow(page) {
  const { frame } = page;
  let wide = isWide(page);
  new ResizeObserver(() => {
    if (!frame.clientWidth || frame.classList.contains("ptce-paper")) return; // not seen; printed
    const before = wide;
    wide = isWide(page);
    if (wide || !before) return;
    openPanel(page, false);
    page.footer.open = false;
  }).observe(frame);
}
