/** What only `onward serve` shows besides runs: what-ifs, and the review of read reports. */

import "./served.css";
import type { Api } from "../api";
import { element } from "../dom";
import { jobList } from "./jobs";
import { reviewPanel } from "./review";
import { whatIfForm } from "./whatif";

/** Fill `root`, which stands below the list of runs; called once. */
export function mountServed(root: HTMLElement, api: Api): void {
  const jobs = jobList(api);
  const form = whatIfForm(api, jobs.watch);
  const review = reviewPanel(api);
  const load = async (): Promise<void> => {
    const runs = await api.runs().catch(() => []);
    form.offer(runs);
    review.offer(runs);
  };
  root.replaceChildren(panel("whatif", "Try a what-if", form.room, jobs.room), panel("review", "Read a report", review.room));
  window.addEventListener("onward-runs-changed", () => void load());
  jobs.watch();
  void load();
}

function panel(name: string, title: string, ...children: HTMLElement[]): HTMLElement {
  return element("details", { id: `panel-${name}` }, element("summary", {}, title), ...children);
}
