/** Times displaced, gates, exposure, and counts compared with the run. */

import * as Plot from "@observablehq/plot";
import { element, tableRoom } from "../dom";
import type { Sheet } from "../download";
import { briefDay, claimed, dateOf, isoDay, people, plainName, ranged, short, shortNames, spoken, twoDigits } from "../format";
import { COUNTED, FLOW, STOCK, TIMES } from "../palette";
import type { Count, PageData } from "../types";
import { LEVELS, column, spread } from "./sheets";
import { inLines, plotted, roomFor } from "./plot";

const STYLE = { fontSize: "11.5px" };

export function timesWord(n: number, many: number): string {
  const words = ["once", "twice", "three times", "four times"];
  return `${words[n] ?? `${n + 1} times`}${n === many - 1 ? " or more" : ""}`;
}

export function drawTimes(data: PageData, width: number): SVGSVGElement {
  const table = data.times?.mean ?? []; // means, unlike medians, add up
  const rows = table.flatMap((row, n) => row.map((value, day) => ({ date: dateOf(data.run.start, day), value, times: timesWord(n, table.length) })));
  const last = data.run.days - 1;
  const apart = 0.065 * Math.max(1, ...Array.from({ length: data.run.days }, (_, day) => table.reduce((sum, row) => sum + row[day], 0)));
  let [under, before] = [0, -apart];
  const ends = table.map((row, n) => {
    under += row[last];
    before = Math.max(before + apart, under - row[last] / 2); // labels of thin bands keep a line's height apart
    return { date: dateOf(data.run.start, last), at: before, text: `${timesWord(n, table.length)}  ${people(row[last])}` };
  });
  return plotted({
    width, height: 300, marginLeft: 50, marginRight: 178, marginBottom: 38, style: STYLE,
    x: { type: "utc", label: null, ticks: Math.max(2, Math.floor(width / 130)) },
    y: { grid: true, label: "People away from home", tickFormat: short },
    color: { domain: table.map((_, n) => timesWord(n, table.length)), range: TIMES },
    marks: [
      Plot.areaY(rows, { x: "date", y: "value", fill: "times", stroke: "#fff", strokeWidth: 0.6, order: table.map((_, n) => timesWord(n, table.length)) }),
      Plot.text(ends, { x: "date", y: "at", text: "text", textAnchor: "start", dx: 8, fill: "#1b1f23" }),
    ],
  }); // prettier-ignore
}

export function timesSheet(data: PageData): Sheet {
  const table = data.times;
  const columns = [column("date", "#date"), column("times", "#indicator+times"), column("mean", "#affected+displaced+mean"), ...spread("#affected+displaced")];
  if (!table) return { columns, rows: [] };
  const many = table.p50.length;
  const rows = table.p50.flatMap((row, n) =>
    row.map((_, day) => [isoDay(dateOf(data.run.start, day)), timesWord(n, many), twoDigits(table.mean[n][day]), ...LEVELS.map((level) => twoDigits(table[level][n][day]))]),
  );
  return { columns, rows };
}

/** Gates at which people ever wait, the fullest first. */
export function queues(data: PageData): number[] {
  const most = data.gates.waiting.p95.map((row) => Math.max(0, ...row));
  return most.map((_, n) => n).filter((n) => most[n] >= 100).sort((a, b) => most[b] - most[a]).slice(0, 9); // prettier-ignore
}

export function drawGates(data: PageData, width: number): SVGSVGElement {
  const { waiting, name, rules } = data.gates;
  const gates = queues(data);
  const columns = Math.max(1, Math.min(3, Math.floor(width / 300)));
  const of = (n: number) => ({ fx: gates.indexOf(n) % columns, fy: Math.floor(gates.indexOf(n) / columns) });
  const rows = gates.flatMap((n) =>
    waiting.p50[n].map((p50, day) => ({ ...of(n), date: dateOf(data.run.start, day), p5: waiting.p5[n][day], p25: waiting.p25[n][day], p50, p75: waiting.p75[n][day], p95: waiting.p95[n][day] })),
  );
  const titles = gates.map((n) => ({ ...of(n), text: `${name[n]}: ${lastRule(rules[n])}` }));
  return plotted({
    width, height: 60 + 150 * Math.ceil(gates.length / columns), marginLeft: 44, marginRight: 22, marginBottom: 38, marginTop: 26, style: STYLE,
    fx: { axis: null, padding: 0.12 }, fy: { axis: null, padding: 0.28 },
    x: { type: "utc", label: null, ticks: 3 }, y: { grid: true, label: null, tickFormat: short, ticks: 4, type: "sqrt" },
    marks: [
      Plot.areaY(rows, { x: "date", y1: "p5", y2: "p95", fx: "fx", fy: "fy", fill: FLOW, fillOpacity: 0.18 }),
      Plot.areaY(rows, { x: "date", y1: "p25", y2: "p75", fx: "fx", fy: "fy", fill: FLOW, fillOpacity: 0.3 }),
      Plot.lineY(rows, { x: "date", y: "p50", fx: "fx", fy: "fy", stroke: "#b34f00", strokeWidth: 2 }),
      Plot.text(titles, { fx: "fx", fy: "fy", text: "text", frameAnchor: "top-left", dy: -18, fontWeight: 600, fill: "#1b1f23" }),
    ],
  }); // prettier-ignore
}

