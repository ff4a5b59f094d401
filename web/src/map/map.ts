/** The map: ground, control, flows, stocks, attacks, gates and labels, one on the other. */

import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { element, shape } from "../dom";
import { people, shortNames } from "../format";
import type { State, Store } from "../state";
import type { PageData } from "../types";
import { type Ground, ground } from "./base";
import { type Control, control, partyName } from "./control";
import { FlowLayer } from "./flows";
import { type Box, type Label, Labels } from "./labels";
import { Marks } from "./marks";
import { Tip } from "./tip";

type Point = [number, number];

const CLOSEST = 24;
const FARTHEST = 0.7;
/** From how many waiting people a gate is named, and how far a click may miss a place, in pixels. */
const QUEUE = 300;
/** Width of the window up to which buttons stand above the map and zoom at its foot, as in style.css. */
const STACKED = 620;
const MISS = 22;
/** Pixels of a letter of a party's name, in capitals. */
const PARTY_LETTER = 8.6;

export class CrisisMap {
  readonly room = element("div", { class: "map" });
  readonly flows: FlowLayer;
  readonly control: Control;
  readonly marks: Marks;
  readonly svg = shape("svg", { class: "map-drawing", role: "img", "aria-label": "Map of the simulated displacement" });
  private ground: Ground;
  private labels: Labels;
  private points: Point[];
  private gates: Point[];
  private at: ZoomTransform = zoomIdentity;
  private base = shape("g");
  private hover: number | null = null;
  private tip: Tip;
  private importance: number[];
  private names: string[];
  private zooming = zoom<SVGSVGElement, unknown>();

  constructor(
    private data: PageData,
    private store: Store,
    private width: number,
    private height: number,
  ) {
    this.ground = ground(data, width, height);
    const { lon, lat } = data.places;
    this.points = lon.map((x, n) => this.ground.project(x, lat[n]));
    this.gates = data.gates.lon.map((x, n) => this.ground.project(x, data.gates.lat[n]));
    this.control = control(data, this.ground);
    this.marks = new Marks(data, width);
    this.flows = new FlowLayer(data.flows);
    this.labels = new Labels(getComputedStyle(document.body).fontFamily);
    this.tip = new Tip(data, this.marks, this.control);
    this.names = shortNames(data.places.name);
    this.importance = data.places.id.map((_, n) => weight(data, n));
    this.build();
    store.on((state, before) => this.react(state, before));
    this.apply();
  }

