/** Two runs side by side: totals and places with differences, paired by member where the server can. */

import * as Plot from "@observablehq/plot";
import { drawBands } from "./charts/bands";
import { column } from "./charts/sheets";
import type { Api, Comparison, Difference } from "./api";
import { element } from "./dom";
import { figure } from "./figure";
import { people, short, spoken } from "./format";
import { COUNTED, STOCK } from "./palette";
import type { PageData } from "./types";
import { plotted } from "./charts/plot";

const SHOWN = 16;

export async function comparison(one: PageData, two: PageData, api: Api): Promise<HTMLElement> {
  const room = element("article", { class: "report compare" }, heading(one, two), totals(one, two));
  try {
    const told = await api.compare(one.name, two.name);
    for (const [key, title] of Object.entries(TITLES)) room.append(differences(told, key as keyof Comparison, title, one, runTitles(one, two)));
  } catch (error) {
    room.append(element("p", { class: "problem", role: "alert" }, `No intervals of the differences: ${(error as Error).message}`));
  }
  return room;
}

/** What tells two runs apart: the what-if, then parameters held at a value, then the run's name. */
export function runTitles(one: PageData, two: PageData): [string, string] {
  for (const name of [whatIf, withParameters, ({ name }: PageData) => name]) {
    const both: [string, string] = [name(one), name(two)];
    if (both[0] !== both[1]) return both;
  }
  return ["first run", "second run"];
}

function whatIf({ run }: PageData): string {
  return run.scenario ? run.scenario.title || run.scenario.name : "No what-if";
}

function withParameters(data: PageData): string {
  const held = Object.entries(data.run.overrides).map(([name, value]) => `${name}=${value}`);
  return [whatIf(data), ...held].join(", ");
}

function heading(one: PageData, two: PageData): HTMLElement {
  return element(
    "header",
    { class: "head" },
    element("p", { class: "kicker" }, element("b", {}, "Simulated, not observed"), "Two runs"),
    element("h1", {}, runTitles(one, two).join(" – ")),
    element("p", { class: "standfirst" }, `${one.run.title}. Differences are the second run minus the first, paired member by member.`),
  );
}

function totals(one: PageData, two: PageData): HTMLElement {
  const [first, second] = runTitles(one, two);
  const chart = (name: "displaced" | "left_home" | "waiting", title: string): HTMLElement =>
    figure({
      name: `compare-${name}`, title, note: `Line and bands: ${first}. Dashed: ${second}, middle value.`, alt: title,
      sheet: () => ({
        columns: [column("day", "#date+day"), column("first", "#affected+first"), column("second", "#affected+second")],
        rows: one.totals[name].p50.map((value, day) => [day, value, two.totals[name].p50[day] ?? null]),
      }),
      draw: (room, width) => room.append(drawBands({ start: one.run.start, bands: one.totals[name], other: two.totals[name], label: "People" }, width, 230)),
    }); // prettier-ignore
  return element("section", { class: "chapter" }, element("h2", {}, "Day by day"), element("div", { class: "pair" }, chart("displaced", "People away from home"), chart("left_home", "People who left home each day"), chart("waiting", "People waiting at gates"))); // prettier-ignore
}

const TITLES: Record<keyof Comparison, string> = {
  totals: "Totals over the period",
  stock: "Displaced people on the last day",
  arrivals: "Arrivals over the period",
  claims: "Claims",
};

function differences(told: Comparison, key: keyof Comparison, title: string, data: PageData, names: [string, string]): HTMLElement {
  const rows = told[key].slice(0, SHOWN).map((row) => ({ ...row, name: rowName(row, data) }));
  const fields = ["run", "other", "mean", "p5", "p95"] as const;
  const made = figure({
    name: `difference-${key}`, title, alt: `${title}: differences with 90 % intervals`,
    note: "Dot: mean difference. Bar: 90 % of paired members. Filled: the interval does not contain zero.",
    sheet: () => ({ columns: [column("what", "#meta+id"), ...fields.map((f) => column(f, `#affected+${f}`))], rows: told[key].map((row) => [rowName(row, data), ...fields.map((f) => row[f])]) }),
    draw: (room, width) => room.append(drawDifferences(rows, width, key)),
  }); // prettier-ignore
  return element("section", { class: "chapter" }, made, details(rows, names));
}

type Named = Difference & { name: string };

function drawDifferences(rows: Named[], width: number, key: string): SVGSVGElement {
  return plotted({
    width, height: 54 + 22 * rows.length, marginLeft: Math.min(210, width * 0.36), marginTop: 32, style: { fontSize: "11.5px" },
    x: { label: key === "claims" ? "Difference, in the unit of the claim" : "Difference in people", grid: true, tickFormat: key === "claims" ? undefined : short, axis: "top" },
    y: { label: null, domain: rows.map((row) => row.name), tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: COUNTED }),
      Plot.ruleY(rows, { y: "name", x1: "p5", x2: "p95", stroke: STOCK, strokeOpacity: 0.4, strokeWidth: 8 }),
      Plot.dot(rows, { y: "name", x: "mean", r: 4.5, stroke: STOCK, strokeWidth: 2, fill: (row: Named) => (row.clear ? STOCK : "#fff") }),
    ],
  }); // prettier-ignore
}

function details(rows: Named[], names: [string, string]): HTMLElement {
  const heads = ["", ...names, "Difference", "90 % interval"];
  const body = rows.map((row) =>
    element("tr", {}, element("th", { scope: "row" }, row.name), ...[people(row.run), people(row.other), people(row.mean), `${people(row.p5)} to ${people(row.p95)}`].map((text) => element("td", { class: "number" }, text))),
  ); // prettier-ignore
  return element("details", {}, element("summary", {}, "As a table"), element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head || element("span", { class: "unseen" }, "What"))))), element("tbody", {}, ...body))); // prettier-ignore
}

function rowName(row: Difference, data: PageData): string {
  const key = String(row.place ?? row.indicator ?? row.claim ?? "");
  const at = data.places.id.indexOf(key);
  return at >= 0 ? data.places.name[at] : spoken(key);
}
