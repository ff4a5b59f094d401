/** What is said of the place or gate under the pointer. */

import { element } from "../dom";
import { people, ranged } from "../format";
import type { PageData } from "../types";
import type { Control } from "./control";
import { partyName } from "./control";
import { type Marks, ruleOf } from "./marks";

export class Tip {
  readonly room = element("div", { class: "tip", hidden: true });

  constructor(
    private data: PageData,
    private marks: Marks,
    private control: Control,
  ) {}

  show(place: number | null, gate: number | null, day: number, [x, y]: [number, number], width: number): void {
    if (place === null && gate === null) return this.hide();
    const lines = place !== null ? this.ofPlace(place, day) : this.ofGate(gate as number, day);
    this.room.replaceChildren(...lines.map((line, n) => element(n ? "div" : "strong", {}, line)));
    this.room.hidden = false;
    const left = x > width * 0.6;
    this.room.style.cssText = `top:${y + 14}px;${left ? `right:${width - x + 14}px` : `left:${x + 14}px`}`;
  }

  hide(): void {
    this.room.hidden = true;
  }

  private ofPlace(n: number, day: number): string[] {
    const { run, stock, places, control } = this.data;
    const holder = this.control.holder(n, day);
    const attacks = this.marks.attacksOn(n, day);
    return [
      places.name[n],
      `Displaced people here: ${ranged(run, stock.p50[n][day], stock.p5[n][day], stock.p95[n][day], "90 %: ")}`,
      holder >= 0 ? `Held by ${partyName(control.actors[holder].name)}` : "",
      attacks ? `${attacks} attacks on this day (mean)` : "",
    ].filter(Boolean);
  }

  private ofGate(n: number, day: number): string[] {
    const { name, waiting, rules } = this.data.gates;
    return [
      `Gate: ${name[n]}`,
      ruleWords(ruleOf(rules[n], day)),
      `People waiting: ${ranged(this.data.run, waiting.p50[n][day], waiting.p5[n][day], waiting.p95[n][day], "90 %: ")}`,
    ];
  }
}

/** A gate's rule in words. */
export function ruleWords(rule: ReturnType<typeof ruleOf>): string {
  if (!rule || rule.policy === "open") return "Open";
  if (rule.policy === "closed") return "Closed";
  return `Metered: about ${people(rule.per_day)} people a day`;
}
