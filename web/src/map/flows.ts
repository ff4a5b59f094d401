/** People on the move: curved bands and moving dots on one canvas. Curves join places; they are not the roads. */

import { FLOW, FLOW_DARK } from "../palette";
import type { Flows } from "../types";

type Point = [number, number];

interface Curve {
  a: Point;
  c: Point;
  b: Point;
  length: number;
}

/** Pixels a second, dots on the busiest day, bands on a day at most, widest band (own choices). */
const SPEED = 46;
const DOTS = 900;
const BANDS = 260;
const WIDEST = 11;
/** How often the bands of a day may cover the map, the largest first: more could not be told apart (own choice). */
const COVERED = 0.6;

export class FlowLayer {
  readonly canvas = document.createElement("canvas");
  private pen = this.canvas.getContext("2d", { willReadFrequently: true });
  private bands = document.createElement("canvas");
  private curves: Curve[] = [];
  private seen: number[] = [];
  private now: number[] = [];
  /** Square pixels of the map. */
  private size = 0;
  private readonly most: number;
  /** How many people a day one dot stands for. */
  readonly perDot: number;

  constructor(private flows: Flows) {
    this.canvas.className = "flows";
    this.canvas.setAttribute("aria-hidden", "true");
    this.most = Math.max(1, ...flows.day.map((row) => Math.max(0, ...row)));
    this.perDot = nice(busiest(flows) / DOTS);
  }

  /** Give it its size and where places are. */
  lay(width: number, height: number, points: Point[]): void {
    const fine = Math.min(2, window.devicePixelRatio || 1);
    for (const canvas of [this.canvas, this.bands]) {
      if (canvas.width !== Math.round(width * fine) || canvas.height !== Math.round(height * fine)) {
        canvas.width = Math.round(width * fine);
        canvas.height = Math.round(height * fine);
      }
      canvas.getContext("2d", { willReadFrequently: true })?.setTransform(fine, 0, 0, fine, 0, 0);
    }
    this.size = width * height;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const { from, to } = this.flows;
    this.curves = from.map((a, n) => bend(points[a], points[to[n]]));
    const box = [-40, -40, width + 40, height + 40];
    this.seen = this.curves.flatMap((curve, n) => (outside(curve, box) ? [] : [n]));
    this.show(this.now);
  }

  /** Show the flows of a day, people by curve. */
  show(now: number[]): void {
    this.now = now;
    const pen = this.bands.getContext("2d", { willReadFrequently: true });
    if (!pen) return;
    pen.clearRect(0, 0, this.bands.width, this.bands.height);
    pen.lineCap = "butt";
    pen.strokeStyle = FLOW;
    const largest = this.largest();
    for (const n of largest) {
      const { a, c, b } = this.curves[n];
      pen.globalAlpha = 0.2 + 0.3 * this.level(n);
      pen.lineWidth = this.breadth(n);
      pen.beginPath();
      pen.moveTo(a[0], a[1]);
      pen.quadraticCurveTo(c[0], c[1], b[0], b[1]);
      pen.stroke();
    }
    this.heads(pen, largest);
    pen.globalAlpha = 1;
  }

  /** The curves that get a band. */
  private largest(): number[] {
    const order = this.seen.filter((n) => this.now[n]).sort((a, b) => this.now[b] - this.now[a]);
    let left = COVERED * this.size;
    return order.slice(0, BANDS).filter((n) => (left -= this.breadth(n) * this.curves[n].length) > 0);
  }

  private level(n: number): number {
    return Math.sqrt(this.now[n] / this.most);
  }

  private breadth(n: number): number {
    return Math.max(0.8, WIDEST * this.level(n));
  }

  /** Arrow heads of the larger flows, for when nothing moves. */
  private heads(pen: CanvasRenderingContext2D, curves: number[]): void {
    pen.globalAlpha = 0.85;
    pen.fillStyle = FLOW_DARK;
    pen.beginPath();
    for (const n of curves) {
      const size = 2.5 + 5 * Math.sqrt((this.now[n] ?? 0) / this.most);
      if ((this.now[n] ?? 0) < this.perDot / 2 || this.curves[n].length < 14) continue;
      const [x, y] = along(this.curves[n], 0.62);
      const [u, v] = along(this.curves[n], 0.66);
      const turn = Math.atan2(v - y, u - x);
      for (const [k, side] of [[0, 1.4], [1, 0.9], [2, 0.9]] as const) { // prettier-ignore
        const at = turn + [0, 2.5, -2.5][k];
        const to = [x + size * side * Math.cos(at), y + size * side * Math.sin(at)] as const;
        if (k === 0) pen.moveTo(...to);
        else pen.lineTo(...to);
      }
      pen.closePath();
    }
    pen.fill();
  }

  /** Draw one picture; `seconds` moves the dots, null leaves them out. */
  draw(seconds: number | null): void {
    const pen = this.pen;
    if (!pen) return;
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.bands, 0, 0);
    pen.restore();
    if (seconds === null) return;
    pen.fillStyle = FLOW_DARK;
    for (const n of this.seen) if (this.now[n]) this.dots(pen, n, seconds);
  }

  private dots(pen: CanvasRenderingContext2D, n: number, seconds: number): void {
    const curve = this.curves[n];
    const exact = this.now[n] / this.perDot;
    const number = exact < 1 ? Number(exact > hash(n)) : Math.round(exact);
    if (!number) return;
    const size = Math.min(4.2, 2 + Math.sqrt(this.now[n] / this.most) * 2.4);
    const begin = hash(n) + (seconds * SPEED) / Math.max(30, curve.length);
    for (let k = 0; k < number; k += 1) {
      const share = (begin + k / number) % 1;
      const [x, y] = along(curve, share);
      pen.fillRect(x - size / 2, y - size / 2, size, size);
    }
  }
}

function bend(a: Point, b: Point): Curve {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const c: Point = [(a[0] + b[0]) / 2 - dy * 0.2, (a[1] + b[1]) / 2 + dx * 0.2];
  return { a, b, c, length: Math.hypot(dx, dy) * 1.05 };
}

function along({ a, c, b }: Curve, t: number): Point {
  const u = 1 - t;
  return [u * u * a[0] + 2 * u * t * c[0] + t * t * b[0], u * u * a[1] + 2 * u * t * c[1] + t * t * b[1]];
}

function outside({ a, c, b }: Curve, [left, top, right, bottom]: number[]): boolean {
  const xs = [a[0], c[0], b[0]];
  const ys = [a[1], c[1], b[1]];
  return Math.max(...xs) < left || Math.min(...xs) > right || Math.max(...ys) < top || Math.min(...ys) > bottom;
}

/** People a day on the busiest day. */
function busiest(flows: Flows): number {
  const days: number[] = [];
  for (const row of flows.day) row.forEach((people, day) => (days[day] = (days[day] ?? 0) + people));
  return Math.max(1, ...days.map((people) => people ?? 0));
}

function nice(value: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((step) => step * size).find((step) => step >= value) ?? value;
}

/** A number from 0 to 1 that stays the same for a curve. */
function hash(n: number): number {
  const x = Math.sin((n + 1) * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}
