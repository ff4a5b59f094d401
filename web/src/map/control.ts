/** Who holds what: one field of the land nearest to each place, fading out where no place is near, and the front. */

import { Delaunay } from "d3-delaunay";
import { element, freshId, shape } from "../dom";
import { PARTIES, type Hatch } from "../palette";
import type { PageData } from "../types";
import type { Ground } from "./base";

type Point = [number, number];

export interface Control {
  layer: SVGGElement;
  patterns: SVGDefsElement;
  /** Fill the field as of a day; true if anything changed. */
  show: (day: number) => boolean;
  /** Keep the hatches as fine as they are when the map is zoomed. */
  zoom: (k: number) => void;
  /** Who holds a place on a day; -1 nobody known. */
  holder: (place: number, day: number) => number;
  /** Where each party may be named on a day: middles of its largest areas. */
  spots: (day: number) => { actor: number; at: Point[] }[];
  /** Who holds the place nearest to a point of the map on a day; -1 nobody known. */
  at: (point: Point, day: number) => number;
  /** Parties that are drawn: those of the contested countries. */
  parties: number[];
}

/** How far a place says who holds the land round it, against the median distance to its neighbours (own choice). */
const REACH = 1.35;
/** Up to this share of its reach a place is as sure as at the place itself (own choice). */
const SURE = 0.45;
const MOST_KM = 320;
const FAR = 1e5;

interface Cell {
  place: number;
  ring: Point[];
  reach: number;
}

/** Two neighbouring places and the line halfway between them. */
interface Edge {
  one: number;
  two: number;
  d: string;
}

interface Field {
  land: string;
  cells: Cell[];
  edges: Edge[];
  /** The place whose cell a point lies in. */
  owner: (point: Point) => number;
}

/** The middle of the land that surely goes with a place: where the holder may be named. */
interface Middle {
  place: number;
  at: Point;
  size: number;
}

export function control(shown: PageData, ground: Ground): Control {
  const data = shown.base ?? shown;
  const points = data.places.lon.map((lon, n) => ground.project(lon, data.places.lat[n]));
  const holder = holders(data);
  const fields = contested(data).flatMap((country) => field(data, ground, points, country));
  const layer = shape("g", { class: "control" });
  const patterns = shape("defs");
  const hatches = data.control.actors.map((_, n) => pattern(n, patterns));
  const fade = fading(patterns, fields, points);
  const drawn = fields.map(({ land, cells, edges }) => {
    const clip = freshId("clip");
    patterns.append(shape("clipPath", { id: clip }, shape("path", { d: land })));
    const parties = hatches.map((hatch) => shape("path", { class: "held", fill: `url(#${hatch})` }));
    const [halo, front] = [shape("path", { class: "front halo" }), shape("path", { class: "front" })];
    layer.append(shape("g", { "clip-path": `url(#${clip})` }, shape("g", { mask: `url(#${fade})` }, ...parties, halo, front)));
    return { cells: cells.map(({ place, ring }) => ({ place, d: outline(ring) })), edges, parties, lines: [halo, front] };
  });
  let filled = "";
  const show = (day: number): boolean => {
    const now = fields.map(({ cells }) => cells.map(({ place }) => holder(place, day)).join()).join(";");
    if (now === filled) return false;
    filled = now;
    for (const { cells, edges, parties, lines } of drawn) {
      parties.forEach((path, actor) => path.setAttribute("d", cells.filter(({ place }) => holder(place, day) === actor).map(({ d }) => d).join(""))); // prettier-ignore
      const front = edges.filter(({ one, two }) => opposed(holder(one, day), holder(two, day))).map(({ d }) => d).join(""); // prettier-ignore
      for (const line of lines) line.setAttribute("d", front);
    }
    return true;
  };
  const cells = fields.flatMap((of) => of.cells);
  const named = middles(fields, points);
  const parties = data.control.actors.map((_, n) => n).filter((n) => data.control.actor.some((actor, k) => actor === n && cells.some(({ place }) => place === data.control.place[k]))); // prettier-ignore
  return { layer, patterns, show, zoom: (k) => zoomed(patterns, k), holder: shown.base ? () => -1 : holder, at: (point, day) => holder(nearest(fields, points, point), day), spots: (day) => spots(data, named, holder, day), parties };
}

/** The place that is nearest to a point, over all fields. */
function nearest(fields: Field[], points: Point[], point: Point): number {
  const far = (place: number): number => Math.hypot(points[place][0] - point[0], points[place][1] - point[1]);
  return fields.map(({ owner }) => owner(point)).reduce((best, place) => (far(place) < far(best) ? place : best));
}

