/** Labels that do not run into each other: greedy, the more important first. */

import { shape } from "../dom";

export interface Label {
  key: string;
  text: string;
  kind: "place" | "gate" | "party" | "country" | "pinned";
  /** Where it may stand: points, and how far beside them. */
  at: [number, number][];
  beside: number;
  weight: number;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const FONT: Record<Label["kind"], { size: number; weight: number; spacing: number }> = {
  place: { size: 11.5, weight: 500, spacing: 0 },
  pinned: { size: 13.5, weight: 700, spacing: 0 },
  gate: { size: 11, weight: 600, spacing: 0 },
  party: { size: 11.5, weight: 700, spacing: 0.6 },
  country: { size: 14, weight: 600, spacing: 3 },
};

/** Direction of the middle of a label from its point, and how it is anchored. */
const SIDES: [number, number, "start" | "middle" | "end"][] = [
  [1, 0, "start"], [-1, 0, "end"], [0.7, -0.8, "start"], [0.7, 0.8, "start"], [0, -1.1, "middle"], [0, 1.2, "middle"],
  [-0.7, -0.8, "end"], [-0.7, 0.8, "end"],
]; // prettier-ignore

export class Labels {
  readonly layer = shape("g", { class: "labels", "aria-hidden": "true" });
  private widths = new Map<string, number>();
  private made = new Map<string, SVGTextElement>();
  private pen = document.createElement("canvas").getContext("2d");

  constructor(private family: string) {}

  /** Place as many labels as fit; `taken` stays free, `discs` of names of areas too. */
  place(labels: Label[], taken: Box[], discs: Box[], width: number, height: number): void {
    const boxes = [...taken];
    const shown = new Set<string>();
    const room = { left: 2, top: 2, right: width - 2, bottom: height - 2 };
    for (const label of [...labels].sort((a, b) => b.weight - a.weight)) {
      const found = this.fit(label, isArea(label) ? [...boxes, ...discs] : boxes, room);
      if (!found) continue;
      boxes.push(found.box);
      shown.add(label.key);
      this.write(label, found.x, found.y, found.anchor);
    }
    for (const [key, text] of this.made) {
      if (shown.has(key)) continue;
      text.remove();
      this.made.delete(key);
    }
  }

  private fit(label: Label, boxes: Box[], room: Box): { x: number; y: number; anchor: string; box: Box } | null {
    const { size } = FONT[label.kind];
    const wide = this.width(label);
    for (const [px, py] of label.at) {
      for (const [dx, dy, side] of isArea(label) ? [[0, 0, "middle"] as const] : SIDES) {
        const x = px + dx * label.beside;
        const y = py + dy * label.beside + size * 0.36;
        const left = side === "start" ? x : side === "end" ? x - wide : x - wide / 2;
        const box = { left: left - 2, right: left + wide + 2, top: y - size, bottom: y + size * 0.35 };
        if (inside(box, room) && !boxes.some((other) => meet(box, other))) return { x, y, anchor: side, box };
      }
    }
    return null;
  }

  private width(label: Label): number {
    const key = `${label.kind}/${label.text}`;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    const { size, weight, spacing } = FONT[label.kind];
    if (!this.pen) return label.text.length * size * 0.55;
    this.pen.font = `${weight} ${size}px ${this.family}`;
    const found = this.pen.measureText(label.text).width + spacing * label.text.length;
    this.widths.set(key, found);
    return found;
  }

  private write(label: Label, x: number, y: number, anchor: string): void {
    let text = this.made.get(label.key);
    if (!text) {
      text = shape("text", { direction: "ltr", "unicode-bidi": "plaintext" });
      this.made.set(label.key, text);
      this.layer.append(text);
    }
    if (text.textContent !== label.text) text.textContent = label.text;
    const wanted = { class: `label ${label.kind}`, "text-anchor": anchor, x: x.toFixed(1), y: y.toFixed(1) };
    for (const [name, value] of Object.entries(wanted)) {
      if (text.getAttribute(name) !== value) text.setAttribute(name, value);
    }
  }
}

function isArea({ kind }: Label): boolean {
  return kind === "party" || kind === "country";
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function inside(a: Box, room: Box): boolean {
  return a.left >= room.left && a.right <= room.right && a.top >= room.top && a.bottom <= room.bottom;
}

export type { Box };
