/** The table of places on the last day. */

import { element, tableRoom } from "../dom";
import { capital, interval, people } from "../format";
import { wordsOf } from "../levels";
import type { PageData } from "../types";
import { placesOf } from "./multiples";

export function stockTable(data: PageData): HTMLElement {
  const last = data.run.days - 1;
  const { stock, arrivals, places } = data;
  const order = placesOf(stock).sort((a, b) => stock.p50[b][last] - stock.p50[a][last]);
  const one = wordsOf(data)[0];
  const heads = [capital(one), "Admin unit, country", "Staying or waiting", "50 %", "90 %", "Arrivals", "90 %"];
  const counted = data.counts.some((count) => count.place >= 0 && count.indicator === "stock");
  if (counted) heads.push("Last count");
  const rows = order.map((n) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, places.name[n]),
      element("td", {}, [places.admin2[n] ?? places.admin1[n], places.country[n]].filter(Boolean).join(", ")),
      ...[
        people(stock.p50[n][last]),
        interval(stock.p25[n][last], stock.p75[n][last]),
        interval(stock.p5[n][last], stock.p95[n][last]),
        people(arrivals.p50[n][last]),
        interval(arrivals.p5[n][last], arrivals.p95[n][last]),
        ...(counted ? [lastCount(data, n)] : []),
      ].map((text) => element("td", { class: "number" }, text)),
    ),
  );
  return tableRoom(`Table of ${wordsOf(data)[1]}`, heads, rows, { room: "tall", single: data.run.members === 1 });
}

function lastCount(data: PageData, place: number): string {
  const found = data.counts.filter((count) => count.place === place && count.indicator === "stock").at(-1);
  if (!found) return "";
  return found.masked ? `under 10 on ${found.date}` : `${people(found.people)} on ${found.date}`;
}
