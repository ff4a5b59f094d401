/** Sections for those who plan, as tables that the report's data hold: units, needs, triggers, notes. */

import { element, tableRoom } from "./dom";
import { needChart } from "./needs";
import type { PageData, PlanSection } from "./types";

export function planSections(data: PageData): HTMLElement[] {
  return (data.plans ?? []).map((plan) => section(plan, plan.id === "needs" ? needChart(data) : null, data.run.members === 1));
}

function section({ id, title, note, tables, lines, image }: PlanSection, chart: HTMLElement | null, single: boolean): HTMLElement {
  const heading = `${id}-title`;
  return element(
    "section",
    { class: "chapter plan", "aria-labelledby": heading, id },
    element("h2", { id: heading }, title),
    element("p", { class: "section-note" }, note),
    image ? element("img", { src: image, alt: `Map: ${note}`, style: "max-width:100%;height:auto" }) : null,
    chart,
    ...tables.flatMap((table, n) => [
      tables.length > 1 ? element("h3", {}, table.title) : null,
      tableRoom(`${title}, table ${n + 1}`, table.heads, table.rows.map(row), { room: "tall", single }),
    ]),
    element("ul", { class: "limits" }, ...lines.map((line) => element("li", {}, line))),
  );
}

function row([first, ...rest]: string[]): HTMLElement {
  const cell = (text: string): HTMLElement => element("td", { class: /^[-−]?[\d,.]+( – [\d,.]+)?( ?%)?$/.test(text) ? "number" : undefined }, text);
  return element("tr", {}, element("th", { scope: "row" }, first), ...rest.map(cell));
}
