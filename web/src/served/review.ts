/** Review a report: its text with what was read in it marked, and a card to judge each fact by. */

import { ApiError, type Api, type RunEntry } from "../api";
import { save } from "../download";
import { element } from "../dom";
import { factCard, type FactCard } from "./factcard";
import { alertBox, inputField, selectField, textField } from "./fields";
import { pieces } from "./spans";
import type { Read } from "./types";

export interface Review {
  room: HTMLElement;
  /** Offer the crises of these runs to look up places in. */
  offer: (runs: RunEntry[]) => void;
}

export function reviewPanel(api: Api): Review {
  const text = textField("Text of the report (plain or HTML)", { rows: 8, maxlength: 400_000, spellcheck: false, dir: "auto" });
  const file = inputField("… or a file", "file", { accept: ".txt,.html,.htm,.md,.pdf,text/plain,text/html,application/pdf" });
  const source = inputField("Name of the report", "text", { maxlength: 200, value: "report" });
  const date = inputField("Its day (for “on Tuesday”)", "date");
  const crisis = selectField("Look up places in the crisis of", [["", "none"]]);
  const result = element("div", { class: "review" });
  const said = alertBox();
  let pdf = "";
  file.input.addEventListener("change", () => void loaded(file.input, text.input, source.input).then((bytes) => (pdf = bytes)));
  text.input.addEventListener("input", () => (pdf = ""));
  const read = async (): Promise<void> => {
    said.tell(pdf || text.input.value.trim() ? "" : "There is nothing to read yet. Put the report's text into the field.");
    if (!pdf && !text.input.value.trim()) return;
    try {
      const told = await ask(api, { text: pdf ? "" : text.input.value, pdf, date: date.input.value, crisis: crisis.input.value, source: source.input.value.trim() || "report" });
      result.replaceChildren(...judged(told));
    } catch (error) {
      said.tell(error instanceof ApiError ? error.message : `The server does not answer (${String(error)}).`);
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void read();
  };
  const form = element("form", { onsubmit: submit, novalidate: true }, text.room, element("div", { class: "row" }, file.room, source.room, date.room, crisis.room), element("button", { type: "submit", class: "go" }, "Read it"), said.room);
  const offer = (runs: RunEntry[]): void => {
    const before = crisis.input.value;
    crisis.input.replaceChildren(element("option", { value: "" }, "none"), ...runs.map((run) => element("option", { value: run.name }, `${run.crisis} (${run.name})`)));
    crisis.input.value = runs.some((run) => run.name === before) ? before : (runs[0]?.name ?? "");
  };
  return { room: element("div", {}, element("p", { class: "note" }, "Nothing enters a crisis here. You judge each fact, take the CSV, and `onward evidence apply` adds what you accepted."), form, result), offer };
}

/** Put a text file into the field; the bytes of a PDF come back in Base64. */
async function loaded(input: HTMLInputElement, text: HTMLTextAreaElement, source: HTMLInputElement): Promise<string> {
  const [file] = input.files ?? [];
  if (!file) return "";
  source.value = file.name;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isPdf = String.fromCharCode(...bytes.slice(0, 4)) === "%PDF";
  text.value = isPdf ? "" : (await file.text()).slice(0, 400_000);
  return isPdf ? btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) : "";
}

interface Asked {
  text: string;
  pdf: string;
  date: string;
  crisis: string;
  source: string;
}

function ask(api: Api, asked: Asked): Promise<Read> {
  const { text, pdf, date, crisis, source } = asked;
  return api.ask<Read>("/api/read", { method: "POST", body: JSON.stringify({ text, source, ...(pdf ? { pdf } : {}), ...(date ? { date } : {}), ...(crisis ? { crisis } : {}) }) });
}

function judged(read: Read): HTMLElement[] {
  const status = element("p", { class: "review-state", role: "status" });
  const said = alertBox();
  const count = (): void => {
    const decided = read.rows.filter((row) => row.decision).length;
    status.textContent = `${read.facts.length} facts, ${decided} decided, ${read.rows.filter((row) => row.decision === "accept" || row.decision === "correct").length} accepted or corrected.`;
  };
  const cards = read.facts.map((fact, n) => factCard(fact, read.rows[n], read, count));
  const marked = markedText(read, cards);
  const list = element("ol", { class: "facts-list", "aria-label": "Facts" }, ...cards.map((card) => card.room));
  list.addEventListener("keydown", (event) => move(event, cards));
  list.addEventListener("focusin", (event) => highlight(marked, cards.findIndex((card) => card.room.contains(event.target as Node))));
  const take = element("button", { type: "button", class: "go", onclick: () => void download(read, said.tell) }, "Download evidence.csv");
  count();
  const keys = element("p", { class: "note" }, "Keys on a fact: a accept, c correct, r reject, n note, u undo, arrows to the next; Escape leaves a field.");
  return [element("div", { class: "review-head" }, status, take), said.room, keys, element("div", { class: "review-body" }, marked, list)];
}

function markedText(read: Read, cards: FactCard[]): HTMLElement {
  const room = element("div", { class: "read-text", dir: "auto", tabindex: 0, role: "region", "aria-label": "Text of the report" });
  let page = 1;
  if (read.text.includes("\f")) room.append(element("span", { class: "page-mark" }, "page 1"));
  for (const piece of pieces(read.text, read.facts, read.tables)) {
    const [first] = piece.facts;
    const words: (string | HTMLElement)[] = piece.text.split("\f").flatMap((part, n) => (n ? [element("span", { class: "page-mark" }, `page ${++page}`), part] : [part]));
    const shown = piece.table ? [element("span", { class: "table-row" }, ...words)] : words;
    if (first === undefined) room.append(...shown);
    else room.append(element("mark", { class: `kind-${read.facts[first].kind}`, "data-facts": piece.facts.join(" "), title: `${read.facts[first].id}: ${read.facts[first].kind}`, onclick: () => cards[first].room.focus() }, ...shown));
  }
  return room;
}

function highlight(marked: HTMLElement, number: number): void {
  let seen = false;
  for (const mark of marked.querySelectorAll<HTMLElement>("mark")) {
    const on = (mark.dataset.facts ?? "").split(" ").includes(String(number));
    mark.classList.toggle("on", on);
    if (on && !seen) marked.scrollTop = mark.offsetTop - marked.clientHeight / 3;
    seen ||= on;
  }
}

function move(event: KeyboardEvent, cards: FactCard[]): void {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  const now = cards.findIndex((card) => card.room === event.target);
  if (!step || now < 0) return;
  event.preventDefault();
  cards[now + step]?.room.focus();
}

async function download(read: Read, tell: (words: string, good?: boolean) => void): Promise<void> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="onward-token"]')?.content;
  const headers: Record<string, string> = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch("/api/evidence", { method: "POST", headers, body: JSON.stringify({ rows: read.rows }), credentials: "same-origin" });
  if (!answer.ok) return tell(((await answer.json().catch(() => null)) as { message?: string } | null)?.message ?? `The server answered ${answer.status}.`);
  save("evidence.csv", await answer.blob());
  tell("Saved as evidence.csv. Then: onward evidence apply evidence.csv --crisis FOLDER", true);
}
