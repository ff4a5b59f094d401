/** One fact to judge: accept, correct, reject, note; by mouse, or by single keys while it has the focus. */

import { element } from "../dom";
import { alertBox, inputField, numberIn, selectField } from "./fields";
import type { Decision, Fact, Known, Read, Row } from "./types";

const TABLES: [string, string][] = [["", "nothing"], ["counts", "a count"], ["events", "an attack"], ["control", "who holds a place"], ["claims", "a claim"]]; // prettier-ignore
const SAID: Record<Decision, string> = { "": "undecided", accept: "accepted", correct: "corrected", reject: "rejected" };

export interface FactCard {
  room: HTMLElement;
  row: Row;
}

/** `changed` is called after each decision; `read` holds the other facts, for parts and totals. */
export function factCard(fact: Fact, row: Row, read: Read, changed: () => void): FactCard {
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
    if (!editor.childElementCount) editor.append(...editorFields(row, read.known, () => decide("correct")));
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
  room.append(...heading(fact, row, state), ...whole(fact, read), ...parts(fact, read), buttons(fact, acts), note.room, editor);
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
  const rest = [places, row.date || fact.date_text, `says ${fact.attribution}`, fact.modality, fact.same_as ? `same as ${fact.same_as}` : ""];
  return [
    element("p", { class: "fact-head" }, element("span", { class: "tag" }, fact.kind), element("b", {}, summary(fact, row)), state),
    element("blockquote", { dir: "auto" }, fact.quote),
    element("p", { class: "note" }, rest.filter(Boolean).join(" · ")),
  ];
}

/** The figure that this one is part of; of a share also how many people it makes. */
function whole(fact: Fact, read: Read): HTMLElement[] {
  if (!fact.part_of) return [];
  const of = read.facts.findIndex(({ id }) => id === fact.part_of);
  const [share, total] = [read.rows[read.facts.indexOf(fact)]?.value, read.rows[of]?.value];
  const people = fact.unit === "percent" && share && total ? `, which makes ${Math.round((share / 100) * total).toLocaleString("en-GB")} ${read.facts[of].unit}` : "";
  return [element("p", { class: "note" }, fact.unit === "percent" ? "Share of " : "Part of ", named(fact.part_of, read), `${people}.`)];
}

/** The parts of a figure, and whether they fit in it. */
function parts(fact: Fact, read: Read): HTMLElement[] {
  return read.totals
    .filter((total) => total.whole === fact.id)
    .map((total) => {
      const shares = read.facts.find(({ id }) => id === total.parts[0])?.unit === "percent";
      const sum = total.sum && total.parts.length > 1 ? `, ${total.sum.toLocaleString("en-GB")}${shares ? " per cent" : ""} together` : "";
      const list = total.parts.flatMap((id, n) => [n ? ", " : "", named(id, read)]);
      return element("p", { class: total.fits ? "note" : "problem" }, shares ? "Shares: " : "Parts: ", ...list, sum, total.fits ? "." : shares ? ": more than 100." : ": more than this figure.");
    });
}

/** A link to another fact's card, with its figure. */
function named(id: string, read: Read): HTMLElement {
  const at = read.facts.findIndex((fact) => fact.id === id);
  const go = (event: Event): void => {
    event.preventDefault();
    document.getElementById(`card-${id}`)?.focus();
  };
  return element("a", { href: `#card-${id}`, onclick: go }, at < 0 ? id : `${id} (${summary(read.facts[at], read.rows[at])})`);
}

function summary(fact: Fact, row: Row): string {
  const figure = row.value ?? (row.low === null && row.high === null ? "" : `${row.low ?? "…"} – ${row.high ?? "…"}`);
  return [fact.indicator.replaceAll("_", " "), figure.toLocaleString("en-GB"), (fact.unit ?? "").replaceAll("_", " ")].filter(Boolean).join(" ");
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
