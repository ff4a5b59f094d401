/** Beside the map: the pinned place and its curve, or all places, and the largest places of the day. */

import type { Api } from "./api";
import { dayLine, drawBands } from "./charts/bands";
import { element } from "./dom";
import { people, ranged, shortNames, spoken } from "./format";
import type { Control } from "./map/control";
import { wordsOf } from "./levels";
import { partyName } from "./map/control";
import { ruleOf } from "./map/marks";
import { ruleWords } from "./map/tip";
import type { Store } from "./state";
import type { Bands, PageData } from "./types";
import { who } from "./who";

const LISTED = 8;
const HEIGHT = 170;

export function side(data: PageData, store: Store, control: Control, api: Api | null = null): HTMLElement {
  const chosen = chooser(data, store);
  const facts = element("div", { class: "facts" });
  const chart = element("div", { class: "side-chart", role: "img" });
  const list = element("ol", { class: "largest" });
  const lists = listed(list);
  const asked = element("div");
  const heading = element("h3", { class: "side-title" });
  const room = element("aside", { class: "side", "aria-label": "Place" }, chosen, heading, facts, chart, asked, lists);
  let move: (day: number) => void = () => undefined;
  const draw = (): void => {
    const { place, day } = store.state;
    const width = chart.clientWidth;
    if (!width) return;
    const bands = place === null ? data.totals.displaced : row(data, place);
    const counts = place === null ? [] : data.counts.filter((count) => count.place === place && count.indicator === "stock");
    const svg = drawBands({ start: data.run.start, bands, counts, label: place === null ? "People away from home" : "Displaced people here", peace: data.data_end?.day }, width, HEIGHT);
    chart.replaceChildren(svg);
    chart.setAttribute("aria-label", place === null ? "All people away from home, day by day" : `Displaced people in ${data.places.name[place]}, day by day`);
    move = dayLine(svg, data.run.start);
    move(day);
  };
  const tell = (): void => {
    const { place, day } = store.state;
    heading.textContent = place === null ? `All ${wordsOf(data)[1]}` : data.places.name[place];
    facts.replaceChildren(...(place === null ? whole(data, day) : ofPlace(data, place, day, control)).map(fact));
    list.replaceChildren(...largest(data, store, day));
    move(day);
  };
  const explain = (): void => {
    const { place, day, playing } = store.state;
    const panel = place === null || playing ? null : who(data, place, day, api);
    asked.replaceChildren(...(panel ? [panel] : []));
    lists.hidden = panel !== null;
  };
  store.on((state, before) => {
    if (state.place !== before.place) draw();
    if (state.place !== before.place || state.day !== before.day) tell();
    if (state.place !== before.place || state.day !== before.day || state.playing !== before.playing) explain();
  });
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(chart);
  tell();
  return room;
}

function row(data: PageData, place: number): Bands<number[]> {
  const { stock } = data;
  return { p5: stock.p5[place], p25: stock.p25[place], p50: stock.p50[place], p75: stock.p75[place], p95: stock.p95[place] };
}

function listed(list: HTMLElement): HTMLElement {
  return element("div", { class: "largest-room" }, element("h4", {}, "Most displaced people on this day"), list);
}

function chooser(data: PageData, store: Store): HTMLElement {
  const order = data.places.name.map((name, n) => [name, n] as const).sort((a, b) => a[0].localeCompare(b[0]));
  const select = element(
    "select",
    { id: "place-choice" },
    element("option", { value: "" }, `All ${wordsOf(data)[1]}`),
    ...order.map(([name, n]) => element("option", { value: n }, name)),
  );
  select.addEventListener("change", () => store.set({ place: select.value === "" ? null : Number(select.value) }));
  store.on((state) => (select.value = state.place === null ? "" : String(state.place)));
  return element("div", { class: "chooser" }, element("label", { for: "place-choice" }, "Show"), select);
}

type Fact = [string, string];

function fact([what, figure]: Fact): HTMLElement {
  return element("div", { class: "fact" }, element("span", {}, what), element("b", {}, figure));
}

function of({ run }: PageData, bands: Bands<number[]>, day: number): string {
  return ranged(run, bands.p50[day], bands.p5[day], bands.p95[day]);
}

function whole(data: PageData, day: number): Fact[] {
  const { displaced, waiting, under_way: way } = data.totals;
  return [["Away from home", of(data, displaced, day)], ["of them waiting at gates", of(data, waiting, day)], ["of them on the road", of(data, way, day)]]; // prettier-ignore
}

function ofPlace(data: PageData, place: number, day: number, control: Control): Fact[] {
  const { places, arrivals, gates } = data;
  const holder = control.holder(place, day);
  const came = { p5: arrivals.p5[place], p25: [], p50: arrivals.p50[place], p75: [], p95: arrivals.p95[place] };
  const found: Fact[] = [
    ["Displaced people here", of(data, row(data, place), day)],
    ["Arrivals since the first day", of(data, came, day)],
    ["Kind", [spoken(places.kind[place]), places.admin2[place], places.country[place]].filter(Boolean).join(", ")],
  ];
  if (holder >= 0) found.push(["Held by", partyName(data.control.actors[holder].name)]);
  if (places.capacity[place]) found.push(["Room for", people(places.capacity[place])]);
  gates.id.forEach((_, n) => {
    if (gates.from[n] !== place && gates.to[n] !== place) return;
    const rule = ruleWords(ruleOf(gates.rules[n], day));
    found.push([`Gate ${gates.name[n]}`, `${rule}; ${people(gates.waiting.p50[n][day])} wait`]);
  });
  return found;
}

function largest(data: PageData, store: Store, day: number): HTMLElement[] {
  const { p5, p50, p95 } = data.stock;
  const order = p50.map((values, n) => [values[day], n]).sort((a, b) => b[0] - a[0]).slice(0, LISTED); // prettier-ignore
  const most = Math.max(1, ...order.map(([, n]) => p95[n][day]));
  return order.filter(([value]) => value > 0).map(([value, n]) => {
    const share = (v: number): string => `${((100 * v) / most).toFixed(1)}%`;
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.cssText = `--low:${share(p5[n][day])};--mid:${share(value)};--high:${share(p95[n][day])}`;
    const name = element("button", { type: "button", class: "name", onclick: () => store.set({ place: n }) }, shortNames(data.places.name)[n]);
    return element("li", {}, name, element("b", {}, people(value)), bar);
  }); // prettier-ignore
}
