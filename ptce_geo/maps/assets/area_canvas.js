// Territories on a canvas, each border (arc) walked once.
//
// Along every row of pixels the colour changes where a border is crossed, by the difference of the
// colours on its two sides. So each border adds that difference to the pixels it goes through, in
// proportion to what lies beyond it, and summing a row from left to right gives each pixel the mean
// of the colours in it, weighted by area. Between neighbours nothing lighter comes through at any
// zoom, a border inside a class costs nothing, and no ring has to be put together.

const INK = [34, 41, 47];
const OVERLAPPING_OPACITY = 0.35;
const MOST_INNER_VERTICES = 50000; // of borders between territories: more are too small and too slow

/**
 * Draw territories that `Shapes.placeBy…` placed; `seen` is what it returned.
 *
 * `style`: `classOf(t)` (-1: not drawn), `classes` (`{colour, pattern}`), `groups` or null,
 * `filled`, `order` of shapes that overlap or null, `size` (of the usual territory, pixels of the
 * canvas), `ratio` (of these to pixels of the page), `origin` (where patterns begin).
 */
function drawAreas(context, shapes, seen, style) {
  if (style.order) drawOneByOne(context, shapes, seen, style);
  else drawTogether(context, shapes, seen, style);
}

function drawTogether(context, shapes, seen, style) {
  const { left, right, screen: { starts, arcs } } = shapes;
  const none = style.classes.length;
  const classOf = new Uint8Array(shapes.count);
  for (let t = 0; t < shapes.count; t++) {
    const its = seen[t] ? style.classOf(t) : -1;
    classOf[t] = its < 0 ? none : its;
  }
  const changes = []; // arcs with two classes beside them
  const lines = { inner: [], group: [], outer: [] };
  let innerVertices = 0;
  for (const arc of arcs) {
    const l = left[arc];
    const r = right[arc];
    const onLeft = l < 0 ? none : classOf[l];
    const onRight = r < 0 ? none : classOf[r];
    if (onLeft === none && onRight === none) continue;
    if (onLeft !== onRight) changes.push(arc);
    if (onLeft === none || onRight === none) {
      lines.outer.push(arc);
    } else if (style.groups && style.groups[l] !== style.groups[r]) {
      lines.group.push(arc);
    } else {
      lines.inner.push(arc);
      innerVertices += starts[arc + 1] - starts[arc];
    }
  }
  if (style.filled) {
    fillClasses(context, shapes, changes, (t) => (t < 0 ? none : classOf[t]), style);
  }
  if (innerVertices > MOST_INNER_VERTICES) lines.inner = [];
  drawLines(context, shapes, lines, style);
}

/** Borders, the thinner the smaller the territories are on the screen. */
function drawLines(context, shapes, lines, { size, groups, ratio }) {
  const strength = Math.min(1, Math.max(0, (size / ratio - 5) / 25));
  const stroke = (arcs, width, opacity) => {
    context.beginPath();
    for (const arc of arcs) shapes.traceArc(context, arc, true, false);
    context.lineWidth = width * ratio;
    context.strokeStyle = `rgb(${INK.join(" ")} / ${opacity})`;
    context.stroke();
  };
  context.lineJoin = context.lineCap = "round";
  if (strength > 0) stroke(lines.inner, 0.4 + 0.4 * strength, 0.12 + 0.2 * strength);
  if (groups) stroke(lines.group, 0.55 + 0.75 * strength, 0.7);
  stroke(lines.outer, 0.7, 0.5);
}

/** Shapes that lie on each other, in their order: each half transparent with a line around it. */
function drawOneByOne(context, shapes, seen, { classOf, classes, order, ratio, origin }) {
  context.lineJoin = "round";
  context.lineWidth = 1.3 * ratio;
  for (const t of order) {
    const rank = seen[t] ? classOf(t) : -1;
    if (rank < 0) continue;
    const { colour, pattern } = classes[rank];
    context.beginPath();
    for (const ring of shapes.rings()[t]) {
      ring.forEach(([arc, forward], i) => shapes.traceArc(context, arc, forward, i > 0));
      context.closePath();
    }
    context.globalAlpha = OVERLAPPING_OPACITY;
    context.fillStyle = context.strokeStyle = colour;
    context.fill("evenodd");
    if (pattern) {
      context.fillStyle = canvasPattern(context, pattern, ratio, origin);
      context.fill("evenodd");
    }
    context.globalAlpha = 1;
    context.stroke();
  }
}

