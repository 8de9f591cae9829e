// What is drawn for poles: circles (members), ties, diamonds (seats), and how things that stand at
// the same place are spread around it. Offsets are in screen pixels, so Leaflet's projection of
// each shape is extended rather than its coordinates changed: the data keeps the true point.

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
const SPIRAL_PACKING = 1.7; // nearest distance in a sunflower spiral, in units of radius / √rank
const SEAT_SIZE = 15; // corner to corner, pixels

/** Radius of a member's circle (pixels): small over France, easy to hit in a town. */
function memberRadius(zoom) {
  return Math.max(3.5, Math.min(7, 4 + (zoom - 6) * 0.6));
}

/** How far out place `rank` of a sunflower spiral lies, if neighbours are `distance` apart. */
function spiralRadius(rank, distance) {
  return (distance / SPIRAL_PACKING) * Math.sqrt(rank);
}

/** Place `rank` of the spiral, in pixels from its centre. */
function spiral(rank, distance) {
  const radius = spiralRadius(rank, distance);
  return L.point(radius * Math.cos(rank * GOLDEN_ANGLE), radius * Math.sin(rank * GOLDEN_ANGLE));
}

/** The same with something in the centre: places 1 and 2 would touch it and are left out. */
function sunflower(rank, distance) {
  return spiral(rank === 0 ? 0 : rank + 2, distance);
}

/** The places of the map: how many seats and members stand at each, in the order they ask. */
class Places {
  constructor() {
    this.places = new Map();
  }

  at(latlng) {
    const key = `${latlng.lat.toFixed(4)},${latlng.lng.toFixed(4)}`;
    if (!this.places.has(key)) this.places.set(key, { seats: 0, members: 0 });
    return this.places.get(key);
  }

  /** Ask for a seat's place; returns its offset from the true point (the same at every zoom). */
  addSeat(latlng) {
    const rank = this.at(latlng).seats++;
    return () => sunflower(rank, SEAT_SIZE);
  }

  /** Ask for a member's place, around the seats; returns its offset at a zoom. */
  addMember(latlng) {
    const place = this.at(latlng);
    const rank = place.members++;
    return (zoom) => {
      const radius = memberRadius(zoom);
      const distance = 2 * radius + 1.5;
      if (place.seats === 0) return sunflower(rank, distance);
      const lastSeat = place.seats === 1 ? 0 : spiralRadius(place.seats + 1, SEAT_SIZE);
      const start = lastSeat + SEAT_SIZE / 2 + radius;
      const firstRank = Math.ceil((start / spiralRadius(1, distance)) ** 2);
      return spiral(firstRank + rank, distance);
    };
  }
}

const MemberCircle = L.CircleMarker.extend({
  // options: offset (function of zoom), label (for screen readers), onOpen
  _project() {
    const zoom = this._map.getZoom();
    this._radius = memberRadius(zoom);
    this._point = this._map.latLngToLayerPoint(this._latlng).add(this.options.offset(zoom));
    this._updateBounds();
  },

  onAdd(map) {
    L.CircleMarker.prototype.onAdd.call(this, map);
    const element = this.getElement(); // none on a canvas
    if (!element) return;
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", this.options.label);
    // One circle is a tab stop; the arrow keys go on from there (see keyboardAmongMembers).
    element.setAttribute("tabindex", "-1");
    onActivate(element, this.options.onOpen);
  },
});

const Tie = L.Polyline.extend({
  // options: offsets, one function of zoom for each end
  _projectLatlngs(latlngs, result, bounds) {
    const zoom = this._map.getZoom();
    const ends = latlngs.map((latlng, end) =>
      this._map.latLngToLayerPoint(latlng).add(this.options.offsets[end](zoom)));
    ends.forEach((end) => bounds.extend(end));
    result.push(ends);
  },
});

const Seat = L.Marker.extend({
  // options: offset (function of zoom)
  update() {
    if (this._icon && this._map) {
      this._setPos(this._map.latLngToLayerPoint(this._latlng).add(this._offset()).round());
    }
    return this;
  },

  _animateZoom(to) {
    const point = this._map._latLngToNewLayerPoint(this._latlng, to.zoom, to.center);
    this._setPos(point.add(this._offset()).round());
  },

  _offset() {
    return this.options.offset(this._map.getZoom());
  },
});

/** The icon of a seat: a diamond, hollow when the seat was taken from the lead structure. */
function seatIcon(pole) {
  const kind = pole.seatSource === "lead_member" ? "seat-lead" : "seat";
  return L.divIcon({
    className: "ptce-seat-icon",
    html: swatch(kind, pole.colour),
    iconSize: [SEAT_SIZE, SEAT_SIZE],
  });
}
