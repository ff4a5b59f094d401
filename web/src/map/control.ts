/** Who holds what: areas round the places, coloured and hatched. They show places, not a surveyed front line. */

import { Delaunay } from "d3-delaunay";
import { element, freshId, shape } from "../dom";
import { PARTIES, type Hatch } from "../palette";
import type { PageData } from "../types";
import type { Ground } from "./base";

type Point = [number, number];

export interface Control {
  layer: SVGGElement;
  patterns: SVGDefsElement;
  /** Fill the areas as of a day; true if anything changed. */
  show: (day: number) => boolean;
  /** Keep the hatches as fine as they are when the map is zoomed. */
  zoom: (k: number) => void;
  /** Who holds a place on a day; -1 nobody known. */
  holder: (place: number, day: number) => number;
  /** Where each party may be named on a day: middles of its largest areas. */
  spots: (day: number) => { actor: number; at: Point[] }[];
}

/** How far round a place its area reaches at most, in kilometres, and against the spacing of places (own choices). */
const SPACING = 1.2;
const MOST_KM = 20;

export function control(data: PageData, ground: Ground, points: Point[]): Control {
  const holder = holders(data);
  const cells = areas(points, ground);
  const layer = shape("g", { class: "control" });
  const patterns = shape("defs");
  const hatches = data.control.actors.map((_, n) => pattern(n, patterns));
  const paths = cells.map((cell) => shape("path", { d: outline(cell), class: "held", fill: "none" }));
  for (const [country, d] of ground.land) {
    const clip = freshId("clip");
    const mine = paths.filter((_, p) => data.places.country[p] === country && cells[p].length);
    if (!mine.length) continue;
    patterns.append(shape("clipPath", { id: clip }, shape("path", { d })));
    layer.append(shape("g", { "clip-path": `url(#${clip})` }, ...mine));
  }
  const shown = cells.map(() => -2);
  const show = (day: number): boolean => {
    let changed = false;
    paths.forEach((path, p) => {
      const now = holder(p, day);
      if (now === shown[p]) return;
      shown[p] = now;
      changed = true;
      path.setAttribute("fill", now < 0 ? "none" : `url(#${hatches[now]})`);
    });
    return changed;
  };
  return { layer, patterns, show, zoom: (k) => zoomed(patterns, k), holder, spots: (day) => spots(data, cells, holder, day) };
}

function holders(data: PageData): (place: number, day: number) => number {
  const { place, day, actor } = data.control;
  const of = data.places.id.map(() => [] as [number, number][]);
  place.forEach((p, n) => of[p].push([day[n], actor[n]]));
  return (p, t) => {
    let found = -1;
    for (const [first, who] of of[p]) if (first <= t) found = who;
    return found;
  };
}

/** Areas nearer to a place than to any other, cut off at a distance. */
function areas(points: Point[], ground: Ground): Point[][] {
  const radius = Math.min(MOST_KM / ground.kilometres, SPACING * spacing(points));
  const far = 1e5;
  const voronoi = Delaunay.from(points).voronoi([-far, -far, far, far]);
  return points.map((point, n) => {
    const cell = (voronoi.cellPolygon(n) ?? []) as Point[];
    return cell.length ? cut(circle(point, radius), cell) : [];
  });
}

/** The distance within which three of four places have a neighbour. */
function spacing(points: Point[]): number {
  const nearest = points.map(([x, y], n) =>
    Math.min(...points.map(([a, b], m) => (m === n ? Infinity : Math.hypot(a - x, b - y) || Infinity))),
  );
  const sorted = nearest.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.85)] ?? 40;
}

function circle([x, y]: Point, radius: number): Point[] {
  const corners = 40;
  return Array.from({ length: corners }, (_, n) => {
    const turn = (2 * Math.PI * n) / corners;
    return [x + radius * Math.cos(turn), y + radius * Math.sin(turn)];
  });
}

