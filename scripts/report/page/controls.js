/** Everything that can be chosen: setting, figure, axes, runtimes, strategies and their parameters, light or dark. */
import { byId, element, inked, shape } from "./dom.js";
import { outlineOf } from "./marks.js";
import { AXES } from "./geometry.js";
import { metricsOf } from "./metrics.js";

/** @param changed called after every choice @returns a function that reads what is chosen */
export function openControls(data, changed) {
  byId("setting").replaceChildren(
    ...data.settings.map(({ title }, at) => element("option", { value: String(at) }, title)),
  );
  byId("setting-label").hidden = data.settings.length === 1;
  const settingNow = () => data.settings[Number(byId("setting").value)];
  offerFigures(settingNow());
  // This listener has to run before that of the form.
  byId("setting").addEventListener("change", () => offerFigures(settingNow()));
  const runtimes = data.runtimes.map(({ name }) => choice(name, name));
  byId("runtimes").replaceChildren(...runtimes.map(({ label }) => label));
  const series = data.series.map((one) => choice(one.label, one.label, swatch(one)));
  byId("strategies").replaceChildren(...series.map(({ label }) => label));
  const setAll = (isChecked) => () => {
    for (const { box } of series) box.checked = isChecked;
    changed();
  };
  byId("all").addEventListener("click", setAll(true));
  byId("none").addEventListener("click", setAll(false));
  byId("controls").addEventListener("change", changed);
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("theme").addEventListener("change", ({ target }) => {
    document.documentElement.style.colorScheme = target.value;
  });
  return () => ({
    setting: settingNow(),
    metric: metricsOf(settingNow()).find(({ key }) => key === byId("metric").value),
    axis: AXES[settingNow().axis],
    yLog: byId("y-axis").value === "log",
    xLog: byId("x-axis").value === "log",
    runtimes: data.runtimes.filter((_, at) => runtimes[at].box.checked),
    series: data.series.filter((_, at) => series[at].box.checked),
  });
}

/** Keeps the figure that was chosen where the setting has it, too. */
function offerFigures(setting) {
  const figures = metricsOf(setting);
  const before = byId("metric").value;
  const options = figures.map(({ key, title }) => element("option", { value: key }, title));
  byId("metric").replaceChildren(...options);
  if (figures.some(({ key }) => key === before)) byId("metric").value = before;
}

function choice(name, text, ...before) {
  const box = element("input", { type: "checkbox", value: name, checked: true });
  return { box, label: element("label", {}, box, ...before, text) };
}

/** The line and the mark of a strategy, as they are in the chart. */
function swatch({ colour, dash, shape: mark }) {
  return inked(
    shape(
      "svg",
      { class: "sign", viewBox: "0 0 34 12", "aria-hidden": "true" },
      shape("path", { class: "line", d: "M1 6H33", "stroke-dasharray": dash.join(" ") || null }),
      shape("path", { class: "mark", d: outlineOf(mark), transform: "translate(17 6)" }),
    ),
    colour,
  );
}
