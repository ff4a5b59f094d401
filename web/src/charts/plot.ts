/** Observable Plot, silent for screen readers: the figure round a drawing says what it shows. */

import * as Plot from "@observablehq/plot";

/** Pixels that the longest of these words needs beside a drawing. */
export function roomFor(words: string[]): number {
  return 18 + 6.3 * Math.max(0, ...words.map((word) => word.length));
}

/** A name in two lines where one has no room: broken after its last comma or before its last bracket. */
export function inLines(words: string, room: number): string {
  const at = Math.max(words.lastIndexOf(", ") + 1, words.lastIndexOf(" ("));
  return at < 1 || roomFor([words]) <= room ? words : `${words.slice(0, at)}\n${words.slice(at + 1)}`;
}

export function plotted(options: Plot.PlotOptions): SVGSVGElement {
  const svg = Plot.plot(options) as SVGSVGElement;
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  for (const part of svg.querySelectorAll("[aria-description]")) part.removeAttribute("aria-description");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}
