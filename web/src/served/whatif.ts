/** The form of a what-if: when a ceasefire holds, what gates do, how many attacks, a camp more. */

import { ApiError, type Api, type RunEntry } from "../api";
import { element } from "../dom";
import type { PageData } from "../types";
import { alertBox, inputField, numberIn, selectField } from "./fields";
import { runNameOf, steps, type Attacks, type Camp, type Ceasefire, type Fields, type GateRule } from "./steps";
import type { Job, WhatIf } from "./types";

interface Part<T> {
  room: HTMLElement;
  read: () => T;
}

export interface Form {
  room: HTMLElement;
  /** Offer these runs as baselines. */
  offer: (runs: RunEntry[]) => void;
}

/** `asked` is called with each what-if that the server has taken. */
export function whatIfForm(api: Api, asked: (job: Job) => void): Form {
  const baseline = selectField("What happens otherwise (baseline)", []);
  const title = inputField("What if …", "text", { maxlength: 200, required: true });
  const changes = element("div", { class: "changes", "aria-live": "polite" });
  const said = alertBox();
  let read: (() => Fields) | null = null;
  const load = async (): Promise<void> => {
    read = null;
    try {
      const page = await api.page(baseline.input.value);
      const made = parts(page);
      title.input.placeholder = example(page);
      changes.replaceChildren(...made.rooms);
      read = made.read;
      said.tell("");
    } catch (error) {
      said.tell((error as Error).message);
    }
  };
  baseline.input.addEventListener("change", () => void load());
  const send = async (): Promise<void> => {
    if (!read) return said.tell("Choose a baseline first.");
    const whatif: WhatIf = { baseline: baseline.input.value, name: runNameOf(title.input.value), title: title.input.value.trim(), interventions: steps(read()) };
    const wrong = missing(whatif);
    if (wrong) return said.tell(wrong);
    try {
      asked(await api.ask<Job>("/api/whatifs", { method: "POST", body: JSON.stringify(whatif) }));
      said.tell(`“${whatif.title}” is in the queue as ${whatif.name}.`, true);
    } catch (error) {
      said.tell(error instanceof ApiError ? error.message : `The server does not answer (${String(error)}).`);
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void send();
  };
  const form = element("form", { class: "whatif", onsubmit: submit, novalidate: true }, element("div", { class: "row" }, title.room, baseline.room), changes, element("button", { type: "submit", class: "go" }, "Run it"), said.room);
  const offer = (runs: RunEntry[]): void => {
    const before = baseline.input.value;
    baseline.input.replaceChildren(...runs.map((run) => element("option", { value: run.name }, run.name)));
    if (runs.some((run) => run.name === before)) baseline.input.value = before;
    else if (runs.length) void load();
  };
  return { room: form, offer };
}

function missing(whatif: WhatIf): string {
  if (!whatif.title) return "Say in a few words what is different; the run is named by them.";
  if (!whatif.name) return "Say it with some letters a to z or digits: the run's folder is named by them.";
  if (!whatif.interventions.length) return "Nothing is changed yet. Set a ceasefire, a gate, attacks or a camp.";
  return "";
}

function parts(page: PageData): { rooms: HTMLElement[]; read: () => Fields } {
  const days = { min: page.run.start, max: page.run.end };
  const [ceasefire, gates, attacks, camp] = [ceasefirePart(days), gatesPart(page, days), attacksPart(page, days), campPart(page, days)];
  return {
    rooms: [ceasefire.room, attacks.room, gates.room, camp.room],
    read: () => ({ ceasefire: ceasefire.read(), gates: gates.read(), attacks: attacks.read(), camp: camp.read() }),
  };
}

type Days = { min: string; max: string };

function group(title: string, ...children: (HTMLElement | null)[]): HTMLElement {
  return element("fieldset", {}, element("legend", {}, title), ...children);
}

function ceasefirePart(days: Days): Part<Ceasefire | null> {
  const start = inputField("From", "date", days);
  const left = inputField("Attacks that go on, %", "number", { min: 0, max: 100, value: 5 });
  return {
    room: group("Ceasefire", element("div", { class: "row" }, start.room, left.room), note("No place changes hands from that day on. Empty: none.")),
    read: () => (start.input.value ? { start: start.input.value, left: numberIn(left.input) ?? 0 } : null),
  };
}

const TYPES: [string, string][] = [["", "all kinds"], ["air", "air strikes"], ["shelling", "shelling"], ["ground", "ground attacks"], ["missile", "missiles"], ["other", "others"]]; // prettier-ignore

function attacksPart(page: PageData, days: Days): Part<Attacks | null> {
  const factor = inputField("Times as many", "number", { min: 0, max: 100, step: "any", placeholder: "1" });
  const type = selectField("Kind", TYPES);
  const actor = selectField("By", [["", "anybody"], ...page.control.actors.map(({ id, name }): [string, string] => [id, name])]);
  const [start, end] = [inputField("From", "date", days), inputField("To", "date", days)];
  return {
    room: group("Attacks", element("div", { class: "row" }, factor.room, type.room, actor.room, start.room, end.room), note("0: none; 0.5: half as many. Empty: as they were.")),
    read: () => {
      const times = numberIn(factor.input);
      return times === null ? null : { factor: times, type: type.input.value, actor: actor.input.value, start: start.input.value, end: end.input.value };
    },
  };
}

const POLICIES: [string, string][] = [["", "as it was"], ["open", "open"], ["quota", "metered"], ["closed", "closed"]];

function gatesPart(page: PageData, days: Days): Part<GateRule[]> {
  const rows = page.gates.id.map((gate, n) => gateRow(gate, page.gates.name[n] || gate, days));
  const heads = ["Gate", "Rule", "People a day", "From"].map((words) => element("th", { scope: "col" }, words));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows.map((row) => row.room)));
  return {
    room: group("Gates", rows.length ? element("div", { class: "table-room gates", tabindex: 0, role: "group", "aria-label": "Gates" }, table) : note("This crisis has no gates.")),
    read: () => rows.flatMap((row) => row.read() ?? []),
  };
}