function lastRule(rules: PageData["gates"]["rules"][number]): string {
  const rule = rules.at(-1);
  if (!rule || rule.policy === "open") return "open at the end";
  return rule.policy === "closed" ? "closed at the end" : `${people(rule.per_day)} a day at the end`;
}

export function gatesSheet(data: PageData): Sheet {
  const { id, name, waiting, passed } = data.gates;
  const columns = [column("date", "#date"), column("gate", "#access+code"), column("name", "#access+name"), ...spread("#affected+waiting"), column("passed", "#affected+passed+p50")]; // prettier-ignore
  const rows = id.flatMap((gate, n) =>
    waiting.p50[n].map((_, day) => [isoDay(dateOf(data.run.start, day)), gate, name[n], ...LEVELS.map((level) => twoDigits(waiting[level][n][day])), twoDigits(passed.p50[n][day])]),
  );
  return { columns, rows };
}

interface Who {
  who: string;
}

function hue({ who }: Who): string {
  return who === "residents" ? COUNTED : STOCK;
}

export function drawExposure(data: PageData, width: number): SVGSVGElement {
  const { displaced, residents } = data.exposure;
  const order = displaced.p50.map((value, n) => [value + residents.p50[n], n]).sort((a, b) => b[0] - a[0]);
  const places = order.slice(0, 14).filter(([value]) => value > 0).map(([, n]) => n); // prettier-ignore
  const rows = places.flatMap((n) =>
    ([["residents", residents], ["displaced people", displaced]] as const).map(([who, of]) => ({
      place: shortNames(data.places.name)[n], who, p5: of.p5[n], p25: of.p25[n], p50: of.p50[n], p75: of.p75[n], p95: of.p95[n],
    })),
  ); // prettier-ignore
  const names = places.map((n) => shortNames(data.places.name)[n]);
  const left = Math.min(width * 0.45, roomFor(names));
  return plotted({
    width, height: 46 + 34 * places.length, marginLeft: left, marginTop: 34, style: STYLE,
    x: { label: "Person-days at a place on a day it was attacked", grid: true, tickFormat: short, type: "sqrt", axis: "top", ticks: Math.floor(width / 120) },
    y: { label: null, domain: ["residents", "displaced people"], axis: null, padding: 0.3 },
    fy: { label: null, domain: names, axis: "left", padding: 0.12, tickFormat: (name: string) => inLines(name, left) },
    marks: [
      Plot.ruleY(rows, { fy: "place", y: "who", x1: "p5", x2: "p95", stroke: hue, strokeOpacity: 0.3, strokeWidth: 7 }),
      Plot.ruleY(rows, { fy: "place", y: "who", x1: "p25", x2: "p75", stroke: hue, strokeOpacity: 0.45, strokeWidth: 7 }),
      Plot.dot(rows, { fy: "place", y: "who", x: "p50", r: 4, symbol: (d: Who) => (d.who === "residents" ? "square" : "circle"), fill: hue }),
    ],
  }); // prettier-ignore
}

/** Person-days under attack by who holds the place or the road. */
export function holdersTable({ run, exposure, control }: PageData): HTMLElement {
  const STATES = ["home", "displaced", "way"] as const;
  const of = (holder: string, state: string) => exposure.held.find((row) => row.holder === holder && row.state === state);
  const total = (holder: string): number => STATES.reduce((sum, state) => sum + (of(holder, state)?.p50 ?? 0), 0);
  const holders = [...new Set(exposure.held.map((row) => row.holder))].sort((a, b) => total(b) - total(a));
  const rows = holders.map((holder) => {
    const cells = STATES.map((state) => {
      const row = of(holder, state);
      return element("td", { class: "number" }, row ? ranged(run, row.p50, row.p5, row.p95) : "–");
    });
    const name = control.actors.find((actor) => actor.id === holder)?.name ?? holder;
    return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
  });
  return tableRoom("Person-days under attack by holder", ["Held by", "Residents", "Displaced people", "On the road"], rows);
}

export function holdersSheet({ exposure, control }: PageData): Sheet {
  const named = new Map(control.actors.map(({ id, name }) => [id, name]));
  const columns = [column("holder", "#org+code"), column("name", "#org+name"), column("state", "#affected+type"), ...["p5", "p50", "p95"].map((level) => column(level, `#affected+exposed+${level}`))];
  return { columns, rows: exposure.held.map((row) => [row.holder, named.get(row.holder) ?? row.holder, row.state, row.p5, row.p50, row.p95]) };
}

