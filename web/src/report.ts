/** One run from top to bottom: what a stranger must know, the map, the charts, the limits, the model card. */

import type { Api } from "./api";
import { dayLine, drawBands } from "./charts/bands";
import { claimsTable } from "./charts/claims";
import { drawMatrix, matrixSheet } from "./charts/matrix";
import { multiples } from "./charts/multiples";
import {
  claimsSheet, comparable, countsSheet, drawCounts, drawExposure, drawGates, drawTimes, exposureSheet, gatesSheet, holdersSheet, holdersTable, queues, timesSheet,
} from "./charts/others"; // prettier-ignore
import { allStages, drawSankey, sankeySheet, type Stages, threeStages } from "./charts/sankey";
import { byDay, byPlace } from "./charts/sheets";
import { stockTable } from "./charts/stocks";
import { element } from "./dom";
import { figure } from "./figure";
import { bandWords, dateOf, longDay, people, ranged } from "./format";
import { itinerarySheet, itineraryTable } from "./itineraries";
import { atLevel, wordsOf } from "./levels";
import { planSections } from "./plans";
import { player } from "./player";
import { notesSection } from "./served/notes";
import { Store } from "./state";
import type { Card, Journeys, PageData, SankeyTables } from "./types";

export function report(data: PageData, card: Card | null, api: Api | null = null): HTMLElement {
  const store = new Store({ day: busiestDay(data), place: null, playing: false, level: 0, journey: null }, data.run.days);
  return element(
    "article",
    { class: "report" },
    head(data),
    player(data, store, api),
    answers(data),
    ...sections(data, store),
    ...planSections(api ? { ...data, plans: (data.plans ?? []).filter(({ id }) => id !== "notes") } : data),
    api ? notesSection(data, store, api) : null,
    limits(data),
    card ? cardSection(card) : null,
    foot(data),
  );
}

/** The map opens on the day on which most people left home. */
function busiestDay(data: PageData): number {
  const left = data.totals.left_home.p50;
  return left.indexOf(Math.max(...left));
}

export function head({ run, fitness, data_end }: PageData): HTMLElement {
  const period = `${longDay(dateOf(run.start, 0))} to ${longDay(dateOf(run.end, 0))}`;
  const drawn = run.parameters === "fixed" ? "parameters fixed" : "parameters drawn";
  const members = `${run.members.toLocaleString("en-GB")} simulated ${run.members === 1 ? "history" : "histories"}`;
  return element(
    "header",
    { class: "head" },
    element("p", { class: "kicker" }, element("b", {}, "Simulated, not observed"), run.scenario ? "What if" : "The conflict as in the crisis folder, no what-if"),
    element("h1", {}, run.title),
    run.scenario ? element("p", { class: "scenario" }, run.scenario.title || run.scenario.name) : null,
    element("p", { class: "standfirst" }, `${period} · ${members} · ${drawn} · seed ${run.seed}`),
    element("p", { class: `fitness ${fitness.level}` }, element("b", {}, fitness.verdict), ` ${fitness.reasons.join(" ")}`),
    data_end ? element("p", { class: "fitness" }, element("b", {}, data_end.words)) : null,
  );
}

function answers(data: PageData): HTMLElement {
  const block = ({ question, answer }: PageData["headline"][number]): HTMLElement =>
    element("div", { class: "answer" }, element("h3", {}, question), element("p", {}, ...bold(answer)));
  return element("section", { class: "answers", "aria-labelledby": "answers-title" }, element("h2", { id: "answers-title" }, "In short"), element("div", { class: "answer-grid" }, ...data.headline.map(block))); // prettier-ignore
}