  private build(): void {
    const { svg, width, height } = this;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", String(width));
    svg.setAttribute("height", String(height));
    this.base.append(this.ground.layer, this.control.layer, borders(this.ground.layer));
    svg.append(this.control.patterns, shape("rect", { width, height, class: "sea" }), this.base);
    const over = shape("svg", { class: "map-drawing over", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    over.append(this.marks.stocks, this.marks.attacks, this.marks.gates, this.labels.layer);
    this.room.append(svg, this.flows.canvas, over, this.tip.room);
    this.room.style.aspectRatio = `${width} / ${height}`;
    this.listen(over);
  }

  private listen(over: SVGSVGElement): void {
    this.zooming
      .scaleExtent([FARTHEST, CLOSEST])
      .translateExtent(this.ground.extent)
      .filter((event: WheelEvent & MouseEvent) => (event.type === "wheel" ? event.ctrlKey || event.metaKey || this.at.k > 1 : !event.button))
      .on("zoom", (event: D3ZoomEvent<SVGSVGElement, unknown>) => {
        this.at = event.transform;
        this.apply();
      });
    select(over).call(this.zooming).on("dblclick.zoom", null);
    over.addEventListener("pointermove", (event) => this.hovered(event, over));
    over.addEventListener("pointerleave", () => this.hovered(null, over));
    over.addEventListener("click", (event) => {
      const found = this.nearest(event, over);
      this.store.set({ place: found === this.store.state.place ? null : found });
    });
  }

  /** Zoom in or out by a factor, from the keyboard or a button; 0 shows all. */
  zoomBy(factor: number): void {
    const over = select(this.room.querySelector<SVGSVGElement>("svg.over") as SVGSVGElement);
    if (factor === 0) over.call(this.zooming.transform, zoomIdentity);
    else over.call(this.zooming.scaleBy, factor);
  }

  /** Draw the flows; `seconds` moves the dots. */
  animate(seconds: number | null): void {
    this.flows.draw(seconds);
  }

  private react(state: State, before: State): void {
    if (state.day === before.day && state.place === before.place) return;
    this.showDay();
    if (!state.playing) this.flows.draw(null);
  }

  /** Put everything where the zoom wants it. */
  private apply(): void {
    const { k, x, y } = this.at;
    this.base.setAttribute("transform", `translate(${x},${y}) scale(${k})`);
    this.base.style.setProperty("--zoom", String(k));
    this.control.zoom(k);
    const points = this.points.map((point) => this.at.apply(point));
    this.marks.move(points, this.gates.map((point) => this.at.apply(point)));
    this.flows.lay(this.width, this.height, points);
    this.showDay();
    this.flows.draw(null);
  }

  private showDay(): void {
    const { day, place } = this.store.state;
    this.control.show(day);
    this.marks.show(day, place);
    this.flows.show(this.data.flows.day.map((row) => row[day] ?? 0));
    this.name(day);
  }

  private name(day: number): void {
    const labels = [...this.placeLabels(day), ...this.gateLabels(day), ...this.areaLabels(day)];
    const stacked = window.innerWidth <= STACKED;
    const buttons: Box = stacked ? { left: 0, top: this.height - 112, right: 46, bottom: this.height } : { left: 0, top: 0, right: 46, bottom: 112 };
    const levels: Box = { left: 0, top: 0, right: this.room.parentElement?.querySelector(".levels") && !stacked ? 46 + 300 : 0, bottom: 46 };
    const taken: Box[] = this.gates.map((gate) => {
      const [x, y] = this.at.apply(gate);
      return { left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 };
    });
    this.labels.place(labels, [buttons, levels, ...taken], this.discs(day), this.width, this.height);
  }

  /** Boxes of the discs: names of areas keep off them. */
  private discs(day: number): Box[] {
    return this.points.flatMap((point, n) => {
      const r = this.marks.radius(this.data.stock.p50[n][day]) * 0.85;
      const [x, y] = this.at.apply(point);
      const keep = Math.max(r, 3);
      return [{ left: x - keep, right: x + keep, top: y - keep, bottom: y + keep }];
    });
  }

  private placeLabels(day: number): Label[] {
    const { place: pinned } = this.store.state;
    return this.points.map((point, n) => ({
      key: `place-${n}`,
      text: this.names[n],
      kind: n === pinned || n === this.hover ? "pinned" : "place",
      at: [this.at.apply(point)],
      beside: Math.min(26, this.marks.radius(this.data.stock.p50[n][day])) + 4,
      weight: n === pinned || n === this.hover ? 1e12 : this.importance[n],
    }));
  }

  private gateLabels(day: number): Label[] {
    const { name, waiting } = this.data.gates;
    return this.gates.flatMap((gate, n) => {
      const number = waiting.p50[n]?.[day] ?? 0;
      if (number < QUEUE) return [];
      const text = `${name[n]}: ${people(number)} wait`;
      return [{ key: `gate-${n}`, text, kind: "gate" as const, at: [this.at.apply(gate)], beside: 11, weight: 1e7 + number }];
    });
  }

  private areaLabels(day: number): Label[] {
    const parties = this.control.spots(day).flatMap(({ actor, at }) => {
      const text = partyName(this.data.control.actors[actor].name).toUpperCase();
      const key = `party-${actor}`;
      const half = (PARTY_LETTER * text.length) / 2 / this.at.k;
      const own = at.filter(([x, y]) => [x - half, x + half].every((end) => this.control.at([end, y], day) === actor)); // no name over the land of others
      return own.length ? [{ key, text, kind: "party" as const, at: own.map((p) => this.at.apply(p)), beside: 0, weight: 8e4 }] : [];
    });
    const taken = new Set(parties.map((label) => label.text));
    const countries = this.ground.names.filter(({ name }) => !taken.has(name.toUpperCase()));
    return [
      ...parties,
      ...countries.map(({ name, country, at }) => {
        const key = `country-${country}`;
        return { key, text: name.toUpperCase(), kind: "country" as const, at: at.map((p) => this.at.apply(p)), beside: 0, weight: 1e4 };
      }),
    ];
  }

  private hovered(event: PointerEvent | null, over: SVGSVGElement): void {
    const found = event ? this.nearest(event, over) : null;
    const gate = event && found === null ? this.nearestOf(event, over, this.gates) : null;
    if (event) this.tip.show(found, gate, this.store.state.day, this.pointer(event, over), this.width);
    else this.tip.hide();
    over.style.cursor = found === null ? "" : "pointer";
    if (found !== this.hover) {
      this.hover = found;
      this.name(this.store.state.day);
    }
  }

  private nearest(event: MouseEvent, over: SVGSVGElement): number | null {
    return this.nearestOf(event, over, this.points);
  }

  private nearestOf(event: MouseEvent, over: SVGSVGElement, points: Point[]): number | null {
    const [x, y] = this.pointer(event, over);
    let best: number | null = null;
    let least = MISS;
    points.forEach((point, n) => {
      const [a, b] = this.at.apply(point);
      const away = Math.hypot(a - x, b - y);
      if (away < least) [best, least] = [n, away];
    });
    return best;
  }

  private pointer(event: MouseEvent, over: SVGSVGElement): Point {
    const box = over.getBoundingClientRect();
    return [((event.clientX - box.left) * this.width) / box.width, ((event.clientY - box.top) * this.height) / box.height];
  }
}

/** Borders again, above the areas of control. */
function borders(ground: SVGGElement): SVGGElement {
  const layer = shape("g", { class: "ground above" });
  for (const line of ground.querySelectorAll(".coast, .border")) layer.append(line);
  return layer;
}

/** How much a place deserves its name on the map: by most displaced people, then residents and kind. */
function weight(data: PageData, place: number): number {
  const kind = { city: 3000, camp: 800, crossing: 300, town: 100 }[data.places.kind[place]] ?? 0;
  return Math.max(...data.stock.p50[place]) + kind + (data.places.population[place] ?? 0) / 100;
}
