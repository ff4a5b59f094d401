/** What-ifs that wait, run or have ended: progress, stop, show, compare. */

import type { Api } from "../api";
import { element } from "../dom";
import type { Job, State } from "./types";

const OPEN: State[] = ["waiting", "running", "stopping"];
/** milliseconds between questions while something runs */
const PAUSE = 700;

const WORDS: Record<State, string> = {
  waiting: "waits", running: "runs", stopping: "is being stopped", done: "done", failed: "failed", cancelled: "cancelled",
}; // prettier-ignore

export interface JobList {
  room: HTMLElement;
  /** Ask the server how far they are, and go on asking while one is open. */
  watch: () => void;
}

export function jobList(api: Api): JobList {
  const list = element("ul", { class: "jobs" });
  const told = element("p", { class: "unseen", role: "status" });
  const room = element("div", {}, list, told);
  const rows = new Map<number, Row>();
  let timer = 0;
  const look = async (): Promise<void> => {
    window.clearTimeout(timer);
    try {
      const jobs = await api.ask<Job[]>("/api/jobs");
      const ended = draw(list, rows, jobs, api, look);
      for (const job of ended) told.textContent = `${job.title || job.name}: ${WORDS[job.state]}`;
      if (ended.some((job) => job.state === "done")) window.dispatchEvent(new Event("onward-runs-changed"));
      if (jobs.some((job) => OPEN.includes(job.state))) timer = window.setTimeout(() => void look(), PAUSE);
    } catch (error) {
      told.textContent = (error as Error).message;
      timer = window.setTimeout(() => void look(), 5 * PAUSE);
    }
  };
  return { room, watch: () => void look() };
}

interface Row {
  room: HTMLElement;
  update: (job: Job) => void;
  state: State;
}

/** Draw the newest first; returns those that have ended since the last time. */
function draw(list: HTMLElement, rows: Map<number, Row>, jobs: Job[], api: Api, look: () => Promise<void>): Job[] {
  const ended: Job[] = [];
  if (!jobs.length) list.replaceChildren(element("li", { class: "note" }, "No what-if yet."));
  else if (!rows.size) list.replaceChildren();
  for (const job of jobs) {
    const row = rows.get(job.id) ?? added(list, rows, job, api, look);
    if (OPEN.includes(row.state) && !OPEN.includes(job.state)) ended.push(job);
    row.update(job);
    row.state = job.state;
  }
  return ended;
}

function added(list: HTMLElement, rows: Map<number, Row>, job: Job, api: Api, look: () => Promise<void>): Row {
  const words = job.title || job.name;
  const bar = element("progress", { max: Math.max(1, job.members), "aria-label": `Progress of ${words}` });
  const state = element("span", { class: "job-state" });
  const stop = element("button", { type: "button", "aria-label": `Stop ${words}`, onclick: () => void api.ask(`/api/jobs/${job.id}`, { method: "DELETE" }).finally(() => void look()) }, "Stop");
  const show = element("button", { type: "button", "aria-label": `Show ${words}`, onclick: () => show_([job.name]) }, "Show");
  const beside = element("button", { type: "button", "aria-label": `Compare ${words} with ${job.baseline}`, onclick: () => show_([job.baseline, job.name]) }, `Compare with ${job.baseline}`);
  const room = element("li", {}, element("b", {}, words), state, bar, stop, show, beside);
  const row: Row = { room, state: job.state, update: (now) => update(now, { bar, state, stop, show, beside }) };
  list.prepend(room);
  rows.set(job.id, row);
  return row;
}

/** Show a run, or two beside each other, and let the list of runs say so. */
function show_(names: string[]): void {
  ["run-one", "run-two"].forEach((id, n) => {
    const select = document.querySelector<HTMLSelectElement>(`#${id}`);
    if (select) select.value = names[n] ?? "";
  });
  window.dispatchEvent(new CustomEvent("onward-show-run", { detail: names }));
  document.querySelector(".shown")?.scrollIntoView({ block: "start" });
}

interface Parts {
  bar: HTMLProgressElement;
  state: HTMLElement;
  stop: HTMLButtonElement;
  show: HTMLButtonElement;
  beside: HTMLButtonElement;
}

function update(job: Job, { bar, state, stop, show, beside }: Parts): void {
  const running = OPEN.includes(job.state);
  bar.hidden = !running;
  if (job.stage === "compile") bar.removeAttribute("value");
  else bar.value = job.done;
  stop.hidden = !running;
  stop.disabled = job.state === "stopping";
  show.hidden = beside.hidden = job.state !== "done";
  state.textContent = said(job);
}

function said(job: Job): string {
  if (job.state === "running" && job.stage === "compile") return "gets the engine ready (about a minute, once)";
  if (job.state === "running") return `${job.done} of ${job.members} members`;
  return job.message && job.state !== "cancelled" ? `${WORDS[job.state]}: ${job.message}` : WORDS[job.state];
}
