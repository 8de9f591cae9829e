// folium's popups ask jQuery for two things: turn a string into an element, and wait for the page.
// This stands in for it, so that popups of layers a user adds work without jQuery.
window.$ = window.$ || function (what) {
  if (typeof what === "string") {
    const template = document.createElement("template");
    template.innerHTML = what.trim();
    return template.content.children;
  }
  return { ready: (action) => action() };
};
