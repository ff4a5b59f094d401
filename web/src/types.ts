/** What `onward.report.data.page_data` writes; figures are people, rounded to two significant digits. */

import type { Topology } from "topojson-specification";

/** Quantiles over members: of one figure, of days, or of places and days. */
export interface Bands<T> {
  p5: T;
  p25: T;
  p50: T;
  p75: T;
  p95: T;
}

export type Level = keyof Bands<number>;
/** [place or gate][day] */
export type Table = number[][];

export interface About {
  title: string;
  crisis: string;
  start: string;
  end: string;
  days: number;
  engine: string;
  members: number;
  seed: number;
  parameters: string;
  departures: string | null;
  labels: boolean;
  created: string | null;
  scenario: { name: string; title: string } | null;
  /** Parameters held at a value for this run. */
  overrides: Record<string, number | string>;
  rules: string;
  version: string;
}

export interface Places {
  id: string[];
  name: string[];
  country: string[];
  admin1: (string | null)[];
  admin2: (string | null)[];
  kind: string[];
  lat: number[];
  lon: number[];
  population: (number | null)[];
  displaced_at_start: (number | null)[];
  capacity: (number | null)[];
}

export interface Rule {
  day: number;
  policy: "open" | "quota" | "closed";
  per_day: number | null;
}

export interface Gates {
  id: string[];
  name: string[];
  lat: number[];
  lon: number[];
  from: number[];
  to: number[];
  rules: Rule[][];
  waiting: Bands<Table>;
  passed: Bands<Table>;
}

export interface Count {
  day: number;
  date: string;
  since: string | null;
  place: number;
  where: string;
  indicator: string;
  people: number | null;
  low: number | null;
  high: number | null;
  masked: boolean;
  source: string | null;
  run: Bands<number> | null;
}

export interface Claim {
  id: string;
  words: string;
  start: string | null;
  end: string | null;
  indicator: string;
  unit: string;
  low: number | null;
  high: number | null;
  p5: number | null;
  p50: number | null;
  p95: number | null;
  verdict: "inside" | "low" | "high" | "not modelled";
  /** Whether the 90 % interval meets the reported range; null where the model cannot answer. */
  reaches: boolean | null;
  source: string | null;
}

export interface Flows {
  /** Legs from stop to stop, or (as a rule) from home to the place reached. */
  legs: boolean;
  from: number[];
  to: number[];
  p5: number[];
  p50: number[];
  p95: number[];
  day: Table;
}

/** Rows and columns are places; -1 is all others. */
export interface Matrix {
  from: number[];
  to: number[];
  p5: Table;
  p50: Table;
  p95: Table;
}

export interface SankeyTables {
  origin: number[];
  first: number[];
  now: number[];
  left: Table;
  right: Table;
  home_again: number;
  /** Whether both halves are people's own journeys, of a run of individuals; else the right one is approximated. */
  real: boolean;
  /** People left out, of whom fewer than 100 went through the same three places. */
  left_out: number;
}

/** Journeys stop by stop, of 100 people or more each; only with route detail. */
export interface Journeys {
  warning: string;
  /** Places by stop, home first; -1 is all others. */
  columns: number[][];
  /** From one column to the next. */
  links: Table[];
  /** Whether later stops are not drawn. */
  cut: boolean;
  left_out: number;
  /** Itineraries that are not listed. */
  more: number;
  itineraries: Itinerary[];
}

export interface Itinerary {
  places: number[];
  people: number;
  /** On each leg. */
  days: number[];
  /** At each place. */
  under_attack: number[];
  /** Who reached the next stop: [leg][day]. */
  day: Table;
}

export interface Exposure {
  attacks: { place: number[]; day: number[]; number: number[] };
  displaced: Bands<number[]>;
  residents: Bands<number[]>;
  by_day: { displaced: Bands<number[]>; residents: Bands<number[]> };
  total: { displaced: Bands<number>; residents: Bands<number> };
  attacks_by_day: number[];
  held: { holder: string; state: "home" | "displaced" | "way"; p5: number; p50: number; p95: number }[];
}

export type Total = "displaced" | "stay" | "waiting" | "under_way" | "left_home" | "fled_again";

/** A section of tables for those who plan; all text. */
export interface PlanSection {
  id: string;
  title: string;
  note: string;
  tables: { title: string; heads: string[]; rows: string[][] }[];
  lines: string[];
  /** an SVG in a data: address, or empty */
  image?: string;
}

/** Administrative units or areas in place of places; quantiles are of the members' sums. */
export interface UnitLevel {
  by: "admin1" | "admin2" | "area";
  title: string;
  id: string[];
  name: string[];
  country: string[];
  lat: number[];
  lon: number[];
  /** Rows of places in each unit; areas may overlap. */
  members: number[][];
  overlap: boolean;
  stock: Bands<Table>;
  arrivals: Bands<Table>;
}

/** Who the displaced people of places are, in one simulated history. */
export interface Explained {
  member: number;
  days: string[];
  /** Homes are rows of places; -1 displaced before the first day, -2 all others. */
  at: { place: number; day: number; displaced: number; parts: { home: number; people: number; ways: [number, number][] }[] }[];
  homes: Record<string, Home>;
}

export interface Home {
  left: number;
  causes: Record<string, number>;
  /** row of events.csv, start, end, type, actor, attacks, km, share of the fear, source */
  events: [number, string, string, string, string, number, number, number, string][];
  /** row of control.csv, start, actor, source */
  control: [number, string, string, string][];
}

/** Items that displaced people need, with the quantity for each person and what is there by unit. */
export interface NeedCurves {
  by: "place" | "area" | "admin1" | "admin2";
  items: { item: string; each: number; whole: boolean; source: string; there: Record<string, number> }[];
}

export interface PageData {
  needs?: NeedCurves | null;
  explain?: Explained | null;
  levels?: UnitLevel[];
  /** The data by place, where these are of a level of units. */
  base?: PageData;
  plans?: PlanSection[];
  format: number;
  name: string;
  run: About;
  places: Places;
  districts: boolean;
  control: { actors: { id: string; name: string }[]; place: number[]; day: number[]; actor: number[] };
  gates: Gates;
  stock: Bands<Table>;
  arrivals: Bands<Table>;
  totals: Record<Total, Bands<number[]>>;
  times: (Bands<Table> & { mean: Table }) | null;
  flows: Flows;
  matrix: Matrix | null;
  sankey: SankeyTables | null;
  journeys?: Journeys | null;
  exposure: Exposure;
  /** Share of those who leave home whom agencies count; null where the run does not say. */
  coverage: number | null;
  counts: Count[];
  claims: Claim[];
  /** `brief`: two pages for print in place of the whole report. */
  view?: "brief";
  fitness: { level: "untested" | "what-if" | "flee" | "unfit" | "unproven" | "tested"; verdict: string; reasons: string[] };
  /** From which day on no events are known and peace is assumed; null if they go on to the end. */
  data_end: { day: number; words: string } | null;
  headline: { question: string; answer: string }[];
  limits: string[];
  disclaimer: string;
  geo: Topology;
  box: [number, number, number, number];
}

export interface Card {
  title: string;
  sections: { title: string; text: string }[];
}
