/** Small multiples: every place with displaced people, each on its own scale. */

import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { shape } from "../dom";
import { briefDay, dateOf, people, shortNames } from "../format";
import { COUNTED, STOCK } from "../palette";
import type { Bands, Count, PageData, Table } from "../types";

const CELL = 172;
const HIGH = 104;
const TOP = 32;
const FOOT = 16;

/** Places that ever have more than a few people, largest first. */
export function placesOf(table: Bands<Table>, least = 100): number[] {
  const most = table.p50.map((row) => Math.max(...row));
  return most.map((_, n) => n).filter((n) => most[n] >= least).sort((a, b) => most[b] - most[a]); // prettier-ignore
}

export function drawMultiples(data: PageData, table: Bands<Table>, indicator: string, width: number): SVGSVGElement {
  const places = placesOf(table);
  const columns = Math.max(1, Math.floor(width / CELL));
  const wide = width / columns;
  const svg = shape("svg", { width, height: Math.ceil(places.length / columns) * (HIGH + 10), class: "multiples" });
  places.forEach((place, n) => {
    const cell = shape("g", { transform: `translate(${(n % columns) * wide},${Math.floor(n / columns) * (HIGH + 10)})` });
    draw(cell, data, table, place, wide - 18, indicator);
    svg.append(cell);
  });
  return svg;
}

function draw(cell: SVGGElement, data: PageData, table: Bands<Table>, place: number, width: number, indicator: string): void {
  const days = data.run.days;
  const counts = data.counts.flatMap((count) => (count.place === place && count.indicator === indicator ? raised(data, table, count) : []));
  const top = Math.max(1, ...table.p95[place], ...counts.map((count) => count.high ?? count.people ?? 0));
  const x = scaleLinear([0, Math.max(1, days - 1)], [0, width]);
  const y = scaleLinear([0, top], [HIGH - FOOT, TOP]);
  const between = (low: number[], high: number[]): string => area<number>((_, d) => x(d), (_, d) => y(low[d]), (v) => y(v))(high) ?? ""; // prettier-ignore
  const last = days - 1;
  const wanted = shortNames(data.places.name)[place];
  const name = wanted.length > 22 ? `${wanted.slice(0, 21)}…` : wanted;
  cell.append(
    shape("text", { x: 0, y: 12, class: "cell-title" }, name),
    shape("text", { x: 0, y: 25, class: "cell-note" }, `${people(table.p50[place][last])} (${people(table.p5[place][last])}–${people(table.p95[place][last])})`),
    shape("path", { d: between(table.p5[place], table.p95[place]), fill: STOCK, opacity: 0.18 }),
    shape("path", { d: between(table.p25[place], table.p75[place]), fill: STOCK, opacity: 0.3 }),
    shape("path", { d: line<number>((_, d) => x(d), (v) => y(v))(table.p50[place]) ?? "", fill: "none", stroke: STOCK, "stroke-width": 1.8 }),
    shape("line", { x1: 0, x2: width, y1: HIGH - FOOT, y2: HIGH - FOOT, class: "axis" }),
    shape("text", { x: 0, y: HIGH - 4, class: "cell-axis" }, briefDay(dateOf(data.run.start, 0))),
    shape("text", { x: width, y: HIGH - 4, class: "cell-axis", "text-anchor": "end" }, briefDay(dateOf(data.run.start, last))),
  ); // prettier-ignore
  for (const count of counts) cell.append(counted(count, x(count.day), y));
}

/** A count that begins later stands on what the middle value was when it began; a masked one is left out. */
function raised(data: PageData, table: Bands<Table>, count: Count): Count[] {
  if (count.people === null) return [];
  const first = count.since ? (Date.parse(count.since) - Date.parse(data.run.start)) / 86_400_000 : 0;
  const under = first > 0 ? (table.p50[count.place][first - 1] ?? 0) : 0;
  const up = (value: number | null): number | null => (value === null ? null : value + under);
  return [{ ...count, people: count.people + under, low: up(count.low), high: up(count.high) }];
}

function counted(count: Count, at: number, y: (people: number) => number): SVGGElement {
  const middle = y(count.people ?? 0);
  return shape(
    "g",
    { stroke: COUNTED, "stroke-width": 1.5 },
    shape("line", { x1: at, x2: at, y1: y(count.low ?? count.people ?? 0), y2: y(count.high ?? count.people ?? 0) }),
    shape("path", { d: `M${at},${middle - 4.5}l4.5,4.5l-4.5,4.5l-4.5,-4.5Z`, fill: "#fff" }),
  );
}
