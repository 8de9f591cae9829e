// The panel (title, search, legend, layers, poles), the buttons that jump to parts of France, and
// the footer.

function addPanel(page) {
  const { data, map } = page;
  const { text } = data;
  const body = el(
    "div", { class: "ptce-panel-body", id: "ptce-panel-body" },
    data.members.rows.length ? null : el("p", { class: "ptce-warning", role: "status" }, text.empty),
    searchSection(page),
    legendSection(page),
    layerSection(page),
    poleSection(page),
  );
  const toggle = el("button", {
    type: "button", class: "ptce-fold", "aria-controls": "ptce-panel-body",
    onclick: () => openPanel(page, !page.panelOpen),
  });
  page.panel = el(
    "section", { class: "ptce-panel", "aria-label": text.panel },
    el("header", { class: "ptce-head" },
      el("div", { class: "ptce-heading" },
        el("h1", { class: "ptce-clamp" }, nameOf(data.title)),
        el("p", { class: "ptce-summary" }, data.summary)),
      toggle),
    body,
  );
  page.toggle = toggle;
  addToPage(page, page.panel, "afterbegin");
  openPanel(page, map.getSize().x > 640);
}

/** Put our own element on the map; the mouse and the wheel over it do not move the map. */
function addToPage(page, element, where) {
  page.map.getContainer().insertAdjacentElement(where, element);
  L.DomEvent.disableClickPropagation(element);
  L.DomEvent.disableScrollPropagation(element);
}

function openPanel(page, open) {
  const { text } = page.data;
  page.panelOpen = open;
  page.map.getContainer().classList.toggle("ptce-panel-open", open);
  page.toggle.setAttribute("aria-expanded", String(open));
  page.toggle.setAttribute("aria-label", open ? text.panel_close : text.panel_open);
  page.toggle.title = open ? text.panel_close : text.panel_open;
}

function section(title, ...children) {
  return el("section", { class: "ptce-section" }, el("h2", {}, title), ...children);
}

// ----- search ----------------------------------------------------------------------------------

const MOST_RESULTS = 8;

function searchSection(page) {
  const { text } = page.data;
  const status = el("p", { class: "ptce-note", role: "status" });
  const results = el("ul", { class: "ptce-results" });
  const input = el("input", {
    type: "search", class: "ptce-search", placeholder: text.search, "aria-label": text.search,
    autocomplete: "off", oninput: () => search(page, plain(input.value), status, results),
  });
  return el("div", { class: "ptce-section ptce-searching", role: "search" }, input, status, results);
}

/** Fade what was not searched for, shorten the list of poles, list the first members found. */
function search(page, wanted, status, results) {
  const has = (...texts) => texts.some((text) => plain(text).includes(wanted));
  const found = [];
  for (const pole of page.data.poles) {
    const poleFound = has(pole.name, pole.city);
    const members = pole.its.filter((member) => has(member.name, member.commune));
    const kept = poleFound ? pole.its : members;
    for (const member of pole.its) {
      member.circle.setStyle(circleStyle(member, pole, !wanted || kept.includes(member)));
    }
    pole.item.hidden = wanted !== "" && !poleFound && members.length === 0;
    found.push(...members);
  }
  results.replaceChildren();
  status.textContent = "";
  if (!wanted) return;
  const nothing = page.data.poles.every((pole) => pole.item.hidden);
  const { text } = page.data;
  status.textContent = nothing ? text.search_none : fill(text.search_found, { n: number(page, found.length) });
  results.append(...found.slice(0, MOST_RESULTS).map((member) => resultItem(page, member)));
}

function resultItem(page, member) {
  const pole = page.data.poles[member.pole];
  const go = () => {
    if (!pole.on) pole.checkbox.click();
    if (page.map.getSize().x <= 640) openPanel(page, false);
    show(page, L.latLngBounds([member.latlng, member.latlng]));
    openMember(page, member);
  };
  return el("li", {},
    el("button", { type: "button", class: "ptce-result", onclick: go },
      swatch(member.review ? "review" : "circle", pole.colour),
      nameOf(member.name || "–", "ptce-clamp"),
      nameOf(member.commune || "", "ptce-where")));
}

// ----- legend ----------------------------------------------------------------------------------

function legendSection(page) {
  const { text, poles, unplaced } = page.data;
  const grey = "#59626b";
  const seats = poles.filter((pole) => pole.seat);
  const lead = seats.filter((pole) => pole.seatSource === "lead_member");
  const line = (kind, words) => el("li", {}, swatch(kind, grey), el("span", {}, words));
  return section(
    text.legend,
    el("ul", { class: "ptce-legend" },
      line("circle", text.legend_member),
      page.members.some((member) => member.review) ? line("review", text.legend_review) : null,
      seats.length > lead.length ? line("seat", text.legend_seat) : null,
      lead.length ? line("seat-lead", text.legend_seat_lead) : null,
      seats.length ? line("tie", text.ties) : null,
      unplaced
        ? line("unplaced", fill(text.legend_unplaced, { n: number(page, unplaced) }))
        : null),
    el("p", { class: "ptce-note" }, `${text.legend_spread} ${text.legend_colours}`),
    choroplethLegend(page),
  );
}

/** The switch of the choropleth and its classes; nothing where no member was counted. */
function choroplethLegend(page) {
  const { text, departements } = page.data;
  if (departements.classes.length < 2) return null;
  const classes = el("div", { class: "ptce-classes" },
    el("ul", { class: "ptce-scale" }, ...departements.classes.map((each) =>
      el("li", {}, swatch("square", each.colour), el("span", {}, each.label)))),
    el("p", { class: "ptce-note" }, text.choropleth_accepted));
  const toggle = layerSwitch(page, "choropleth", text.choropleth, (on) => { classes.hidden = !on; });
  return el("div", { class: "ptce-choropleth" }, toggle, classes);
}

