// Many points on one canvas: a dot each where there is room, else circles with their number.

const MOST_LISTED = 100;

layerTypes.points = function (page, layer, map) {
  const { x, y } = worldOf(layer.longitude, layer.latitude);
  const view = markView(layer, map, {
    pane: "ptce-points", zIndex: 420, shown: () => tree().order.length,
    draw(context, place, box) {
      view.drawn = tree().marks(map.getZoom(), box);
      drawPoints(context, page, view, place);
    },
  });
  const tree = () => {
    if (!view.tree) {
      const points = Int32Array.from(x, (_, i) => i).filter((i) => view.classesOn[layer.classOf[i]]);
      view.tree = new ClusterTree(x, y, points);
    }
    return view.tree;
  };
  Object.assign(view, {
    map, x, y, opened: null, drawn: { dots: [], clusters: [] },
    classesOn: layer.classes.map(() => true),
    showClasses(on) {
      Object.assign(view, { classesOn: on, tree: null });
      view.redraw();
      page.layersChanged();
    },
    /** For tests: the marks of a zoom in all the world, each a list of ranks of points. */
    clusters(zoom) {
      const { dots, clusters } = tree().marks(zoom);
      return [...dots.map((i) => [i]), ...clusters.map(({ points }) => [...points])];
    },
    legend: () => pointLegend(page, view),
    search: (wanted) => searchMarks(view, wanted, (i) => pointFound(page, view, i)),
    paint: (context, at) => paintPoints(context, view, tree().order, at),
    hover: (latlng) => tellMark(page, view, latlng),
    table: () => pointTable(page, layer),
    state: () => view.classesOn.flatMap((on, i) => (on ? [] : [i])).join(","),
    restore(text) {
      const off = text.split(",");
      view.showClasses(layer.classes.map((_, i) => !off.includes(String(i))));
    },
  });
  map.on("click", ({ latlng, originalEvent }) => {
    const mark = view.on && !originalEvent.target.closest(NOT_THE_MAP) && markAt(view, latlng);
    if (mark) openMark(page, view, mark);
  });
  return view;
};

// ----- drawing ---------------------------------------------------------------------------------

/** Radius of a cluster of `count` points (pixels). */
function clusterRadius(count) {
  return 10 + 4 * Math.log10(count);
}

function drawPoints(context, page, view, place) {
  const { classes, classOf } = view.layer;
  const sets = new Map(); // dots of one class, and those of them that fade, in one stroke
  for (const i of view.drawn.dots) {
    const key = 2 * classOf[i] + (strengthOf(view, i) < 1 ? 0 : 1);
    if (!sets.has(key)) sets.set(key, []);
    sets.get(key).push(i);
  }
  for (const key of [...sets.keys()].sort((one, other) => (one % 2) - (other % 2))) {
    const dots = sets.get(key);
    context.globalAlpha = strengthOf(view, dots[0]);
    drawDots(context, dots.map((i) => place(view.x[i], view.y[i])), DOT, classes[key >> 1]);
  }
  for (const cluster of view.drawn.clusters) {
    const { points } = cluster;
    context.globalAlpha = points.some((i) => strengthOf(view, i) === 1) ? 1 : FADED_MARK;
    drawCluster(context, place(cluster.x, cluster.y), sharesOf(view, points), classes, number(page, points.length));
  }
  context.globalAlpha = 1;
}

/** Filled in their colour; hollow where their class has a pattern. */
function drawDots(context, places, radius, { colour, pattern }) {
  context.fillStyle = pattern ? "#ffffff" : colour;
  context.strokeStyle = pattern ? colour : "#ffffff";
  context.lineWidth = pattern ? 0.4 * radius : 0.2 * radius;
  context.beginPath();
  for (const [x, y] of places) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fill();
  context.stroke();
}

/** How many of these points are in each class. */
function sharesOf(view, points) {
  const shares = new Int32Array(view.layer.classes.length);
  for (const i of points) shares[view.layer.classOf[i]]++;
  return shares;
}

