// A layer of territories: legend, search, table, and what is told under the mouse. Its canvas is in
// area_canvas.js.

const OPACITY_ON_BASE_MAP = 0.6;
const MOST_TERRITORIES = 8; // in the list of a search
const FADED = "#eef0f1"; // the classes that are not looked at

layerTypes.areas = function (page, layer, map) {
  const shapes = shapesOf(layer.topology);
  const classOf = (t) => (layer.poleOf && !page.poleShown(layer.poleOf[t]) ? -1 : layer.classOf[t]);
  const view = {
    key: layer.key, title: layer.title, layer, map, shapes, classOf, on: false, lit: -1,
    set(on) { view.on = on; view.refresh(); },
    count: () => (view.on ? layer.names.filter((_, t) => classOf(t) >= 0).length : 0),
    legend: () => areaLegend(page, view),
    paint: (context, at, metresPerPixel) => paintElsewhere(view, context, at, metresPerPixel),
    /** Draw anew: the layer was switched, or the base map, the poles shown, the class lit changed. */
    refresh() {
      view.canvas.setOpacity(page.baseMap && !layer.overlapping ? OPACITY_ON_BASE_MAP : 1);
      view.canvas.setShown(view.on);
    },
  };
  // Smaller shapes lie on larger ones: there they are seen, and found by the mouse.
  if (layer.overlapping) view.order = [...layer.names.keys()].sort((a, b) => shapes.areas[b] - shapes.areas[a]);
  view.canvas = new AreaCanvas({
    pane: addPane(map, layer.overlapping ? "ptce-shapes" : "ptce-areas", layer.overlapping ? 300 : 200),
    paint: (context, frame) => drawAreas(context, shapes, shapes.placeByScale(frame), {
      ...areaStyle(view), ...frame, size: shapes.usualSize * frame.scale,
      filled: layer.interactive || !page.baseMap, // what is only ground gives way to a base map
    }),
  }).addTo(map);
  if (layer.interactive) {
    addOutline(view);
    view.hover = (latlng) => hoverArea(page, view, latlng);
    view.search = (wanted) => searchAreas(page, view, wanted);
    view.table = () => areaTable(page, view);
  }
  return view;
};

/** What `drawAreas` is told of a layer, but for where it draws. */
function areaStyle({ layer, classOf, order, lit }) {
  const classes = layer.classes.map((each, rank) =>
    (lit < 0 || lit === rank ? each : { colour: FADED, pattern: "" }));
  return { classes, classOf, order, groups: layer.groups };
}

/** An inset: the same drawing, in another place and size. */
function paintElsewhere(view, context, at, metresPerPixel) {
  const { layer, shapes } = view;
  const { width, height } = context.canvas;
  const ratio = context.getTransform().a;
  const sheet = el("canvas", { width, height }); // filling replaces what lies under it
  const seen = shapes.placeBy(at, { width, height, ratio, metresPerPixel: metresPerPixel / ratio });
  drawAreas(sheet.getContext("2d"), shapes, seen, {
    ...areaStyle(view), ratio, origin: [0, 0], filled: true,
    size: (shapes.usualSize * EQUATOR * ratio) / WORLD / metresPerPixel,
  });
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(sheet, 0, 0);
  context.restore();
}

// ----- what is told of a territory ---------------------------------------------------------------

/** Its value in the unit of the layer, or the label of its class ("no data"). */
function valueOf(page, layer, t) {
  if (!layer.values || !Number.isFinite(layer.values[t])) return layer.classes[layer.classOf[t]].label;
  const value = number(page, layer.values[t], layer.decimals);
  return layer.unit ? `${value}\u00a0${layer.unit}` : value;
}

function factsOf(layer, t) {
  return Object.entries(layer.facts).map(([what, texts]) => [what, texts[t]]);
}

function signOf({ overlapping }, { pattern }) {
  return `square ${overlapping ? "ptce-sheer" : ""} ${pattern ? `ptce-${pattern}` : ""}`;
}

