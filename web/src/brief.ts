/** Two pages for print: key figures, the map of the last day, the largest places, what was reported, caveats. */

import { WORDS, reported } from "./charts/claims";
import { comparable, countWords } from "./charts/others";
import { placesOf } from "./charts/multiples";
import { element, tableRoom } from "./dom";
import { capital, claimed, dateOf, interval, longDay, people, ranged } from "./format";
import { wordsOf } from "./levels";
import { CrisisMap } from "./map/map";
import { head } from "./report";
import { Store } from "./state";
import type { Bands, Claim, PageData } from "./types";

/** What fits on two sheets of A4: places, claims, caveats; and the map in pixels of a sheet (own choices). */
const PLACES = 12;
const CLAIMS = 8;
const LIMITS = 5;
const MAP = { width: 700, height: 360 };

export function brief(data: PageData): HTMLElement {
  return element("article", { class: "report brief" }, element("section", { class: "sheet" }, head(data), keys(data), map(data), short(data)), second(data));
}

function last(bands: Bands<number[]>): [string, string] {
  const day = bands.p50.length - 1;
  return [people(bands.p50[day]), interval(bands.p5[day], bands.p95[day])];
}

function keys(data: PageData): HTMLElement {
  const { displaced, stay, waiting, under_way: way } = data.totals;
  const boxes: [string, [string, string]][] = [["away from home", last(displaced)], ["staying somewhere", last(stay)], ["waiting at gates", last(waiting)], ["on the road", last(way)]]; // prettier-ignore
  const box = ([word, [middle, range]]: (typeof boxes)[number]): HTMLElement =>
    element("div", { class: "key" }, element("b", {}, middle), element("span", {}, word), data.run.members > 1 ? element("small", {}, `90 %: ${range}`) : null);
  return element("div", { class: "keys" }, ...boxes.map(box));
}

function map(data: PageData): HTMLElement {
  const store = new Store({ day: data.run.days - 1, place: null, playing: false, level: 0, journey: null }, data.run.days);
  const room = element("div", { class: "brief-map" });
  requestAnimationFrame(() => {
    room.append(new CrisisMap(data, store, MAP.width, MAP.height).room);
    performance.mark("onward-map");
  });
  const day = longDay(dateOf(data.run.start, data.run.days - 1));
  const note = `${day}. Discs: displaced people who stay or wait there (${data.run.members > 1 ? "middle value; the ring reaches to the 95 % quantile" : "one simulated history"}). Colours and patterns: who holds a place.${data.districts ? "" : " Squares: gates, black where closed."}`;
  return element("div", {}, room, element("p", { class: "disclaimer" }, note, " ", data.disclaimer, " Base map: Natural Earth."));
}

function short(data: PageData): HTMLElement {
  const wanted = data.headline.filter(({ question }) => ["How many", "Where", "When"].includes(question));
  const block = ({ question, answer }: PageData["headline"][number]): HTMLElement => element("div", { class: "answer" }, element("h2", {}, question), element("p", {}, answer));
  return element("div", { class: "answer-grid" }, ...wanted.map(block));
}

function second(data: PageData): HTMLElement {
  const compared = data.headline.find(({ question }) => question.startsWith("Compared"))?.answer ?? "";
  const claims = data.claims.filter((claim) => claim.verdict !== "not modelled").sort((a, b) => rank(a) - rank(b)).slice(0, CLAIMS); // prettier-ignore
  const all = claims.length ? data.claims.length : comparable(data).length;
  const more = all - Math.min(all, CLAIMS);
  const shown = more ? ` The ${claims.length ? CLAIMS : `latest ${CLAIMS}`} of ${all} are shown; the full report has the rest.` : "";
  return element(
    "section",
    { class: "sheet" },
    element("h2", {}, "Where people are on the last day"),
    places(data),
    element("h2", {}, "Reported figures compared with the run"),
    element("p", { class: "section-note" }, `${compared}${shown}`),
    claims.length ? reports(data, claims) : counts(data),
    element("h2", {}, "What this run cannot answer"),
    element("ul", { class: "limits" }, ...data.limits.slice(0, LIMITS).map((line) => element("li", {}, line)), element("li", {}, "A simulation is not a count. Use it together with reports, never as the only ground for a decision.")),
    element("p", { class: "foot" }, `Made with Onward ${data.run.version} from the run ${data.name} of the crisis ${data.run.crisis}. Figures have two significant digits.`),
  );
}

/** What the run misses comes first, what it meets last. */
function rank(claim: Claim): number {
  return claim.reaches === false ? 0 : claim.verdict === "inside" ? 2 : 1;
}

function reports(data: PageData, claims: Claim[]): HTMLElement {
  const rows = claims.map((claim) => {
    const range = claim.p5 === null || data.run.members === 1 ? "" : ` (${claimed(claim.p5, claim.unit)} – ${claimed(claim.p95, claim.unit)})`;
    const reach = data.run.members > 1 && (claim.verdict === "low" || claim.verdict === "high") ? (claim.reaches ? ", interval reaches" : ", interval misses") : "";
    return element("tr", {}, element("th", { scope: "row" }, claim.words), element("td", { class: "number" }, reported(claim)), element("td", { class: "number" }, claimed(claim.p50, claim.unit), range), element("td", {}, WORDS[claim.verdict].join(" "), reach));
  });
  return tableRoom("Claims", ["What was reported", "Reported", runHead(data), "Middle value"], rows);
}

/** The latest counts compared with the run, for a crisis without claims. */
function counts(data: PageData): HTMLElement | null {
  const rows = comparable(data).slice(-CLAIMS).map((count) => {
    const run = count.run as Bands<number>;
    const words = data.run.members > 1 ? ["interval is lower", "interval is higher", "interval reaches it"] : ["lower", "higher", "inside"];
    const misses = words[run.p95 < (count.low ?? count.people ?? 0) ? 0 : run.p5 > (count.high ?? count.people ?? 0) ? 1 : 2];
    return element("tr", {}, element("th", { scope: "row" }, countWords(data, count, true)), element("td", { class: "number" }, people(count.people ?? 0)), element("td", { class: "number" }, ranged(data.run, run.p50, run.p5, run.p95)), element("td", {}, misses), element("td", {}, count.source ?? "")); // prettier-ignore
  });
  return rows.length ? tableRoom("Counts", ["What was counted", "Counted", runHead(data), "The run's", "Source"], rows) : null;
}

function runHead({ run }: PageData): string {
  return run.members > 1 ? "Run (90 %)" : "Run";
}

function places(data: PageData): HTMLElement {
  const at = data.run.days - 1;
  const { stock, arrivals, places: of } = data;
  const one = wordsOf(data)[0];
  const order = placesOf(stock).sort((a, b) => stock.p50[b][at] - stock.p50[a][at]).slice(0, PLACES); // prettier-ignore
  const rows = order.map((n) => {
    const figures = [people(stock.p50[n][at]), interval(stock.p5[n][at], stock.p95[n][at]), people(arrivals.p50[n][at]), interval(arrivals.p5[n][at], arrivals.p95[n][at])];
    return element("tr", {}, element("th", { scope: "row" }, of.name[n]), element("td", {}, [of.admin1[n], of.country[n]].filter(Boolean).join(", ")), ...figures.map((text) => element("td", { class: "number" }, text)));
  });
  return tableRoom(`Largest ${wordsOf(data)[1]}`, [capital(one), "Admin", "Staying or waiting", "90 %", "Arrivals in the period", "90 %"], rows, { single: data.run.members === 1 });
}