function gateRow(gate: string, name: string, days: Days): Part<GateRule | null> {
  const policy = element("select", { "aria-label": `Rule of ${name}` }, ...POLICIES.map(([value, words]) => element("option", { value }, words)));
  const perDay = element("input", { type: "number", min: 0, "aria-label": `People a day at ${name}`, disabled: true });
  const start = element("input", { type: "date", "aria-label": `${name}: from`, disabled: true, ...days });
  policy.addEventListener("change", () => {
    perDay.disabled = policy.value !== "quota";
    start.disabled = policy.value === "";
    if (!perDay.disabled) perDay.focus();
  });
  const cells = [name, policy, perDay, start].map((child) => element("td", {}, child));
  return {
    room: element("tr", {}, ...cells),
    read: () => (policy.value ? { gate, policy: policy.value as GateRule["policy"], perDay: numberIn(perDay), start: start.value } : null),
  };
}

function campPart(page: PageData, days: Days): Part<Camp | null> {
  const name = inputField("Name", "text", { maxlength: 60, placeholder: `camp near ${page.places.name[0] ?? "a place"}` });
  const near = page.districts ? inputField("Near (short name of a place)", "text") : selectField("Near", page.places.id.map((id, n): [string, string] => [id, page.places.name[n]]));
  const distance = inputField("By road, km", "number", { min: 0.1, max: 1000, step: "any", value: 3 });
  const capacity = inputField("Room for", "number", { min: 1, value: 10_000 });
  const opens = inputField("Opens", "date", days);
  const latitude = inputField("Latitude", "number", { min: -90, max: 90, step: "any" });
  const longitude = inputField("Longitude", "number", { min: -180, max: 180, step: "any" });
  const place = (): void => {
    const at = page.places.id.indexOf(near.input.value);
    latitude.input.value = String(page.places.lat[at] ?? "");
    longitude.input.value = String(page.places.lon[at] ?? "");
  };
  near.input.addEventListener("change", place);
  place();
  const fields = [name, near, distance, capacity, opens, latitude, longitude].map((field) => field.room);
  return {
    room: group("A camp more", element("div", { class: "row" }, ...fields), note("Empty name: none. It stands where the place near it is, until you say where.")),
    read: () => {
      const key = runNameOf(name.input.value).replaceAll("-", "_");
      const numbers = [distance, latitude, longitude, capacity].map((field) => numberIn(field.input) ?? Number.NaN);
      return key ? { place: key, near: near.input.value, distanceKm: numbers[0], latitude: numbers[1], longitude: numbers[2], capacity: numbers[3], opens: opens.input.value } : null;
    },
  };
}

/** An example of a what-if of this crisis: its first gate, or else its first party. */
function example({ gates, control, places }: PageData): string {
  if (gates.id.length) return `${gates.name[0] || gates.id[0]} opens`;
  if (control.actors.length) return `Half as many attacks by ${control.actors[0].name}`;
  return `A camp near ${places.name[0]}`;
}

function note(words: string): HTMLElement {
  return element("p", { class: "note" }, words);
}