function areaTip(page, { layer }, t) {
  const itsClass = layer.classes[layer.classOf[t]];
  return el("div", { class: "ptce-area-tip" },
    nameOf(layer.names[t], "ptce-clamp"),
    el("div", { class: "ptce-told" }, swatch(signOf(layer, itsClass), itsClass.colour),
      nameOf(valueOf(page, layer, t), "ptce-clamp")),
    facts(factsOf(layer, t)));
}

/** The territory at a place of the map, the smallest where several lie on each other, or -1. */
function areaAt({ layer, shapes, classOf, order }, latlng) {
  const [x, y] = [worldX(latlng.lng), worldY(latlng.lat)];
  for (let i = shapes.count - 1; i >= 0; i--) {
    const t = order ? order[i] : i;
    if (shapes.holds(t, x, y) && classOf(t) >= 0) return t;
  }
  return -1;
}

function hoverArea(page, view, latlng) {
  view.told = areaAt(view, latlng);
  return view.told < 0 ? null : { element: areaTip(page, view, view.told) };
}

/** The line around the territory that is told: an SVG path, so that the canvas stays as it is. */
function addOutline(view) {
  const { map, shapes } = view;
  const pane = addPane(map, "ptce-outline", 405);
  map.getPane(pane).style.pointerEvents = "none";
  const renderer = L.svg({ pane, padding: 0.3 });
  const line = (color, weight) => L.polyline([], { renderer, pane, interactive: false, color, weight, opacity: 1 });
  view.told = -1;
  view.outlined = -1;
  const lines = L.layerGroup([line("#ffffff", 4.5), line("#22292f", 2)]);
  view.outline = (t) => {
    view.told = t;
    if (view.outlined === t) return;
    view.outlined = t;
    if (t < 0) {
      lines.remove();
      return;
    }
    const around = shapes.outline(t);
    lines.eachLayer((each) => each.setLatLngs(around));
    lines.addTo(map);
  };
  // map.js asks the layers one by one what is under the mouse: who was not asked, or knew nothing,
  // has no outline once all have answered.
  map.on("mousemove click mouseout", () => {
    view.told = -1;
    if (view.tip) view.tip.remove();
    queueMicrotask(() => view.outline(view.told));
  });
}

// ----- search ------------------------------------------------------------------------------------

/** Territories whose name, or code, begins with what is wanted, then those that hold it. */
function searchAreas(page, view, wanted) {
  const { layer, classOf } = view;
  if (!wanted) return [];
  view.plainNames ||= layer.names.map(plain);
  const ranked = [[], [], []];
  view.plainNames.forEach((name, t) => {
    if (classOf(t) < 0) return;
    const at = name.indexOf(wanted);
    if (name === wanted) ranked[0].push(t);
    else if (at === 0 || plain(layer.topology.codes[t]).startsWith(wanted)) ranked[1].push(t);
    else if (at > 0) ranked[2].push(t);
  });
  const all = ranked.flat();
  const found = all.slice(0, MOST_TERRITORIES).map((t) => {
    const itsClass = layer.classes[classOf(t)];
    return {
      name: layer.names[t], under: underOf(page, layer, t), colour: itsClass.colour,
      kind: signOf(layer, itsClass), go: () => showArea(page, view, t),
    };
  });
  found.total = all.length;
  return found;
}

/** What tells territories of one name apart, and the value; a footprint's code tells nothing. */
function underOf(page, layer, t) {
  const code = layer.topology.codes[t];
  return codeAnd(layer.poleOf || code === layer.names[t] ? null : code, valueOf(page, layer, t));
}

/** Go to a territory, outline it and tell it: on the map, and to a screen reader. */
function showArea(page, view, t) {
  if (!view.on && view.box) view.box.click();
  page.show(view.shapes.latLngBounds(t));
  view.outline(t);
  const told = areaTip(page, view, t);
  view.tip ||= new Tip({ offset: [0, 0] });
  view.tip.setLatLng(view.shapes.inside(t)).setContent(told).addTo(view.map);
  if (!view.said) {
    view.said = el("p", { class: "ptce-unseen", role: "status" });
    view.map.getContainer().append(view.said);
  }
  view.said.textContent = [...told.querySelectorAll("bdi, dt")].map((each) => each.textContent).join(", ");
}

