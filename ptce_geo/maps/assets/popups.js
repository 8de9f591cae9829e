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

function memberPopup(member, page) {
  const { text, precisions } = page.data;
  const position = precisions[member.precision] || member.precision;
  return el(
    "article", { class: "ptce-popup" },
    el("h2", {}, nameOf(member.name || "–")),
    poleLine(page.data.poles[member.pole]),
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

function seatPopup(pole, page) {
  const { text } = page.data;
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
    ]),
  );
}

/** Show `content` at a place of the map; `offset` says how far beside it at a zoom (pixels). */
function openPopup(page, { latlng, offset }, content) {
  const { map } = page;
  const hiddenLeft = map.getSize().x > 640 && page.panelOpen ? page.panel.offsetWidth + 20 : 8;
  page.popup = L.popup({
    offset: offset(map.getZoom()), maxWidth: 300, maxHeight: 320, minWidth: 200,
    autoPanPaddingTopLeft: [hiddenLeft, 56], autoPanPaddingBottomRight: [16, 40],
  })
    .setLatLng(latlng)
    .setContent(content)
    .openOn(map);
  page.popup.offsetAt = offset;
  const close = page.popup.getElement().querySelector(".leaflet-popup-close-button");
  close.setAttribute("aria-label", page.data.text.close);
}

function openMember(page, member) {
  member.circle.closeTooltip();
  openPopup(page, member, memberPopup(member, page));
}

function openSeat(page, pole) {
  pole.marker.closeTooltip();
  openPopup(page, pole, seatPopup(pole, page));
}

/** After a zoom the marks are spread anew: keep the open popup at its mark. */
function movePopup(page) {
  if (!page.popup || !page.popup.isOpen()) return;
  page.popup.options.offset = page.popup.offsetAt(page.map.getZoom());
  page.popup.update();
}
