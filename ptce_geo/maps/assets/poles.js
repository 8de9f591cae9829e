// Poles and their members: circles, seats, ties, the list of poles.

const SVG_LIMIT = 2000; // above that many members, circles are drawn on a canvas

/** Rows with column names become objects. */
function readTable({ columns, rows }) {
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
}

layerTypes.poles = function (page, layer, map) {
  const view = {
    key: layer.key, title: layer.title, layer, on: false, tiesOn: true, searched: "",
    poles: layer.poles, members: readTable(layer.members),
    set(on) { view.on = on; showPoles(page, view); },
    count: () => view.members.filter((member) => map.hasLayer(member.circle)).length,
    legend: () => poleLegend(page, view),
    lead: () => timelineSection(page, view), // under the title
    sections: () => [filterSection(page, view), poleSection(page, view)],
    search: (wanted) => searchPoles(page, view, wanted),
    places: () => view.poles.filter((pole) => pole.shown).flatMap(({ its }) => its.map(({ latlng }) => latlng)),
    paint: (context, at) => paintMembers(view, context, at),
    table: () => memberTable(page, view),
    state: () => poleState(view),
    restore: (text) => restorePoles(page, view, text),
    pointOf: (member) => map.latLngToContainerPoint(member.latlng).add(member.offset(map.getZoom())),
  };
  page.poleShown = (rank) => view.poles[rank].shown;
  drawPoles(page, view, map);
  return view;
};

// ----- circles, seats, ties --------------------------------------------------------------------

function drawPoles(page, view, map) {
  const useCanvas = view.members.length > SVG_LIMIT;
  view.renderer = useCanvas ? "canvas" : "svg";
  const makeRenderer = (pane) => (useCanvas ? L.canvas : L.svg)({ pane, padding: 0.3 });
  const tiePane = addPane(map, "ptce-ties", 410);
  const memberPane = addPane(map, "ptce-members", 420);
  const ties = makeRenderer(tiePane);
  // A canvas hides what lies under it from the mouse; the one of the ties has nothing to click.
  map.getPane(tiePane).style.pointerEvents = "none";
  const circles = makeRenderer(memberPane);
  // For the same reason seats are under circles only where these are not on a canvas.
  addPane(map, "ptce-seats", useCanvas ? 430 : 415);

  const places = new Places(map);
  view.poles.forEach((pole, rank) => {
    Object.assign(pole, { rank, on: true, passes: true, shown: true, its: [],
      group: L.layerGroup(), ties: L.layerGroup() });
    if (pole.seat) drawSeat(page, pole, places, map);
  });
  for (const member of view.members) {
    const pole = view.poles[member.pole];
    member.latlng = L.latLng(member.lat, member.lon);
    member.offset = places.addMember(member.latlng);
    drawMember(page, pole, member, circles);
    if (pole.seat) drawTie(pole, member, ties);
  }
  keyboardAmongMembers(map);
}

function drawSeat(page, pole, places, map) {
  pole.latlng = L.latLng(...pole.seat);
  pole.offset = places.addSeat(pole.latlng);
  const open = () => openSeat(page, pole);
  pole.marker = new Seat(pole.latlng, {
    icon: seatIcon(pole), pane: "ptce-seats", offset: pole.offset, riseOnHover: true,
  });
  // Before what a click does: Leaflet opens a tip on a click too, a popup then closes it.
  bindTip(pole.marker, () => tip(pole.name, page.text.legend_seat));
  pole.marker.on("click", open);
  pole.marker.on("add", () => {
    const icon = pole.marker.getElement();
    icon.setAttribute("aria-label", `${page.text.legend_seat} ${pole.name}`);
    onActivate(icon, open);
  });
  pole.group.addLayer(pole.marker);
}

