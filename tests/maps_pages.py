"""What tests ask of the page of a map."""

from __future__ import annotations

_DRAWN = """() => new Promise(done =>
  requestAnimationFrame(() => setTimeout(() => setTimeout(done))))"""
_INSET_MARKS = """([territory, name]) => {
  const inset = document.querySelector(`[data-view="${territory}"] canvas`);
  // A copy: a canvas that draws is not made to be read again and again.
  const copy = new OffscreenCanvas(inset.width, inset.height).getContext("2d",
    {willReadFrequently: true});
  copy.drawImage(inset, 0, 0);
  const {data} = copy.getImageData(0, 0, inset.width, inset.height);
  const {colour} = ptceMap.page.view("poles").poles.find(pole => pole.name === name);
  const wanted = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  let found = 0;
  for (let i = 0; i < data.length; i += 4) found += wanted.every((part, k) => part === data[i + k]);
  return found;
}"""


def drawn(page):
    """Wait until the map and its insets show the last change."""
    page.evaluate(_DRAWN)


def inset_marks(page, territory, pole):
    """How many pixels of an inset have the colour of a pole's members."""
    drawn(page)
    return page.evaluate(_INSET_MARKS, [territory, pole])
