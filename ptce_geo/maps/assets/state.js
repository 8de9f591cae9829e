// The view of the map, kept: in the address of the page (a link to it) and on paper.

const LONGEST_ADDRESS = 20000; // characters; a longer one is not of our making
const DEEPEST_ZOOM = 19;
const PLACE = /^(-?\d{1,2}(?:\.\d{1,9})?),(-?\d{1,3}(?:\.\d{1,9})?),(\d{1,2}(?:\.\d{1,4})?)$/;

/**
 * Keep in the address what is shown: `#map=46.5000,2.5000,6&off=ties&poles=off.3`, and show what an
 * address says. A base map is never in it: no link makes the page ask the network. No layer has the
 * key "map", "on" or "off".
 */
function keepState(page) {
  page.address = addressOf(page);
  readAddress(page);
  let wait;
  const later = () => {
    clearTimeout(wait);
    wait = setTimeout(() => writeAddress(page), 250); // browsers refuse many changes in a row
  };
  page.map.on("moveend", later);
  page.onChange(later);
  window.addEventListener("hashchange", () => readAddress(page));
  page.panel.querySelector(".ptce-panel-body").append(linkSection(page));
  keepOnPaper(page);
}

// ----- writing ---------------------------------------------------------------------------------

function addressOf(page) {
  const { map, views } = page;
  const { lat, lng } = map.getCenter();
  const parts = [["map", `${lat.toFixed(4)},${lng.toFixed(4)},${Number(map.getZoom().toFixed(2))}`]];
  const changed = (on) => views.filter((view) => view.on !== view.layer.on && view.on === on).map((view) => view.key);
  parts.push(["on", changed(true).join(",")], ["off", changed(false).join(",")]);
  for (const view of views) if (view.state) parts.push([view.key, view.state()]);
  return parts.filter(([, text]) => text)
    .map(([key, text]) => `${encodeURIComponent(key)}=${encodeURIComponent(text).replaceAll("%2C", ",")}`).join("&");
}

function writeAddress(page) {
  const address = addressOf(page);
  if (address === page.address) return;
  page.address = address;
  try {
    history.replaceState(null, "", `#${address}`);
  } catch {
    // A page inside another (a notebook) may have no address of its own.
  }
}

// ----- reading ---------------------------------------------------------------------------------

/** Show what the address says; what it does not say is as at the start, what is wrong is ignored. */
function readAddress(page) {
  const { views } = page;
  const text = location.hash.slice(1);
  const said = new URLSearchParams(text.length > LONGEST_ADDRESS ? "" : text);
  const keys = ["map", "on", "off", ...views.map((view) => view.key)];
  if (!keys.some((key) => said.has(key))) return; // of another page, or none
  const listed = (key) => (said.get(key) || "").split(",");
  const [on, off] = [listed("on"), listed("off")];
  for (const view of views) {
    const shown = view.layer.on ? !off.includes(view.key) : on.includes(view.key);
    if (shown !== view.on) setView(page, view, shown);
    const itsState = said.get(view.key) || "";
    if (view.restore && itsState !== view.state()) view.restore(itsState);
  }
  const place = PLACE.exec(said.get("map") || "");
  if (place) goTo(page.map, place.slice(1).map(Number));
}

function goTo(map, [latitude, longitude, zoom]) {
  if (Math.abs(latitude) > 85 || Math.abs(longitude) > 180 || zoom > DEEPEST_ZOOM) return;
  exactly(map, () => map.setView([latitude, longitude], zoom, { animate: false }));
}

/** Move a map to a zoom that its buttons do not stop at: the first view is between two. */
function exactly(map, move) {
  const { zoomSnap } = map.options;
  map.options.zoomSnap = 0;
  move();
  map.options.zoomSnap = zoomSnap;
}

// ----- the link --------------------------------------------------------------------------------

function linkSection(page) {
  const { text } = page;
  const status = el("span", { class: "ptce-note", role: "status" });
  const field = el("input", { type: "text", class: "ptce-copy", readonly: true, hidden: true,
    "aria-label": text.link_by_hand });
  const copy = async () => {
    const link = `${location.href.split("#")[0]}#${addressOf(page)}`;
    try {
      await navigator.clipboard.writeText(link);
      status.textContent = text.link_copied;
    } catch { // a page from the disk may not be allowed to
      field.hidden = false;
      field.value = link;
      field.select();
    }
  };
  return el("div", { class: "ptce-section ptce-around" },
    el("button", { type: "button", class: "ptce-link", onclick: copy }, text.link), " ", status, field);
}

// ----- paper -----------------------------------------------------------------------------------

