/** Tables for download: columns with HXL tags, and rows. */

import { shape } from "../dom";
import type { Column, Sheet } from "../download";
import { dateOf, isoDay, shortNames, twoDigits } from "../format";
import type { Bands, PageData, Table } from "../types";

export const LEVELS = ["p5", "p25", "p50", "p75", "p95"] as const;

export function column(name: string, hxl: string): Column {
  return { name, hxl };
}

/** Columns of quantiles under one tag. */
export function spread(tag: string): Column[] {
  return LEVELS.map((level) => column(level, `${tag}+${level}`));
}

/** Figures by place (or gate) and day; days on which everything is 0 are left out. */
export function byPlace(data: PageData, bands: Bands<Table>, tag: string, rows?: number[]): Sheet {
  const { id, name, country } = data.places;
  const columns = [column("date", "#date"), column("place", "#loc+code"), column("name", "#loc+name"), column("country", "#country+code"), ...spread(tag)]; // prettier-ignore
  const places = rows ?? id.map((_, n) => n);
  const found = places.flatMap((n) =>
    bands.p50[n].flatMap((_, day) => {
      const figures = LEVELS.map((level) => twoDigits(bands[level][n][day]));
      return figures.at(-1) ? [[isoDay(dateOf(data.run.start, day)), id[n], name[n], country[n], ...figures]] : [];
    }),
  );
  return { columns, rows: found };
}

/** Figures by day only. */
export function byDay(data: PageData, bands: Bands<number[]>, tag: string): Sheet {
  const rows = bands.p50.map((_, day) => [isoDay(dateOf(data.run.start, day)), ...LEVELS.map((level) => twoDigits(bands[level][day]))]);
  return { columns: [column("date", "#date"), ...spread(tag)], rows };
}

/** The name of a row of places; -1 is all others. */
export function nameOf(data: PageData, place: number): string {
  return place < 0 ? "All others" : data.places.name[place];
}

export function nameShort(data: PageData, place: number): string {
  return place < 0 ? nameOf(data, place) : shortNames(data.places.name)[place];
}

/** The whole name, which shows when the pointer rests on a name that was cut. */
export function full(data: PageData, place: number): SVGElement {
  return shape("title", {}, nameOf(data, place));
}

export function cutName(data: PageData, place: number, most: number): string {
  const name = nameShort(data, place);
  return name.length > most ? `${name.slice(0, Math.max(3, Math.floor(most) - 1))}…` : name;
}
