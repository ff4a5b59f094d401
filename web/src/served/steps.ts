/** From the quick fields of a what-if to interventions; the server checks them as it checks files. */

import type { Step } from "./types";

export interface Ceasefire {
  start: string;
  /** per cent of attacks that go on all the same */
  left: number;
}

export interface GateRule {
  gate: string;
  policy: "open" | "quota" | "closed";
  perDay: number | null;
  start: string;
}

export interface Attacks {
  factor: number;
  type: string;
  actor: string;
  start: string;
  end: string;
}

export interface Camp {
  place: string;
  near: string;
  distanceKm: number;
  latitude: number;
  longitude: number;
  capacity: number;
  opens: string;
}

export interface Fields {
  ceasefire: Ceasefire | null;
  gates: GateRule[];
  attacks: Attacks | null;
  camp: Camp | null;
}

/** The interventions that the fields stand for, in the order of the form. */
export function steps(fields: Fields): Step[] {
  const found: Step[] = [];
  if (fields.ceasefire) {
    const { start, left } = fields.ceasefire;
    found.push({ do: "freeze_control", start }, { do: "scale_events", factor: left / 100, start });
  }
  for (const { gate, policy, perDay, start } of fields.gates) {
    found.push({ do: "set_gate", gate, policy, ...(policy === "quota" && perDay !== null ? { people_per_day: perDay } : {}), ...(start ? { start } : {}) });
  }
  if (fields.attacks) {
    const { factor, type, actor, start, end } = fields.attacks;
    found.push({ do: "scale_events", factor, ...(type ? { type: [type] } : {}), ...(actor ? { actor: [actor] } : {}), ...(start ? { start } : {}), ...(end ? { end } : {}) });
  }
  if (fields.camp) {
    const { place, near, distanceKm, latitude, longitude, capacity, opens } = fields.camp;
    found.push({ do: "add_camp", place, near, distance_km: distanceKm, latitude, longitude, capacity, ...(opens ? { opens } : {}) });
  }
  return found;
}

/** A name for a run from words: letters, digits and dashes. */
export function runNameOf(words: string): string {
  const plain = words.normalize("NFKD").replace(/[^\x20-\x7e]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
}