/** Cut a shape with a convex one (Sutherland and Hodgman 1974). */
function cut(subject: Point[], convex: Point[]): Point[] {
  const ring = turning(convex) > 0 ? convex : [...convex].reverse();
  let found = subject;
  for (let n = 0; n + 1 < ring.length && found.length; n += 1) found = half(found, ring[n], ring[n + 1]);
  return found;
}

function half(points: Point[], a: Point, b: Point): Point[] {
  const side = ([x, y]: Point): number => (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
  const kept: Point[] = [];
  points.forEach((point, n) => {
    const before = points[(n + points.length - 1) % points.length];
    const [one, two] = [side(before), side(point)];
    if (one * two < 0) {
      const share = one / (one - two);
      kept.push([before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])]);
    }
    if (two >= 0) kept.push(point);
  });
  return kept;
}

function turning(ring: Point[]): number {
  let twice = 0;
  for (let n = 0; n + 1 < ring.length; n += 1) twice += ring[n][0] * ring[n + 1][1] - ring[n + 1][0] * ring[n][1];
  return twice;
}

function outline(cell: Point[]): string {
  return cell.length ? `M${cell.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join("L")}Z` : "";
}

function spots(
  data: PageData,
  cells: Point[][],
  holder: Control["holder"],
  day: number,
): { actor: number; at: Point[] }[] {
  return data.control.actors.map((_, actor) => {
    const mine = cells.filter((cell, p) => cell.length && holder(p, day) === actor);
    const sized = mine.map((cell) => ({ cell, size: Math.abs(turning([...cell, cell[0]])) }));
    sized.sort((a, b) => b.size - a.size);
    return { actor, at: sized.map(({ cell }) => middle(cell)) };
  });
}

function middle(cell: Point[]): Point {
  const sum = cell.reduce(([a, b], [x, y]) => [a + x, b + y], [0, 0]);
  return [sum[0] / cell.length, sum[1] / cell.length];
}

const TILE = 8;
const HATCHES: Record<Hatch, string> = {
  rising: "M-2,2L2,-2M0,8L8,0M6,10L10,6",
  falling: "M-2,6L2,10M0,0L8,8M6,-2L10,2",
  cross: "M0,8L8,0M0,0L8,8",
  upright: "M4,0L4,8",
  level: "M0,4L8,4",
  dots: "M1.2,2h1.6M5.2,6h1.6",
};

/** The look of a party: a tint and a hatch. */
function pattern(actor: number, into: SVGElement): string {
  const id = freshId("party");
  into.append(tile(actor, id));
  return id;
}

function tile(actor: number, id: string): SVGPatternElement {
  const { colour, hatch } = PARTIES[actor % PARTIES.length];
  return shape(
    "pattern",
    { id, width: TILE, height: TILE, patternUnits: "userSpaceOnUse", class: "hatch" },
    shape("rect", { width: TILE, height: TILE, fill: colour, opacity: hatch === "dots" ? 0.16 : 0.24 }),
    shape("path", {
      d: HATCHES[hatch], stroke: colour, "stroke-width": hatch === "dots" ? 1.6 : 1, opacity: 0.75, fill: "none",
    }), // prettier-ignore
  );
}

function zoomed(patterns: SVGDefsElement, k: number): void {
  for (const made of patterns.querySelectorAll("pattern")) made.setAttribute("patternTransform", `scale(${1 / k})`);
}

/** A small sample of a party's look, for the legend. */
export function swatch(actor: number): HTMLElement {
  const id = freshId("swatch");
  const svg = shape("svg", { width: 26, height: 16, class: "swatch", "aria-hidden": "true" });
  svg.append(shape("defs", {}, tile(actor, id)));
  const stroke = PARTIES[actor % PARTIES.length].colour;
  svg.append(shape("rect", { x: 0.5, y: 0.5, width: 25, height: 15, fill: `url(#${id})`, stroke }));
  return element("span", { class: "sample" }, svg);
}

/** What a party is called on the map: the first part of a long name. */
export function partyName(name: string): string {
  return name.split(/\s+(?:and|\()\s*/)[0];
}
