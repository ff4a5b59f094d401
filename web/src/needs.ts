/** A need of a unit over time, from its displaced people and a standard; chosen by two lists. */

import { drawBands } from "./charts/bands";
import { column } from "./charts/sheets";
import { element } from "./dom";
import { figure } from "./figure";
import { bandWords, dateOf, isoDay, twoDigits } from "./format";
import { atLevel } from "./levels";
import { selectField } from "./served/fields";
import type { Bands, NeedCurves, PageData } from "./types";

const LEVELS = ["p5", "p25", "p50", "p75", "p95"] as const;

export function needChart(data: PageData): HTMLElement | null {
  const { needs } = data;
  if (!needs?.items.length) return null;
  const number = needs.by === "place" || data.districts ? 0 : (data.levels ?? []).findIndex(({ by }) => by === needs.by) + 1;
  const shown = atLevel(data, number);
  const last = data.run.days - 1;
  const order = shown.places.id.map((_, n) => n).filter((n) => shown.stock.p95[n][last] > 0).sort((a, b) => shown.stock.p50[b][last] - shown.stock.p50[a][last]); // prettier-ignore
  if (!order.length) return null;
  const unit = selectField("Where", order.map((n) => [String(n), shown.places.name[n]]));
  const item = selectField("What", needs.items.map((one, n) => [String(n), one.item]));
  const room = element("div");
  const draw = (): void => room.replaceChildren(chart(shown, Number(unit.input.value), needs.items[Number(item.input.value)]));
  for (const { input } of [unit, item]) input.addEventListener("change", draw);
  draw();
  return element("div", { class: "need-chart" }, element("div", { class: "chooser" }, unit.room, item.room), room);
}

function chart(data: PageData, unit: number, item: NeedCurves["items"][number]): HTMLElement {
  const bands = Object.fromEntries(LEVELS.map((level) => [level, data.stock[level][unit].map((people) => need(people, item))])) as unknown as Bands<number[]>;
  const there = item.there[data.places.id[unit]];
  const title = `${data.places.name[unit]}: ${item.item}, for displaced people`;
  return figure({
    name: "need", title, alt: `${title}, day by day with intervals`,
    note: `${there === undefined ? "What is available is not known." : "Dashed: what is available on the last day."} ${bandWords(data)} Standard: ${Number(item.each.toPrecision(3))} for each person (${item.source}).`,
    sheet: () => ({ columns: [column("date", "#date"), ...LEVELS.map((level) => column(level, `#item+needed+simulated+${level}`))], rows: bands.p50.map((_, day) => [isoDay(dateOf(data.run.start, day)), ...LEVELS.map((level) => twoDigits(bands[level][day]))]) }),
    draw: (into, width) => into.append(drawBands({ start: data.run.start, bands, label: item.item, peace: data.data_end?.day, there }, width, 240)),
  }); // prettier-ignore
}

function need(people: number, { each, whole }: NeedCurves["items"][number]): number {
  return whole ? Math.ceil(Number((people * each).toFixed(9))) : people * each;
}