// ----- filling: sums along the rows --------------------------------------------------------------

const BAND = 64; // rows summed at a time: what they need stays in the processor's cache

/** Fill the territories whose borders are `arcs`; `classAt` tells the class of a side of an arc. */
function fillClasses(context, shapes, arcs, classAt, { classes, ratio, origin }) {
  const { width, height } = context.canvas;
  if (!width) return; // of a map that is hidden
  const patterns = [...new Set(classes.map((each) => each.pattern).filter(Boolean))];
  const parts = classes.map(({ colour, pattern }) =>
    [...rgbOf(colour), 1, ...patterns.map((each) => (each === pattern ? 1 : 0))]);
  const depth = 4 + patterns.length;
  parts.push(new Array(depth).fill(0)); // of what is not filled
  const sums = new Sums(width, depth);
  const masks = patterns.map((pattern) => patternMask(pattern, ratio));
  const image = new ImageData(width, BAND);
  arcsByBand(shapes, arcs, height).forEach((itsArcs, band) => {
    if (!itsArcs.length) return;
    for (const arc of itsArcs) {
      const onLeft = parts[classAt(shapes.left[arc])];
      const onRight = parts[classAt(shapes.right[arc])];
      for (let c = 0; c < depth; c++) sums.step[c] = onLeft[c] - onRight[c];
      sums.addLine(shapes.screen, arc, band * BAND);
    }
    sums.paint(image, masks, [origin[0], origin[1] + band * BAND]);
    context.putImageData(image, 0, band * BAND);
  });
}

/** For each band of rows the arcs that go through it. */
function arcsByBand({ screen: { y, starts } }, arcs, height) {
  const bands = Array.from({ length: Math.ceil(height / BAND) }, () => []);
  for (const arc of arcs) {
    let top = Infinity, bottom = -Infinity;
    for (let i = starts[arc]; i < starts[arc + 1]; i++) {
      if (y[i] < top) top = y[i];
      if (y[i] > bottom) bottom = y[i];
    }
    const last = Math.min(bands.length - 1, Math.floor(bottom / BAND));
    for (let band = Math.max(0, Math.floor(top / BAND)); band <= last; band++) bands[band].push(arc);
  }
  return bands;
}

/** By how much red, green, blue, opacity (and patterns) change from each pixel of a band to the next. */
class Sums {
  constructor(width, depth) {
    Object.assign(this, { width, depth, step: new Float64Array(depth) });
    this.row = width + 2; // of the pixels of a row: lines that leave it end there
    this.changes = new Float32Array(this.row * BAND * depth);
    this.changed = new Uint8Array(this.row * BAND); // 1: something changes at that pixel
  }

  /** Add a change of `step` along an arc, in the rows from `top` on. */
  addLine({ x, y, starts }, arc, top) {
    for (let i = starts[arc] + 1; i < starts[arc + 1]; i++) {
      if (y[i - 1] < y[i]) this.addEdge(x[i - 1], y[i - 1] - top, x[i], y[i] - top, 1);
      else if (y[i - 1] > y[i]) this.addEdge(x[i], y[i] - top, x[i - 1], y[i - 1] - top, -1);
    }
  }

  /** One straight line downwards; `sign` is -1 where it is walked upwards. */
  addEdge(x0, y0, x1, y1, sign) {
    if (y1 <= 0 || y0 >= BAND) return;
    const slope = (x1 - x0) / (y1 - y0);
    const end = Math.min(y1, BAND);
    let from = Math.max(y0, 0);
    let x = x0 + (from - y0) * slope;
    for (let row = Math.floor(from); row < end; row++) {
      const to = Math.min(row + 1, end);
      const next = x + (to - from) * slope;
      this.addInRow(row * this.row, Math.min(x, next), Math.max(x, next), (to - from) * sign);
      from = to;
      x = next;
    }
  }

