// Straight lines between two places, as wide as what they tell.

const LINE_REACH = 4; // so many pixels beside a line still mean it

layerTypes.lines = function (page, layer, map) {
  const { width, ends } = layer;
  // One end, then the other, of each line.
  const longitude = ends.filter((_, i) => i % 2 === 0);
  const latitude = ends.filter((_, i) => i % 2 === 1);
  const { x, y } = worldOf(longitude, latitude);
  const view = markView(layer, map, {
    pane: "ptce-lines", zIndex: 410, shown: () => layer.names.length,
    draw: (context, place) => drawStrokes(context, view, (end) => place(x[end], y[end]), 1),
  });
  return Object.assign(view, {
    legend: () => el("div", {}, lineWidths(layer), ...notesOf(layer)),
    search: (wanted) => searchMarks(view, wanted, (i) => ({ name: layer.names[i], under: "",
      colour: layer.colour, kind: "stroke", go: () => goToLine(page, view, i) })),
    paint: (context, at) =>
      drawStrokes(context, view, (end) => at(latitude[end], longitude[end]), 0.5),
    hover(latlng) {
      const [column, row] = [worldX(latlng.lng), worldY(latlng.lat)];
      const scale = 2 ** map.getZoom();
      let [best, least] = [-1, Infinity];
      for (let i = 0; i < width.length; i++) {
        const [from, to] = [2 * i, 2 * i + 1];
        const away = scale * distanceToLine(column, row, x[from], y[from], x[to], y[to]) - width[i] / 2;
        if (away < LINE_REACH && away < least) [best, least] = [i, away];
      }
      return best < 0 ? null : { element: markTip(layer, best) };
    },
    table: () => ({
      name: layer.title,
      columns: [page.text.marks_name, ...Object.keys(layer.facts)],
      rows: Array.from(layer.names, (name, i) => [name, ...factsOf(layer, i).map(([, text]) => text)]),
    }),
  });
};

function drawStrokes(context, view, placeOf, shrink) {
  const { width, colour } = view.layer;
  Object.assign(context, { strokeStyle: colour, lineCap: "round" });
  for (let i = 0; i < width.length; i++) {
    context.globalAlpha = 0.55 * strengthOf(view, i);
    context.lineWidth = Math.max(width[i] * shrink, 0.75);
    context.beginPath();
    context.moveTo(...placeOf(2 * i));
    context.lineTo(...placeOf(2 * i + 1));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function goToLine(page, view, i) {
  if (!view.on) setView(page, view, true);
  const [west, south, east, north] = view.layer.ends.slice(4 * i, 4 * i + 4);
  const bounds = L.latLngBounds([[south, west], [north, east]]);
  page.show(bounds);
  openPopup(page, { latlng: bounds.getCenter() },
    markPopup(nameOf(view.layer.names[i]), factList(view.layer, i)));
}

/** Lines as wide as on the map, with their words. */
function lineWidths(layer) {
  const sample = (width) => {
    const line = swatch("stroke", layer.colour);
    line.style.setProperty("--width", `${width}px`);
    return line;
  };
  return el("ul", { class: "ptce-legend" }, ...layer.legend.map(([words, width]) =>
    el("li", {}, sample(width), el("span", {}, words))));
}

function distanceToLine(x, y, x0, y0, x1, y1) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.max(0, Math.min(1, along));
  return Math.hypot(x - x0 - part * dx, y - y0 - part * dy);
}
