// Which poles the reader wants to see: by sector, status and year, or year by year.

// ----- filters ---------------------------------------------------------------------------------

/** The values of a pole's property: it may have several sectors, "culture, alimentation; bois". */
function valuesIn(pole, key) {
  if (!pole[key]) return [];
  return key === "sector" ? pole[key].split(/, |;/).map((part) => part.trim()).filter(Boolean) : [pole[key]];
}

/** The values that poles have, each once, in the order of the alphabet. */
function valuesOf(view, key) {
  const values = new Set(view.poles.flatMap((pole) => valuesIn(pole, key)));
  return [...values].sort((one, other) => one.localeCompare(other));
}

/** Choose among poles by sector, status and year; only what tells poles apart is offered. */
function filterSection(page, view) {
  const { text } = page;
  view.filters = {};
  const controls = [];
  for (const key of ["sector", "status"]) {
    const values = valuesOf(view, key);
    if (values.length < 2) continue;
    const select = el("select", { class: "ptce-select", "data-filter": key,
      onchange: () => filterPoles(page, view) },
      el("option", { value: "" }, text.filter_any),
      ...values.map((value) => el("option", { value }, value)));
    view.filters[key] = { input: select, accepts: (pole) => !select.value || valuesIn(pole, key).includes(select.value) };
    controls.push(el("label", { class: "ptce-field" }, el("span", {}, text[key]), select));
  }
  const years = valuesOf(view, "year").map(Number);
  if (years.length > 1 && !view.layer.timeline) {
    const [low, high] = [Math.min(...years), Math.max(...years)];
    const field = (key, words, accepts) => {
      const input = el("input", { type: "number", min: low, max: high, placeholder: key === "from" ? low : high,
        class: "ptce-select", "data-filter": key, onchange: () => filterPoles(page, view) });
      view.filters[key] = { input, accepts: (pole) => !input.value || (pole.year && accepts(Number(pole.year), Number(input.value))) };
      return el("label", { class: "ptce-field" }, el("span", {}, words), input);
    };
    controls.push(el("div", { class: "ptce-years" },
      field("from", text.filter_from, (year, limit) => year >= limit),
      field("to", text.filter_to, (year, limit) => year <= limit)));
  }
  if (!controls.length) return null;
  view.filterCount = el("p", { class: "ptce-note", role: "status" });
  const reset = el("button", { type: "button", class: "ptce-link", onclick: () => {
    for (const { input } of Object.values(view.filters)) input.value = "";
    filterPoles(page, view);
  } }, text.filter_reset);
  return el("details", { class: "ptce-section ptce-filters" },
    el("summary", {}, el("h2", {}, text.filter)), ...controls,
    el("div", { class: "ptce-row" }, view.filterCount, reset));
}

/** Without what stands for the pole of members that have none. */
function realPoles(view) {
  return view.poles.filter((pole) => pole.key !== null);
}

function filterPoles(page, view) {
  const filters = Object.values(view.filters || {});
  for (const pole of view.poles) {
    pole.passes = filters.every(({ accepts }) => accepts(pole)) && passesYear(view, pole);
  }
  if (view.filterCount) {
    const poles = realPoles(view);
    const n = number(page, poles.filter((pole) => pole.passes).length);
    view.filterCount.textContent = filters.some(({ input }) => input.value)
      ? fill(page.text.filter_count, { n, total: number(page, poles.length) }) : "";
  }
  showPoles(page, view);
}

// ----- years -----------------------------------------------------------------------------------

const YEAR_PACE = 900; // milliseconds

/** The year the slider stands at. */
function yearChosen(view) {
  return view.layer.timeline.years[Number(view.slider.value)];
}

/** Poles without a year are always shown: how many there are is said under the slider. */
function passesYear(view, pole) {
  return !view.slider || !pole.year || Number(pole.year) <= yearChosen(view);
}

/** A slider over the years, with the number of poles by year; play goes through them. */
function timelineSection(page, view) {
  const { timeline } = view.layer;
  if (!timeline) return null;
  const { text } = page;
  const { years, counts } = timeline;
  const unknown = realPoles(view).filter((pole) => !pole.year).length;
  const most = Math.max(...counts, 1);
  const bars = years.map((year, i) => el("span", { class: "ptce-year-bar",
    title: fill(text.timeline_year, { year, n: number(page, counts[i]) }) },
    el("span", { style: `height:${Math.round((34 * counts[i]) / most)}px` })));
  const told = el("output", { class: "ptce-year", "aria-live": "polite" });
  const slider = el("input", { type: "range", min: 0, max: years.length - 1, step: 1,
    class: "ptce-slider", "aria-label": text.year, oninput: () => { stopYears(page, view); setYear(page, view); } });
  slider.value = years.length - 1;
  const play = el("button", { type: "button", class: "ptce-button ptce-play", onclick: () => playYears(page, view) },
    text.timeline_play);
  Object.assign(view, { slider, yearTold: told, yearBars: bars, play });
  tellYear(page, view);
  return el("section", { class: "ptce-section ptce-timeline" },
    el("div", { class: "ptce-row" }, el("h2", {}, text.timeline), told),
    el("div", { class: "ptce-year-bars", "aria-hidden": "true" }, ...bars),
    slider,
    el("div", { class: "ptce-row ptce-year-ends" }, el("span", {}, String(years[0])), play,
      el("span", {}, String(years[years.length - 1]))),
    unknown ? el("p", { class: "ptce-note" }, fill(text.timeline_unknown, { n: number(page, unknown) })) : null);
}

function setYear(page, view) {
  filterPoles(page, view);
  tellYear(page, view);
}

function tellYear(page, view) {
  const year = yearChosen(view);
  const dated = view.poles.filter((pole) => pole.year && Number(pole.year) <= year).length;
  view.yearTold.textContent = fill(page.text[`timeline_told_${pluralForm(page.data.lang, dated)}`],
    { year, n: number(page, dated) });
  view.slider.setAttribute("aria-valuetext", view.yearTold.textContent);
  const { years } = view.layer.timeline;
  view.yearBars.forEach((bar, i) => bar.classList.toggle("ptce-past", years[i] <= year));
}

/** Go on from the year chosen to the last, from there anew. */
function playYears(page, view) {
  if (view.playing) {
    stopYears(page, view);
    return;
  }
  const { slider } = view;
  const goOn = () => {
    slider.value = slider.value === slider.max ? 0 : Number(slider.value) + 1;
    setYear(page, view);
    if (slider.value === slider.max) stopYears(page, view);
  };
  view.play.textContent = page.text.timeline_stop;
  view.playing = setInterval(goOn, YEAR_PACE);
  goOn();
}

function stopYears(page, view) {
  clearInterval(view.playing);
  view.playing = null;
  view.play.textContent = page.text.timeline_play;
}