/** Figures in bold, so that they are found at a glance. */
function bold(text: string): (Node | string)[] {
  return text.split(/(\d[\d,.]*(?: ?%(?! ?:))?(?= \(90 %))/).map((part, n) => (n % 2 ? element("b", {}, part) : part));
}

function section(id: string, title: string, note: string, ...parts: (HTMLElement | null)[]): HTMLElement {
  return element("section", { class: "chapter", "aria-labelledby": `${id}-title`, id }, element("h2", { id: `${id}-title` }, title), element("p", { class: "section-note" }, note), ...parts); // prettier-ignore
}

/** Which bars are of the share whom agencies count. */
function covered({ coverage, counts }: PageData): string {
  if (!counts.some(({ indicator }) => indicator === "displaced" || indicator === "departures")) return "Bars are of all people, also of those whom agencies do not count.";
  const share = coverage === null ? "the share whom agencies count" : `the ${Math.round(100 * coverage)} % whom agencies count (coverage)`;
  return `Of people who fled or left home the bars are ${share}; stocks and arrivals are of all people.`;
}

const DIAMONDS = "Diamonds: what was counted, with its range.";

function sections(data: PageData, store: Store): HTMLElement[] {
  return [where(data, store), whence(data, store), again(data), gates(data), exposure(data), beside(data)];
}

function where(data: PageData, store: Store): HTMLElement {
  const whole = (name: "displaced" | "left_home", title: string, label: string): HTMLElement =>
    figure({
      name, title, note: bandWords(data), alt: `${title}, day by day with intervals`, sheet: () => byDay(data, data.totals[name], `#affected+${name.replace("_", "")}`),
      draw: (room, width) => {
        const svg = drawBands({ start: data.run.start, bands: data.totals[name], label, peace: data.data_end?.day }, width, 240);
        const move = dayLine(svg, data.run.start);
        move(store.state.day);
        store.on((state, before) => state.day !== before.day && move(state.day));
        room.append(svg);
      },
    }); // prettier-ignore
  const byUnit = element("div");
  const fill = (): void => byUnit.replaceChildren(...oneByOne(atLevel(data, store.state.level)));
  store.on((state, before) => state.level !== before.level && fill());
  fill();
  return section(
    "where",
    "Where people are",
    "Displaced people who stay at a place or wait at a gate there.",
    element("div", { class: "pair" }, whole("displaced", "People away from home", "People"), whole("left_home", "People who left home each day", "People a day")),
    byUnit,
  );
}

/** The charts and the table of places, or of the units that the switch on the map chooses. */
function oneByOne(data: PageData): HTMLElement[] {
  const [one, all] = wordsOf(data);
  const many = (name: "stock" | "arrivals", title: string, note: string): HTMLElement =>
    figure({
      name, title, note, alt: `${title}: a small chart for each ${one}, largest first`, sheet: () => byPlace(data, data[name], name === "stock" ? "#affected+displaced" : "#affected+arrivals"),
      draw: (room, width) => multiples(room, data, name, width),
    }); // prettier-ignore
  const sums = data.base ? " Intervals are of the members' sums over the places of each; moves within one are no arrivals." : "";
  return [
    many("stock", `Displaced people, ${one} by ${one}`, `${bandWords(data)} ${DIAMONDS} Each ${one} has its own scale; figures are of the last day${data.run.members > 1 ? ", with the 90 % interval" : ""}.`),
    many("arrivals", `Arrivals since the first day, ${one} by ${one}`, "People who came and stay or wait at a gate, minus those who left again. Diamonds: counted arrivals, added to the middle value of the day on which the count begins."),
    figure({
      name: "places", title: `${all.charAt(0).toUpperCase()}${all.slice(1)} on the last day`, note: `${data.run.members > 1 ? "Middle values with intervals" : "Figures of one simulated history"}; arrivals are those of the whole period.${sums}`, alt: "", table: true,
      sheet: () => byPlace(data, data.stock, "#affected+displaced"), draw: (room) => room.append(stockTable(data)),
    }), // prettier-ignore
  ];
}

function whence(data: PageData, store: Store): HTMLElement {
  const { matrix, sankey, journeys } = data;
  const none = element("p", {}, "This run did not follow where people came from.");
  return section(
    "journeys",
    "Who fled from where to where",
    "People who left home in the period. Those already displaced on the first day are left out: where they came from is not known.",
    matrix
      ? figure({
          name: "origins", title: "From where (rows) to where (columns), on the last day", alt: "Matrix of origins and places",
          note: `${data.run.members > 1 ? "Middle values; point at a cell for its 90 % interval. " : ""}People on the road or at a gate count where they last stopped. Cells join ${wordsOf(data)[1]}; roads are not shown, on purpose.`,
          sheet: () => matrixSheet(data, matrix), draw: (room, width) => room.append(drawMatrix(data, matrix, width)),
        })
      : none,
    ...(journeys?.itineraries.length ? byStop(data, store, journeys) : sankey ? [stagesFigure(data, sankey)] : []),
  ); // prettier-ignore
}

/** From home over the first shelter to the present place: counted for a run of individuals, else approximated. */
function stagesFigure(data: PageData, sankey: SankeyTables): HTMLElement {
  const back = `${people(sankey.home_again)} turned back or returned and are again in the place that they left; their bands end in the middle.`;
  const how = sankey.real
    ? `Both halves are simulated people's own journeys. Where fewer than 100 went the same three places they are left out, ${people(sankey.left_out)} in all.`
    : "The left half is simulated. The right half is an approximation: the run knows how many of each origin are where, not who moved on from a first shelter; it is drawn as if as few as possible had moved on.";
  return sankeyFigure(data, "stages", "From home to first shelter to now", threeStages(sankey), `People${data.run.members > 1 ? ", as means over all histories" : ""}: each counts once on each side, however often they moved. ${how} ${back}`);
}

/** Journeys stop by stop, with the warning that goes with them, and the itineraries that the map can play. */
function byStop(data: PageData, store: Store, journeys: Journeys): HTMLElement[] {
  const out = `Itineraries of fewer than 100 people are left out, ${people(journeys.left_out)} people in all.`;
  const later = journeys.cut ? " Stops after the fourth are not drawn." : "";
  const more = journeys.more ? ` ${journeys.more} more itineraries are in \`onward journeys --json\`.` : "";
  return [
    element("p", { class: "fitness unfit", role: "note" }, element("b", {}, "Route detail."), ` ${journeys.warning}`),
    sankeyFigure(data, "stages", "Journeys from home, stop by stop", allStages(journeys), `People, as means over all histories. A stop is a place where people stayed for a night or more; where a bar is thicker than the bands that leave it, the rest stayed. ${out}${later}`),
    figure({
      name: "itineraries", title: "The most common journeys", alt: "", table: true, note: `Means over all histories. ${out}${more} On the map, the people of one journey alone arrive at its stops day by day.`,
      sheet: () => itinerarySheet(data), draw: (room) => room.append(itineraryTable(data, store)),
    }),
  ]; // prettier-ignore
}

function sankeyFigure(data: PageData, name: string, title: string, stages: Stages, note: string): HTMLElement {
  const alt = `Flow chart: ${stages.heads.join(", ").toLowerCase()}`;
  return figure({ name, title, alt, note, sheet: () => sankeySheet(data, stages), draw: (room, width) => room.append(drawSankey(data, stages, width)) });
}

function again(data: PageData): HTMLElement {
  const whole = data.totals.displaced.p50.at(-1) ?? 0;
  const mean = (data.times?.mean ?? []).reduce((sum, row) => sum + (row.at(-1) ?? 0), 0);
  const note = `How often people who are away from home were displaced, counting the flight from home.${data.run.members > 1 ? ` Means over all histories, which add up: ${people(mean)} on the last day, where the middle value of all is ${people(whole)}. The CSV has the intervals.` : ""}`;
  return section(
    "again",
    "Displaced again and again",
    note,
    data.times
      ? figure({ name: "times", title: "People away from home by how often they were displaced", note: "Those displaced before the first day count as displaced once.", alt: "Stacked areas by times displaced", sheet: () => timesSheet(data), draw: (room, width) => room.append(drawTimes(data, width)) })
      : element("p", {}, "This run did not follow how often people were displaced."),
  ); // prettier-ignore
}

function gates(data: PageData): HTMLElement {
  return section(
    "gates",
    "Waiting at gates",
    "A gate is a border crossing or a crossing point of a line. A closed gate stops people; a metered gate lets a number a day through.",
    queues(data).length
      ? figure({ name: "gates", title: "People waiting, gate by gate", note: `Same scale for all, by square root.${data.run.members > 1 ? " Bands: half and nine in ten of all histories." : ""}`, alt: "People waiting at each gate, day by day", sheet: () => gatesSheet(data), draw: (room, width) => room.append(drawGates(data, width)) })
      : element("p", {}, data.districts ? "While a crisis is ongoing, people at single gates are not shown." : "Nobody waits at a gate for long."),
  ); // prettier-ignore
}

function exposure(data: PageData): HTMLElement {
  const { displaced, residents } = data.exposure.total;
  const said = `Displaced people spent ${ranged(data.run, displaced.p50, displaced.p5, displaced.p95, "90 %: ")} person-days and residents ${ranged(data.run, residents.p50, residents.p5, residents.p95, "90 %: ")} person-days in places that were attacked on that day.`;
  return section(
    "exposure",
    "Under attack",
    said,
    figure({
      name: "exposure", title: "Person-days in attacked places", alt: `Person-days in attacked ${wordsOf(data)[1]}`,
      note: "The number of days on which a place was attacked, times the people there: a measure of exposure, not of casualties. Attacks are an input, from the crisis folder. Squares: residents. Circles: displaced people. Scale by square root.",
      sheet: () => exposureSheet(data), draw: (room, width) => room.append(drawExposure(data, width)),
    }),
    data.exposure.held.length
      ? figure({
          name: "held", title: "Person-days under attack by who holds the place or the road", alt: "Table of person-days under attack by holder",
          note: `${data.run.members > 1 ? "The middle of all histories, and nine in ten of them in brackets. " : ""}People on the road count at the place that they passed last.`,
          table: true, sheet: () => holdersSheet(data), draw: (room) => room.append(holdersTable(data)),
        })
      : null,
  ); // prettier-ignore
}

function beside(data: PageData): HTMLElement {
  const counts = comparable(data).length
    ? figure({
        name: "counts", title: "Counts compared with the run", alt: "Each count with the figure of the run",
        note: `${data.run.members > 1 ? "Bars: the run (light 90 %, dark 50 %, tick middle)" : "Ticks: the run"}. Diamonds: the count, with its range. ${covered(data)} Counts below ten are not shown. Scale by square root.`,
        sheet: () => countsSheet(data), draw: (room, width) => room.append(drawCounts(data, width)),
      })
    : element("p", {}, "This crisis has no counts to compare with."); // prettier-ignore
  const claims = figure({
    name: "claims", title: "Reported figures compared with the run", alt: "", table: true,
    note: `${data.run.members > 1 ? "The verdict (inside, lower or higher) is on the run's middle value; below it stands whether the 90 % interval reaches the reported range. Frame: reported range; bar: the run's 90 % interval; tick: its middle." : "Frame: reported range; tick: the run."} A claim is somebody's statement and may itself be wrong.`,
    sheet: () => claimsSheet(data), draw: (room) => room.append(claimsTable(data)),
  }); // prettier-ignore
  return section("beside", "Compared with what was counted", data.headline.find(({ question }) => question.startsWith("Compared"))?.answer ?? "", counts, data.claims.length ? claims : null);
}

function limits(data: PageData): HTMLElement {
  const unsaid = data.claims.filter((claim) => claim.verdict === "not modelled").map((claim) => claim.id);
  const lines = [...data.limits];
  if (unsaid.length) lines.unshift(`The model cannot answer ${unsaid.join(" and ")} of the reported figures (see the table above).`);
  return section(
    "limits",
    "What this run cannot answer",
    "A simulation is not a count. Use it together with reports, never as the only ground for a decision, and never to find or follow people.",
    element("ul", { class: "limits" }, ...lines.map((line) => element("li", {}, line))),
  );
}

export function cardSection(card: Card): HTMLElement {
  const part = ({ title, text }: Card["sections"][number]): HTMLElement =>
    element("details", {}, element("summary", {}, title), element("div", { class: "card-text" }, ...paragraphs(text)));
  return section("card", card.title, "Purpose, data, parameters, skill, limits and ethics of this run.", ...card.sections.map(part));
}

/** Lines that begin with a hyphen are items of a list. */
function paragraphs(text: string): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (const line of text.split("\n").filter((words) => words.trim())) {
    const item = /^\s*- (.*)/.exec(line);
    if (!item) found.push(element("p", {}, line));
    else if (found.at(-1)?.tagName === "UL") found.at(-1)?.append(element("li", {}, item[1]));
    else found.push(element("ul", {}, element("li", {}, item[1])));
  }
  return found;
}

function foot({ run, name }: PageData): HTMLElement {
  const made = run.created ? `, run on ${run.created.slice(0, 10)}` : "";
  return element(
    "footer",
    { class: "foot" },
    element("p", {}, `Made with Onward ${run.version} from the run ${name} of the crisis ${run.crisis}${made}. Figures are rounded to two significant digits.`),
    element("p", {}, "Base map: Natural Earth (public domain). This page loads nothing from the network and sends nothing anywhere."),
  );
}
