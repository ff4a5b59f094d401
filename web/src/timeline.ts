/** The days: play, step, slide; space, arrows, Home and End on the keyboard. */

import { area, curveStep } from "d3-shape";
import { scaleLinear } from "d3-scale";
import { element, shape } from "./dom";
import { briefDay, dateOf, longDay, people } from "./format";
import type { Store } from "./state";
import type { PageData } from "./types";

/** A whole play-through in seconds, and the longest and shortest time of a day in milliseconds (own choices). */
const THROUGH = 16;
const SLOWEST = 300;
const QUICKEST = 110;
const HEIGHT = 44;

export function millisecondsPerDay(days: number): number {
  return Math.max(QUICKEST, Math.min(SLOWEST, (1000 * THROUGH) / days));
}

export function timeline(data: PageData, store: Store): HTMLElement {
  const slider = element("input", {
    type: "range", min: 0, max: store.days - 1, step: 1, value: store.state.day, "aria-label": "Day", class: "slider",
  }); // prettier-ignore
  slider.addEventListener("input", () => store.set({ day: Number(slider.value), playing: false }));
  const play = element("button", { type: "button", class: "play", "aria-label": "Play" }, "▶");
  play.addEventListener("click", () => toggle(store));
  const step = (word: string, sign: string, by: number) =>
    element("button", { type: "button", "aria-label": word, onclick: () => store.set({ day: store.state.day + by, playing: false }) }, sign);
  const date = element("output", { class: "date", "aria-live": "off" });
  const told = element("span", { class: "told" });
  const strip = element("div", { class: "strip" });
  const room = element(
    "div",
    { class: "timeline" },
    element("div", { class: "buttons" }, step("One day back", "◀︎|", -1), play, step("One day on", "|▶︎", 1)),
    element("div", { class: "when" }, date, told),
    element("div", { class: "days" }, strip, slider, ticks(data)),
  );
  new ResizeObserver(() => strip.replaceChildren(departures(data, strip.clientWidth))).observe(strip);
  const show = (): void => {
    const { day, playing } = store.state;
    const when = dateOf(data.run.start, day);
    slider.value = String(day);
    slider.setAttribute("aria-valuetext", longDay(when));
    date.textContent = longDay(when);
    const { left_home: left, displaced } = data.totals;
    told.textContent = `${people(left.p50[day])} left home that day; ${people(displaced.p50[day])} are away from home`;
    play.textContent = playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
  };
  store.on(show);
  show();
  return room;
}

/** Play, from the start again if it is at its end. */
export function toggle(store: Store): void {
  const { playing, day } = store.state;
  store.set({ playing: !playing, day: !playing && day === store.days - 1 ? 0 : day });
}

/** Who left home each day, above the slider; attacks as a line of bars below. */
function departures(data: PageData, width: number): SVGSVGElement {
  const days = data.run.days;
  const { p50, p95 } = data.totals.left_home;
  const svg = shape("svg", { width, height: HEIGHT, "aria-hidden": "true" });
  const inset = 8;
  const x = scaleLinear([0, Math.max(1, days - 1)], [inset, width - inset]);
  const y = scaleLinear([0, Math.sqrt(Math.max(1, ...p95))], [HEIGHT - 10, 2]);
  const under = (values: number[]) =>
    area<number>((_, n) => x(n), y(0), (v) => y(Math.sqrt(v))).curve(curveStep)(values) ?? ""; // prettier-ignore
  svg.append(shape("path", { d: under(p95), class: "left-most" }), shape("path", { d: under(p50), class: "left" }));
  const attacks = data.exposure.attacks_by_day;
  const most = Math.max(1, ...attacks);
  const wide = Math.max(1, (width - 2 * inset) / days - 1);
  attacks.forEach((number, n) => {
    const opacity = (0.12 + 0.88 * (number / most)).toFixed(2);
    if (number) svg.append(shape("rect", { x: x(n) - wide / 2, y: HEIGHT - 7, width: wide, height: 6, class: "attacked", opacity }));
  });
  svg.append(shape("title", {}, "People who left home each day (above) and attacks (below)"));
  return svg;
}

function ticks(data: PageData): HTMLElement {
  const days = data.run.days;
  const many = Math.min(days, 6);
  const at = Array.from({ length: many }, (_, n) => Math.round((n * (days - 1)) / Math.max(1, many - 1)));
  return element("div", { class: "ticks", "aria-hidden": "true" }, ...at.map((day) => element("span", {}, briefDay(dateOf(data.run.start, day)))));
}

/** Keys for a part of the page: its own controls keep theirs. */
export function keys(room: HTMLElement, store: Store, zoom: (factor: number) => void): void {
  room.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    const own = target.matches("input[type=range]") ? [" "] : null;
    if (target.matches("select, textarea, input:not([type=range])") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("button") && [" ", "Enter"].includes(event.key)) return;
    const { day } = store.state;
    const acts: Record<string, () => void> = {
      " ": () => toggle(store),
      ArrowRight: () => store.set({ day: day + 1, playing: false }),
      ArrowLeft: () => store.set({ day: day - 1, playing: false }),
      Home: () => store.set({ day: 0, playing: false }),
      End: () => store.set({ day: store.days - 1, playing: false }),
      "+": () => zoom(1.5),
      "-": () => zoom(1 / 1.5),
      "0": () => zoom(0),
      Escape: () => store.set({ place: null }),
    };
    if (!(event.key in acts) || (own && !own.includes(event.key))) return;
    event.preventDefault();
    acts[event.key]();
  });
}
