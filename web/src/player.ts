/** The map with its days, its legend and a panel next to it. */

import type { Api } from "./api";
import { element } from "./dom";
import { type Drawing, framed, savePng, saveSvg, svgText } from "./download";
import { dateOf, longDay } from "./format";
import { flowsShown, itineraryChoice, wayOf } from "./itineraries";
import { atLevel, levelSwitch, wordsOf } from "./levels";
import { legend } from "./map/legend";
import { CrisisMap } from "./map/map";
import { side } from "./side";
import { Store } from "./state";
import { keys, millisecondsPerDay, timeline } from "./timeline";
import type { PageData } from "./types";

const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");

export function player(data: PageData, store: Store, api: Api | null = null): HTMLElement {
  const stage = element("div", { class: "stage" });
  const room = element("section", { class: "player", "aria-labelledby": "map-title", id: "map" });
  const hint = "Space plays and pauses, arrows step, Home and End go to the first and last day, + and − zoom, Escape shows all places again.";
  room.append(
    element("h2", { id: "map-title", class: "unseen" }, "Map, day by day"),
    stage,
  );
  const build = (): void => {
    const { level, journey } = store.state;
    const whole = atLevel(data, level);
    const shown = { ...whole, flows: flowsShown(data, whole, level, journey) };
    const width = Math.max(280, stage.clientWidth);
    const narrow = width < 900;
    const wide = narrow ? width : Math.round(width * 0.7);
    const above = stage.getBoundingClientRect().top - (room.closest(".report") ?? room).getBoundingClientRect().top;
    const choice = itineraryChoice(data, store);
    const map = new CrisisMap(shown, store, wide, mapHeight(wide, narrow, above + (choice ? CHOICE : 0)));
    const frame = element("div", { class: "frame", tabindex: "0", role: "group", "aria-label": `Map. ${hint}` }, map.room, zoomButtons(map), levelSwitch(data, store));
    const under = element("p", { class: "disclaimer" }, data.disclaimer, " Base map: Natural Earth.");
    const main = element("div", { class: "stage-main" }, choice, frame, timeline(data, store), under, legend(shown, map.marks, map.flows, map.control), element("p", { class: "hint" }, `${data.run.members > 1 ? "Discs and figures are middle values of all simulated histories, flows and attacks are means. " : ""}Point at a ${wordsOf(shown)[0]}${data.districts ? "" : " or gate"} to see its figures, click a ${wordsOf(shown)[0]} to show its curve. ${hint}`), saving(map, data, store));
    const panel = side(shown, store, map.control, api);
    stage.replaceChildren(main, panel);
    keys(main, store, (factor) => map.zoomBy(factor));
    run(map, store);
    performance.mark("onward-map");
  };
  requestAnimationFrame(() => setTimeout(() => store.remake("map", build))); // after the first paint: the words come first
  store.on((state, before) => {
    if (state.level === before.level && state.journey === before.journey) return;
    store.remake("map", build);
    const chosen = state.level === before.level ? "#itinerary-choice" : '.level[aria-pressed="true"]';
    stage.querySelector<HTMLElement>(chosen)?.focus({ preventScroll: true });
  });
  return room;
}

/** What stands below the map in the first screen, in pixels: the days. */
const UNDER_THE_MAP = 148;
/** Height of the list of journeys above it. */
const CHOICE = 44;

/** Map and days fit the first screen, where that leaves a map worth looking at. */
function mapHeight(wide: number, narrow: boolean, above: number): number {
  if (narrow) return Math.round(Math.max(340, wide * 0.9));
  return Math.round(Math.min(wide * 0.68, 900, Math.max(420, window.innerHeight - above - UNDER_THE_MAP)));
}

function zoomButtons(map: CrisisMap): HTMLElement {
  const button = (word: string, sign: string, factor: number) =>
    element("button", { type: "button", "aria-label": word, onclick: () => map.zoomBy(factor) }, sign);
  return element("div", { class: "zoom" }, button("Closer", "+", 1.6), button("Farther", "−", 1 / 1.6), button("Whole map", "⤢", 0));
}

/** The map of the day as a file, with its title and the disclaimer. */
function saving(map: CrisisMap, data: PageData, store: Store): HTMLElement {
  const name = `map-${data.run.crisis}`;
  const made = (): Drawing => {
    const [ground, over] = map.room.querySelectorAll<SVGSVGElement>("svg.map-drawing");
    const day = longDay(dateOf(data.run.start, store.state.day));
    const { journey } = store.state;
    const alone = journey === null ? "" : `Flows: only the journey ${wayOf(data, journey)}. ${data.journeys?.warning} `;
    const said = `${alone}${data.disclaimer} Base map: Natural Earth. Simulated, not observed: middle values of ${data.run.members} histories. Made with Onward.`;
    return framed(`${data.run.title} – ${day}`, [svgText(ground, map.flows.canvas), svgText(over)], ground.getBoundingClientRect(), said);
  };
  const button = (word: string, act: () => void) => element("button", { type: "button", class: "quiet", "aria-label": `${word}: map`, onclick: act }, word);
  return element("div", { class: "downloads" }, button("PNG", () => void savePng(name, made())), button("SVG", () => saveSvg(name, made())));
}

/** Move days and dots while it plays, and only while the map is seen. */
function run(map: CrisisMap, store: Store): void {
  const pace = millisecondsPerDay(store.days);
  let last = 0;
  let seconds = 0;
  let owed = 0;
  const tick = (now: number): void => {
    if (!store.state.playing) return;
    const passed = Math.min(250, now - last);
    last = now;
    owed += passed;
    if (owed >= pace) {
      const day = store.state.day + Math.floor(owed / pace);
      owed %= pace;
      store.set(day >= store.days - 1 ? { day: store.days - 1, playing: false } : { day });
    }
    seconds += passed / 1000;
    map.animate(STILL.matches || !store.state.playing ? null : seconds);
    requestAnimationFrame(tick);
  };
  store.on((state, before) => {
    if (state.playing === before.playing) return;
    if (!state.playing) return map.animate(null);
    last = performance.now();
    owed = 0;
    requestAnimationFrame(tick);
  });
}
