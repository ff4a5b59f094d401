/** Curves over days with 50 and 90 % intervals, and counts as points. */

import * as Plot from "@observablehq/plot";
import { dateOf, short } from "../format";
import { COUNTED, STOCK } from "../palette";
import type { Bands, Count } from "../types";
import { plotted } from "./plot";

export interface Curve {
  start: string;
  bands: Bands<number[]>;
  counts?: Count[];
  /** Of a second run, as a dashed line. */
  other?: Bands<number[]>;
  colour?: string;
  /** What there is, as a dashed line across. */
  there?: number;
  /** The first day on which peace is assumed for want of events. */
  peace?: number;
  label: string;
}

/** The rows of a curve for drawing and downloads. */
export function rows(start: string, bands: Bands<number[]>): { date: Date; p5: number; p25: number; p50: number; p75: number; p95: number }[] {
  return bands.p50.map((p50, day) => ({
    date: dateOf(start, day), p5: bands.p5[day], p25: bands.p25[day], p50, p75: bands.p75[day], p95: bands.p95[day],
  })); // prettier-ignore
}

/** Draw a curve; the day of the map is a line that can be moved. */
export function drawBands(curve: Curve, width: number, height: number): SVGSVGElement {
  const colour = curve.colour ?? STOCK;
  const data = rows(curve.start, curve.bands);
  const counts = (curve.counts ?? []).filter((count) => count.people !== null);
  const points = counts.map((count) => ({ ...count, when: new Date(`${count.date}T00:00:00Z`) }));
  const other = curve.other ? rows(curve.start, curve.other) : [];
  return plotted({
    width,
    height,
    marginLeft: 46,
    marginRight: 22,
    marginBottom: 38,
    marginTop: 18,
    style: { fontSize: "11.5px" },
    x: { type: "utc", label: null, ticks: Math.max(2, Math.floor(width / 110)) },
    y: { grid: true, label: curve.label, zero: true, nice: true, tickFormat: short, ticks: Math.max(3, Math.floor(height / 45)) },
    marks: [
      ...assumedPeace(curve, data),
      Plot.areaY(data, { x: "date", y1: "p5", y2: "p95", fill: colour, fillOpacity: 0.18 }),
      Plot.areaY(data, { x: "date", y1: "p25", y2: "p75", fill: colour, fillOpacity: 0.3 }),
      Plot.lineY(data, { x: "date", y: "p50", stroke: colour, strokeWidth: 2 }),
      Plot.lineY(other, { x: "date", y: "p50", stroke: COUNTED, strokeWidth: 1.5, strokeDasharray: "4,3" }),
      Plot.ruleY(curve.there === undefined ? [] : [curve.there], { stroke: COUNTED, strokeWidth: 1.5, strokeDasharray: "5,4" }),
      Plot.ruleX(points, { x: "when", y1: "low", y2: "high", stroke: COUNTED, strokeWidth: 1.5 }),
      Plot.dot(points, { x: "when", y: "people", r: 4, fill: "#fff", stroke: COUNTED, strokeWidth: 2, symbol: "diamond" }),
    ],
  });
}

/** Shade and name the days after the last event. */
function assumedPeace({ peace }: Curve, data: { date: Date; p95: number }[]): Plot.Markish[] {
  if (peace === undefined || peace >= data.length) return [];
  const top = Math.max(1, ...data.map((row) => row.p95));
  const x = data[peace].date;
  const late = peace > data.length / 2; // where there is more room for the words
  return [
    Plot.rectY([0], { x1: x, x2: data[data.length - 1].date, y1: 0, y2: top, fill: "#6b6f76", fillOpacity: 0.13 }),
    Plot.ruleX([x], { stroke: "#6b6f76", strokeDasharray: "3,3" }),
    Plot.text([late ? "no events: peace assumed →" : "no events: peace assumed"], { x, y: 0, dx: late ? -4 : 4, dy: -7, textAnchor: late ? "end" : "start", fill: "#3c454d", stroke: "#fff", strokeWidth: 3 }),
  ];
}

/** A line at the day of the map over a drawn curve; returns what moves it. */
export function dayLine(svg: SVGSVGElement, start: string): (day: number) => void {
  const scale = (svg as unknown as Plot.Plot).scale("x");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const height = Number(svg.getAttribute("height"));
  for (const [key, value] of Object.entries({ y1: 14, y2: height - 38, stroke: "#1b1f23", "stroke-width": 1 })) {
    line.setAttribute(key, String(value));
  }
  svg.append(line);
  return (day) => {
    const x = String(scale?.apply(dateOf(start, day)) ?? 0);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  };
}
