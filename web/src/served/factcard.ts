/** One fact to judge: accept, correct, reject, note; by mouse, or by single keys while it has the focus. */

import { element } from "../dom";
import { alertBox, inputField, numberIn, selectField } from "./fields";
import type { Decision, Fact, Known, Row, Total } from "./types";

const TABLES: [string, string][] = [["", "nothing"], ["counts", "a count"], ["events", "an attack"], ["control", "who holds a place"], ["claims", "a claim"]]; // prettier-ignore
const SAID: Record<Decision, string> = { "": "undecided", accept: "accepted", correct: "corrected", reject: "rejected" };

export interface FactCard {
  room: HTMLElement;
  row: Row;
}

/** `changed` is called after each decision. */
export function factCard(fact: Fact, row: Row, known: Known[], changed: () => void, totals: Total[] = []): FactCard {
  const state = element("span", { class: "decision" });
  const editor = element("div", { class: "editor", hidden: true });
  const room = element("li", { class: `fact-card kind-${fact.kind}`, tabindex: 0, id: `card-${fact.id}`, "aria-label": `${fact.id}: ${summary(fact, row)}` });
  const decide = (decision: Decision): void => {
    row.decision = decision;
    room.dataset.decision = decision;
    state.textContent = SAID[decision];
    changed();
  };
  const open = (): void => {
    if (!editor.childElementCount) editor.append(...editorFields(row, known, () => decide("correct")));
    editor.hidden = false;
    editor.querySelector<HTMLElement>("input, select")?.focus();
  };
  const note = inputField("Note", "text", { maxlength: 500, value: row.note, oninput: (event) => void (row.note = (event.target as HTMLInputElement).value) });
  note.room.hidden = !row.note;
  const write = (): void => {
    note.room.hidden = false;
    note.input.focus();
  };
  const acts: Record<string, () => void> = { a: () => decide("accept"), c: open, r: () => decide("reject"), n: write, u: () => decide("") };
  room.append(...heading(fact, row, state), ...sums(fact, totals), buttons(fact, acts), note.room, editor);
  room.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return room.focus();
    if (event.target !== room || event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
  state.textContent = SAID[row.decision];
  return { room, row };
}

function heading(fact: Fact, row: Row, state: HTMLElement): HTMLElement[] {
  const places = fact.places.map(({ role, name }) => `${role} ${name}`).join(", ");
  const rest = [places, row.date || fact.date_text, `says ${fact.attribution}`, fact.modality, fact.same_as ? `same as ${fact.same_as}` : "", fact.part_of ? `part of ${fact.part_of}` : ""];
  return [
    element("p", { class: "fact-head" }, element("span", { class: "tag" }, fact.kind), element("b", {}, summary(fact, row)), state),
    element("blockquote", { dir: "auto" }, fact.quote),
    element("p", { class: "note" }, rest.filter(Boolean).join(" · ")),
  ];
}

/** The parts of a figure, and whether they fit in it. */
function sums(fact: Fact, totals: Total[]): HTMLElement[] {
  return totals
    .filter(({ whole }) => whole === fact.id)
    .map(({ parts, sum, fits }) => element("p", { class: fits ? "note" : "problem" }, `Parts ${parts.join(", ")}${sum ? ` add up to ${sum.toLocaleString("en-GB")}` : ""}${fits ? "." : ", which is more than this figure."}`));
}

function summary(fact: Fact, row: Row): string {
  const figure = row.value ?? (row.low === null && row.high === null ? "" : `${row.low ?? "…"} – ${row.high ?? "…"}`);
  return [fact.indicator.replaceAll("_", " "), figure.toLocaleString("en-GB"), fact.unit ?? ""].filter(Boolean).join(" ");
}

function buttons(fact: Fact, acts: Record<string, () => void>): HTMLElement {
  const button = (key: string, words: string): HTMLElement =>
    element("button", { type: "button", class: "quiet", onclick: acts[key], "aria-label": `${words} ${fact.id}` }, words);
  return element("p", { class: "acts" }, button("a", "Accept"), button("c", "Correct"), button("r", "Reject"), button("n", "Note"), button("u", "Undo"));
}

function editorFields(row: Row, known: Known[], changed: () => void): HTMLElement[] {
  const said = alertBox();
  const numbers = (["value", "low", "high"] as const).map((name) => {
    const field = inputField(name, "number", { min: 0, step: "any", value: row[name] ?? "" });
    field.input.addEventListener("change", () => {
      if (field.input.value && numberIn(field.input) === null) return said.tell(`${name}: not a number.`);
      row[name] = numberIn(field.input);
      changed();
    });
    return field.room;
  });
  const texts = (["place", "origin", "destination", "actor"] as const).map((name) => {
    const kinds = name === "actor" ? ["actor"] : ["place", "area"];
    const field = known.length ? selectField(name, choices(known, kinds, row[name])) : inputField(name, "text", { maxlength: 80 });
    return bound(field, row, name, changed);
  });
  const date = bound(inputField("date (day, or first/last)", "text", { pattern: "[0-9./-]*" }), row, "date", changed);
  const becomes = bound(selectField("becomes", TABLES), row, "becomes", changed);
  return [element("div", { class: "row" }, ...numbers, ...texts, date, becomes), said.room];
}

function bound(field: { room: HTMLElement; input: HTMLInputElement | HTMLSelectElement }, row: Row, name: "place" | "origin" | "destination" | "actor" | "date" | "becomes", changed: () => void): HTMLElement {
  field.input.value = row[name];
  field.input.addEventListener("change", () => {
    row[name] = field.input.value.trim();
    changed();
  });
  return field.room;
}

function choices(known: Known[], kinds: string[], now: string): [string, string][] {
  const found = known.filter(({ kind }) => kinds.includes(kind)).map(({ key, name }): [string, string] => [key, name === key ? key : `${name} (${key})`]);
  return [["", "–"], ...(now && !found.some(([key]) => key === now) ? [[now, now] as [string, string]] : []), ...found];
}
