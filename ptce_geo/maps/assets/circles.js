// Circles whose area is proportional to a value.

layerTypes.circles = function (page, layer, map) {
  const { x, y } = worldOf(layer.longitude, layer.latitude);
  const { radius } = layer;
  // The largest are drawn first, so that small ones lie on top. A value of 0 has no circle.
  const order = Int32Array.from(radius, (_, i) => i)
    .filter((i) => radius[i] > 0)
    .sort((one, other) => radius[other] - radius[one]);
  const view = markView(layer, map, {
    pane: "ptce-circles", zIndex: 415, shown: () => order.length,
    draw: (context, place) => drawCircles(context, view, order, (i) => place(x[i], y[i]), 1),
  });
  const go = (i) => {
    if (!view.on) setView(page, view, true);
    const latlng = L.latLng(layer.latitude[i], layer.longitude[i]);
    page.show(L.latLngBounds([latlng, latlng]));
    openPopup(page, { latlng, offset: () => L.point(0, -radius[i]) }, markPopup(
      nameOf(layer.names[i]), el("p", { class: "ptce-under" }, circleValue(page, layer, i)), factList(layer, i)));
  };
  return Object.assign(view, {
    legend: () => el("div", { class: "ptce-sizes" }, circleSizes(page, layer), ...notesOf(layer)),
    search: (wanted) => searchMarks(view, wanted, (i) => ({ name: layer.names[i],
      under: codeAnd(layer.codes[i], circleValue(page, layer, i)), colour: layer.colour, kind: "circle", go: () => go(i) })),
    paint: (context, at) =>
      drawCircles(context, view, order, (i) => at(layer.latitude[i], layer.longitude[i]), 0.5, LEAST_IN_INSET),
    hover(latlng) {
      const [column, row] = [worldX(latlng.lng), worldY(latlng.lat)];
      const scale = 2 ** map.getZoom();
      const i = order.findLast((each) =>
        scale * Math.hypot(x[each] - column, y[each] - row) <= Math.max(radius[each], 4));
      return i === undefined ? null : { element: markTip(layer, i, circleValue(page, layer, i)) };
    },
    table: () => circleTable(page, layer),
  });
};

const EDGED_FROM = 2; // radius (pixels)
const LEAST_IN_INSET = 2; // radius (pixels)

function drawCircles(context, view, order, placeOf, shrink, least = 0) {
  const { radius, colour } = view.layer;
  const { width, height } = context.canvas;
  Object.assign(context, { fillStyle: colour, strokeStyle: "#ffffff", lineWidth: 1 });
  for (const i of order) {
    const [x, y] = placeOf(i);
    const size = Math.max(radius[i] * shrink, least);
    if (!(x > -size && y > -size && x < width + size && y < height + size)) continue;
    const strength = strengthOf(view, i);
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.globalAlpha = 0.6 * strength;
    context.fill();
    if (size < EDGED_FROM) continue; // an edge would cover it
    context.globalAlpha = 0.9 * strength;
    context.stroke();
  }
  context.globalAlpha = 1;
}

function circleValue(page, layer, i) {
  return withUnit(number(page, layer.values[i], layer.decimals), layer.unit);
}

function withUnit(text, unit) {
  return unit ? `${text}\u00a0${unit}` : text;
}

/** Circles one in the other, each with its value; the same sizes as on the map. */
function circleSizes(page, layer) {
  if (!layer.legend.length) return null;
  const most = Math.max(...layer.legend.map(([, radius]) => radius));
  const [middle, bottom, textLeft] = [most + 1, 2 * most + 8, 2 * most + 26];
  let textTop = -Infinity;
  const lines = layer.legend.map(([value, radius]) => {
    const top = bottom - 2 * radius;
    textTop = Math.max(top, textTop + 14);
    const words = withUnit(number(page, value, layer.decimals), layer.unit);
    return [
      svgEl("circle", { cx: middle, cy: bottom - radius, r: radius, fill: layer.colour }),
      svgEl("polyline", { points: `${middle},${top} ${2 * most + 6},${top} ${textLeft - 3},${textTop}` }),
      svgEl("text", { x: textLeft, y: textTop + 4 }, words),
    ];
  });
  const words = lines.map(([, , text]) => text.textContent).join(", ");
  return svgEl("svg", { width: 260, height: Math.max(bottom, textTop + 5) + 1, role: "img",
    "aria-label": fill(page.text.circles_sizes, { values: words }) }, ...lines.flat());
}

function circleTable(page, { title, names, values, codes, facts: columns, unit }) {
  const { text } = page;
  const coded = codes.length > 0;
  return {
    name: title,
    columns: [...(coded ? [text.marks_code] : []), text.marks_name,
      unit ? `${title} (${unit})` : title, ...Object.keys(columns)],
    rows: Array.from(names, (name, i) => [...(coded ? [codes[i]] : []), name, values[i],
      ...Object.values(columns).map((column) => column[i])]),
  };
}
