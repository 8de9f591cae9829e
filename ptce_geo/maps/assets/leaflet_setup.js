// For a reader whose system asks for less motion, maps jump where they would slide.
if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
  L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
  const { panBy } = L.Map.prototype;
  L.Map.include({
    panBy(offset, options) { return panBy.call(this, offset, { ...options, animate: false }); },
  });
}