/** Before printing, the page takes the size of the paper and shows the same part of the world. */
function keepOnPaper(page) {
  let before = null; // what was on the screen
  const toPaper = () => { before ||= putOnPaper(page); };
  const toScreen = () => {
    if (before) putOnScreen(page, before);
    before = null;
  };
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
  window.matchMedia("print").addEventListener("change", ({ matches }) => (matches ? toPaper() : toScreen()));
}

function putOnPaper(page) {
  const { map } = page;
  const { lat, lng } = map.getCenter();
  const before = { place: [lat, lng, map.getZoom()], panelOpen: page.panelOpen, footerOpen: page.footer.open };
  const bounds = L.latLngBounds(freeBox(page).map((corner) => map.containerPointToLatLng(corner)));
  map.closePopup();
  openPanel(page, true);
  page.footer.open = true;
  leaveOutWhatIsOff(page);
  resizeTo(page, true);
  const [[left, top], [right, bottom]] = freeBox(page);
  const { x, y } = map.getSize();
  exactly(map, () => map.fitBounds(bounds,
    { paddingTopLeft: [left, top], paddingBottomRight: [x - right, y - bottom], animate: false }));
  drawNow(page);
  return before;
}

function putOnScreen(page, { place, panelOpen, footerOpen }) {
  openPanel(page, panelOpen);
  page.footer.open = footerOpen;
  resizeTo(page, false);
  goTo(page.map, place);
}

function resizeTo(page, onPaper) {
  const { classList, style } = page.panel.parentElement;
  classList.toggle("ptce-paper", onPaper);
  style.setProperty("--footer", `${page.footer.offsetHeight}px`);
  const body = page.panel.querySelector(".ptce-panel-body");
  const fits = () => body.scrollHeight <= body.clientHeight;
  classList.remove("ptce-long");
  for (const { layer, poles, more } of page.views) if (layer.type === "poles") listPoles(page, poles, more, () => true);
  classList.toggle("ptce-long", onPaper && !fits());
  if (onPaper) for (const { layer, poles, more } of page.views) if (layer.type === "poles") listPoles(page, poles, more, fits);
  fitInsets(page);
  sizeMaps(page);
}

/** On paper, list as many poles as fit, say how many more there are; where none fits, no list. */
function listPoles(page, poles, more, fits) {
  const items = poles.map((pole) => pole.item).filter(({ hidden, classList }) => !hidden && !classList.contains("ptce-off"));
  const section = more.parentElement;
  const list = (kept) => {
    items.forEach((item, i) => item.classList.toggle("ptce-unlisted", i >= kept));
    const left = items.length - kept;
    more.textContent = left ? fill(page.text.poles_more, { n: number(page, left) }) : "";
    section.classList.toggle("ptce-unlisted", kept === 0);
    return fits();
  };
  if (list(items.length)) return;
  let [fit, over] = [0, items.length];
  while (over - fit > 1) {
    const kept = (fit + over) >> 1;
    if (list(kept)) fit = kept;
    else over = kept;
  }
  list(fit);
}

/** On paper a legend tells nothing of what is not on the map. */
function leaveOutWhatIsOff(page) {
  for (const box of page.panel.querySelectorAll("input[type=checkbox]")) {
    const its = box.dataset.layer ? ".ptce-block, .ptce-option" : "li";
    const element = box.closest(its);
    if (element) element.classList.toggle("ptce-off", !box.checked);
  }
}

/**
 * Draw what waits for the next frame: a printer does not. Nothing is cleared, each canvas is new:
 * browsers that print a canvas as lines, not pixels, print white where something was cleared.
 */
function drawNow(page) {
  for (const map of mapsOf(page)) {
    map.eachLayer((layer) => {
      const canvas = layer._container;
      if (!(canvas instanceof HTMLCanvasElement)) return;
      const pen = canvas.getContext("2d");
      pen.clearRect = () => {};
      canvas.width = 0;
      layer._update();
      if (!(layer instanceof L.Canvas)) layer._draw();
      delete pen.clearRect;
    });
  }
  paintInsets(page);
}

/** The corners, in pixels of the map, of what panel, insets and footer leave free. */
function freeBox(page) {
  const { map, insetSpace } = page;
  const { x, y } = map.getSize();
  if (page.otherMap) return [[8, 8], [x - 8, y - 8]];
  const panel = page.panel.getBoundingClientRect();
  const beside = page.panelOpen && panel.width < x / 2;
  const left = beside ? panel.width + 20 : 8;
  const top = beside ? 8 : page.head.offsetHeight + 16;
  return [[left, top], [x - insetSpace.right - 8, y - page.footer.offsetHeight - insetSpace.bottom - 8]];
}
