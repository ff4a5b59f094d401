/** Files made in the page: CSV with HXL tags, SVG, PNG. Nothing is sent anywhere. */

export interface Column {
  name: string;
  hxl: string;
}

export interface Sheet {
  columns: Column[];
  rows: (string | number | null)[][];
}

/** A table as CSV: names, HXL tags, rows. */
export function csv(sheet: Sheet): string {
  const heads = [sheet.columns.map((c) => c.name), sheet.columns.map((c) => c.hxl)];
  return [...heads, ...sheet.rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t]/.test(text) ? `'${text}` : text; // no formula in a spreadsheet
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Let the browser save a file. */
export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveCsv(name: string, sheet: Sheet): void {
  save(`${name}.csv`, new Blob(["\ufeff", csv(sheet)], { type: "text/csv" }));
}

const COPIED = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "opacity", "font-family",
  "font-size", "font-weight", "font-style", "letter-spacing", "text-anchor", "paint-order", "display", "visibility",
  "dominant-baseline", "text-transform",
]; // prettier-ignore

/** A drawing as text that stands alone: styles written into it; `under` is drawn below its marks. */
export function svgText(drawing: SVGSVGElement, under: HTMLCanvasElement | null = null): string {
  const box = drawing.getBoundingClientRect();
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  copyStyles(drawing, copy);
  copy.removeAttribute("aria-hidden");
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(box.width));
  copy.setAttribute("height", String(box.height));
  const flows = under ? `<image href="${under.toDataURL()}" width="${box.width}" height="${box.height}"/>` : "";
  const text = new XMLSerializer().serializeToString(copy);
  const end = text.lastIndexOf("</svg>");
  return text.slice(0, end) + flows + text.slice(end);
}

export interface Drawing {
  text: string;
  width: number;
  height: number;
}

const HEAD = 34;
const LINE = 14;

/** Drawings one on the other, under a title and over a few lines of what must be said with them. */
export function framed(title: string, drawings: string[], box: DOMRect, said: string): Drawing {
  const lines = wrapped(said, box.width / 5.6);
  const height = HEAD + box.height + LINE * (lines.length + 1);
  const style = 'font-family="sans-serif" fill="#1b1f23"';
  const head = `<text x="8" y="22" font-size="16" font-weight="600" ${style}>${escaped(title)}</text>`;
  const foot = lines.map((line, n) => `<text x="8" y="${HEAD + box.height + LINE * (n + 1)}" font-size="10.5" ${style}>${escaped(line)}</text>`);
  const inside = drawings.map((text) => `<g transform="translate(0,${HEAD})">${text}</g>`).join("");
  const size = `width="${box.width}" height="${height}" viewBox="0 0 ${box.width} ${height}"`;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="100%" height="100%" fill="#fff"/>${head}${inside}${foot.join("")}</svg>`;
  return { text, width: box.width, height };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function wrapped(text: string, most: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last].length + word.length > most) lines.push(word);
    else lines[last] = `${lines[last]} ${word}`.trim();
  }
  return lines;
}

function copyStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  if (to instanceof SVGElement) for (const name of COPIED) to.style.setProperty(name, style.getPropertyValue(name));
  for (let n = 0; n < from.children.length; n += 1) copyStyles(from.children[n], to.children[n]);
}

/** Save a drawing as SVG. */
export function saveSvg(name: string, drawing: Drawing): void {
  save(`${name}.svg`, new Blob([drawing.text], { type: "image/svg+xml" }));
}

/** Save a drawing as PNG, twice as fine as the screen. */
export async function savePng(name: string, { text, width, height }: Drawing): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * 2);
  canvas.height = Math.round(height * 2);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((content) => content && save(`${name}.png`, content), "image/png");
}