/** A number in a ring with the colours of the classes. */
function drawCluster(context, [x, y], shares, classes, words) {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const radius = clusterRadius(total);
  const disc = (size, style) => {
    context.fillStyle = style;
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fill();
  };
  disc(radius + 1.5, "rgb(34 41 47 / 30%)");
  disc(radius + 0.5, "#ffffff");
  context.lineWidth = 3.5;
  let angle = -Math.PI / 2;
  shares.forEach((share, i) => {
    if (!share) return;
    const end = angle + (2 * Math.PI * share) / total;
    context.strokeStyle = classes[i].colour;
    context.beginPath();
    context.arc(x, y, radius - 2.25, angle, end);
    context.stroke();
    angle = end;
  });
  Object.assign(context, { fillStyle: "#22292f", textAlign: "center", textBaseline: "middle",
    font: `600 ${total < 10 ? 11.5 : 11}px system-ui, sans-serif` });
  context.fillText(words, x, y + 0.5);
}

/** In an inset: a dot for each point that none is drawn for yet, as near as it can be told. */
function paintPoints(context, view, points, at) {
  const { latitude, longitude, classes, classOf } = view.layer;
  const { width, height } = context.canvas;
  const [taken, places] = [new Set(), classes.map(() => [])];
  for (const i of points) {
    const [x, y] = at(latitude[i], longitude[i]);
    if (!(x > 0 && y > 0 && x < width && y < height)) continue;
    const cell = Math.floor(x / 3) * width + Math.floor(y / 3);
    if (taken.has(cell)) continue;
    taken.add(cell);
    places[classOf[i]].push([x, y]);
  }
  places.forEach((its, i) => drawDots(context, its, 2, classes[i]));
}

// ----- under the mouse -------------------------------------------------------------------------

/** The points of the cluster or the dot there; null where there is none. */
function markAt(view, latlng) {
  const [x, y] = [worldX(latlng.lng), worldY(latlng.lat)];
  const scale = 2 ** view.map.getZoom();
  const away = (place) => scale * Math.hypot(place.x - x, place.y - y);
  const { dots, clusters } = view.drawn;
  const cluster = clusters.findLast((each) => away(each) <= clusterRadius(each.points.length));
  if (cluster) return cluster.points;
  let [best, least] = [null, DOT + 4];
  for (const i of dots) {
    const distance = away({ x: view.x[i], y: view.y[i] });
    if (distance < least) [best, least] = [i, distance];
  }
  return best === null ? null : [best];
}

function tellMark(page, view, latlng) {
  const points = markAt(view, latlng);
  const { opened, layer } = view;
  if (!points || (opened && opened.first === points[0] && opened.popup.isOpen())) return null;
  if (points.length > 1) return { element: clusterTip(page, view, points) };
  const { label } = layer.classes[layer.classOf[points[0]]];
  return { latlng: latlngOf(view, points[0]), element: el("div", {},
    nameOf(layer.names[points[0]], "ptce-clamp"), el("div", { class: "ptce-under" }, nameOf(label, "ptce-clamp"))) };
}

/** How many points, and how many of each class. */
function clusterTip(page, view, points) {
  const lines = [...sharesOf(view, points)].flatMap((share, i) => (share
    ? [el("li", {}, classSwatch(view.layer.classes[i]), nameOf(view.layer.classes[i].label, "ptce-clamp"),
      el("span", { class: "ptce-count" }, number(page, share)))] : []));
  return el("div", {}, fill(page.text.points_cluster, { n: number(page, points.length) }),
    view.layer.classes.length > 1 ? el("ul", { class: "ptce-classes" }, ...lines) : null);
}

/** A dot opens its popup; a cluster comes nearer, or lists its points if they never part. */
function openMark(page, view, points) {
  const { map, x, y } = view;
  if (points.length === 1) {
    openPoint(page, view, points[0]);
    return;
  }
  const bounds = L.latLngBounds([...points].map((i) => latlngOf(view, i)));
  const extent = (places) => points.reduce((most, i) => Math.max(most, places[i]), -Infinity)
    - points.reduce((least, i) => Math.min(least, places[i]), Infinity);
  const last = Math.min(DEEPEST, map.getMaxZoom());
  const never = Math.max(extent(x), extent(y)) * 2 ** last < nearest(DEEPEST);
  if (never || map.getZoom() >= last) {
    openPopup(page, { latlng: bounds.getCenter() }, pointList(page, view, points));
    view.opened = { popup: page.popup, first: points[0] };
  } else {
    const zoom = Math.min(map.getBoundsZoom(bounds, false, L.point(hiddenByPanel(page) + 60, 120)), last);
    approach(page, map, bounds.getCenter(), Math.max(zoom, map.getZoom() + 1), true);
  }
}