function drawMember(page, pole, member, renderer) {
  const open = () => openMember(page, pole, member);
  member.circle = new MemberCircle(member.latlng, {
    renderer, pane: "ptce-members", className: "ptce-member",
    offset: member.offset, label: `${member.name || "–"}, ${pole.name}`, onOpen: open,
    ...circleStyle(member, pole, true),
  });
  bindTip(member.circle, () => tip(member.name || "–", pole.name));
  member.circle.on("click", (event) => { L.DomEvent.stop(event); open(); });
  pole.group.addLayer(member.circle);
  pole.its.push(member);
}

/** Filled in the pole's colour; to check: hollow and dashed; not searched for: faded. */
function circleStyle(member, pole, found) {
  const strength = found ? 1 : 0.15;
  return member.review
    ? { color: pole.colour, weight: 1.6, dashArray: "2.5 2", fillColor: "#ffffff",
        opacity: strength, fillOpacity: 0.75 * strength }
    : { color: "#ffffff", weight: 1, fillColor: pole.colour,
        opacity: strength, fillOpacity: 0.92 * strength };
}

function drawTie(pole, member, renderer) {
  pole.ties.addLayer(new Tie([member.latlng, pole.latlng], {
    renderer, pane: "ptce-ties", className: "ptce-tie", interactive: false, noClip: true,
    smoothFactor: 0, offsets: [member.offset, pole.offset],
    color: pole.colour, weight: 1.1, opacity: 0.55,
  }));
}

function tip(name, under) {
  return el("div", {}, nameOf(name, "ptce-clamp"), el("div", { class: "ptce-under" },
    nameOf(under, "ptce-clamp")));
}

function bindTip(layer, content) {
  layer.bindTooltip(new Tip({ sticky: true }).setContent(content));
}

/** Put the poles on the map that are chosen in the list and pass the filters. */
function showPoles(page, view) {
  for (const pole of view.poles) {
    pole.shown = view.on && pole.on && pole.passes;
    pole.group[pole.shown ? "addTo" : "removeFrom"](page.map);
    pole.ties[pole.shown && view.tiesOn ? "addTo" : "removeFrom"](page.map);
  }
  keepTabStop(page.map);
  if (view.refreshList) view.refreshList();
  for (const other of page.views || []) if (other.layer.poleOf) other.refresh();
  page.layersChanged();
}

/** One of the circles is a stop of the Tab key; the arrow keys go on from there. */
function keepTabStop(map) {
  const pane = map.getPane("ptce-members");
  if (pane.querySelector('.ptce-member[tabindex="0"]')) return;
  const first = pane.querySelector(".ptce-member");
  if (first) first.setAttribute("tabindex", "0");
}

/** The arrow keys go from member to member. */
function keyboardAmongMembers(map) {
  const pane = map.getPane("ptce-members");
  pane.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const circles = [...pane.querySelectorAll(".ptce-member")];
    const next = circles[(circles.indexOf(event.target) + step + circles.length) % circles.length];
    next.focus();
  });
}

const INSET_SEAT = 4; // from the centre to a corner, pixels

/** Members and seats in an inset, at their true points. */
function paintMembers(view, context, at) {
  for (const pole of view.poles) {
    if (!pole.shown) continue;
    context.fillStyle = pole.colour;
    for (const member of pole.its) {
      const [x, y] = at(member.lat, member.lon);
      context.beginPath();
      context.arc(x, y, 2.2, 0, 2 * Math.PI);
      context.fill();
    }
  }
  // Over the members, as a member alone in its seat's place would hide it.
  context.lineWidth = 1;
  for (const pole of view.poles) {
    if (!pole.shown || !pole.seat) continue;
    const [x, y] = at(...pole.seat);
    const hollow = pole.seatSource === "lead_member";
    context.beginPath();
    for (const [right, down] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) {
      context.lineTo(x + INSET_SEAT * right, y + INSET_SEAT * down);
    }
    context.closePath();
    context.fillStyle = hollow ? "#ffffff" : pole.colour;
    context.strokeStyle = hollow ? pole.colour : "#ffffff";
    context.fill();
    context.stroke();
  }
}

