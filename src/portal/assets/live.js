/* SPDX-License-Identifier: Apache-2.0 */
/* Fills the table once a second and draws the last five minutes. The table's own words are the
 * charts' labels, so that there is no text here. */
"use strict";
(function () {
  const KEEP = 300;
  const CHARTS = [["requests", "checks"], ["p50", "p99"]];
  const HEIGHT = 220;
  const LANGUAGE = document.documentElement.lang;
  const clock = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "medium", hourCycle: "h23" });
  const number = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });
  const state = document.getElementById("state");
  const box = document.getElementById("charts");
  const names = Array.from(document.querySelectorAll("th[id]"), (cell) => cell.id);
  const times = [];
  const values = Object.fromEntries(names.map((name) => [name, []]));
  let plots = [];

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function label(name) {
    return document.getElementById(name).textContent;
  }

  function text(value) {
    return value === null || value === undefined ? "–" : number.format(value);
  }

  function time(seconds) {
    return seconds === null || seconds === undefined ? "–" : clock.format(seconds * 1000);
  }

  /* The second line is dashed: told from the first one without colour, and it shows through. */
  function series(name, line, dash) {
    return { label: label(name), stroke: colour(line), width: 2, dash: dash, spanGaps: false,
             points: { show: false }, value: (plot, value) => text(value) };
  }

  function axis(size, words) {
    return { stroke: colour("--soft"), size: size,
             grid: { stroke: colour("--line"), width: 1 },
             ticks: { stroke: colour("--line"), width: 1 },
             values: (plot, values) => values.map(words) };
  }

  function data(pair) {
    return [times, values[pair[0]], values[pair[1]]];
  }

  /* Again when the colours change: they are drawn, not styled. */
  function draw() {
    box.replaceChildren();
    plots = CHARTS.map((pair) => {
      const place = box.appendChild(document.createElement("div"));
      return new uPlot({
        width: box.clientWidth, height: HEIGHT,
        scales: { y: { range: (self, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
        series: [{ label: box.dataset.time, value: (plot, value) => time(value) },
                 series(pair[0], "--one"), series(pair[1], "--two", [6, 4])],
        axes: [Object.assign(axis(40, time), { space: 90 }),
               Object.assign(axis(70, text), { space: 40 })],
      }, data(pair), place);
    });
  }

  function show(name, value) {
    const cell = document.getElementById(name).nextElementSibling;
    cell.textContent = text(value);
  }

  function take(event) {
    const figures = JSON.parse(event.data);
    if (times.length && figures.time <= times[times.length - 1]) {
      return; /* the last one once more, after the connection came back */
    }
    times.push(figures.time);
    for (const name of names) {
      values[name].push(figures[name]);
      show(name, figures[name]);
    }
    if (times.length > KEEP) {
      times.shift();
      names.forEach((name) => values[name].shift());
    }
    plots.forEach((plot, i) => plot.setData(data(CHARTS[i])));
  }

  function say(on) {
    state.textContent = on ? state.dataset.on : state.dataset.off;
    state.classList.toggle("off", !on);
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(() => plots.forEach(
    (plot) => plot.setSize({ width: box.clientWidth, height: HEIGHT }))).observe(box);
  const source = new EventSource("/live");
  source.onopen = () => say(true);
  source.onerror = () => say(false);
  source.onmessage = take;
})();
