/** Make elements without a template language. */

type Child = Node | string | null | undefined | false;
type Given = Record<string, string | number | boolean | ((event: Event) => void) | undefined>;

/** An element with attributes, listeners (`onclick`) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  given: Given = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) if (child) made.append(child);
  return made;
}

const RANGE = /^(50|90) %( interval)?$/;

/** Leave out the columns of intervals, which say nothing of a run that is one simulated history. */
function withoutRanges(heads: string[], rows: HTMLElement[]): string[] {
  for (const row of rows) [...row.children].filter((_, n) => RANGE.test(heads[n] ?? "")).forEach((cell) => cell.remove());
  return heads.filter((head) => !RANGE.test(head));
}

/** A table that scrolls in its room, with its name for who cannot see it; `single` if the run is one history. */
export function tableRoom(label: string, columns: string[], rows: HTMLElement[], given: { room?: string; table?: string; single?: boolean } = {}): HTMLElement {
  const heads = given.single ? withoutRanges(columns, rows) : columns;
  for (const row of rows) heads.forEach((head, n) => n && row.children[n]?.setAttribute("data-head", head));
  return element(
    "div",
    { class: ["table-room", given.room].filter(Boolean).join(" "), tabindex: "0", role: "region", "aria-label": label },
    element(
      "table",
      { class: given.table },
      element("thead", {}, element("tr", {}, ...heads.map((head, n) => element("th", { scope: "col", class: numeric(rows, n) ? "number" : undefined }, head)))),
      element("tbody", {}, ...rows),
    ),
  );
}

/** Whether a column holds figures: then its head stands to the right, above them. */
function numeric(rows: HTMLElement[], column: number): boolean {
  return rows[0]?.children[column]?.classList.contains("number") ?? false;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with attributes. */
export function shape<K extends keyof SVGElementTagNameMap>(
  name: K,
  given: Record<string, string | number> = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

let numbered = 0;

/** A new id for `aria-labelledby` and patterns. */
export function freshId(stem: string): string {
  numbered += 1;
  return `${stem}-${numbered}`;
}