/** Put a place in the middle of what the panel leaves free. */
function approach(page, map, latlng, zoom, animate) {
  const middle = map.project(latlng, zoom).subtract([hiddenByPanel(page) / 2, 0]);
  map.setView(map.unproject(middle, zoom), zoom, animate ? {} : { animate });
}

/** What the search lists of a point: its name, and the first that is known of it. */
function pointFound(page, view, i) {
  const { names, classes, classOf } = view.layer;
  const { colour, label } = classes[classOf[i]];
  const [, under] = factsOf(view.layer, i).find(([, text]) => text) || ["", label];
  return { name: names[i], under, colour, kind: "circle", go: () => goToPoint(page, view, i) };
}

function goToPoint(page, view, i) {
  const { layer, map } = view;
  if (!view.on) setView(page, view, true);
  const its = layer.classOf[i];
  if (!view.classesOn[its]) view.showClasses(view.classesOn.map((on, each) => on || each === its));
  approach(page, map, latlngOf(view, i), Math.max(map.getZoom(), 15), false);
  openPoint(page, view, i);
}

// ----- words -----------------------------------------------------------------------------------

function latlngOf({ layer }, i) {
  return L.latLng(layer.latitude[i], layer.longitude[i]);
}

function classSwatch({ colour, pattern }) {
  return swatch(pattern ? "hollow" : "circle", colour);
}

function openPoint(page, view, i) {
  const { layer } = view;
  const its = layer.classes[layer.classOf[i]];
  openPopup(page, { latlng: latlngOf(view, i), offset: () => L.point(0, -DOT) },
    markPopup(nameOf(layer.names[i] || "–"),
      el("p", { class: "ptce-of-pole" }, classSwatch(its), nameOf(its.label)), factList(layer, i)));
  view.opened = { popup: page.popup, first: i };
}

function pointList(page, view, points) {
  const { layer } = view;
  const line = (i) => el("li", {},
    el("button", { type: "button", class: "ptce-result", onclick: () => openPoint(page, view, i) },
      classSwatch(layer.classes[layer.classOf[i]]), nameOf(layer.names[i] || "–", "ptce-clamp")));
  const more = points.length - MOST_LISTED;
  return markPopup(fill(page.text.points_here, { n: number(page, points.length) }),
    el("ul", { class: "ptce-point-list" }, ...Array.from(points.slice(0, MOST_LISTED), line)),
    more > 0 ? el("p", { class: "ptce-note" }, fill(page.text.points_more, { n: number(page, more) })) : null);
}

/** The classes with their numbers; each can be turned off, and the circles count anew. */
function pointLegend(page, view) {
  const { layer } = view;
  const totals = sharesOf(view, layer.classOf.map((_, i) => i));
  const boxes = layer.classes.map((_, i) => el("input", { type: "checkbox", checked: true,
    "data-class": String(i), onchange: () => view.showClasses(boxes.map((box) => box.checked)) }));
  page.onChange(() => boxes.forEach((box, i) => { box.checked = view.classesOn[i]; }));
  const alone = boxes.length < 2;
  const lines = layer.classes.map((each, i) => el("li", {}, el(alone ? "span" : "label", { class: "ptce-option" },
    alone ? null : boxes[i], classSwatch(each), nameOf(each.label, "ptce-clamp"),
    el("span", { class: "ptce-count" }, number(page, totals[i])))));
  return el("div", {}, el("ul", { class: "ptce-classes" }, ...lines),
    el("p", { class: "ptce-note" }, page.text.points_note), ...notesOf(layer));
}

function pointTable(page, layer) {
  const { names, classes, classOf, longitude, latitude, facts: columns, title } = layer;
  const { text } = page;
  return {
    name: title,
    columns: [text.marks_name, text.points_class, ...Object.keys(columns), text.longitude, text.latitude],
    rows: Array.from(names, (name, i) => [name, classes[classOf[i]].label,
      ...Object.values(columns).map((column) => column[i]), longitude[i], latitude[i]]),
  };
}
