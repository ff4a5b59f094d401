/** Where people went from stop to stop: bars of places, and bands between one stop and the next. */

import { sankey as layOut, sankeyLinkHorizontal } from "d3-sankey";
import { shape } from "../dom";
import type { Sheet } from "../download";
import { people, short } from "../format";
import { FLOW, MUTED, STOCK } from "../palette";
import type { Journeys, PageData, SankeyTables, Table } from "../types";
import { roomFor } from "./plot";
import { column, cutName, full, nameOf, nameShort } from "./sheets";

/** Places by stop (-1: all others), people from each to the next, and what each stop is called. */
export interface Stages {
  columns: number[][];
  links: Table[];
  heads: string[];
}

export function threeStages(tables: SankeyTables): Stages {
  return { columns: [tables.origin, tables.first, tables.now], links: [tables.left, tables.right], heads: ["Fled from", "First shelter", "Now"] };
}

export function allStages({ columns, links }: Journeys): Stages {
  const words = ["Fled from", "First stop", "Second stop", "Third stop", "Fourth stop"];
  return { columns, links, heads: columns.map((_, n) => words[n] ?? `Stop ${n}`) };
}

interface Stop {
  place: number;
  step: number;
}

interface Placed extends Stop {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  value: number;
}

/** Pixels that a column with names needs, and those at both ends; on a narrower screen the drawing scrolls (own choices). */
const [GAP, ENDS] = [200, 220];
/** Height of a line of a name, in pixels. */
const LINE = 14;

export function drawSankey(data: PageData, stages: Stages, room: number): SVGSVGElement {
  const last = stages.columns.length - 1;
  const width = Math.max(ENDS + GAP * last, room);
  const height = Math.max(460, 30 * Math.max(...stages.columns.map((places) => places.length)));
  const { nodes, links } = graph(stages);
  const ends = [...stages.columns[0], ...stages.columns[last]];
  const wide = Math.min(roomFor(ends.map((place) => nameShort(data, place))) + 40, width * 0.26);
  const laid = layOut<Stop, object>()
    .nodeWidth(12)
    .nodePadding(9)
    .nodeAlign((node) => (node as unknown as Stop).step)
    .nodeSort(null as never)
    .iterations(0)
    .extent([[wide, 30], [width - wide, height - 6]])({ nodes, links }); // prettier-ignore
  const svg = shape("svg", { width, height, class: "sankey" });
  const gap = (width - 2 * wide - 12) / last;
  stages.heads.forEach((word, step) => {
    const [x, anchor] = step === 0 ? [wide, "end"] : step === last ? [width - wide, "start"] : [wide + 6 + gap * step, "middle"];
    svg.append(shape("text", { x, y: 16, "text-anchor": anchor, class: "sankey-head" }, word));
  });
  const path = sankeyLinkHorizontal<Stop, object>();
  for (const link of laid.links) {
    const [one, two] = [link.source, link.target] as unknown as Stop[];
    const told = `${nameOf(data, one.place)} to ${nameOf(data, two.place)}: about ${people(link.value)}`;
    const given = { d: path(link) ?? "", "stroke-width": Math.max(0.6, link.width ?? 0), stroke: one.step ? STOCK : FLOW };
    svg.append(shape("path", { ...given, fill: "none", "stroke-opacity": 0.28 }, shape("title", {}, told)));
  }
  const placed = laid.nodes as unknown as Placed[];
  const lines = apart(placed, height);
  const letters = (step: number): number => (step === 0 || step === last ? Math.max(8, (wide - 46) / 5.8) : Math.min(34, (gap - 60) / 5.8));
  placed.forEach((node, n) => svg.append(...stop(data, node, letters(node.step), lines[n])));
  return svg;
}

/** Where the names of bars stand: beside their bar, and a line apart from each other in each column. */
function apart(nodes: Placed[], height: number): number[] {
  const found = nodes.map(({ y0, y1 }) => (y0 + y1) / 2);
  for (const step of new Set(nodes.map((node) => node.step))) {
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

function stop(data: PageData, node: Placed, letters: number, line: number): SVGElement[] {
  const { x0, x1, y0, y1, step } = node;
  const bar = shape("rect", { x: x0, y: y0, width: x1 - x0, height: Math.max(1, y1 - y0), fill: step ? STOCK : FLOW });
  if (y1 - y0 < 3 && node.value <= 0) return [bar];
  const x = step === 0 ? x0 - 6 : x1 + 6;
  const given = { x, y: line + 4, "text-anchor": step === 0 ? "end" : "start", class: "sankey-name" };
  const text = shape("text", given, `${cutName(data, node.place, letters)} `);
  text.append(shape("tspan", { fill: MUTED }, short(Number(node.value.toPrecision(2)))), full(data, node.place));
  return [bar, text];
}

function graph({ columns, links: tables }: Stages): { nodes: Stop[]; links: { source: number; target: number; value: number }[] } {
  const nodes = columns.flatMap((places, step) => places.map((place) => ({ place, step })));
  const first = columns.map((_, step) => columns.slice(0, step).reduce((sum, places) => sum + places.length, 0));
  const links = tables.flatMap((table, step) =>
    table.flatMap((row, a) => row.map((value, b) => ({ source: first[step] + a, target: first[step + 1] + b, value })).filter((link) => link.value > 0)),
  );
  const used = new Set(links.flatMap((link) => [link.source, link.target]));
  const kept = nodes.map((_, n) => n).filter((n) => used.has(n));
  const place = new Map(kept.map((n, at) => [n, at]));
  const moved = links.map((link) => ({ ...link, source: place.get(link.source) ?? 0, target: place.get(link.target) ?? 0 }));
  return { nodes: kept.map((n) => ({ ...nodes[n] })), links: moved };
}

export function sankeySheet(data: PageData, { columns: stops, links, heads }: Stages): Sheet {
  const columns = [column("step", "#meta+step"), column("from", "#loc+origin"), column("to", "#loc+destination"), column("people", "#affected+displaced+mean")]; // prettier-ignore
  const word = (n: number): string => (n ? heads[n].toLowerCase() : "origin");
  const rows = links.flatMap((table, n) =>
    table.flatMap((row, a) => row.map((value, b) => [`${word(n)} to ${word(n + 1)}`, nameOf(data, stops[n][a]), nameOf(data, stops[n + 1][b]), value]).filter((r) => r[3] !== 0)),
  );
  return { columns, rows };
}
