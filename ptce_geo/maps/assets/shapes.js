// What is drawn for poles: circles (members), ties, diamonds (seats). Their offsets (see layout.js)
// are in screen pixels, so Leaflet's projection of each shape is extended rather than its
// coordinates changed: the data keeps the true point.

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
  getEvents() {
    return { ...L.Marker.prototype.getEvents.call(this), viewreset: this._settle, zoomend: this._settle };
  },

  onAdd(map) {
    this._offset = this.options.offset(map.getZoom());
    L.Marker.prototype.onAdd.call(this, map);
  },

  /** The offset waits for the end of a zoom: two fingers go through hundreds of zooms. */
  _settle() {
    this._offset = this.options.offset(this._map.getZoom());
    this.update();
  },

  update() {
    if (this._icon && this._map) {
      this._setPos(this._map.latLngToLayerPoint(this._latlng).add(this._offset).round());
    }
    return this;
  },

  _animateZoom(to) {
    const point = this._map._latLngToNewLayerPoint(this._latlng, to.zoom, to.center);
    this._setPos(point.add(this.options.offset(to.zoom)).round());
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
