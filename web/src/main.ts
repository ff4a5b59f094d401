/** Begins here: a report if the page holds data, else the served page. */

import "./style.css";
import { brief } from "./brief";
import { browse } from "./browse";
import { element } from "./dom";
import { report } from "./report";
import type { Card, PageData } from "./types";

const FORMAT = 1;

function held<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent?.trim();
  return text ? (JSON.parse(text) as T) : null;
}

function begin(root: HTMLElement): void {
  const data = held<PageData>("onward-data");
  if (!data) return void browse(root);
  if (data.format > FORMAT) {
    return root.replaceChildren(element("p", { class: "problem", role: "alert" }, `These data are of format ${data.format}; this page reads ${FORMAT}. Write the report again.`));
  }
  root.replaceChildren(element("main", {}, data.view === "brief" ? brief(data) : report(data, held<Card>("onward-card"))));
  performance.mark("onward-rendered");
}

const root = document.getElementById("onward");
if (root) begin(root);