// ----- legend and table --------------------------------------------------------------------------

function areaLegend(page, view) {
  const { layer } = view;
  const told = layer.classes.some((each) => each.label);
  if (!told && !layer.interactive) return null;
  return el("div", { class: "ptce-areas-legend" },
    layer.histogram ? histogram(page, layer) : null,
    told ? el("ul", { class: "ptce-area-classes" }, ...layer.classes.map((each, rank) =>
      el("li", {}, classLine(page, view, each, rank)))) : null,
    ...layer.notes.map((note) => el("p", { class: "ptce-note" }, nameOf(note))));
}

/** A class with its number of territories; pointing at it, or choosing it, fades the others. */
function classLine(page, view, itsClass, rank) {
  const { layer } = view;
  const words = [swatch(signOf(layer, itsClass), itsClass.colour), nameOf(itsClass.label)];
  if (!layer.interactive) return el("span", { class: "ptce-class" }, ...words);
  const count = layer.classOf.reduce((sum, each) => sum + (each === rank), 0);
  const light = (lit) => {
    if (view.lit === lit) return;
    view.lit = lit;
    view.refresh();
    page.layersChanged(); // the insets too
  };
  const unless = () => light(view.chosen ?? -1);
  const button = el("button", {
    type: "button", class: "ptce-class", "aria-pressed": "false", title: page.text.area_light,
    onmouseenter: () => light(rank), onmouseleave: unless, onfocus: () => light(rank), onblur: unless,
    onclick: () => {
      view.chosen = view.chosen === rank ? undefined : rank;
      for (const each of button.closest("ul").querySelectorAll("button")) {
        each.setAttribute("aria-pressed", String(each === button && view.chosen === rank));
      }
    },
  }, ...words, layer.overlapping ? null : el("span", { class: "ptce-count" }, number(page, count)));
  return button;
}

/** Bars in the colours of the classes over the smallest and the largest value. */
function histogram(page, { histogram: { edges, counts, colours }, decimals, unit }) {
  const most = Math.max(...counts, 1);
  const end = (value) => number(page, value, decimals);
  const [low, high] = [end(edges[0]), end(edges[edges.length - 1])];
  const bars = counts.map((count, i) => {
    const bar = el("span", { class: "ptce-bar", title: fill(page.text.area_bar,
      { low: end(edges[i]), high: end(edges[i + 1]), n: number(page, count) }) });
    // One territory among thousands is seen too.
    bar.style.height = count ? `max(2px, ${(100 * count) / most}%)` : "0";
    bar.style.background = colours[i];
    return bar;
  });
  const words = fill(page.text.area_histogram, { low, high, most: number(page, most) });
  return el("div", { class: "ptce-histogram" },
    el("div", { class: "ptce-bars", role: "img", "aria-label": words }, ...bars),
    el("div", { class: "ptce-ends" }, el("span", {}, low), el("span", {}, unit), el("span", {}, high)));
}

function areaTable(page, { layer, classOf }) {
  const { text } = page;
  const { title, unit, values, topology: { codes }, names, classes } = layer;
  const valueName = unit ? `${title} (${unit})` : title;
  const shown = [...names.keys()].filter((t) => classOf(t) >= 0);
  return {
    name: title,
    columns: [text.area_code, text.area_name, ...(values ? [valueName] : []), text.area_class,
      ...Object.keys(layer.facts)],
    rows: shown.map((t) => [
      codes[t],
      names[t],
      ...(values ? [Number.isFinite(values[t]) ? values[t] : null] : []),
      classes[classOf(t)].label,
      ...factsOf(layer, t).map(([, told]) => told),
    ]),
  };
}