  /** In one row, on the way from x `low` to x `high`, over a part of its height. */
  addInRow(row, low, high, part) {
    const { width } = this;
    if (low >= width) return;
    low = Math.max(low, 0);
    high = Math.min(Math.max(high, 0), width);
    const first = Math.floor(low);
    if (high <= first + 1) {
      const beyond = (low + high) / 2 - first;
      this.add(row, first, part * (1 - beyond));
      this.add(row, first + 1, part * beyond);
      return;
    }
    // Through several pixels: each gets what lies on the right of the line in it and in those before.
    let before = 0;
    for (let pixel = first; pixel < high; pixel++) {
      const a = Math.max(low, pixel);
      const b = Math.min(high, pixel + 1);
      const share = (b - a) / (high - low);
      const sum = (a - low) / (high - low) + share * (pixel + 1 - (a + b) / 2);
      this.add(row, pixel, part * (sum - before));
      before = sum;
    }
    this.add(row, Math.ceil(high), part * (1 - before));
  }

  add(row, pixel, weight) {
    const { changes, step, depth } = this;
    this.changed[row + pixel] = 1;
    const at = (row + pixel) * depth;
    for (let c = 0; c < depth; c++) changes[at + c] += weight * step[c];
  }

  /** Sum up the rows into the colours of an image, and make ready for the next band. */
  paint(image, masks, [left, top]) {
    const { width, depth, changes, changed } = this;
    const pixels = new Uint32Array(image.data.buffer);
    const sum = new Float64Array(depth);
    for (let row = 0; row < BAND; row++) {
      sum.fill(0);
      let colour = 0;
      const [begin, end] = [row * width, (row + 1) * width];
      const shift = row * this.row - begin;
      for (let pixel = begin, next; pixel < end; pixel = next) {
        if (changed[pixel + shift]) {
          const at = (pixel + shift) * depth;
          for (let c = 0; c < depth; c++) sum[c] += changes[at + c];
          colour = colourOf(sum);
        }
        next = pixel;
        do pixels[next++] = colour; while (next < end && !changed[next + shift]);
        for (let k = 0; k < masks.length; k++) {
          if (sum[4 + k] > 0.01) addPattern(pixels, pixel, next, masks[k], sum[4 + k], left - begin, top + row);
        }
      }
    }
    changes.fill(0);
    changed.fill(0);
  }
}

/** Ink on the pixels of a row from `first` up to `end`. */
function addPattern(pixels, first, end, { size, cover }, share, left, y) {
  for (let pixel = first; pixel < end; pixel++) {
    const ink = cover[(y % size) * size + ((left + pixel) % size)];
    if (ink > 0) pixels[pixel] = inked(pixels[pixel], ink * share);
  }
}

/** Red, green, blue and opacity, summed, as the four bytes of a pixel. */
function colourOf(sum) {
  const opacity = sum[3];
  if (opacity < 0.002) return 0;
  return ((byte(255 * opacity) << 24) | (byte(sum[2] / opacity) << 16)
    | (byte(sum[1] / opacity) << 8) | byte(sum[0] / opacity)) >>> 0;
}

function byte(value) {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}

/** A pixel with so much ink on it. */
function inked(colour, ink) {
  const mix = (shift, tone) => Math.round(((colour >>> shift) & 255) * (1 - ink) + tone * ink) << shift;
  return ((colour & 0xff000000) | mix(16, INK[2]) | mix(8, INK[1]) | mix(0, INK[0])) >>> 0;
}

const rgbPen = el("canvas", { width: 1, height: 1 }).getContext("2d");

/** Red, green and blue of a colour, however it is written. */
function rgbOf(colour) {
  rgbPen.fillStyle = colour;
  return [1, 3, 5].map((at) => parseInt(rgbPen.fillStyle.slice(at, at + 2), 16));
}

// ----- patterns ----------------------------------------------------------------------------------

