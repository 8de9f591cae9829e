// The overseas départements, small, beside the map: each is drawn by the layers that are on, and is
// a button that goes to its true place. With them the buttons of the other parts of the world.

const OVERSEAS = ["guadeloupe", "martinique", "guyane", "reunion", "mayotte"];
const INSET_LEAST = 34; // height of a box, pixels; where even that has no room, they scroll
const INSET_MARGIN = 4; // sea around the land, pixels
const INSET_GAP = 6; // between two boxes
const SEA = "#dfe6ea";
const METRES_PER_DEGREE = 111320; // of latitude

/** Put the insets on the page and keep them as the map is. */
function addInsets(page) {
  const { views } = page.data;
  const named = (name) => views.filter((view) => view.name === name);
  page.insets = OVERSEAS.flatMap(named).map((view) => makeInset(page, view));
  const places = views.filter(({ name }) => !OVERSEAS.includes(name)).map((view) => viewButton(page, view,
    page.text[view.name], view.count === null ? null : countOf(page, view)));
  page.insetBox = el("nav", { class: "ptce-views", "aria-label": page.text.views },
    el("div", { class: "ptce-places" }, ...places),
    el("div", { class: "ptce-insets" }, ...page.insets.map((inset) => inset.button)));
  addToPage(page, page.insetBox, "afterbegin");
  page.panel.after(page.insetBox);
  const fit = () => { fitInsets(page); paintSoon(page); };
  fit();
  new ResizeObserver(fit).observe(page.insetBox.parentElement);
  page.onChange(() => { recount(page); paintSoon(page); });
}

/** A button that shows a part of the world; `children` are what it shows itself. */
function viewButton(page, view, ...children) {
  const button = el("button", { type: "button", class: "ptce-view", "data-view": view.name,
    onclick: () => page.show(view.bounds) }, ...children);
  tellCount(page, view, button, view.count);
  return button;
}

/** Say on a button how many are there; null where nothing is counted. */
function tellCount(page, { name: key }, button, count) {
  const { text, data } = page;
  const name = text[key];
  button.setAttribute("aria-label", count === null
    ? fill(text.inset_go, { name })
    : fill(text[`inset_go_${pluralForm(data.lang, count)}`], { name, n: number(page, count) }));
  button.classList.toggle("ptce-no-member", count === 0);
  const told = button.querySelector(".ptce-count");
  if (told) told.textContent = number(page, count);
}

/** Count anew what is shown in each part of the world, if a layer says where that is. */
function recount(page) {
  const layer = page.views.find((view) => view.places);
  if (!layer) return;
  const { views } = page.data;
  const counts = views.map(() => 0);
  for (const latlng of layer.places()) {
    const rank = views.findIndex(({ name, bounds }) =>
      name === "elsewhere" || L.latLngBounds(bounds).contains(latlng)); // it comes last
    if (rank >= 0) counts[rank]++;
  }
  views.forEach((view, rank) => {
    const button = page.insetBox.querySelector(`[data-view="${view.name}"]`);
    if (view.count !== null) tellCount(page, view, button, counts[rank]);
  });
}

/** "one" or "other": 0 is singular in French, plural in English. */
function pluralForm(lang, n) {
  return new Intl.PluralRules(lang).select(n) === "one" ? "one" : "other";
}

function countOf(page, view) {
  return el("span", { class: "ptce-count" }, number(page, view.count));
}

/** One canvas, or one for each of two maps side by side. */
function makeInset(page, view) {
  const canvases = mapsOf(page).map(() => el("canvas", { "aria-hidden": "true" }));
  const button = viewButton(page, view,
    el("span", { class: "ptce-inset-maps" }, ...canvases),
    el("span", { class: "ptce-inset-name" }, el("span", {}, page.text[view.name]),
      view.count === null ? null : countOf(page, view)));
  button.classList.add("ptce-inset");
  return { view, canvases, button };
}

// ----- size and place --------------------------------------------------------------------------

/** A column at the right edge; a row above the footer where the window is narrow or low. */
function fitInsets(page) {
  const box = page.insetBox;
  const frame = box.parentElement;
  let space;
  const { clientWidth: width, clientHeight: height } = frame;
  const inRow = width <= 640 || height < 560;
  frame.classList.toggle("ptce-insets-in-row", inRow);
  if (inRow) {
    const across = Math.min(66, (width - 16) / OVERSEAS.length - INSET_GAP - 2);
    setInsetSize(page, page.otherMap && width > 640 ? across / 2 : across, Math.min(across, height < 480 ? 50 : 66));
    space = { right: 0, bottom: box.offsetHeight + 6 };
  } else {
    const across = page.otherMap ? 62 : 96;
    setInsetSize(page, across, across); // to measure what stands around the boxes
    const room = height - page.footer.offsetHeight - box.offsetTop - 8;
    const spare = (box.scrollHeight - room) / OVERSEAS.length;
    if (spare > 0) setInsetSize(page, across, Math.max(INSET_LEAST, across - spare));
    space = { right: box.offsetWidth + 10, bottom: 0 };
  }
  frame.style.setProperty("--inset-right", `${space.right}px`);
  frame.style.setProperty("--inset-bottom", `${space.bottom}px`);
  page.insetSpace = page.otherMap ? { right: 0, bottom: 0 } : space;
  if (page.otherMap) sizeMaps(page); // two maps stand beside the insets, not under them
}

function setInsetSize({ insetBox: { style } }, width, height) {
  style.setProperty("--inset-width", `${Math.floor(width)}px`);
  style.setProperty("--inset-height", `${Math.floor(height)}px`);
}

// ----- drawing ---------------------------------------------------------------------------------

/** Draw all insets right after the map itself, once, however many layers change until then. */
function paintSoon(page) {
  if (page.insetsWait) return;
  page.insetsWait = true;
  requestAnimationFrame(() => setTimeout(() => {
    page.insetsWait = false;
    paintInsets(page);
  }));
}

function paintInsets(page) {
  mapsOf(page).forEach((map, side) => {
    const views = page.views.filter((view) => view.twin || view.map === map);
    for (const { view, canvases } of page.insets) paintInset(canvases[side], view.bounds, views);
  });
}

function paintInset(canvas, bounds, views) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharpness = Math.max(2, window.devicePixelRatio); // 2 at least: sharp on paper too
  canvas.width = width * sharpness;
  canvas.height = height * sharpness;
  const context = canvas.getContext("2d");
  context.scale(sharpness, sharpness);
  context.fillStyle = SEA;
  context.fillRect(0, 0, width, height);
  const { at, metresPerPixel } = flatWorld(bounds, width, height);
  for (const view of views) {
    if (!view.on || !view.paint) continue;
    context.save();
    view.paint(context, at, metresPerPixel);
    context.restore();
  }
}

/** A part of the world so small that it is flat, in the middle of a box of pixels. */
function flatWorld([[south, west], [north, east]], width, height) {
  const middle = { latitude: (south + north) / 2, longitude: (west + east) / 2 };
  const across = METRES_PER_DEGREE * Math.cos((middle.latitude * Math.PI) / 180);
  const metresPerPixel = Math.max(
    ((east - west) * across) / (width - 2 * INSET_MARGIN),
    ((north - south) * METRES_PER_DEGREE) / (height - 2 * INSET_MARGIN),
  );
  const at = (latitude, longitude) => [
    width / 2 + ((longitude - middle.longitude) * across) / metresPerPixel,
    height / 2 - ((latitude - middle.latitude) * METRES_PER_DEGREE) / metresPerPixel,
  ];
  return { at, metresPerPixel };
}
