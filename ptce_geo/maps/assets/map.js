// The start: unpacks the data of the page, makes the view of each layer, opens the first view.

function addPane(map, name, zIndex) {
  if (!map.getPane(name)) map.createPane(name).style.zIndex = zIndex;
  return name;
}

/** Show a part of the world, in what panel, insets and footer leave free, as large as it fits. */
function show(page, bounds) {
  const { map } = page;
  const [[left, top], [right, bottom]] = freeBox(page);
  const { x, y } = map.getSize();
  map.options.zoomSnap = 0.25;
  map.fitBounds(bounds, {
    paddingTopLeft: [left, top], paddingBottomRight: [x - right, y - bottom], maxZoom: 10, animate: false,
  });
  map.options.zoomSnap = 1;
}

// ----- views -----------------------------------------------------------------------------------

/** One view for each layer; where two maps stand side by side, a background one for each. */
function makeViews(page) {
  const { layers, compare } = page.data;
  page.views = layers.map((layer) => {
    const onRight = page.otherMap && layer.key === compare[1];
    const view = layerTypes[layer.type](page, layer, onRight ? page.otherMap : page.map);
    view.map = onRight ? page.otherMap : page.map;
    if (page.otherMap && !compare.includes(layer.key)) {
      view.twin = layerTypes[layer.type](page, layer, page.otherMap);
    }
    return view;
  });
}

/** Show or hide a layer, on each map it is on. */
function setView(page, view, on) {
  view.set(on);
  if (view.twin) view.twin.set(on);
  page.layersChanged();
}

/** Draw anew what depends on the base map or on the poles shown. */
function refreshViews(page) {
  for (const view of page.views) {
    if (view.refresh) view.refresh();
    if (view.twin && view.twin.refresh) view.twin.refresh();
  }
  page.layersChanged();
}

// ----- what is told under the mouse or the finger ----------------------------------------------

const NOT_THE_MAP = "path, button, a, input, .leaflet-marker-icon, .leaflet-popup, .leaflet-control, .ptce-panel, .ptce-footer, .ptce-view";

/** The topmost layer with something there tells it, in one tooltip. */
function addHover(page, map) {
  const tooltip = new Tip();
  const tell = (event) => {
    const target = event.originalEvent.target;
    const onCanvas = target.tagName === "CANVAS" && target.classList.contains("leaflet-interactive");
    const told = onCanvas || target.closest(NOT_THE_MAP) ? null : whatIsAt(page, map, event);
    if (!told) {
      tooltip.remove();
      return;
    }
    tooltip.setLatLng(told.latlng || event.latlng).setContent(told.element).addTo(map);
  };
  map.on("mousemove click", tell);
  map.on("mouseout", () => tooltip.remove());
  map.on("zoomstart", () => tooltip.remove());
}

function whatIsAt(page, map, event) {
  for (const view of [...page.views].reverse()) {
    if (!view.on || !view.hover || view.map !== map) continue;
    const told = view.hover(event.latlng, event.containerPoint);
    if (told) return told;
  }
  return null;
}

// ----- start -----------------------------------------------------------------------------------

/**
 * Draw the map; `window.ptceMap.page` is there for tests and the curious: `views`, `view(key)`,
 * each with `count()`, the number of shapes or marks it shows.
 */
function draw(map, data) {
  const changes = [];
  const page = {
    map,
    frame: map.getContainer(), // what panel, insets and footer stand in (see compare.js)
    data,
    text: data.text,
    baseMap: null,
    insetSpace: { right: 0, bottom: 0 }, // pixels, taken by insets.js
    view: (key) => page.views.find((view) => view.key === key),
    show: (bounds) => show(page, bounds),
    poleShown: () => true, // by rank; poles.js says
    onChange: (action) => changes.push(action),
    layersChanged: () => changes.forEach((action) => action()),
  };
  map.attributionControl.setPrefix(false);
  if (data.compare) page.otherMap = addCompare(page);
  page.frame.classList.add("ptce-map");
  makeViews(page);
  addPanel(page);
  addControls(page);
  addInsets(page);
  show(page, data.firstView);
  for (const view of page.views) setView(page, view, view.layer.on);
  for (const each of [map, page.otherMap]) if (each) addHover(page, each);
  keepState(page);
  map.on("zoomend", () => movePopup(page));
  page.frame.addEventListener("keydown", ({ key }) => { if (key === "Escape") map.closePopup(); });
  window.ptceMap.page = page;
}

/** Unpack the data in the element `id` and draw it; folium calls this once for each map. */
function start(map, id) {
  const packed = document.getElementById(id);
  if (!window.DecompressionStream) {
    map.getContainer().append(el("p", { class: "ptce-old-browser", role: "alert" }, packed.dataset.oldBrowser));
    return;
  }
  window.ptceMap.drawn = unpack(packed.textContent).then((data) => { draw(map, data); });
}

window.ptceMap = { start };
