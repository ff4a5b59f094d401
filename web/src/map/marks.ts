/** Marks of a day: stocks with their rings, attacks, gates. */

import { scaleSqrt } from "d3-scale";
import { shape } from "../dom";
import type { PageData, Rule } from "../types";

type Point = [number, number];

/** Largest circle of a median, in pixels at 900 pixels' width (own choice). */
const LARGEST = 30;
/** Largest ring against the largest circle. */
const RING = 1.9;

export class Marks {
  readonly stocks = shape("g", { class: "stocks" });
  readonly attacks = shape("g", { class: "attacks", "aria-hidden": "true" });
  readonly gates = shape("g", { class: "gates", "aria-hidden": "true" });
  readonly radius: (people: number) => number;
  private circles: { ring: SVGCircleElement; dot: SVGCircleElement }[] = [];
  private bursts: { mark: SVGPathElement; at: string; size: string }[] = [];
  private icons: SVGGElement[] = [];
  private drawn: string[] = [];
  private byDay = new Map<number, Map<number, number>>();

  constructor(
    private data: PageData,
    width: number,
  ) {
    const most = Math.max(1, ...data.stock.p50.map((row) => Math.max(...row)));
    const largest = Math.max(16, LARGEST * Math.min(1, width / 900));
    const scale = scaleSqrt().domain([0, most]).range([0, largest]);
    this.radius = (people) => Math.min(largest * RING, scale(people));
    data.places.id.forEach((_, place) => this.addPlace(place));
    data.gates.id.forEach(() => this.addGate());
    const { place, day, number } = data.exposure.attacks;
    place.forEach((p, n) => {
      if (!this.byDay.has(day[n])) this.byDay.set(day[n], new Map());
      this.byDay.get(day[n])?.set(p, number[n]);
    });
  }

  private addPlace(place: number): void {
    const ring = shape("circle", { class: "ring", r: 0 });
    const dot = shape("circle", { class: "stock", r: 0, "data-place": place });
    this.circles.push({ ring, dot });
    this.stocks.append(ring, dot);
    const mark = shape("path", { class: "burst", d: STAR, visibility: "hidden" });
    this.bursts.push({ mark, at: "0,0", size: "1" });
    this.attacks.append(mark);
  }

  private addGate(): void {
    const icon = shape("g", { class: "gate" });
    this.icons.push(icon);
    this.gates.append(icon);
    this.drawn.push("");
  }

  /** Move everything to where places and gates are. */
  move(places: Point[], gates: Point[]): void {
    places.forEach(([x, y], n) => {
      for (const circle of [this.circles[n].ring, this.circles[n].dot]) {
        update(circle, "cx", x.toFixed(1));
        update(circle, "cy", y.toFixed(1));
      }
      this.bursts[n].at = `${x.toFixed(1)},${y.toFixed(1)}`;
      this.place(n);
    });
    gates.forEach(([x, y], n) => this.icons[n].setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`));
  }

  /** Show a day. */
  show(day: number, pinned: number | null): void {
    const { p5, p50, p95 } = this.data.stock;
    const attacks = this.byDay.get(day);
    this.circles.forEach(({ ring, dot }, n) => {
      const [low, high] = [this.radius(p5[n][day]), this.radius(p95[n][day])];
      update(ring, "r", ((low + high) / 2).toFixed(1));
      update(ring, "stroke-width", (high - low).toFixed(1));
      update(dot, "r", Math.max(1.6, this.radius(p50[n][day])).toFixed(1));
      update(dot, "class", n === pinned ? "stock pinned" : "stock");
      const number = attacks?.get(n) ?? 0;
      update(this.bursts[n].mark, "visibility", number ? "visible" : "hidden");
      if (number) {
        this.bursts[n].size = Math.min(1.7, 0.45 + 0.24 * Math.sqrt(number)).toFixed(2);
        this.place(n);
      }
    });
    this.icons.forEach((icon, n) => this.gate(icon, n, ruleOf(this.data.gates.rules[n], day)));
  }

  /** How many attacks hit a place on a day, in the mean over members. */
  attacksOn(place: number, day: number): number {
    return this.byDay.get(day)?.get(place) ?? 0;
  }

  private place(n: number): void {
    const { mark, at, size } = this.bursts[n];
    update(mark, "transform", `translate(${at}) scale(${size})`);
  }

  private gate(icon: SVGGElement, n: number, rule: Rule | null): void {
    const policy = rule?.policy ?? "open";
    if (this.drawn[n] === policy) return;
    this.drawn[n] = policy;
    icon.replaceChildren(...gateIcon(policy));
  }
}

/** What was last written to each mark: faster to read than its attributes. */
const written = new WeakMap<SVGElement, Map<string, string>>();

/** Set an attribute if it is another. */
function update(mark: SVGElement, name: string, value: string): void {
  const known = written.get(mark) ?? new Map<string, string>();
  if (known.get(name) === value) return;
  written.set(mark, known.set(name, value));
  mark.setAttribute(name, value);
}

/** A gate: open a hollow square, metered half filled, closed filled with a bar. */
export function gateIcon(policy: Rule["policy"]): SVGElement[] {
  const size = 5;
  const frame = shape("rect", { x: -size, y: -size, width: 2 * size, height: 2 * size, class: `frame ${policy}` });
  if (policy === "closed") return [frame, shape("path", { d: "M-3,0H3", class: "bar" })];
  if (policy === "quota") return [frame, shape("rect", { x: -size, y: 0, width: 2 * size, height: size, class: "half" })];
  return [frame];
}

/** The rule that holds on a day. */
export function ruleOf(rules: Rule[], day: number): Rule | null {
  return rules.filter((rule) => rule.day <= day).at(-1) ?? null;
}

/** A burst of eight rays. */
export const STAR = Array.from({ length: 16 }, (_, n) => {
  const reach = n % 2 ? 2.6 : 7;
  const turn = (Math.PI * n) / 8;
  return `${n ? "L" : "M"}${(reach * Math.sin(turn)).toFixed(1)},${(-reach * Math.cos(turn)).toFixed(1)}`;
}).join("") + "Z"; // prettier-ignore
