/** Small multiples: every place with displaced people, each on its own scale. */

import { type ScaleLinear, scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { element, shape } from "../dom";
import { wordsOf } from "../levels";
import { briefDay, dateOf, ranged, short, shortNames } from "../format";
import { COUNTED, STOCK } from "../palette";
import type { Bands, Count, PageData, Table } from "../types";

const CELL = 215;
const HIGH = 132;
const TOP = 40;
/** Height of a second line of a name. */
const LINE = 13;
const AXIS = 34;
const FOOT = 16;

/** Places that ever have more than a few people, largest first. */
export function placesOf(table: Bands<Table>, least = 100): number[] {
  const most = table.p50.map((row) => Math.max(...row));
  return most.map((_, n) => n).filter((n) => most[n] >= least).sort((a, b) => most[b] - most[a]); // prettier-ignore
}

/** How many places are drawn before more are asked for (own choice). */
const MOST = 12;
const asked = new Set<string>();

/** The largest places, and a button for the rest. */
export function multiples(room: HTMLElement, data: PageData, name: "stock" | "arrivals", width: number): void {
  const places = placesOf(data[name]);
  const show = (all: boolean): void => {
    room.replaceChildren(drawMultiples(data, data[name], name, width, all ? places : places.slice(0, MOST)));
    room.parentElement?.querySelector(".more")?.remove();
    if (all || places.length <= MOST) return;
    const rest = (): void => {
      asked.add(name);
      show(true);
    };
    room.after(element("button", { type: "button", class: "quiet more", onclick: rest }, `Show all ${places.length} ${wordsOf(data)[1]}`));
  };
  show(asked.has(name));
}

function drawMultiples(data: PageData, table: Bands<Table>, indicator: string, width: number, places: number[]): SVGSVGElement {
  const columns = Math.max(1, Math.floor(width / CELL));
  const wide = width / columns;
  const names = places.map((place) => lines(shortNames(data.places.name)[place], Math.floor((wide - 22) / 6.6)));
  const more = LINE * (Math.max(1, ...names.map((name) => name.length)) - 1);
  const row = HIGH + more + 10;
  const svg = shape("svg", { width, height: Math.ceil(places.length / columns) * row, class: "multiples" });
  places.forEach((place, n) => {
    const [x, y] = [(n % columns) * wide, Math.floor(n / columns) * row + more];
    const cell = shape("g", { transform: `translate(${x},${y})` });
    const above = LINE * (names[n].length - 1);
    names[n].forEach((line, k) => cell.append(shape("text", { x: 0, y: 12 - above + LINE * k, class: "cell-title" }, line, shape("title", {}, data.places.name[place]))));
    draw(cell, data, table, place, wide - 22, indicator);
    svg.append(cell);
  });
  return svg;
}

/** A name in lines of at most so many letters, broken between words. */
function lines(name: string, most: number): string[] {
  const found: string[] = [];
  for (const word of name.split(" ")) {
    const last = found.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}

function draw(cell: SVGGElement, data: PageData, table: Bands<Table>, place: number, width: number, indicator: string): void {
  const days = data.run.days;
  const counts = data.counts.flatMap((count) => (count.place === place && count.indicator === indicator ? raised(data, table, count) : []));
  const bottom = Math.min(0, ...table.p5[place]); // arrivals minus those who left again may be fewer than none
  const top = Math.max(1, ...table.p95[place], ...counts.map((count) => count.high ?? count.people ?? 0));
  const x = scaleLinear([0, Math.max(1, days - 1)], [AXIS, width]);
  const y = scaleLinear([bottom, top], [HIGH - FOOT, TOP]).nice(2);
  const between = (low: number[], high: number[]): string => area<number>((_, d) => x(d), (_, d) => y(low[d]), (v) => y(v))(high) ?? ""; // prettier-ignore
  const last = days - 1;
  cell.append(
    shape("text", { x: 0, y: 25, class: "cell-note" }, ranged(data.run, table.p50[place][last], table.p5[place][last], table.p95[place][last])),
    ...(data.data_end ? [shape("rect", { x: x(data.data_end.day), y: TOP, width: Math.max(0, width - x(data.data_end.day)), height: HIGH - FOOT - TOP, fill: "#6b6f76", opacity: 0.13 })] : []),
    shape("path", { d: between(table.p5[place], table.p95[place]), fill: STOCK, opacity: 0.18 }),
    shape("path", { d: between(table.p25[place], table.p75[place]), fill: STOCK, opacity: 0.3 }),
    shape("path", { d: line<number>((_, d) => x(d), (v) => y(v))(table.p50[place]) ?? "", fill: "none", stroke: STOCK, "stroke-width": 1.8 }),
    shape("line", { x1: AXIS, x2: width, y1: y(0), y2: y(0), class: "axis" }),
    ...axis(y, width),
    shape("text", { x: AXIS, y: HIGH - 4, class: "cell-axis" }, briefDay(dateOf(data.run.start, 0))),
    shape("text", { x: width, y: HIGH - 4, class: "cell-axis", "text-anchor": "end" }, briefDay(dateOf(data.run.start, last))),
  ); // prettier-ignore
  for (const count of counts) cell.append(counted(count, x(count.day), y));
}

/** Figures and lines of the vertical axis: nobody, the middle and the top. */
function axis(y: ScaleLinear<number, number>, width: number): SVGElement[] {
  return y.ticks(2).flatMap((value) => [
    shape("text", { x: AXIS - 5, y: y(value) + 3.5, class: "cell-axis", "text-anchor": "end" }, short(value)),
    shape("line", { x1: AXIS, x2: width, y1: y(value), y2: y(value), class: "cell-grid" }),
  ]);
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