export function exposureSheet(data: PageData): Sheet {
  const { displaced, residents } = data.exposure;
  const columns = [column("place", "#loc+code"), column("name", "#loc+name"), ...spread("#affected+displaced+exposed"), ...spread("#affected+residents+exposed").map((c) => ({ ...c, name: `residents_${c.name}` }))]; // prettier-ignore
  const rows = data.places.id.map((id, n) => [id, data.places.name[n], ...LEVELS.map((l) => displaced[l][n]), ...LEVELS.map((l) => residents[l][n])]);
  return { columns, rows };
}

/** Counts that can be held against the run. */
export function comparable(data: PageData): Count[] {
  return data.counts.filter((count) => count.run !== null && count.people !== null);
}

/** What was counted, where and when; `who` begins it with the people it is about. */
export function countWords(data: PageData, count: Count, who = false): string {
  const since = count.since && count.since !== count.date ? `${briefDay(new Date(count.since))}–` : "";
  const what = { stock: "displaced in", arrivals: "came to", displaced: "fled from", departures: "left", returned: "returned to" }[count.indicator];
  const people = !who ? "" : count.indicator === "stock" ? "People " : "People who ";
  return `${people}${what ?? spoken(count.indicator)} ${whereName(data, count)}, ${since}${briefDay(new Date(count.date))}`;
}

/** A place by its short name where that is its own alone; an area by its name. */
function whereName(data: PageData, { place, where }: Count): string {
  return place < 0 || data.districts ? plainName(where) : shortNames(data.places.name)[place];
}

export function drawCounts(data: PageData, width: number): SVGSVGElement {
  const rows = comparable(data).map((count, n) => ({ ...count, ...count.run, key: `${n}`, words: countWords(data, count) }));
  const needed = roomFor(rows.map((row) => row.words));
  const left = Math.min(width * 0.56, needed);
  const words = new Map(rows.map((row) => [row.key, row.words]));
  return plotted({
    width, height: 50 + (left < needed ? 32 : 21) * rows.length, marginLeft: left, marginTop: 34, style: STYLE,
    x: { type: "sqrt", grid: true, label: "People", tickFormat: short, axis: "top", ticks: Math.floor(width / 150), domain: [Math.min(0, ...rows.map((r) => r.p5 ?? 0)), Math.max(1, ...rows.map((r) => Math.max(r.p95 ?? 0, r.high ?? r.people ?? 0)))] },
    y: { label: null, domain: rows.map((row) => row.key), tickFormat: (key: string) => inLines(words.get(key) ?? "", left), tickSize: 0 },
    marks: [
      Plot.ruleY(rows, { y: "key", x1: "p5", x2: "p95", stroke: STOCK, strokeOpacity: 0.28, strokeWidth: 9 }),
      Plot.ruleY(rows, { y: "key", x1: "p25", x2: "p75", stroke: STOCK, strokeOpacity: 0.45, strokeWidth: 9 }),
      Plot.tickX(rows, { y: "key", x: "p50", stroke: "#00375a", strokeWidth: 2.5, inset: 4 }),
      Plot.ruleY(rows, { y: "key", x1: "low", x2: "high", stroke: COUNTED, strokeWidth: 1.6 }),
      Plot.dot(rows, { y: "key", x: "people", symbol: "diamond", r: 4.2, fill: "#fff", stroke: COUNTED, strokeWidth: 1.8 }),
    ],
  }); // prettier-ignore
}

export function countsSheet(data: PageData): Sheet {
  const names: [string, string][] = [["date", "#date+reported"], ["since", "#date+start"], ["where", "#loc+name"], ["indicator", "#indicator+code"], ["people", "#affected"], ["low", "#affected+min"], ["high", "#affected+max"], ["source", "#meta+source"]]; // prettier-ignore
  const columns = [...names.map(([name, hxl]) => column(name, hxl)), ...spread("#affected+simulated")];
  const rows = data.counts.map((c) => [c.date, c.since, c.where, c.indicator, c.people, c.low, c.high, c.source, ...LEVELS.map((level) => c.run?.[level] ?? null)]);
  return { columns, rows };
}

export function claimsSheet(data: PageData): Sheet {
  const names: [string, string][] = [["claim", "#meta+id"], ["what", "#description"], ["start", "#date+start"], ["end", "#date+end"], ["unit", "#indicator+unit"], ["low", "#indicator+min"], ["high", "#indicator+max"], ["p5", "#indicator+simulated+p5"], ["p50", "#indicator+simulated+p50"], ["p95", "#indicator+simulated+p95"], ["verdict", "#status"], ["reaches", "#status+interval"], ["source", "#meta+source"]]; // prettier-ignore
  const rows = data.claims.map((c) => [c.id, c.words, c.start, c.end, c.unit, c.low, c.high, c.p5, c.p50, c.p95, c.verdict, c.reaches === null ? null : c.reaches ? "yes" : "no", c.source]);
  return { columns: names.map(([name, hxl]) => column(name, hxl)), rows };
}

export { claimed };