function opposed(one: number, two: number): boolean {
  return one >= 0 && two >= 0 && one !== two;
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

/** Countries in which two parties or more ever hold places; all that have holders if there is none. */
function contested(data: PageData): string[] {
  const { place, actor } = data.control;
  const found = new Map<string, Set<number>>();
  place.forEach((p, n) => {
    const country = data.places.country[p];
    if (actor[n] >= 0) found.set(country, (found.get(country) ?? new Set()).add(actor[n]));
  });
  const several = [...found].filter(([, actors]) => actors.size > 1).map(([country]) => country);
  return several.length ? several : [...found.keys()];
}

/** The land of a country, shared out to its nearest places. */
function field(data: PageData, ground: Ground, points: Point[], country: string): Field[] {
  const land = ground.land.get(country);
  const held = new Set(data.control.place.filter((_, n) => data.control.actor[n] >= 0));
  const mine = points.map((_, n) => n).filter((n) => data.places.country[n] === country && held.has(n));
  if (!land || !mine.length) return [];
  const delaunay = Delaunay.from(mine.map((n) => points[n]));
  const voronoi = delaunay.voronoi([-FAR, -FAR, FAR, FAR]);
  const most = MOST_KM / ground.kilometres;
  const apart = (a: number, b: number): number => Math.hypot(points[mine[a]][0] - points[mine[b]][0], points[mine[a]][1] - points[mine[b]][1]);
  const cells: Cell[] = [];
  const edges: Edge[] = [];
  mine.forEach((place, n) => {
    const ring = (voronoi.cellPolygon(n) ?? []) as Point[];
    const near = [...delaunay.neighbors(n)].map((m) => apart(n, m)).sort((a, b) => a - b); // prettier-ignore
    if (!ring.length) return;
    cells.push({ place, ring, reach: Math.min(most, REACH * (near[Math.floor(near.length / 2)] ?? most)) });
    for (const m of delaunay.neighbors(n)) if (m > n) edges.push({ one: place, two: mine[m], d: between(ring, points[place], points[mine[m]]) });
  });
  return [{ land, cells, edges, owner: ([x, y]) => mine[delaunay.find(x, y)] }];
}

/** The side of a ring that is as far from one point as from the other. */
function between(ring: Point[], one: Point, two: Point): string {
  const away = ([x, y]: Point, [a, b]: Point): number => Math.hypot(x - a, y - b);
  for (let n = 0; n + 1 < ring.length; n += 1) {
    const ends = [ring[n], ring[n + 1]];
    if (ends.every((end) => Math.abs(away(end, one) - away(end, two)) < 1e-6 * (1 + away(end, one)))) return `M${ends.map(written).join("L")}`;
  }
  return "";
}

/** A mask that is open at the places and closes towards the end of their reach. */
function fading(patterns: SVGDefsElement, fields: Field[], points: Point[]): string {
  const [blur, mask] = [freshId("fading"), freshId("mask")];
  const stop = (offset: number, opacity: number): SVGStopElement => shape("stop", { offset, "stop-color": "#fff", "stop-opacity": opacity });
  patterns.append(shape("radialGradient", { id: blur }, stop(0, 1), stop(SURE, 1), stop(1, 0)));
  const discs = fields.flatMap(({ cells }) => cells.map(({ place, reach }) => shape("circle", { cx: points[place][0].toFixed(1), cy: points[place][1].toFixed(1), r: reach.toFixed(1), fill: `url(#${blur})` }))); // prettier-ignore
  patterns.append(shape("mask", { id: mask, maskUnits: "userSpaceOnUse", x: -FAR, y: -FAR, width: 2 * FAR, height: 2 * FAR }, ...discs));
  return mask;
}

function circle([x, y]: Point, radius: number): Point[] {
  const corners = 24;
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
  return cell.length ? `M${cell.map(written).join("L")}Z` : "";
}

function written([x, y]: Point): string {
  return `${x.toFixed(2)},${y.toFixed(2)}`;
}

const PEN = document.createElement("canvas").getContext("2d");

/** Whether a point lies on the land; where nothing can draw, it is taken to. */
function ashore(land: Path2D, [x, y]: Point): boolean {
  return PEN?.isPointInPath(land, x, y) ?? true;
}

/** Middles of the land that surely goes with each place, the largest first, where they lie on land. */
function middles(fields: Field[], points: Point[]): Middle[] {
  const lands = fields.map(({ land }) => new Path2D(land));
  const near = fields.flatMap(({ cells }) => cells.map(({ place, ring, reach }) => ({ place, ring: cut(circle(points[place], reach * SURE), ring) }))); // prettier-ignore
  return near
    .filter(({ ring }) => ring.length)
    .map(({ place, ring }) => ({ place, at: middle(ring), size: Math.abs(turning([...ring, ring[0]])) }))
    .filter(({ at }) => lands.some((land) => ashore(land, at)))
    .sort((a, b) => b.size - a.size);
}

function spots(data: PageData, named: Middle[], holder: Control["holder"], day: number): { actor: number; at: Point[] }[] {
  const held = named.map(({ place }) => holder(place, day));
  return data.control.actors.map((_, actor) => ({ actor, at: named.filter((_, n) => held[n] === actor).map(({ at }) => at) }));
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
