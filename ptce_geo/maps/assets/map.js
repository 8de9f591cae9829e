// The start: reads the data of the page, draws the layers, opens the first view.

const SVG_LIMIT = 2000; // above that many members, circles are drawn on a canvas

/** Rows with column names become objects. */
function readTable({ columns, rows }) {
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
}

function addPane(map, name, zIndex) {
  map.createPane(name).style.zIndex = zIndex;
  return name;
}

// ----- départements ----------------------------------------------------------------------------

function drawDepartements(page) {
  const pane = addPane(page.map, "ptce-land", 200);
  const { classes, features } = page.data.departements;
  page.land = L.geoJSON(features, {
    pane,
    renderer: L.svg({ pane, padding: 0.3 }),
    style: (feature) => landStyle(page, classes[feature.properties.class]),
    onEachFeature: (feature, layer) =>
      layer.bindTooltip(() => nameOf(feature.properties.label), {
        sticky: true, className: "ptce-tip", direction: "top", offset: [0, -4],
      }),
  }).addTo(page.map);
}

/** How a département looks, given which layers are on. */
function landStyle(page, itsClass) {
  const { choropleth, outlines, baseMap } = page.layersOn;
  return {
    fillColor: choropleth ? itsClass.colour : "#f7f5f0",
    fillOpacity: choropleth ? (baseMap ? 0.55 : 1) : (baseMap ? 0 : 1),
    color: baseMap ? "#5d6670" : "#c3bfb6",
    weight: 0.8,
    opacity: outlines ? 1 : 0,
  };
}

// ----- poles and members -----------------------------------------------------------------------

function drawPoles(page) {
  const { map, data } = page;
  const useCanvas = page.members.length > SVG_LIMIT;
  page.renderer = useCanvas ? "canvas" : "svg";
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
  for (const pole of data.poles) {
    pole.group = L.layerGroup();
    pole.ties = L.layerGroup();
    pole.its = [];
    if (pole.seat) drawSeat(page, pole, places);
  }
  for (const member of page.members) {
    member.latlng = L.latLng(member.lat, member.lon);
    member.offset = places.addMember(member.latlng);
    drawMember(page, member, circles);
    if (data.poles[member.pole].seat) drawTie(page, member, ties);
  }
  for (const pole of data.poles) showPole(page, pole, true);
}

function drawSeat(page, pole, places) {
  pole.latlng = L.latLng(...pole.seat);
  pole.offset = places.addSeat(pole.latlng);
  const open = () => openSeat(page, pole);
  pole.marker = new Seat(pole.latlng, {
    icon: seatIcon(pole), pane: "ptce-seats", offset: pole.offset, riseOnHover: true,
  });
  // Before what a click does: Leaflet opens a tip on a click too, a popup then closes it.
  bindTip(pole.marker, () => tip(pole.name, page.data.text.legend_seat));
  pole.marker.on("click", open);
  pole.marker.on("add", () => {
    const icon = pole.marker.getElement();
    icon.setAttribute("aria-label", `${page.data.text.legend_seat} ${pole.name}`);
    onActivate(icon, open);
  });
  pole.group.addLayer(pole.marker);
}

function drawMember(page, member, renderer) {
  const pole = page.data.poles[member.pole];
  const open = () => openMember(page, member);
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

function drawTie(page, member, renderer) {
  const pole = page.data.poles[member.pole];
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
  layer.bindTooltip(content, { className: "ptce-tip", sticky: true, direction: "top", offset: [0, -8] });
}

/** Turn one pole on or off. */
function showPole(page, pole, on) {
  pole.on = on;
  pole.group[on ? "addTo" : "removeFrom"](page.map);
  pole.ties[on && page.layersOn.ties ? "addTo" : "removeFrom"](page.map);
}

/** Draw everything again after a layer was switched. */
function refreshLayers(page) {
  const { classes } = page.data.departements;
  page.land.setStyle((feature) => landStyle(page, classes[feature.properties.class]));
  for (const pole of page.data.poles) showPole(page, pole, pole.on);
}

// ----- views -----------------------------------------------------------------------------------

/** Show a part of the world, beside the panel, as large as it fits. */
function show(page, bounds) {
  const { map } = page;
  const panel = page.panel.getBoundingClientRect();
  const wide = map.getSize().x > 640;
  const left = wide && page.panelOpen ? panel.width + 20 : 10;
  const top = wide ? 56 : 140;
  map.options.zoomSnap = 0.25;
  map.fitBounds(bounds, { paddingTopLeft: [left, top], paddingBottomRight: [14, page.footer.offsetHeight + 18],
    maxZoom: 10, animate: false });
  map.options.zoomSnap = 1;
}

/** The arrow keys go from member to member; one of them is a stop of the Tab key. */
function keyboardAmongMembers(page) {
  const pane = page.map.getPane("ptce-members");
  const first = pane.querySelector(".ptce-member");
  if (first) first.setAttribute("tabindex", "0");
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

/**
 * Draw the map of poles; folium calls this once for each map.
 *
 * `window.ptceMap.page` is there for tests and the curious: `members` (each with its `circle`),
 * `renderer` ("svg" or "canvas") and `shown()`, the number of circles on the map.
 */
function draw(map, data) {
  const page = {
    map,
    data,
    members: readTable(data.members),
    layersOn: { choropleth: data.departements.classes.length > 1, outlines: true, ties: true,
                baseMap: null },
    shown: () => page.members.filter((member) => map.hasLayer(member.circle)).length,
    pointOf: (member) =>
      map.latLngToContainerPoint(member.latlng).add(member.offset(map.getZoom())),
  };
  map.getContainer().classList.add("ptce-map");
  map.attributionControl.setPrefix(false);
  drawDepartements(page);
  addPanel(page);
  addControls(page);
  show(page, data.firstView);
  drawPoles(page);
  keyboardAmongMembers(page);
  map.on("zoomend", () => movePopup(page));
  window.ptceMap.page = page;
}

window.ptceMap = { draw };
