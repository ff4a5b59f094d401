/** Land, coasts, borders and admin-1 lines; the ground that everything stands on. */

import { type GeoPath, geoIdentity, geoMercator, geoPath } from "d3-geo";
import type { MultiLineString, MultiPolygon, Position } from "geojson";
import { merge, mesh } from "topojson-client";
import type { GeometryCollection, MultiPolygon as Shape, Polygon } from "topojson-specification";
import { shape } from "../dom";
import type { PageData } from "../types";

interface Of {
  country: string;
  of: string;
  name: string;
}

type Area = (Polygon<Of> | Shape<Of>) & { properties: Of };

/** From how many people on a place belongs to the first view (own choice). */
const SOME = 100;

export type Project = (lon: number, lat: number) => [number, number];

export interface Ground {
  layer: SVGGElement;
  project: Project;
  /** The land of a country as path data, in coordinates before zoom. */
  land: Map<string, string>;
  /** Country names and where they fit within the country, best first. */
  names: { name: string; country: string; at: [number, number][] }[];
  /** Corners of all that is drawn, before zoom. */
  extent: [[number, number], [number, number]];
  /** Kilometres of one unit at the middle of the map. */
  kilometres: number;
}

/** Lay the ground for a map of this size: the box of the places fills it. */
export function ground(shown: PageData, width: number, height: number): Ground {
  const data = shown.base ?? shown;
  const [west, south, east, north] = inner(data);
  const corners = { type: "MultiPoint" as const, coordinates: [[west, south], [east, north]] }; // prettier-ignore
  const projection = geoMercator().fitExtent([[12, 12], [width - 12, height - 12]], corners); // prettier-ignore
  const box = data.box;
  const [left, top] = projection([box[0], box[3]]) ?? [0, 0];
  const [right, bottom] = projection([box[2], box[1]]) ?? [width, height];
  const project: Project = (lon, lat) => projection([lon, lat]) ?? [0, 0];
  const path = geoPath(geoIdentity().clipExtent([[left, top], [right, bottom]])); // prettier-ignore
  const topology = data.geo;
  const areas = topology.objects.admin1 as GeometryCollection<Of>;
  const land = countries(areas.geometries as Area[]);
  const layer = shape("g", { class: "ground" });
  const drawn = new Map<string, string>();
  const whole = [...land].map(([country, of]) => [country, flat(merge(topology, of), project)] as const);
  for (const [country, outline] of whole) {
    const d = path(outline) ?? "";
    drawn.set(country, d);
    layer.append(shape("path", { class: "land", d }));
  }
  const lines: [string, (a: Area, b: Area) => boolean][] = [
    ["admin1", (a, b) => a !== b && a.properties.country === b.properties.country],
    ["coast", (a, b) => a === b],
    ["border", (a, b) => a.properties.country !== b.properties.country],
  ];
  for (const [name, wanted] of lines) {
    const d = path(flat(mesh(topology, areas, (a, b) => wanted(a as Area, b as Area)), project)) ?? "";
    layer.append(shape("path", { class: name, d }));
  }
  const title = new Map([...land].map(([country, of]) => [country, of[0].properties.of]));
  const names = labels(whole, title, geoPath(geoIdentity().clipExtent([[0, 0], [width, height]]))).map((one) => ({ ...one, at: spots(one, title, drawn, [width, height]) })).filter(({ at }) => at.length); // prettier-ignore
  const extent: Ground["extent"] = [[Math.min(0, left), Math.min(0, top)], [Math.max(width, right), Math.max(height, bottom)]]; // prettier-ignore
  return { layer, project, land: drawn, names, extent, kilometres: unit(project, data) };
}

/** A shape on the plane of the map: there it does not matter which way round its rings go. */
function flat<T extends MultiPolygon | MultiLineString>(outline: T, project: Project): T {
  const moved = (part: unknown): unknown =>
    Array.isArray(part) && typeof part[0] === "number" ? project(...(part as Position as [number, number])) : (part as unknown[]).map(moved);
  return { ...outline, coordinates: moved(outline.coordinates) } as T;
}

/** Places where anybody comes, leaves or stays, with a little room; the box of the data is wider. */
function inner(data: PageData): [number, number, number, number] {
  const { flows, stock, exposure } = data;
  const some = new Set([...flows.from, ...flows.to, ...exposure.attacks.place]);
  stock.p95.forEach((row, n) => Math.max(...row) >= SOME && some.add(n));
  const all = data.places.lon.map((_, n) => n);
  const used = some.size > 1 ? all.filter((n) => some.has(n)) : all;
  const [lon, lat] = [data.places.lon, data.places.lat].map((of) => used.map((n) => of[n]));
  const box = [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)];
  const wide = Math.max(0.05, (box[2] - box[0]) * 0.05);
  const high = Math.max(0.05, (box[3] - box[1]) * 0.05);
  return [box[0] - wide, box[1] - high, box[2] + wide, box[3] + high];
}

function countries(areas: Area[]): Map<string, Area[]> {
  const found = new Map<string, Area[]>();
  for (const area of areas) {
    if (!area.properties) continue;
    const country = area.properties.country;
    found.set(country, [...(found.get(country) ?? []), area]);
  }
  return found;
}

interface Named {
  name: string;
  country: string;
  x: number;
  y: number;
}

/** Pixels between the points that are tried for a country's name, how wide a letter of it is, and how many are kept (own choices). */
const STEP = 24;
const LETTER = 12.5;
const KEPT = 60;

/** Points at which the whole name stands on the country's own land, those near its middle first. */
function spots({ name, country, x, y }: Named, title: Map<string, string>, drawn: Map<string, string>, [width, height]: [number, number]): [number, number][] {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) return [[x, y]];
  const land = new Path2D(drawn.get(country) ?? "");
  const half = ((title.get(country) ?? name).length * LETTER) / 2;
  const tried: [number, number][] = [];
  for (let px = x % STEP; px < width; px += STEP) for (let py = y % STEP; py < height; py += STEP) tried.push([px, py]);
  const far = ([a, b]: [number, number]): number => Math.hypot(a - x, b - y);
  const found: [number, number][] = [];
  for (const [px, py] of tried.sort((a, b) => far(a) - far(b))) {
    if ([-half, 0, half].every((beside) => pen.isPointInPath(land, px + beside, py))) found.push([px, py]);
    if (found.length === KEPT) break;
  }
  return found;
}

/** A country is named where most of it that is seen lies. */
function labels(
  whole: (readonly [string, MultiPolygon])[],
  title: Map<string, string>,
  path: GeoPath,
): Named[] {
  const found: Named[] = [];
  for (const [country, outline] of whole) {
    const [x, y] = path.centroid(outline);
    if (Number.isFinite(x) && path.area(outline) > 6000) found.push({ name: title.get(country) ?? country, country, x, y });
  }
  return found;
}

function unit(project: Project, data: PageData): number {
  const lat = (data.box[1] + data.box[3]) / 2;
  const lon = (data.box[0] + data.box[2]) / 2;
  const one = project(lon, lat);
  const two = project(lon, lat + 0.1);
  return 11.12 / Math.max(0.001, Math.abs(one[1] - two[1]));
}
