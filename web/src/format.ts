/** Numbers, days and names as people read them. */

const DAY = 86_400_000;
const WHOLE = new Intl.NumberFormat("en-GB");

/** People with two significant digits. */
export function people(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return WHOLE.format(twoDigits(value)).replace("-", "−");
}

/** Two significant digits and whole people, as disclosure.py rounds; a half goes away from zero. */
export function twoDigits(value: number): number {
  const size = Math.abs(value);
  const rounded = size < 10 ? Math.floor(size + 0.5) : Number(size.toPrecision(2));
  return value < 0 && rounded > 0 ? -rounded : rounded;
}

/** A short form for axes and small labels. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(2))} m`;
  if (size >= 1e4) return `${Math.round(value / 1e3)}k`;
  if (size >= 1e3) return `${Number((value / 1e3).toPrecision(2))}k`;
  return String(Math.round(value));
}

/** An interval in words. */
export function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? "–" : `${people(low)} ${low < 0 ? "to" : "–"} ${people(high)}`;
}

/** A figure with its interval in brackets; the figure alone if the run is one simulated history. */
export function ranged({ members }: { members: number }, middle: number, low: number, high: number, word = ""): string {
  return members > 1 ? `${people(middle)} (${word}${interval(low, high)})` : people(middle);
}

/** A share or ratio of a claim, or people, by its unit. */
export function claimed(value: number | null, unit: string): string {
  if (value === null) return "–";
  return unit.startsWith("people") ? people(value) : String(Number(value.toPrecision(2)));
}

/** The day with this number as a date, in UTC. */
export function dateOf(start: string, day: number): Date {
  return new Date(Date.parse(`${start}T00:00:00Z`) + day * DAY);
}

const LONG = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const BRIEF = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function longDay(date: Date): string {
  return LONG.format(date);
}

export function briefDay(date: Date): string {
  return BRIEF.format(date);
}

export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** A name without what stands in brackets at its end. */
export function plainName(name: string): string {
  return name.replace(/\s*\(.*\)\s*$/, "") || name;
}

const kept = new WeakMap<string[], string[]>();

/** Names without brackets, where that leaves them different from each other. */
export function shortNames(names: string[]): string[] {
  const found = kept.get(names);
  if (found) return found;
  const plain = names.map(plainName);
  const made = names.map((name, n) => (plain.indexOf(plain[n]) === plain.lastIndexOf(plain[n]) ? plain[n] : name));
  kept.set(names, made);
  return made;
}

/** What the line and the bands of a chart over days are. */
export function bandWords({ run }: { run: { members: number } }): string {
  return run.members > 1 ? "Line: middle value. Dark band: half of all simulated histories. Light band: nine in ten." : "Line: the one simulated history.";
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A word of the tables as people write it. */
export function spoken(word: string): string {
  return word.replaceAll("_", " ");
}
