// Small helpers for the page. Text from a member list enters the page in one place: `el`, which
// makes text nodes. Nothing here or in the other files writes HTML.

/** What draws each type of layer: name -> function (page, layer, map) that makes its view. */
const layerTypes = {};

/** Make an element: attributes (`on…` are listeners), then children: elements, texts or null. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A name from a list: kept apart from the words around it, whatever its writing direction. */
function nameOf(text, className = "") {
  return el("bdi", { class: `ptce-name ${className}` }, text);
}

/** A small drawing for legend and lists: "circle", "review", "seat", "seat-lead", "square". */
function swatch(kind, colour) {
  const span = el("span", { class: `ptce-swatch ptce-${kind}`, "aria-hidden": "true" });
  span.style.setProperty("--colour", colour);
  return span;
}

/** Put values into a text with {places}. */
function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, key) => (key in values ? values[key] : place));
}

/** A number as readers of the page's language write it. */
function number(page, value, decimals = 0) {
  return numberFormat(page.data.lang, decimals).format(value);
}

const numberFormats = new Map();

function numberFormat(lang, decimals) {
  const key = `${lang}${decimals}`;
  if (!numberFormats.has(key)) {
    numberFormats.set(key, new Intl.NumberFormat(lang,
      { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
  }
  return numberFormats.get(key);
}

/** The form in which texts are compared: no capitals, no accents, no hyphens. */
function plain(text) {
  return (text || "")
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .replace(/[-'’\s]+/g, " ")
    .trim();
}

/** Let Enter and the space bar do what a click does. */
function onActivate(element, action) {
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });
}