// ----- search ----------------------------------------------------------------------------------

const MOST_FOUND = 20;

/** Fade what was not searched for, shorten the list of poles, return the members found. */
function searchPoles(page, view, wanted) {
  const has = (...texts) => texts.some((text) => plain(text).includes(wanted));
  const found = [];
  view.searched = wanted;
  for (const pole of view.poles) {
    const poleFound = has(pole.name, pole.city);
    const members = pole.its.filter((member) => has(member.name, member.commune));
    const kept = poleFound ? pole.its : members;
    for (const member of pole.its) {
      member.circle.setStyle(circleStyle(member, pole, !wanted || kept.includes(member)));
    }
    pole.found = !wanted || poleFound || members.length > 0;
    found.push(...members.map((member) => ({ pole, member })));
  }
  if (view.refreshList) view.refreshList();
  if (!wanted) return [];
  const results = found.slice(0, MOST_FOUND).map(({ pole, member }) => ({
    name: member.name || "–", under: member.commune, colour: pole.colour,
    kind: member.review ? "review" : "circle", go: () => goToMember(page, view, pole, member),
  }));
  results.total = found.length;
  results.listed = view.poles.some((pole) => pole.found);
  return results;
}

function goToMember(page, view, pole, member) {
  choosePole(page, view, pole, true);
  page.show(L.latLngBounds([member.latlng, member.latlng]));
  openMember(page, pole, member);
}

// ----- legend ----------------------------------------------------------------------------------

function poleLegend(page, view) {
  const { text } = page;
  const grey = "#59626b";
  const seats = view.poles.filter((pole) => pole.seat);
  const lead = seats.filter((pole) => pole.seatSource === "lead_member");
  const line = (kind, words) => el("li", {}, swatch(kind, grey), el("span", {}, words));
  const ties = el("input", { type: "checkbox", checked: true, "data-layer": "ties",
    onchange: () => { view.tiesOn = ties.checked; showPoles(page, view); } });
  view.tieSwitch = ties;
  return el("div", {},
    el("ul", { class: "ptce-legend" },
      line("circle", text.legend_member),
      view.members.some((member) => member.review) ? line("review", text.legend_review) : null,
      seats.length > lead.length ? line("seat", text.legend_seat) : null,
      lead.length ? line("seat-lead", text.legend_seat_lead) : null,
      view.layer.unplaced
        ? line("unplaced", fill(text.legend_unplaced, { n: number(page, view.layer.unplaced) }))
        : null),
    seats.length
      ? el("label", { class: "ptce-option" }, ties, swatch("tie", grey), el("span", {}, text.ties))
      : null,
    ...view.layer.notes.map((note) => el("p", { class: "ptce-note" }, note)));
}

// ----- the list of poles -----------------------------------------------------------------------

function poleSection(page, view) {
  const { text } = page;
  const setAll = (on) => {
    for (const pole of view.poles) if (!pole.item.hidden) setPole(pole, on);
    showPoles(page, view);
  };
  const button = (words, on) =>
    el("button", { type: "button", class: "ptce-link", onclick: () => setAll(on) }, words);
  const list = el("ul", { class: "ptce-poles" }, ...view.poles.map((pole) => poleItem(page, view, pole)));
  view.more = el("p", { class: "ptce-note ptce-more" }); // on paper (state.js)
  view.refreshList = () => {
    for (const pole of view.poles) pole.item.hidden = pole.found === false || !pole.passes;
  };
  return el("section", { class: "ptce-section ptce-pole-section" },
    el("div", { class: "ptce-row" }, el("h2", {}, text.poles),
      el("span", { class: "ptce-all" }, button(text.all, true), button(text.none, false))),
    list, view.more);
}

function setPole(pole, on) {
  pole.on = on;
  pole.checkbox.checked = on;
}

