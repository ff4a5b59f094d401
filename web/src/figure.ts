/** A figure: title, note, drawing (made when it comes near the screen), downloads. */

import { element, freshId } from "./dom";
import { type Drawing, type Sheet, framed, saveCsv, savePng, saveSvg, svgText } from "./download";

const SAID = "Simulated, not observed. Made with Onward.";

export interface FigureParts {
  /** Short name for files. */
  name: string;
  title: string;
  note: string;
  /** What the drawing shows, for those who do not see it. */
  alt: string;
  draw: (room: HTMLElement, width: number) => void;
  sheet: () => Sheet;
  /** Whether it is a table, which cannot be saved as a drawing. */
  table?: boolean;
  level?: "h3" | "h4";
}

/** A figure with its downloads; drawn again when its width changes. */
export function figure(parts: FigureParts): HTMLElement {
  const id = freshId("figure");
  const given = parts.table ? {} : { role: "img", "aria-label": parts.alt };
  const room = element("div", { class: "drawing", ...given });
  const buttons = element("div", { class: "downloads" }, ...downloads(parts, room));
  const made = element(
    "figure",
    { class: `figure of-${parts.name}`, "aria-labelledby": id },
    element("figcaption", {}, element(parts.level ?? "h3", { id }, parts.title), element("p", { class: "note" }, parts.note)),
    room,
    buttons,
  );
  drawWhenNear(room, parts.draw);
  return made;
}

function downloads(parts: FigureParts, room: HTMLElement): HTMLElement[] {
  const button = (word: string, act: () => void) =>
    element("button", { type: "button", class: "quiet", "aria-label": `${word}: ${parts.title}`, onclick: act }, word);
  const drawing = (use: (name: string, made: Drawing) => void) => () => {
    const svg = room.querySelector<SVGSVGElement>("svg:not(.swatch)");
    if (svg) use(parts.name, framed(parts.title, [svgText(svg)], svg.getBoundingClientRect(), `${parts.note} ${SAID}`));
  };
  const table = button("CSV", () => saveCsv(parts.name, parts.sheet()));
  if (parts.table) return [table];
  return [
    table,
    button("PNG", drawing((name, made) => void savePng(name, made))),
    button("SVG", drawing(saveSvg)),
  ];
}

/** Let a drawing shrink with the sheet it is printed on. */
function scalable(svg: SVGSVGElement): void {
  const [width, height] = [svg.getAttribute("width"), svg.getAttribute("height")];
  if (width && height && !svg.hasAttribute("viewBox")) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

/** Draw once the room is near the screen, at once for printing, and again when it gets another width. */
export function drawWhenNear(room: HTMLElement, draw: (room: HTMLElement, width: number) => void): void {
  let drawn = 0;
  const again = (): void => {
    const width = Math.floor(room.clientWidth);
    if (width < 50 || width === drawn) return;
    drawn = width;
    room.replaceChildren();
    draw(room, width);
    for (const svg of room.querySelectorAll("svg")) scalable(svg);
    if (room.scrollWidth > room.clientWidth) room.tabIndex = 0; // so that it scrolls by keyboard too
    else room.removeAttribute("tabindex");
  };
  const near = new IntersectionObserver(
    (seen) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      again();
      new ResizeObserver(() => requestAnimationFrame(again)).observe(room);
    },
    { rootMargin: "400px" },
  );
  near.observe(room);
  window.addEventListener("beforeprint", again);
}
