// Where the marks stand: seats, then members, each as near to its true point as the others leave
// room, so that every circle can be seen and clicked. One layout for each zoom level, in pixels.

const SEAT_SIZE = 15; // corner to corner, pixels
const GAP = 1.5; // between two marks
const MOST_AWAY = 80; // no mark stands farther from its true point; less far over all of France
const SAME_SPOT = 4; // marks that many pixels apart look for room around the same centre
const MOST_TRIES = 8e5; // of a layout: among thousands, each looks for room less far
const CELL = 17; // of the grid of occupied places: no two marks keep a larger distance
const CELLS = 2 ** 13;
// How near two marks of one kind may come, in radii: side by side; where there is no such room,
// overlapping, but with each centre free.
const CLOSENESS = [2, 1];

/** Radius of a member's circle (whole pixels): small over France, easy to hit in a town. */
function memberRadius(zoom) {
  return Math.round(Math.max(4, Math.min(7, 4 + (zoom - 6) * 0.6)));
}

/** How far a mark may stand from its true point (pixels): up to zoom 7 some 70 km of France. */
function mostAway(zoom) {
  return Math.min(MOST_AWAY, 10 * 2 ** (zoom - 4));
}

/** The marks of a map, which ask for their places once, and the layouts of the zooms seen. */
class Places {
  constructor(map) {
    this.map = map;
    this.seats = [];
    this.members = [];
    this.layouts = new Map();
  }

  /** Ask for a seat's place; returns its offset from the true point, a function of zoom. */
  addSeat(latlng) {
    return this.add(this.seats, { latlng });
  }

  /** The same for a member's. */
  addMember(latlng) {
    return this.add(this.members, { latlng });
  }

  add(marks, mark) {
    marks.push(mark);
    return (zoom) => this.layout(zoom).get(mark);
  }

  /** Mark -> offset. Hidden poles are in it too: nothing moves when a pole is turned off. */
  layout(zoom) {
    if (!this.layouts.has(zoom)) {
      const point = ({ latlng }) => this.map.project(latlng, zoom).round(); // as Leaflet draws it
      const layout = new Layout(mostAway(zoom));
      layout.addAll(this.seats, point, SEAT_SIZE / 2);
      layout.addAll(byPlace(this.members), point, memberRadius(zoom));
      this.layouts.set(zoom, layout.offsets);
    }
    return this.layouts.get(zoom);
  }
}

/** Members of one place one after the other; places of few first: those stay at their points. */
function byPlace(members) {
  const places = new Map();
  for (const member of members) {
    const key = `${member.latlng.lat},${member.latlng.lng}`;
    if (!places.has(key)) places.set(key, []);
    places.get(key).push(member);
  }
  return [...places.values()].sort((one, other) => one.length - other.length).flat();
}

class Layout {
  constructor(farthest) {
    this.farthest = farthest; // pixels
    this.offsets = new Map();
    this.cells = Array.from({ length: CELLS }, () => []); // occupied discs
  }

  /** Find a place for marks of one kind, in this order. */
  addAll(marks, pointOf, radius) {
    const steps = rings((2 * radius + GAP) / 6, this.farthest);
    const points = marks.map(pointOf);
    const spots = points.map(spotOf);
    const tries = new Map(); // spot -> how many steps its marks may try together
    for (const spot of spots) tries.set(spot, (tries.get(spot) || 0) + MOST_TRIES / marks.length);
    const searches = new Map();
    marks.forEach((mark, i) => {
      const [point, spot] = [points[i], spots[i]];
      let at = point;
      if (!this.isFree(point.x, point.y, radius, CLOSENESS[0])) {
        if (!searches.has(spot)) {
          searches.set(spot, this.freePlaces(point, radius, steps.slice(0, tries.get(spot))));
        }
        at = searches.get(spot).next().value || point;
      }
      this.cells[cellOf(at.x, at.y)].push({ x: at.x, y: at.y, radius });
      this.offsets.set(mark, at.subtract(point));
    });
  }

  /** The free places around a centre, nearest first. What was taken once is not tried again. */
  * freePlaces(centre, radius, steps) {
    for (const closeness of CLOSENESS) {
      for (const step of steps) {
        const at = centre.add(step);
        if (this.isFree(at.x, at.y, radius, closeness)) yield at;
      }
    }
    for (const step of steps) yield centre.add(step); // no room: one on the other, as near as it goes
  }

  isFree(x, y, radius, closeness) {
    // Most often what is in the way is the same as just before.
    if (this.inTheWay && isNear(this.inTheWay, x, y, radius, closeness)) return false;
    for (let column = -1; column <= 1; column++) {
      for (let row = -1; row <= 1; row++) {
        for (const disc of this.cells[cellOf(x + column * CELL, y + row * CELL)]) {
          if (isNear(disc, x, y, radius, closeness)) {
            this.inTheWay = disc;
            return false;
          }
        }
      }
    }
    return true;
  }
}

function isNear(disc, x, y, radius, closeness) {
  const apart = GAP - 1e-6 + (disc.radius === radius ? closeness * radius : disc.radius + radius);
  return (disc.x - x) ** 2 + (disc.y - y) ** 2 < apart * apart;
}

function spotOf({ x, y }) {
  return `${Math.floor(x / SAME_SPOT)},${Math.floor(y / SAME_SPOT)}`;
}

/** Which of the lists holds a point; cells far apart may share one. */
function cellOf(x, y) {
  return (Math.floor(x / CELL) * 73856093 ^ Math.floor(y / CELL) * 19349663) & (CELLS - 1);
}

/** Points of rings `width` pixels apart, up to `farthest`, around a centre; on each, six petals before what is between. */
function rings(width, farthest) {
  const points = [];
  // Centres of a spot are up to its diagonal away from the true point.
  for (let radius = width; radius <= farthest - SAME_SPOT * Math.SQRT2; radius += width) {
    const between = Math.ceil((Math.PI * radius) / (3 * width));
    for (let i = 0; i < between; i++) {
      for (const petal of [0, 3, 1, 4, 2, 5]) {
        const angle = (Math.PI / 3) * (petal + i / between - 0.5);
        points.push(L.point(radius * Math.cos(angle), radius * Math.sin(angle)));
      }
    }
  }
  return points;
}
