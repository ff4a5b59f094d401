/** Reviewers' notes on the shown run: list them, write one, answer, close a thread. Only with a server. */

import { ApiError, type Api } from "../api";
import { element, freshId } from "../dom";
import { dateOf, isoDay, longDay } from "../format";
import type { Store } from "../state";
import type { PageData } from "../types";
import { alertBox, inputField, selectField, textField } from "./fields";

interface Note {
  n: number;
  time: string;
  by: string;
  on: string;
  text: string;
  reply: number | null;
  resolve: boolean;
  resolved: boolean;
}

type Sent = Partial<Pick<Note, "on" | "text" | "by">> & { reply?: number; resolve?: number };

export function notesSection(data: PageData, store: Store, api: Api): HTMLElement {
  const path = `/api/runs/${encodeURIComponent(data.name)}/notes`;
  const list = element("ol", { class: "threads", "aria-label": "Notes" });
  const said = alertBox();
  const by = inputField("Your name (kept with the note)", "text", { maxlength: 100, autocomplete: "name" });
  const text = textField("Note", { rows: 3, maxlength: 10_000, dir: "auto" });
  const on = selectField("On", choices(data, store));
  store.on((state, before) => {
    if (state.place === before.place && state.day === before.day && state.level === before.level) return;
    const chosen = on.input.selectedIndex;
    on.input.replaceChildren(...choices(data, store).map(([value, words]) => element("option", { value }, words)));
    on.input.selectedIndex = Math.max(0, Math.min(chosen, on.input.options.length - 1));
  });
  const load = async (): Promise<void> => {
    const notes = await api.ask<Note[]>(path);
    list.replaceChildren(...threads(data, notes, send));
  };
  const send = async (sent: Sent): Promise<boolean> => {
    try {
      await api.ask<Note>(path, { method: "POST", body: JSON.stringify({ ...sent, by: by.input.value.trim() }) });
      await load();
      said.tell("");
      return true;
    } catch (error) {
      said.tell(error instanceof ApiError ? error.message : `The server does not answer (${String(error)}).`);
      return false;
    }
  };
  const submit = async (): Promise<void> => {
    if (await send({ on: on.input.value, text: text.input.value })) text.input.value = "";
  };
  const form = element(
    "form",
    { class: "note-form", novalidate: true, onsubmit: (event) => (event.preventDefault(), void submit()) },
    element("div", { class: "row" }, on.room, by.room),
    text.room,
    element("button", { type: "submit", class: "go" }, "Add the note"),
    said.room,
  );
  load().catch((error: unknown) => said.tell(error instanceof ApiError ? error.message : `The server does not answer (${String(error)}).`));
  const note = "They are kept with the run and shown in its reports. Pin a place or go to a day to write on it.";
  return element("section", { class: "chapter served notes", "aria-labelledby": "notes-title", id: "notes" }, element("h2", { id: "notes-title" }, "Notes of reviewers"), element("p", { class: "section-note" }, note), list, form);
}

/** What a note can be on: the run, the pinned place, the shown day, a claim, the what-if. */
function choices(data: PageData, store: Store): [string, string][] {
  const { place, day, level } = store.state;
  const date = dateOf(data.run.start, day);
  const pinned: [string, string][] = place === null || level || data.districts ? [] : [[`place:${data.places.id[place]}`, `the place ${data.places.name[place]}`]];
  const scenario: [string, string][] = data.run.scenario ? [[`scenario:${data.run.scenario.name}`, "the what-if"]] : [];
  const claims = data.claims.map(({ id, words }): [string, string] => [`claim:${id}`, `claim ${id}: ${words}`.slice(0, 90)]);
  return [["run", "the run"], ...pinned, [`day:${isoDay(date)}`, `the day ${longDay(date)}`], ...scenario, ...claims]; // prettier-ignore
}

function threads(data: PageData, notes: Note[], send: (sent: Sent) => Promise<boolean>): HTMLElement[] {
  if (!notes.length) return [element("li", {}, "Nobody has written a note on this run.")];
  return notes.filter((note) => note.reply === null).map((first) => {
    const mine = notes.filter((note) => note.n === first.n || note.reply === first.n);
    const open = !first.resolved;
    return element("li", { class: open ? "thread" : "thread closed" }, element("h3", {}, subject(data, first.on), element("small", {}, open ? "open" : "resolved")), ...mine.map(line), open ? answering(first, send) : null);
  }); // prettier-ignore
}

function subject(data: PageData, on: string): string {
  const [kind, ...rest] = on.split(":");
  const id = rest.join(":");
  if (kind === "place") return `Place: ${data.places.name[data.places.id.indexOf(id)] ?? id}`;
  if (kind === "row") return `${rest[0]}.csv, row ${rest[1]}`;
  return kind === "run" ? "The run" : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}: ${id}`;
}

function line({ by, time, text, resolve }: Note): HTMLElement {
  const who = `${by || "no name given"}, ${time.slice(0, 16).replace("T", " ")} UTC`;
  return element("p", { dir: "auto" }, text || (resolve ? "Closed the thread." : ""), element("small", {}, who));
}

function answering(first: Note, send: (sent: Sent) => Promise<boolean>): HTMLElement {
  const id = freshId("answer");
  const input = element("input", { id, type: "text", maxlength: 10_000, dir: "auto" });
  const answer = element("button", { type: "button", class: "quiet", onclick: () => void send({ reply: first.n, text: input.value }) }, "Answer");
  const close = element("button", { type: "button", class: "quiet", onclick: () => void send({ resolve: first.n, text: input.value }) }, "Resolve");
  return element("div", { class: "answering" }, element("label", { for: id, class: "unseen" }, `Answer to note ${first.n}`), input, answer, close);
}
