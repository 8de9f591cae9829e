// The borders of territories, ready to draw: decoded once for all layers of one topology.

const WORLD = 256; // pixels of the world at zoom 0, as Leaflet counts
const EQUATOR = 40075016.7; // metres
const FINEST = 2; // the rank of vertices that only the finest resolution has
// A resolution serves where it is off by less than a pixel: metres a pixel from which it does.
const COARSE_FROM = 1400;
const MEDIUM_FROM = 350;

const shapesOfTopology = new WeakMap();

/** What all layers drawn from one topology share. */
function shapesOf(topology) {
  if (!shapesOfTopology.has(topology)) shapesOfTopology.set(topology, new Shapes(topology));
  return shapesOfTopology.get(topology);
}

/** The arcs of a topology in Web Mercator, and what is asked of them at each drawing. */
class Shapes {
  constructor(topology) {
    const { codes, grid, x, y, starts, left, right, ranks } = topology;
    Object.assign(this, { topology, left, right, ranks, count: codes.length, arcCount: left.length });
    const fine = { x: new Float64Array(x.length), y: new Float64Array(x.length), starts };
    for (let i = 0; i < x.length; i++) {
      fine.x[i] = worldX(x[i] * grid);
      fine.y[i] = worldY(y[i] * grid);
    }
    this.resolutions = [null, null, fine];
    this.setArcsOf();
    this.setBounds(fine);
    // Where vertices are on the screen, reused by every drawing.
    this.screen = { x: new Float64Array(x.length), y: new Float64Array(x.length), starts };
  }

  /** The arcs of territory t: `arcsOf` from `firstArc[t]` up to `firstArc[t + 1]`. */
  setArcsOf() {
    this.firstArc = new Int32Array(this.count + 1);
    for (const side of [this.left, this.right]) {
      for (const t of side) if (t >= 0) this.firstArc[t + 1] += 1;
    }
    for (let t = 0; t < this.count; t++) this.firstArc[t + 1] += this.firstArc[t];
    const place = this.firstArc.slice();
    this.arcsOf = new Int32Array(this.firstArc[this.count]);
    for (const side of [this.left, this.right]) {
      side.forEach((t, arc) => { if (t >= 0) this.arcsOf[place[t]++] = arc; });
    }
  }

  /** West, north, east, south and area of each territory (world pixels), and their usual size. */
  setBounds({ x, y, starts }) {
    const bounds = new Float64Array(4 * this.count);
    for (let t = 0; t < this.count; t++) bounds.set([Infinity, Infinity, -Infinity, -Infinity], 4 * t);
    this.areas = new Float64Array(this.count);
    for (let arc = 0; arc < this.arcCount; arc++) {
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity, area = 0;
      for (let i = starts[arc]; i < starts[arc + 1]; i++) {
        if (x[i] < west) west = x[i];
        if (x[i] > east) east = x[i];
        if (y[i] < north) north = y[i];
        if (y[i] > south) south = y[i];
        if (i > starts[arc]) area += (x[i - 1] * y[i] - x[i] * y[i - 1]) / 2;
      }
      for (const side of [this.left, this.right]) {
        const t = side[arc];
        if (t < 0) continue;
        bounds[4 * t] = Math.min(bounds[4 * t], west);
        bounds[4 * t + 1] = Math.min(bounds[4 * t + 1], north);
        bounds[4 * t + 2] = Math.max(bounds[4 * t + 2], east);
        bounds[4 * t + 3] = Math.max(bounds[4 * t + 3], south);
        this.areas[t] += side === this.left ? -area : area; // y grows downwards
      }
    }
    this.bounds = bounds;
    this.corners = bounds.map((each, i) => (i % 2 ? latitudeOf(each) : longitudeOf(each)));
    this.usualSize = Math.sqrt(Float64Array.from(this.areas).sort()[this.count >> 1] || 0);
  }

  /** The vertices to draw where a pixel is that many metres. */
  resolution(metresPerPixel) {
    const wanted = metresPerPixel > COARSE_FROM ? 0 : metresPerPixel > MEDIUM_FROM ? 1 : FINEST;
    if (!this.resolutions[wanted]) this.resolutions[wanted] = this.thinned(wanted);
    return this.resolutions[wanted];
  }

  thinned(rank) {
    const { x, y, starts } = this.resolutions[FINEST];
    const kept = [];
    const keptStarts = new Int32Array(this.arcCount + 1);
    for (let arc = 0; arc < this.arcCount; arc++) {
      for (let i = starts[arc]; i < starts[arc + 1]; i++) if (this.ranks[i] <= rank) kept.push(i);
      keptStarts[arc + 1] = kept.length;
    }
    // Shapes that were never simplified have nothing between the ends of their arcs.
    if (kept.length === 2 * this.arcCount) return this.resolution(rank === 0 ? MEDIUM_FROM + 1 : 0);
    const thin = { x: new Float64Array(kept.length), y: new Float64Array(kept.length), starts: keptStarts };
    kept.forEach((vertex, i) => {
      thin.x[i] = x[vertex];
      thin.y[i] = y[vertex];
    });
    return thin;
  }

  /** The territory t holds the point (world pixels): a line from it crosses the border oddly often. */
  holds(t, px, py) {
    const at = 4 * t;
    const { bounds } = this;
    return px >= bounds[at] && px <= bounds[at + 2] && py >= bounds[at + 1] && py <= bounds[at + 3]
      && this.crossings(t, py).filter((x) => x > px).length % 2 === 1;
  }

