/** Who went where: the matrix of origins and places, and origin - first shelter - now. */

import { sankey as layOut, sankeyLinkHorizontal } from "d3-sankey";
import { max } from "d3-array";
import { shape } from "../dom";
import type { Sheet } from "../download";
import { people, short, shortNames } from "../format";
import { FLOW, INK, MUTED, STOCK } from "../palette";
import type { Matrix, PageData, SankeyTables } from "../types";
import { roomFor } from "./plot";
import { column, nameOf } from "./sheets";

const CELL = 34;

export function drawMatrix(data: PageData, matrix: Matrix, width: number): SVGSVGElement {
  const left = Math.min(width * 0.4, roomFor(matrix.from.map((place) => nameShort(data, place))));
  const beyond = Math.max(8, 0.74 * roomFor(matrix.to.slice(-1).map((place) => nameShort(data, place))) - CELL / 2); // the slanted name of the last column
  const wide = Math.max(CELL, Math.min(80, (width - left - beyond) / matrix.to.length));
  const top = 40 + 0.68 * Math.min(190, roomFor(matrix.to.map((place) => nameShort(data, place))));
  const svg = shape("svg", { width: Math.max(width, left + wide * matrix.to.length + beyond), height: top + CELL * matrix.from.length + 6 });
  const most = Math.sqrt(max(matrix.p50.flat()) || 1);
  matrix.to.forEach((place, n) => {
    const at = `translate(${left + wide * (n + 0.5)},${top - 8}) rotate(-42)`;
    svg.append(shape("text", { transform: at, class: "matrix-name" }, cutName(data, place, 30)));
  });
  matrix.from.forEach((place, row) => {
    const y = top + CELL * row;
    svg.append(shape("text", { x: left - 8, y: y + CELL / 2 + 4, "text-anchor": "end", class: "matrix-name" }, cutName(data, place, left / 6.6)));
    matrix.to.forEach((to, n) => svg.append(cell(data, matrix, row, n, left + wide * n, y, wide, most, to)));
  });
  return svg;
}

function cell(data: PageData, matrix: Matrix, row: number, n: number, x: number, y: number, wide: number, most: number, to: number): SVGGElement {
  const value = matrix.p50[row][n];
  const shade = Math.sqrt(value) / most;
  const range = `${people(matrix.p5[row][n])} to ${people(matrix.p95[row][n])}`;
  const told = `${nameOf(data, matrix.from[row])} to ${nameOf(data, to)}: ${people(value)} (90 %: ${range})`;
  const group = shape("g", {}, shape("title", {}, told));
  group.append(shape("rect", { x: x + 1, y: y + 1, width: wide - 2, height: CELL - 2, fill: STOCK, "fill-opacity": (0.03 + 0.82 * shade).toFixed(3) }));
  const colour = shade > 0.5 ? "#fff" : INK;
  if (value >= 10) group.append(shape("text", { x: x + wide / 2, y: y + CELL / 2 + 4, "text-anchor": "middle", fill: colour, class: "matrix-figure" }, short(value)));
  return group;
}

function nameShort(data: PageData, place: number): string {
  return place < 0 ? nameOf(data, place) : shortNames(data.places.name)[place];
}

function cutName(data: PageData, place: number, most: number): string {
  const name = nameShort(data, place);
  return name.length > most ? `${name.slice(0, Math.max(3, Math.floor(most) - 1))}…` : name;
}

export function matrixSheet(data: PageData, matrix: Matrix): Sheet {
  const columns = [column("origin", "#loc+origin"), column("place", "#loc+destination"), ...(["p5", "p50", "p95"] as const).map((p) => column(p, `#affected+displaced+${p}`))]; // prettier-ignore
  const rows = matrix.from.flatMap((from, row) =>
    matrix.to.map((to, n) => [nameOf(data, from), nameOf(data, to), matrix.p5[row][n], matrix.p50[row][n], matrix.p95[row][n]]),
  );
  return { columns, rows };
}

interface Stop {
  place: number;
  step: number;
}

/** Pixels that three columns with names need; on a narrower screen the drawing scrolls (own choice). */
const LEAST_WIDE = 620;