const PATTERN_SIZE = 6; // pixels; layers.css draws the same in legends

/** How much ink the pixels of one tile of "hatch" or "dots" get. */
function patternMask(kind, ratio) {
  const size = Math.round(PATTERN_SIZE * ratio);
  const cover = new Float32Array(size * size);
  const within = (distance, reach) => Math.min(1, Math.max(0, reach + 0.5 - distance));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const along = (x + y + 1) % size;
      cover[y * size + x] = kind === "hatch"
        ? 0.55 * within(Math.min(along, size - along) / Math.SQRT2, 0.5 * ratio)
        : 0.6 * within(Math.hypot(x + 0.5 - size / 2, y + 0.5 - size / 2), 1.1 * ratio);
    }
  }
  return { size, cover };
}

/** The same as a pattern to fill shapes with. */
function canvasPattern(context, kind, ratio, origin) {
  const { size, cover } = patternMask(kind, ratio);
  const image = new ImageData(size, size);
  cover.forEach((ink, i) => image.data.set([...INK, 255 * ink], 4 * i));
  const tile = el("canvas", { width: size, height: size });
  tile.getContext("2d").putImageData(image, 0, 0);
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().translate(...origin.map((along) => -(along % size))));
  return pattern;
}

// ----- the canvas over the map -------------------------------------------------------------------

const MOST_PIXELS = 14e6; // of a canvas: phones and tablets draw nothing in larger ones

/** A canvas somewhat larger than the map, moved and zoomed with it; `options.paint` draws in it. */
const AreaCanvas = L.Renderer.extend({
  options: { padding: 0.2 },

  _initContainer() {
    this._container = el("canvas", { class: "ptce-canvas", "aria-hidden": "true" });
    // Filled pixel by pixel: kept in main memory, not sent to a graphics card and back.
    this._context = this._container.getContext("2d", { willReadFrequently: true });
  },

  _destroyContainer() {
    cancelAnimationFrame(this._frame);
    this._container.remove();
    delete this._container;
  },

  getEvents() {
    return { ...L.Renderer.prototype.getEvents.call(this), move: this._onMove };
  },

  /** Dragged beyond its edge: draw the next part before the hand lets go. */
  _onMove() {
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    const seen = L.bounds(corner, corner.add(this._map.getSize()));
    if (this._zoom === this._map.getZoom() && !this._bounds.contains(seen)) this._update();
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this); // sets _bounds, _center and _zoom
    this.redraw();
  },

  setShown(shown) {
    this._shown = shown;
    this._container.hidden = !shown;
    this.redraw();
  },

  setOpacity(opacity) {
    this._container.style.opacity = opacity;
  },

  /** Draw before the browser next shows the page, once, however often this was asked. */
  redraw() {
    cancelAnimationFrame(this._frame);
    this._frame = requestAnimationFrame(() => this._draw());
  },

  _draw() {
    if (!this._shown || this._map._animatingZoom) return;
    const { min } = this._bounds;
    const size = this._bounds.getSize();
    const ratio = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (size.x * size.y)));
    const [width, height] = [Math.ceil(size.x * ratio), Math.ceil(size.y * ratio)];
    const canvas = this._container;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.style.width = `${width / ratio}px`;
    canvas.style.height = `${height / ratio}px`;
    L.DomUtil.setPosition(canvas, min);
    this._context.clearRect(0, 0, width, height);
    const corner = this._map.getPixelOrigin().add(min);
    const scale = 2 ** this._zoom;
    this.options.paint(this._context, {
      left: corner.x / scale, top: corner.y / scale, scale: scale * ratio, width, height, ratio,
      origin: patternOrigin(corner, ratio),
      metresPerPixel: (EQUATOR * Math.cos((this._center.lat * Math.PI) / 180)) / (WORLD * scale * ratio),
    });
  },
});

/** Where in a pattern a canvas begins that begins there in the world: so patterns move with the map. */
function patternOrigin({ x, y }, ratio) {
  return [Math.round(x * ratio), Math.round(y * ratio)];
}
