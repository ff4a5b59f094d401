/** Itineraries: whole journeys of 100 people or more, in a list; one at a time is played on the map. */

import { column } from "./charts/sheets";
import { element, tableRoom } from "./dom";
import type { Sheet } from "./download";
import { people, shortNames } from "./format";
import { flowsAtLevel } from "./levels";
import type { Store } from "./state";
import type { Flows, PageData } from "./types";

/** The places of an itinerary in words. */
export function wayOf(data: PageData, number: number, names = shortNames(data.places.name)): string {
  return (data.journeys?.itineraries[number].places ?? []).map((place) => names[place]).join(" – ");
}

/** What the map shows as flows: all, or the chosen itinerary alone. */
export function flowsShown(data: PageData, shown: PageData, level: number, number: number | null): Flows {
  const one = number === null ? undefined : data.journeys?.itineraries[number];
  if (!one) return shown.flows;
  return flowsAtLevel(data, level, { legs: true, from: one.places.slice(0, -1), to: one.places.slice(1), p5: [], p50: [], p95: [], day: one.day });
}

/** Play an itinerary from the day before the first of its people arrive anywhere. */
export function play(data: PageData, store: Store, number: number): void {
  const first = Math.min(...(data.journeys?.itineraries[number].day ?? []).map((row) => row.findIndex((arrived) => arrived > 0)).filter((day) => day >= 0)); // prettier-ignore
  store.set({ journey: number, day: Number.isFinite(first) ? Math.max(0, first - 1) : 0, playing: true });
}

/** A list above the map that chooses one itinerary; null where the page has none. */
export function itineraryChoice(data: PageData, store: Store): HTMLElement | null {
  const { journeys } = data;
  if (!journeys?.itineraries.length) return null;
  const names = shortNames(data.places.name);
  const options = journeys.itineraries.map((one, n) => element("option", { value: String(n) }, `${wayOf(data, n, names)} (${people(one.people)})`));
  const select = element("select", { id: "itinerary-choice" }, element("option", { value: "" }, "All who moved"), ...options);
  select.value = store.state.journey === null ? "" : String(store.state.journey);
  select.addEventListener("change", () => (select.value === "" ? store.set({ journey: null }) : play(data, store, Number(select.value))));
  return element("div", { class: "chooser itinerary" }, element("label", { for: "itinerary-choice" }, "Journey on the map"), select);
}

/** The itineraries with people, days and attacks, and a button for each that plays it on the map. */
export function itineraryTable(data: PageData, store: Store): HTMLElement {
  const names = shortNames(data.places.name);
  const row = (n: number): HTMLElement => {
    const one = (data.journeys as NonNullable<PageData["journeys"]>).itineraries[n];
    const act = (): void => {
      play(data, store, n);
      document.getElementById("map")?.scrollIntoView({ block: "start" });
    };
    const button = element("button", { type: "button", class: "quiet", "aria-label": `Play on the map: ${wayOf(data, n, names)}`, onclick: act }, "Play");
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, wayOf(data, n, names)),
      element("td", { class: "number" }, people(one.people)),
      element("td", { class: "number" }, one.days.map((days) => days.toFixed(1)).join(", ")),
      element("td", { class: "number" }, one.under_attack.map(people).join(", ")),
      element("td", {}, button),
    );
  };
  const rows = (data.journeys?.itineraries ?? []).map((_, n) => row(n));
  return tableRoom("The most common journeys", ["Journey", "People", "Days on each leg", "Under attack, by place", "On the map"], rows);
}

export function itinerarySheet(data: PageData): Sheet {
  const columns = [column("journey", "#meta+itinerary"), column("stop", "#meta+stop"), column("place", "#loc+code"), column("name", "#loc+name"), column("people", "#affected+displaced+mean"), column("days_on_leg", "#meta+days"), column("under_attack", "#affected+attacked+mean")]; // prettier-ignore
  const { id, name } = data.places;
  const rows = (data.journeys?.itineraries ?? []).flatMap((one, n) =>
    one.places.map((place, stop) => [n + 1, stop, id[place], name[place], one.people, stop ? one.days[stop - 1] : "", one.under_attack[stop]]),
  );
  return { columns, rows };
}
