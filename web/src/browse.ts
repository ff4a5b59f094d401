/** The served page: choose one run or two, and what the served panels add. */

import { Api, ApiError, type RunEntry } from "./api";
import { comparison } from "./compare";
import { element } from "./dom";
import { report } from "./report";
import { mountServed } from "./served/index";

export async function browse(root: HTMLElement): Promise<void> {
  const api = new Api();
  const shown = element("div", { class: "shown", "aria-live": "polite" });
  const list = element("div", { class: "runs-room" });
  const panels = element("div", { class: "served" });
  root.replaceChildren(element("nav", { class: "runs", "aria-label": "Runs" }, element("b", { class: "brand" }, "Onward"), list), element("main", {}, panels, shown)); // prettier-ignore
  const load = async (): Promise<void> => {
    try {
      choices(list, await api.runs(), (one, two) => void show(shown, api, one, two));
    } catch (error) {
      problem(shown, error);
    }
  };
  window.addEventListener("onward-runs-changed", () => void load());
  window.addEventListener("onward-show-run", (event) => {
    const [one, two] = (event as CustomEvent<[string, string?]>).detail;
    void show(shown, api, one, two ?? "");
  });
  mountServed(panels, api);
  await load();
  await first(list, shown, api);
}

async function first(list: HTMLElement, shown: HTMLElement, api: Api): Promise<void> {
  const one = list.querySelector<HTMLSelectElement>("#run-one")?.value;
  if (one) await show(shown, api, one, "");
}

function choices(room: HTMLElement, runs: RunEntry[], use: (one: string, two: string) => void): void {
  const before = [...room.querySelectorAll("select")].map((select) => select.value);
  if (!runs.length) return room.replaceChildren(element("p", {}, "There are no finished runs yet. `onward run` makes one."));
  const option = (run: RunEntry): HTMLElement => element("option", { value: run.name }, runName(run));
  const one = element("select", { id: "run-one" }, ...runs.map(option));
  const two = element("select", { id: "run-two" }, element("option", { value: "" }, "no other run"), ...runs.map(option));
  [one, two].forEach((select, n) => {
    if (before[n] && runs.some((run) => run.name === before[n])) select.value = before[n];
    select.addEventListener("change", () => use(one.value, two.value));
  });
  room.replaceChildren(element("label", { for: "run-one" }, "Run"), one, element("label", { for: "run-two" }, "compared with"), two);
}

function runName(run: RunEntry): string {
  const scenario = typeof run.scenario === "string" ? run.scenario : run.scenario?.title || run.scenario?.name;
  return [run.title, scenario ? `what if: ${scenario}` : "", run.parameters, `${run.members} members`, run.name].filter(Boolean).join(" · ");
}

let asked = 0;

async function show(shown: HTMLElement, api: Api, one: string, two: string): Promise<void> {
  const mine = ++asked;
  shown.setAttribute("aria-busy", "true");
  shown.prepend(element("p", { class: "hint", role: "status" }, "Reading the run …"));
  try {
    const pages = await Promise.all([one, two].filter(Boolean).map((name) => api.page(name)));
    const made = pages.length > 1 ? await comparison(pages[0], pages[1], api) : report(pages[0], await api.card(one).catch(() => null), api);
    if (mine === asked) shown.replaceChildren(made);
  } catch (error) {
    if (mine === asked) problem(shown, error);
  } finally {
    if (mine === asked) shown.removeAttribute("aria-busy");
  }
}

function problem(shown: HTMLElement, error: unknown): void {
  const said = error instanceof ApiError ? error.message : `The server does not answer (${String(error)}).`;
  shown.replaceChildren(element("p", { class: "problem", role: "alert" }, said));
}