export function drawSankey(data: PageData, tables: SankeyTables, room: number): SVGSVGElement {
  const width = Math.max(LEAST_WIDE, room);
  const height = Math.max(460, 30 * Math.max(tables.origin.length, tables.first.length, tables.now.length));
  const { nodes, links } = graph(tables);
  const wide = Math.min(roomFor([...tables.origin, ...tables.now].map((place) => nameShort(data, place))) + 40, width * 0.26);
  const laid = layOut<Stop, object>()
    .nodeWidth(12)
    .nodePadding(9)
    .nodeSort(null as never)
    .iterations(0)
    .extent([[wide, 30], [width - wide, height - 6]])({ nodes, links }); // prettier-ignore
  const svg = shape("svg", { width, height, class: "sankey" });
  const heads: [number, string, string][] = [[wide, "Fled from", "end"], [width / 2, "First shelter", "middle"], [width - wide, "Now", "start"]]; // prettier-ignore
  for (const [x, word, anchor] of heads) svg.append(shape("text", { x, y: 16, "text-anchor": anchor, class: "sankey-head" }, word));
  const path = sankeyLinkHorizontal<Stop, object>();
  for (const link of laid.links) {
    const step = (link.source as unknown as Stop).step;
    const [one, two] = [link.source, link.target] as unknown as Stop[];
    const told = `${nameOf(data, one.place)} to ${nameOf(data, two.place)}: about ${people(link.value)}`;
    const given = { d: path(link) ?? "", "stroke-width": Math.max(0.6, link.width ?? 0), stroke: step ? STOCK : FLOW };
    svg.append(shape("path", { ...given, fill: "none", "stroke-opacity": 0.28 }, shape("title", {}, told)));
  }
  const placed = laid.nodes as unknown as Placed[];
  const lines = apart(placed, height);
  placed.forEach((node, n) => svg.append(...stop(data, node, wide, lines[n])));
  return svg;
}

interface Placed extends Stop {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  value: number;
}

/** Height of a line of a name, in pixels. */
const LINE = 14;

/** Where the names of bars stand: beside their bar, and a line apart from each other in each column. */
function apart(nodes: Placed[], height: number): number[] {
  const found = nodes.map(({ y0, y1 }) => (y0 + y1) / 2);
  for (const step of [0, 1, 2]) {
    const mine = nodes.map((_, n) => n).filter((n) => nodes[n].step === step).sort((a, b) => found[a] - found[b]); // prettier-ignore
    mine.forEach((n, k) => k && (found[n] = Math.max(found[n], found[mine[k - 1]] + LINE)));
    let under = height - LINE / 2;
    for (const n of mine.reverse()) {
      found[n] = Math.min(found[n], under);
      under = found[n] - LINE;
    }
  }
  return found;
}

function stop(data: PageData, node: Placed, wide: number, line: number): SVGElement[] {
  const { x0, x1, y0, y1, step } = node;
  const bar = shape("rect", { x: x0, y: y0, width: x1 - x0, height: Math.max(1, y1 - y0), fill: step ? STOCK : FLOW });
  if (y1 - y0 < 3 && node.value <= 0) return [bar];
  const x = step === 0 ? x0 - 6 : x1 + 6;
  const anchor = step === 0 ? "end" : "start";
  const most = step === 1 ? 24 : Math.max(8, (wide - 46) / 5.8);
  const given = { x, y: line + 4, "text-anchor": anchor, class: "sankey-name" };
  const text = shape("text", given, `${cutName(data, node.place, most)} `);
  text.append(shape("tspan", { fill: MUTED }, short(Number(node.value.toPrecision(2)))));
  return [bar, text];
}

function graph(tables: SankeyTables): { nodes: Stop[]; links: { source: number; target: number; value: number }[] } {
  const columns = [tables.origin, tables.first, tables.now];
  const nodes = columns.flatMap((places, step) => places.map((place) => ({ place, step })));
  const [one, two] = [tables.origin.length, tables.origin.length + tables.first.length];
  const of = (table: number[][], from: number, to: number) =>
    table.flatMap((row, a) => row.map((value, b) => ({ source: from + a, target: to + b, value })).filter((link) => link.value > 0));
  const links = [...of(tables.left, 0, one), ...of(tables.right, one, two)];
  const used = new Set(links.flatMap((link) => [link.source, link.target]));
  const kept = nodes.map((_, n) => n).filter((n) => used.has(n));
  const place = new Map(kept.map((n, at) => [n, at]));
  const moved = links.map((link) => ({ ...link, source: place.get(link.source) ?? 0, target: place.get(link.target) ?? 0 }));
  return { nodes: kept.map((n) => ({ ...nodes[n] })), links: moved };
}

export function sankeySheet(data: PageData, tables: SankeyTables): Sheet {
  const columns = [column("step", "#meta+step"), column("from", "#loc+origin"), column("to", "#loc+destination"), column("people", "#affected+displaced+mean")]; // prettier-ignore
  const of = (step: string, from: number[], to: number[], table: number[][]) =>
    table.flatMap((row, a) => row.map((value, b) => [step, nameOf(data, from[a]), nameOf(data, to[b]), value]).filter((r) => r[3] !== 0));
  return { columns, rows: [...of("origin to first shelter", tables.origin, tables.first, tables.left), ...of("first shelter to now", tables.first, tables.now, tables.right)] }; // prettier-ignore
}