// ----- layers ----------------------------------------------------------------------------------

function layerSection(page) {
  const { text, baseMaps } = page.data;
  const radio = (base, words) => el("label", { class: "ptce-option" },
    el("input", { type: "radio", name: "ptce-base", value: base ? base.name : "none",
      checked: base === null, onchange: () => showBaseMap(page, base) }),
    el("span", {}, words));
  return el("details", { class: "ptce-section ptce-layers" },
    el("summary", {}, el("h2", {}, text.layers)),
    layerSwitch(page, "outlines", text.outlines),
    layerSwitch(page, "ties", text.ties),
    el("fieldset", { class: "ptce-bases" },
      el("legend", {}, text.base),
      radio(null, text.base_none),
      ...baseMaps.map((base) => radio(base, text[`base_${base.name}`])),
      el("p", { class: "ptce-note" }, text.base_note)),
  );
}

/** A checkbox for one of `page.layersOn`. */
function layerSwitch(page, key, words, after = () => {}) {
  const box = el("input", { type: "checkbox", checked: page.layersOn[key], "data-layer": key,
    onchange: () => {
      page.layersOn[key] = box.checked;
      after(box.checked);
      refreshLayers(page);
    } });
  return el("label", { class: "ptce-option" }, box, el("span", {}, words));
}

/** Turn on a base map (the only thing that asks the network), or none. */
function showBaseMap(page, base) {
  if (page.layersOn.baseMap) page.layersOn.baseMap.remove();
  page.layersOn.baseMap = base &&
    L.tileLayer(base.url, { attribution: base.attribution, maxZoom: 19 }).addTo(page.map);
  refreshLayers(page);
}

// ----- poles -----------------------------------------------------------------------------------

function poleSection(page) {
  const { text, poles } = page.data;
  const setAll = (on) => {
    for (const pole of poles) {
      if (pole.item.hidden || pole.on === on) continue;
      pole.checkbox.checked = on;
      showPole(page, pole, on);
    }
  };
  const button = (words, on) =>
    el("button", { type: "button", class: "ptce-link", onclick: () => setAll(on) }, words);
  const list = el("ul", { class: "ptce-poles" }, ...poles.map((pole) => poleItem(page, pole)));
  return el("section", { class: "ptce-section ptce-pole-section" },
    el("div", { class: "ptce-row" }, el("h2", {}, text.poles),
      el("span", { class: "ptce-all" }, button(text.all, true), button(text.none, false))),
    list);
}

function poleItem(page, pole) {
  const { text } = page.data;
  pole.checkbox = el("input", { type: "checkbox", checked: true,
    onchange: () => showPole(page, pole, pole.checkbox.checked) });
  const count = el("span", {
    class: "ptce-count",
    title: fill(text.placed_of, { placed: number(page, pole.placed), total: number(page, pole.members) }),
  }, pole.placed === pole.members ? number(page, pole.members) : `${number(page, pole.placed)}/${number(page, pole.members)}`);
  const words = fill(text.go, { name: pole.name });
  const go = el("button", { type: "button", class: "ptce-go", "aria-label": words, title: text.views,
    onclick: () => showWholePole(page, pole) });
  pole.item = el("li", {},
    el("label", { class: "ptce-option" }, pole.checkbox,
      swatch(pole.seat ? "seat" : "circle", pole.colour), nameOf(pole.name, "ptce-clamp")),
    count,
    pole.seat || pole.placed ? go : el("span", { class: "ptce-go" }));
  return pole.item;
}

function showWholePole(page, pole) {
  const points = pole.its.map((member) => member.latlng);
  if (pole.latlng) points.push(pole.latlng);
  if (!pole.on) pole.checkbox.click();
  if (page.map.getSize().x <= 640) openPanel(page, false);
  show(page, L.latLngBounds(points));
  if (pole.latlng) openSeat(page, pole);
}

// ----- controls around the map -----------------------------------------------------------------

function addControls(page) {
  const { map, data } = page;
  const { text } = data;
  const views = el("nav", { class: "ptce-views", "aria-label": text.views },
    ...data.views.map((view) =>
      el("button", { type: "button", class: view.count ? "ptce-view" : "ptce-view ptce-no-member",
        "data-view": view.name, onclick: () => show(page, view.bounds) },
        text[view.name], " ", el("span", { class: "ptce-count" }, number(page, view.count)))));
  addToPage(page, views, "afterbegin");
  page.panel.after(views);

  L.control.zoom({ position: "topright", zoomInTitle: text.zoom_in, zoomOutTitle: text.zoom_out })
    .addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);

  const wide = map.getSize().x > 640;
  page.footer = el("details", { class: "ptce-footer", open: wide },
    el("summary", {}, text.footer),
    el("p", {}, ...data.footer.map((line) => el("span", { class: "ptce-line" }, nameOf(line)))));
  addToPage(page, page.footer, "beforeend");
  // What stands above the footer or under the title is placed by their heights (see map.css).
  const heights = new ResizeObserver(() => {
    const { style } = map.getContainer();
    style.setProperty("--footer", `${page.footer.offsetHeight}px`);
    style.setProperty("--head", `${page.panel.querySelector(".ptce-head").offsetHeight}px`);
  });
  heights.observe(page.footer);
  heights.observe(page.panel);
}
