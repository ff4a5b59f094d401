/** The same run by administrative unit or area: what a map, chart or table of places needs, with units as places. */

import { element } from "./dom";
import { capital } from "./format";
import type { Store } from "./state";
import type { Flows, PageData, UnitLevel } from "./types";

/** What one row of the shown level is called, and many of them. */
export function wordsOf(data: PageData): [string, string] {
  const by = data.base?.levels?.find((level) => level.id === data.places.id)?.by;
  if (by === "area") return ["area", "areas"];
  if (by) return ["unit", `units (${by === "admin1" ? "admin 1" : "admin 2"})`];
  return data.districts ? ["district", "districts"] : ["place", "places"];
}

const made = new WeakMap<UnitLevel, PageData>();

/** The data of a level; 0 is places. */
export function atLevel(data: PageData, number: number): PageData {
  const level = data.levels?.[number - 1];
  if (!level) return data;
  const found = made.get(level) ?? byUnit(data, level);
  made.set(level, found);
  return found;
}

/** Flows between places, as those between units of a level; areas that overlap have none. */
export function flowsAtLevel(data: PageData, number: number, flows: Flows): Flows {
  const level = data.levels?.[number - 1];
  if (!level) return flows;
  return level.overlap ? NO_FLOWS : between(flows, rowsOf(level, data.places.id.length));
}

const NO_FLOWS: Flows = { legs: false, from: [], to: [], p5: [], p50: [], p95: [], day: [] };

function byUnit(data: PageData, level: UnitLevel): PageData {
  const unit = level.overlap ? null : rowsOf(level, data.places.id.length);
  const nothing = level.id.map(() => null);
  const people = (of: (number | null)[]): (number | null)[] =>
    level.members.map((rows) => (rows.every((n) => of[n] !== null) ? rows.reduce((sum, n) => sum + (of[n] ?? 0), 0) : null));
  const { attacks } = data.exposure;
  const mine = attacks.place.map((_, n) => n).filter((n) => unit && unit[attacks.place[n]] >= 0);
  return {
    ...data,
    base: data,
    places: {
      id: level.id, name: level.name, country: level.country, admin1: nothing, admin2: nothing,
      kind: level.id.map(() => level.title), lat: level.lat, lon: level.lon,
      population: people(data.places.population), displaced_at_start: people(data.places.displaced_at_start), capacity: nothing,
    },
    stock: level.stock,
    arrivals: level.arrivals,
    counts: data.counts.map((count) => ({ ...count, place: level.by === "area" ? level.name.indexOf(capital(count.where)) : -1 })),
    gates: { ...data.gates, from: data.gates.from.map(() => -1), to: data.gates.to.map(() => -1) },
    flows: unit ? between(data.flows, unit) : { ...NO_FLOWS, legs: data.flows.legs },
    exposure: { ...data.exposure, attacks: { place: mine.map((n) => unit?.[attacks.place[n]] ?? -1), day: mine.map((n) => attacks.day[n]), number: mine.map((n) => attacks.number[n]) } },
  }; // prettier-ignore
}

/** The unit of each place, -1 for none. */
function rowsOf(level: UnitLevel, places: number): number[] {
  const found = Array.from({ length: places }, () => -1);
  level.members.forEach((rows, unit) => rows.forEach((place) => (found[place] = unit)));
  return found;
}

/** Flows between units: means of a day add up; those within a unit are left out. */
function between(flows: Flows, unit: number[]): Flows {
  const pairs = new Map<string, number[]>();
  flows.from.forEach((from, n) => {
    const [a, b] = [unit[from], unit[flows.to[n]]];
    if (a < 0 || b < 0 || a === b) return;
    const sum = pairs.get(`${a}/${b}`) ?? [];
    flows.day[n].forEach((people, day) => (sum[day] = (sum[day] ?? 0) + people));
    pairs.set(`${a}/${b}`, Array.from(sum, (people) => people ?? 0));
  });
  const ends = [...pairs.keys()].map((key) => key.split("/").map(Number));
  return { legs: flows.legs, from: ends.map(([a]) => a), to: ends.map(([, b]) => b), p5: [], p50: [], p95: [], day: [...pairs.values()] };
}

/** Buttons that choose the level for the map, the charts and the table of places. */
export function levelSwitch(data: PageData, store: Store): HTMLElement | null {
  if (!data.levels?.length) return null;
  const titles = [data.districts ? "Districts" : "Places", ...data.levels.map(({ title }) => title)];
  const buttons = titles.map((title, n) => element("button", { type: "button", class: "level", "aria-pressed": String(n === store.state.level), onclick: () => store.set({ level: n, place: null }) }, title)); // prettier-ignore
  const note = element("span", { class: "level-note", role: "status" });
  const tell = (): void => {
    const level = data.levels?.[store.state.level - 1];
    note.textContent = !level ? "" : level.overlap ? "Areas overlap: do not add them up. No flows between them are drawn." : "Intervals are of the members' sums over the places of each unit.";
  };
  tell();
  return element("div", { class: "levels", role: "group", "aria-label": "Show figures by" }, element("span", {}, "By"), ...buttons, note);
}