  /** Where the border of t crosses a parallel: x, in no order. */
  crossings(t, py) {
    const { x, y, starts } = this.resolutions[FINEST];
    const found = [];
    for (let k = this.firstArc[t]; k < this.firstArc[t + 1]; k++) {
      const arc = this.arcsOf[k];
      for (let i = starts[arc] + 1; i < starts[arc + 1]; i++) {
        if (y[i - 1] > py !== y[i] > py) {
          found.push(x[i - 1] + ((py - y[i - 1]) / (y[i] - y[i - 1])) * (x[i] - x[i - 1]));
        }
      }
    }
    return found;
  }

  /** A point well inside territory t: the middle of its widest part halfway up. */
  inside(t) {
    const py = (this.bounds[4 * t + 1] + this.bounds[4 * t + 3]) / 2;
    const xs = this.crossings(t, py).sort((a, b) => a - b);
    let [px, widest] = [(this.bounds[4 * t] + this.bounds[4 * t + 2]) / 2, 0];
    for (let i = 0; i + 1 < xs.length; i += 2) {
      if (xs[i + 1] - xs[i] > widest) [px, widest] = [(xs[i] + xs[i + 1]) / 2, xs[i + 1] - xs[i]];
    }
    return worldLatLng(px, py);
  }

  /** The border of t for Leaflet: the coordinates of each of its arcs. */
  outline(t) {
    const { x, y, starts } = this.resolutions[FINEST];
    return Array.from(this.arcsOf.subarray(this.firstArc[t], this.firstArc[t + 1]), (arc) =>
      Array.from({ length: starts[arc + 1] - starts[arc] }, (_, i) =>
        worldLatLng(x[starts[arc] + i], y[starts[arc] + i])));
  }

  latLngBounds(t) {
    const [west, north, east, south] = this.bounds.subarray(4 * t, 4 * t + 4);
    return L.latLngBounds(worldLatLng(west, south), worldLatLng(east, north));
  }

  // ----- where things are on the screen ----------------------------------------------------------

  /** Place what is in sight where the world is seen from (left, top) on, `scale` times as large. */
  placeByScale({ scale, left, top, width, height, metresPerPixel }) {
    const { bounds, screen } = this;
    const [right, bottom] = [left + width / scale, top + height / scale];
    const inSight = (t) => bounds[4 * t + 2] >= left && bounds[4 * t] <= right
      && bounds[4 * t + 3] >= top && bounds[4 * t + 1] <= bottom;
    return this.place(metresPerPixel, inSight, (i, x, y) => {
      screen.x[i] = (x - left) * scale;
      screen.y[i] = (y - top) * scale;
    });
  }

  /** The same for a canvas with a projection of its own, `at(latitude, longitude)`. */
  placeBy(at, { width, height, ratio, metresPerPixel }) {
    const { corners, screen } = this;
    const inSight = (t) => {
      const [west, top] = at(corners[4 * t + 1], corners[4 * t]);
      const [east, bottom] = at(corners[4 * t + 3], corners[4 * t + 2]);
      return east >= 0 && west * ratio <= width && bottom >= 0 && top * ratio <= height;
    };
    return this.place(metresPerPixel, inSight, (i, x, y) => {
      const [across, down] = at(latitudeOf(y), longitudeOf(x));
      screen.x[i] = across * ratio;
      screen.y[i] = down * ratio;
    });
  }

  /** Place the territories in sight; returns which these are, and `screen.arcs` is their borders. */
  place(metresPerPixel, inSight, placeVertex) {
    const { left, arcsOf, firstArc, screen } = this;
    const { x, y, starts } = this.resolution(metresPerPixel);
    const seen = new Uint8Array(this.count);
    for (let t = 0; t < this.count; t++) seen[t] = inSight(t) ? 1 : 0;
    screen.starts = starts;
    screen.arcs = [];
    for (let t = 0; t < this.count; t++) {
      if (!seen[t]) continue;
      for (let k = firstArc[t]; k < firstArc[t + 1]; k++) {
        const arc = arcsOf[k];
        if (left[arc] !== t && seen[left[arc]]) continue; // once for two neighbours
        screen.arcs.push(arc);
        for (let i = starts[arc]; i < starts[arc + 1]; i++) placeVertex(i, x[i], y[i]);
      }
    }
    return seen;
  }

  /** For each territory the rings that it is made of, lists of [arc, forward]. */
  rings() {
    this.ringsFound ||= ringsOf(this.topology);
    return this.ringsFound;
  }

  /** Walk one arc, backward or forward, from where its first vertex is or from nowhere. */
  traceArc(context, arc, forward, continued) {
    const { x, y, starts } = this.screen;
    const [first, last] = [starts[arc], starts[arc + 1] - 1];
    const step = forward ? 1 : -1;
    let i = forward ? first : last;
    if (!continued) context.moveTo(x[i], y[i]);
    for (let left = last - first; left > 0; left--) {
      i += step;
      context.lineTo(x[i], y[i]);
    }
  }
}

function longitudeOf(x) {
  return (x / WORLD - 0.5) * 360;
}

function latitudeOf(y) {
  return (Math.atan(Math.sinh((1 - (2 * y) / WORLD) * Math.PI)) * 180) / Math.PI;
}

function worldLatLng(x, y) {
  return L.latLng(latitudeOf(y), longitudeOf(x));
}

function worldX(longitude) {
  return WORLD * (longitude / 360 + 0.5);
}

function worldY(latitude) {
  const sine = Math.sin((latitude * Math.PI) / 180);
  return WORLD * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
}
