/** Who went where: the matrix of origins and places. */

import { max } from "d3-array";
import { shape } from "../dom";
import type { Sheet } from "../download";
import { ranged, short } from "../format";
import { INK, STOCK } from "../palette";
import type { Matrix, PageData } from "../types";
import { roomFor } from "./plot";
import { column, cutName, full, nameOf, nameShort } from "./sheets";

const CELL = 34;

export function drawMatrix(data: PageData, matrix: Matrix, width: number): SVGSVGElement {
  const left = Math.min(width * 0.4, roomFor(matrix.from.map((place) => nameShort(data, place))));
  const beyond = Math.max(8, 0.74 * roomFor(matrix.to.slice(-1).map((place) => nameShort(data, place))) - CELL / 2); // the slanted name of the last column
  const wide = Math.max(CELL, Math.min(80, (width - left - beyond) / matrix.to.length));
  const top = 40 + 0.68 * Math.min(260, roomFor(matrix.to.map((place) => nameShort(data, place))));
  const svg = shape("svg", { width: Math.max(width, left + wide * matrix.to.length + beyond), height: top + CELL * matrix.from.length + 6 });
  const most = Math.sqrt(max(matrix.p50.flat()) || 1);
  matrix.to.forEach((place, n) => {
    const at = `translate(${left + wide * (n + 0.5)},${top - 8}) rotate(-42)`;
    svg.append(shape("text", { transform: at, class: "matrix-name" }, cutName(data, place, 40), full(data, place)));
  });
  matrix.from.forEach((place, row) => {
    const y = top + CELL * row;
    svg.append(shape("text", { x: left - 8, y: y + CELL / 2 + 4, "text-anchor": "end", class: "matrix-name" }, cutName(data, place, left / 6.6), full(data, place)));
    matrix.to.forEach((to, n) => svg.append(cell(data, matrix, row, n, left + wide * n, y, wide, most, to)));
  });
  return svg;
}

function cell(data: PageData, matrix: Matrix, row: number, n: number, x: number, y: number, wide: number, most: number, to: number): SVGGElement {
  const value = matrix.p50[row][n];
  const shade = Math.sqrt(value) / most;
  const told = `${nameOf(data, matrix.from[row])} to ${nameOf(data, to)}: ${ranged(data.run, value, matrix.p5[row][n], matrix.p95[row][n], "90 %: ")}`;
  const group = shape("g", {}, shape("title", {}, told));
  group.append(shape("rect", { x: x + 1, y: y + 1, width: wide - 2, height: CELL - 2, fill: STOCK, "fill-opacity": (0.03 + 0.82 * shade).toFixed(3) }));
  const colour = shade > 0.5 ? "#fff" : INK;
  if (value >= 10) group.append(shape("text", { x: x + wide / 2, y: y + CELL / 2 + 4, "text-anchor": "middle", fill: colour, class: "matrix-figure" }, short(value)));
  return group;
}

export function matrixSheet(data: PageData, matrix: Matrix): Sheet {
  const columns = [column("origin", "#loc+origin"), column("place", "#loc+destination"), ...(["p5", "p50", "p95"] as const).map((p) => column(p, `#affected+displaced+${p}`))]; // prettier-ignore
  const rows = matrix.from.flatMap((from, row) =>
    matrix.to.map((to, n) => [nameOf(data, from), nameOf(data, to), matrix.p5[row][n], matrix.p50[row][n], matrix.p95[row][n]]),
  );
  return { columns, rows };
}
