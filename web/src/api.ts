/** Talks to `onward serve`. Reports from disk never use it. */

import type { Card, PageData } from "./types";

export interface RunEntry {
  name: string;
  title: string;
  crisis: string;
  scenario: { name: string; title: string } | string | null;
  members: number;
  engine: string;
  /** In words: the set, and what was held at a value. */
  parameters: string;
  created: string | null;
}

/** A difference of two runs paired by member. */
export interface Difference {
  [key: string]: string | number | boolean | null;
  run: number;
  other: number;
  mean: number;
  p5: number;
  p95: number;
  clear: boolean;
}

export type Comparison = Record<"totals" | "stock" | "arrivals" | "claims", Difference[]>;

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class Api {
  private token = document.querySelector<HTMLMetaElement>('meta[name="onward-token"]')?.content ?? "";

  /** Ask for JSON; what the server refuses is thrown as ApiError with its own words. */
  async ask<T>(path: string, given: RequestInit = {}): Promise<T> {
    const headers = new Headers(given.headers);
    if (this.token) headers.set("Authorization", `Bearer ${this.token}`);
    if (given.body) headers.set("Content-Type", "application/json");
    const answer = await fetch(path, { ...given, headers, credentials: "same-origin", redirect: "error" });
    const told: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw new ApiError(answer.status, said(told) ?? `The server answered ${answer.status}.`);
    return told as T;
  }

  runs(): Promise<RunEntry[]> {
    return this.ask("/api/runs");
  }

  page(name: string): Promise<PageData> {
    return this.ask(`/api/runs/${encodeURIComponent(name)}/page`);
  }

  card(name: string): Promise<Card> {
    return this.ask(`/api/runs/${encodeURIComponent(name)}/card`);
  }

  async compare(one: string, two: string): Promise<Comparison> {
    const told = await this.ask<{ tables: Comparison }>(`/api/compare/${encodeURIComponent(one)}/${encodeURIComponent(two)}`);
    return told.tables;
  }
}

function said(told: unknown): string | null {
  if (typeof told !== "object" || told === null) return null;
  const found = Object.entries(told).find(([key]) => ["detail", "message", "error"].includes(key));
  return found ? (typeof found[1] === "string" ? found[1] : JSON.stringify(found[1])) : null;
}
