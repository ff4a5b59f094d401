/** The table of claims: reported and simulated, with a verdict in words and a small drawing. */

import { element, shape, tableRoom } from "../dom";
import { briefDay, claimed } from "../format";
import { COUNTED, STOCK } from "../palette";
import type { Claim, PageData } from "../types";

export const WORDS: Record<Claim["verdict"], [string, string]> = {
  inside: ["✓", "inside"],
  low: ["↓", "is lower"],
  high: ["↑", "is higher"],
  "not modelled": ["–", "not modelled"],
};

export function claimsTable(data: PageData): HTMLElement {
  const heads = ["Claim", "What was reported", "Days", "Reported", data.run.members > 1 ? "Run, middle" : "Run", "90 % interval", "Comparison", "Middle value", "Source"];
  const rows = data.claims.map((claim) =>
    element(
      "tr",
      { class: claim.verdict.replace(" ", "-") },
      element("th", { scope: "row" }, claim.id),
      element("td", {}, claim.words),
      element("td", { class: "days-cell" }, days(claim)),
      element("td", { class: "number" }, reported(claim)),
      element("td", { class: "number" }, claimed(claim.p50, claim.unit)),
      element("td", { class: "number" }, claim.p5 === null ? "–" : `${claimed(claim.p5, claim.unit)} – ${claimed(claim.p95, claim.unit)}`),
      element("td", {}, bar(claim)),
      element("td", { class: "verdict" }, element("span", { "aria-hidden": "true" }, WORDS[claim.verdict][0]), ` ${WORDS[claim.verdict][1]}`, data.run.members > 1 ? reach(claim) : null),
      element("td", { class: "source" }, (claim.source ?? "").replaceAll(";", ", ")),
    ),
  );
  return tableRoom("Table of claims", heads, rows, { table: "claims", single: data.run.members === 1 });
}

/** Of a middle value outside what was reported: whether the interval gets there. */
function reach({ verdict, reaches }: Claim): HTMLElement | null {
  if (verdict !== "low" && verdict !== "high") return null;
  return element("span", { class: "reach" }, reaches ? "interval reaches" : "interval misses");
}

function days(claim: Claim): string {
  const of = (day: string): string => briefDay(new Date(`${day}T00:00:00Z`));
  if (!claim.start && !claim.end) return "whole period";
  if (claim.start === claim.end || !claim.start) return of(claim.end ?? "");
  return `${of(claim.start)} – ${claim.end ? of(claim.end) : "end"}`;
}

export function reported({ low, high, unit }: Claim): string {
  const per = unit.startsWith("people/") ? ` per ${unit.slice(7)}` : "";
  if (low !== null && high !== null) return (low === high ? claimed(low, unit) : `${claimed(low, unit)} – ${claimed(high, unit)}`) + per;
  return low !== null ? `${claimed(low, unit)} or more${per}` : `${claimed(high, unit)} or less${per}`;
}

const WIDE = 130;

/** The reported range as a frame, the run's interval as a bar and its middle as a tick. */
function bar({ low, high, p5, p50, p95 }: Claim): SVGElement | string {
  if (p5 === null || p50 === null || p95 === null) return "";
  const most = Math.max(low ?? 0, high ?? 0, p95, 1e-9);
  const x = (value: number): number => 2 + (WIDE - 4) * Math.sqrt(Math.max(0, value) / most);
  const [left, right] = [x(low ?? 0), high === null ? WIDE - 2 : x(high)];
  return shape(
    "svg",
    { width: WIDE, height: 18, "aria-hidden": "true", class: "beside" },
    shape("rect", { x: left, y: 2, width: Math.max(2, right - left), height: 14, fill: "#fff", stroke: COUNTED, "stroke-width": 1.2 }),
    shape("rect", { x: x(p5), y: 6, width: Math.max(1.5, x(p95) - x(p5)), height: 6, fill: STOCK, opacity: 0.5 }),
    shape("rect", { x: x(p50) - 1.25, y: 3, width: 2.5, height: 12, fill: "#00375a" }),
  );
}
