/** A text cut where facts begin and end. */

import type { Fact } from "./types";

export interface Piece {
  text: string;
  /** numbers of the facts that hold this piece, the narrowest first */
  facts: number[];
  /** whether it stands in a row of a table */
  table: boolean;
}

/** Cut a text; offsets of facts count code points, as Python does. */
export function pieces(text: string, facts: Pick<Fact, "start" | "end">[], tables: [number, number][] = []): Piece[] {
  const letters = Array.from(text);
  const cuts = new Set([0, letters.length]);
  for (const { start, end } of [...facts, ...tables.map(([start, end]) => ({ start, end }))]) for (const cut of [start, end]) if (cut > 0 && cut < letters.length) cuts.add(cut);
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, n) => {
    const to = sorted[n + 1];
    const inside = facts.map((_, number) => number).filter((number) => facts[number].start <= from && facts[number].end >= to);
    inside.sort((a, b) => facts[a].end - facts[a].start - (facts[b].end - facts[b].start));
    return { text: letters.slice(from, to).join(""), facts: inside, table: tables.some(([start, end]) => start <= from && end >= to) };
  });
}
