// Two maps side by side (one above the other on a phone) that move together. The left one is
// folium's, with the layers that users added to it; the right one is made here.

/** Put both maps into a frame, to which panel, insets and footer belong; returns the right one. */
function addCompare(page) {
  const { map, data } = page;
  const [left, right] = [map.getContainer(), el("div", {})];
  page.frame = el("div", { class: "ptce-map ptce-frame" });
  left.replaceWith(page.frame);
  left.classList.remove("ptce-map");
  const side = (key, container) => {
    const { title } = data.layers.find((layer) => layer.key === key);
    return el("section", { class: "ptce-side", "aria-label": fill(page.text.compare_region, { name: title }) },
      el("h2", {}, nameOf(title, "ptce-clamp")), container);
  };
  page.frame.append(el("div", { class: "ptce-sides" },
    side(data.compare[0], left), side(data.compare[1], right)));
  const other = L.map(right, { ...map.options, layers: [] });
  other.attributionControl.setPrefix(false);
  moveTogether(map, other);
  moveTogether(other, map);
  tellTogether(map, other);
  tellTogether(other, map);
  new ResizeObserver(() => sizeMaps({ map, otherMap: other })).observe(left);
  return other;
}

function mapsOf({ map, otherMap }) {
  return otherMap ? [map, otherMap] : [map];
}

/** Tell the maps that the room they have has changed; what is in the middle stays there. */
function sizeMaps(page) {
  for (const map of mapsOf(page)) map.invalidateSize({ animate: false });
}

// ----- moving ----------------------------------------------------------------------------------

let leading = null; // the map that another is following now

/** Let `follower` show what `leader` shows: while it is dragged, while it zooms, and after. */
function moveTogether(leader, follower) {
  let moved = ""; // how the follower was moved since it last drew its layers
  const lead = (action) => (event) => {
    if (leading && leading !== leader) return;
    leading = leader;
    action(event);
    leading = null;
  };
  leader.on("zoomanim", lead(({ center, zoom }) => {
    if (!isAt(follower, center, zoom)) exactly(follower, () => follower.setView(center, zoom, { animate: true }));
  }));
  leader.on("move", lead(() => {
    const [centre, zoom] = [leader.getCenter(), leader.getZoom()];
    if (follower.getZoom() !== zoom) {
      follower._move(centre, zoom, { pinch: true, round: false }); // what is drawn is stretched
      moved = "zoomed";
    } else if (!isAt(follower, centre, zoom)) {
      follower._rawPanBy(apart(follower, centre, zoom).round());
      follower.fire("move");
      moved ||= "panned";
    }
  }));
  leader.on("moveend", lead(() => {
    const [centre, zoom] = [leader.getCenter(), leader.getZoom()];
    if (moved === "zoomed" || !isAt(follower, centre, zoom)) {
      exactly(follower, () => follower.setView(centre, zoom, { reset: true, animate: false }));
    } else if (moved) {
      follower.fire("moveend");
    }
    moved = "";
  }));
}

/** Pixels from the middle of a map to a place. */
function apart(map, centre, zoom) {
  return map.project(centre, zoom).subtract(map.project(map.getCenter(), zoom));
}

function isAt(map, centre, zoom) {
  const { x, y } = apart(map, centre, zoom);
  return map.getZoom() === zoom && Math.abs(x) < 1 && Math.abs(y) < 1;
}

// ----- telling ---------------------------------------------------------------------------------

/** What the mouse or a finger asks of one map, the other tells too, at the same place. */
function tellTogether(one, other) {
  one.on("mousemove click", ({ latlng, originalEvent }) => {
    if (!originalEvent || originalEvent.ptceTold) return;
    const containerPoint = other.latLngToContainerPoint(latlng);
    originalEvent.ptceTold = true;
    other.fire("mousemove", { latlng, containerPoint, originalEvent });
    delete originalEvent.ptceTold;
  });
  one.on("mouseout", ({ originalEvent }) => {
    if (!originalEvent || originalEvent.ptceTold) return;
    originalEvent.ptceTold = true;
    other.fire("mouseout", { originalEvent });
    delete originalEvent.ptceTold;
  });
}