function poleItem(page, view, pole) {
  const { text } = page;
  pole.checkbox = el("input", { type: "checkbox", checked: true,
    onchange: () => { pole.on = pole.checkbox.checked; showPoles(page, view); } });
  const count = el("span", {
    class: "ptce-count",
    title: fill(text.placed_of, { placed: number(page, pole.placed), total: number(page, pole.members) }),
  }, pole.placed === pole.members ? number(page, pole.members) : `${number(page, pole.placed)}/${number(page, pole.members)}`);
  const words = fill(text.go, { name: pole.name });
  const go = el("button", { type: "button", class: "ptce-go", "aria-label": words, title: text.views,
    onclick: () => showWholePole(page, view, pole) });
  pole.item = el("li", {},
    el("label", { class: "ptce-option" }, pole.checkbox,
      swatch(pole.seat ? "seat" : "circle", pole.colour), nameOf(pole.name, "ptce-clamp")),
    count,
    pole.seat || pole.placed ? go : el("span", { class: "ptce-go" }));
  return pole.item;
}

/** See to it that a pole is on the map, and the panel not in the way of a phone. */
function choosePole(page, view, pole, on) {
  if (pole.on !== on) setPole(pole, on);
  showPoles(page, view);
  if (!isWide(page)) openPanel(page, false);
}

function showWholePole(page, view, pole) {
  const points = pole.its.map((member) => member.latlng);
  if (pole.latlng) points.push(pole.latlng);
  choosePole(page, view, pole, true);
  page.show(L.latLngBounds(points));
  if (pole.latlng) openSeat(page, pole);
}

// ----- table and address -----------------------------------------------------------------------

function memberTable(page, view) {
  const { text } = page;
  const columns = [
    [text.pole, (member, pole) => pole.name], [text.member, (member) => member.name],
    [text.kind, (member) => member.kind], [text.role, (member) => member.role],
    [text.sector, (member) => member.sector], [text.address, (member) => member.address],
    [text.commune, (member) => member.commune], [text.departement, (member) => member.departement],
    [text.position, (member) => view.layer.precisions[member.precision] || member.precision],
    [text.to_check, (member) => (member.review ? text.yes : text.no)],
    [text.latitude, (member) => member.lat], [text.longitude, (member) => member.lon],
  ];
  return {
    name: view.title,
    columns: columns.map(([words]) => words),
    rows: view.members.map((member) => columns.map(([, of]) => of(member, view.poles[member.pole]) ?? null)),
  };
}

/** The poles turned off, by rank, and the filters: "off.0.4~sector.culture". */
function poleState(view) {
  const parts = [];
  const off = view.poles.filter((pole) => !pole.on).map((pole) => pole.rank);
  if (off.length) parts.push(`off.${off.join(".")}`);
  if (!view.tiesOn) parts.push("ties");
  for (const [key, { input }] of Object.entries(view.filters || {})) {
    if (input.value) parts.push(`${key}.${input.value}`);
  }
  if (view.slider && view.slider.value !== view.slider.max) parts.push(`year.${yearChosen(view)}`);
  return parts.join("~");
}

function restorePoles(page, view, text) {
  const said = new Map(text.split("~").map((part) => {
    const dot = part.indexOf(".");
    return dot < 0 ? [part, ""] : [part.slice(0, dot), part.slice(dot + 1)];
  }));
  const off = new Set((said.get("off") || "").split(".").filter(Boolean).map(Number));
  for (const pole of view.poles) setPole(pole, !off.has(pole.rank));
  view.tiesOn = !said.has("ties");
  if (view.tieSwitch) view.tieSwitch.checked = view.tiesOn;
  for (const [key, { input }] of Object.entries(view.filters || {})) input.value = said.get(key) || "";
  if (view.slider) {
    const rank = view.layer.timeline.years.indexOf(Number(said.get("year")));
    view.slider.value = rank < 0 ? view.slider.max : rank;
    tellYear(page, view);
  }
  filterPoles(page, view);
}
