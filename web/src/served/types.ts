/** What the server tells of what-ifs and of read reports. */

export type State = "waiting" | "running" | "stopping" | "done" | "failed" | "cancelled";

export interface Job {
  id: number;
  name: string;
  title: string;
  baseline: string;
  members: number;
  created: string;
  state: State;
  stage: string;
  done: number;
  message: string;
}

/** An intervention of a what-if, as in scenario files. */
export type Step = Record<string, string | number | string[]>;

export interface WhatIf {
  baseline: string;
  name: string;
  title: string;
  interventions: Step[];
}

/** One fact of a report; `start` and `end` count characters (code points) of its text. */
export interface Fact {
  id: string;
  start: number;
  end: number;
  quote: string;
  kind: string;
  indicator: string;
  unit: string | null;
  who: string | null;
  places: { name: string; role: string }[];
  date_text: string | null;
  attribution: string;
  modality: string;
  same_as: string | null;
  part_of: string | null;
}

/** A figure with its parts; `fits` is false where they add up to more than it. */
export interface Total {
  whole: string;
  parts: string[];
  sum: number;
  fits: boolean;
}

export type Decision = "" | "accept" | "correct" | "reject";

/** A row of the evidence table; what a person may change is named, the rest is passed on. */
export interface Row {
  [column: string]: string | number | null;
  id: string;
  decision: Decision;
  note: string;
  becomes: string;
  place: string;
  origin: string;
  destination: string;
  actor: string;
  value: number | null;
  low: number | null;
  high: number | null;
  date: string;
}

export interface Known {
  kind: "place" | "area" | "actor";
  key: string;
  name: string;
}

export interface Read {
  text: string;
  date: string | null;
  facts: Fact[];
  totals: Total[];
  /** spans of the rows of tables in the text */
  tables: [number, number][];
  rows: Row[];
  known: Known[];
}
