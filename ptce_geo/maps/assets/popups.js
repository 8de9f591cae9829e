// Popups and tooltips: texts of the list, put into the page as text.

/** A list of "what: value" lines; lines without a value are left out. */
function facts(pairs) {
  const list = el("dl", { class: "ptce-facts" });
  for (const [what, value] of pairs) {
    if (value) list.append(el("dt", {}, what), el("dd", {}, nameOf(value)));
  }
  return list;
}

function poleLine(pole) {
  return el("p", { class: "ptce-of-pole" }, swatch("circle", pole.colour), nameOf(pole.name));
}

function memberPopup(page, pole, member) {
  const { text } = page;
  const { precisions } = page.views.find((view) => view.layer.precisions).layer;
  const position = precisions[member.precision] || member.precision;
  return el(
    "article", { class: "ptce-popup" },
    el("h2", {}, nameOf(member.name || "–")),
    poleLine(pole),
    member.review ? el("p", { class: "ptce-warning" }, text.legend_review) : null,
    facts([
      [text.kind, member.kind],
      [text.role, member.role],
      [text.sector, member.sector],
      [text.address, member.address],
      [text.commune, member.commune],
      [text.departement, member.departement],
      [text.found, member.found === member.commune ? null : member.found],
      [text.position, position],
      [text.reason, member.review ? member.reason : null],
    ]),
  );
}

function seatPopup(page, pole) {
  const { text } = page;
  const seat = { declared: text.seat_declared, lead_member: text.seat_lead }[pole.seatSource];
  return el(
    "article", { class: "ptce-popup" },
    el("h2", {}, swatch("seat", pole.colour), nameOf(pole.name)),
    facts([
      [text.sector, pole.sector],
      [text.status, pole.status],
      [text.year, pole.year],
      [text.commune, pole.city],
      [text.seat, seat || pole.seatSource],
      [text.members, fill(text.placed_of, { placed: number(page, pole.placed), total: number(page, pole.members) })],
      ...(pole.facts || []),
    ]),
  );
}

const TIP_ARROW = 6; // pixels
const UNDER_THE_MOUSE = 22; // pixels: clear of the arrow

/** A tooltip above what it tells, or below where the window has no room above. */
const Tip = L.Tooltip.extend({
  options: { className: "ptce-tip", direction: "top", offset: [0, -8] },

  _setPosition(at) {
    const [above, { options }] = [L.point(this.options.offset), this];
    const room = this._map.layerPointToContainerPoint(at).y + above.y + this._getAnchor().y;
    if (room < this._container.offsetHeight + TIP_ARROW) {
      this.options = { ...options, direction: "bottom", offset: [above.x, UNDER_THE_MOUSE] };
    }
    L.Tooltip.prototype._setPosition.call(this, at);
    this.options = options;
  },
});

const ZOOM_BUTTONS = 52; // with the gaps beside them, pixels
const POPUP_MARGINS = 32;

/** Show `content` at a place of the map; `offset` says how far beside it at a zoom (pixels). */
function openPopup(page, { latlng, offset = () => L.point(0, 0) }, content) {
  const { map } = page;
  const [[left, top], [right, bottom]] = freeBox(page);
  const { x, y } = map.getSize();
  const beside = Math.max(x - right, ZOOM_BUTTONS);
  page.popup = L.popup({
    offset: offset(map.getZoom()), maxHeight: 320, minWidth: 200,
    maxWidth: Math.min(300, x - left - beside - POPUP_MARGINS),
    autoPanPaddingTopLeft: [left, top], autoPanPaddingBottomRight: [beside, y - bottom],
  })
    .setLatLng(latlng)
    .setContent(content)
    .openOn(map);
  page.popup.offsetAt = offset;
  const close = page.popup.getElement().querySelector(".leaflet-popup-close-button");
  close.setAttribute("aria-label", page.text.close);
  keepFocus(page.popup, content);
}

/** What the keyboard opens takes the focus, and gives it back when it closes. */
function keepFocus(popup, content) {
  const opener = document.activeElement;
  popup.on("remove", () => {
    if (popup.getElement().contains(document.activeElement)) opener.focus();
  });
  if (!opener.matches(":focus-visible")) return;
  content.setAttribute("tabindex", "-1");
  content.focus({ preventScroll: true });
}

function openMember(page, pole, member) {
  member.circle.closeTooltip();
  openPopup(page, member, memberPopup(page, pole, member));
}

function openSeat(page, pole) {
  pole.marker.closeTooltip();
  openPopup(page, pole, seatPopup(page, pole));
}

/** After a zoom the marks are spread anew: keep the open popup at its mark, and the map in place. */
function movePopup({ popup, map }) {
  if (!popup || !popup.isOpen()) return;
  Object.assign(popup.options, { offset: popup.offsetAt(map.getZoom()), autoPan: false });
  popup.update();
  popup.options.autoPan = true;
}
