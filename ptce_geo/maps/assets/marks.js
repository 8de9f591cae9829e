// What all marks have in common (circles.js, lines.js, points.js): a canvas over the map, places on
// it, the search, what is told.

/** Places in pixels of the whole world at zoom 0. */
function worldOf(longitude, latitude) {
  return {
    x: Float64Array.from(longitude, (degrees) => worldX(degrees)),
    y: Float64Array.from(latitude, (degrees) => worldY(Math.max(-85, Math.min(85, degrees)))),
  };
}

/**
 * What the views of all marks have: a canvas in a pane of its own, shown or not.
 *
 * `draw(context, place, box)` draws what is in sight: `place(x, y)` says where on the canvas a
 * place of the world is (pixels), `box` which part of the world there is to see.
 */
function markView(layer, map, { pane, zIndex, shown, draw }) {
  addPane(map, pane, zIndex);
  map.getPane(pane).style.pointerEvents = "none"; // the map hears the mouse, and asks `hover`
  const paint = (context, { scale, left, top, width, height, ratio }) => {
    const box = { left, top, right: left + width / scale, bottom: top + height / scale };
    const place = (x, y) => [((x - left) * scale) / ratio, ((y - top) * scale) / ratio];
    context.save();
    context.scale(ratio, ratio);
    draw(context, place, box);
    context.restore();
  };
  const canvas = new AreaCanvas({ pane, paint }).addTo(map);
  const view = {
    key: layer.key, title: layer.title, layer, on: false,
    set(on) {
      view.on = on;
      canvas.setShown(on);
    },
    count: () => (view.on ? shown() : 0),
    redraw: () => canvas.redraw(),
    finder: new MarkFinder(layer),
    found: null, // while something is searched for: 1 for each mark that has it
  };
  return view;
}

/** Finds marks by their names and facts. */
class MarkFinder {
  constructor({ names, facts: columns }) {
    Object.assign(this, { names, columns: Object.values(columns), texts: null });
  }

  /** `found`: 1 for each mark that has the text; `best`: twenty of them, by name first; `total`. */
  find(wanted) {
    this.texts = this.texts || this.read();
    const found = new Uint8Array(this.names.length);
    const ranked = [[], [], [], []]; // the name is so; begins so; has it; a fact has it
    let total = 0;
    this.texts.forEach((text, i) => {
      const at = text.indexOf(wanted);
      if (at < 0) return;
      found[i] = 1;
      total++;
      const end = text.indexOf("\n"); // of the name
      const list = ranked[at > end ? 3 : at > 0 ? 2 : wanted.length < end ? 1 : 0];
      if (list.length < 20) list.push(i);
    });
    return { found, total, best: ranked.flat().slice(0, 20) };
  }

  /** Name and facts of each mark as they are compared; facts repeat, so each is read once. */
  read() {
    const known = new Map();
    const compared = (text) => {
      if (!known.has(text)) known.set(text, plain(text));
      return known.get(text);
    };
    return Array.from(this.names, (name, i) =>
      [`${plain(name)}\n`, ...this.columns.map((column) => compared(column[i]))].join("\n"));
  }
}

/** The search of a view: fades what is not found, returns what the panel lists. */
function searchMarks(view, wanted, resultOf) {
  const { found, total, best } = wanted ? view.finder.find(wanted) : { found: null, total: 0, best: [] };
  view.found = found;
  view.redraw();
  return Object.assign(best.map(resultOf), { total });
}

const FADED_MARK = 0.15;

/** How strong a mark is drawn: faded where another was searched for. */
function strengthOf(view, i) {
  return view.found && !view.found[i] ? FADED_MARK : 1;
}

/** What is known of a mark; null where nothing is. */
function factList(layer, i) {
  const known = factsOf(layer, i).filter(([, text]) => text);
  return known.length ? facts(known) : null;
}

function markTip(layer, i, under) {
  return el("div", {}, nameOf(layer.names[i], "ptce-clamp"),
    under ? el("div", { class: "ptce-under" }, under) : null, factList(layer, i));
}

function markPopup(name, ...children) {
  return el("article", { class: "ptce-popup" }, el("h2", {}, name), ...children);
}

function notesOf(layer) {
  return layer.notes.map((note) => el("p", { class: "ptce-note" }, note));
}

function svgEl(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
