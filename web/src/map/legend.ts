/** What the signs of the map mean. */

import { element, shape } from "../dom";
import { people, short } from "../format";
import { FLOW, FLOW_DARK } from "../palette";
import type { PageData } from "../types";
import { type Control, partyName, swatch } from "./control";
import type { FlowLayer } from "./flows";
import { type Marks, STAR, gateIcon } from "./marks";

export function legend(data: PageData, marks: Marks, flows: FlowLayer, control: Control): HTMLElement {
  const parties = control.parties.map((n) => {
    const { name } = data.control.actors[n];
    return element("li", {}, swatch(n), element("span", { title: name }, partyName(name)));
  });
  parties.push(element("li", {}, frontSample(), element("span", {}, "front, halfway between places")));
  return element(
    "div",
    { class: "legend" },
    block("Displaced people who stay or wait", stockSample(marks, data), data.run.members > 1 ? "Disc: middle value. Ring: 90 % interval." : "Disc: one simulated history."),
    data.flows.day.length ? block("People who arrived that day", flowSample(), `One dot is ${people(flows.perDot)} people a day. ${curveWords(data)}`) : null,
    element("div", { class: "legend-block" }, element("h3", {}, data.districts ? "Attacks" : "Gates and attacks"), samples(!data.districts)),
    control.parties.length
      ? element("div", { class: "legend-block" }, element("h3", {}, "Held by"), element("ul", { class: "parties" }, ...parties), element("p", {}, "Land is shown with the holder of the place nearest to it and fades where no place is near: not a survey. Countries with one holder are left plain."))
      : null,
  );
}

function curveWords(data: PageData): string {
  if (data.flows.legs) return "Curves join two stops; they are not roads.";
  return "Curves lead from home to the place reached, not along roads. Those who were displaced before the first day have no curve.";
}

function block(title: string, sample: SVGElement, note: string): HTMLElement {
  return element("div", { class: "legend-block" }, element("h3", {}, title), sample, element("p", {}, note));
}

function drawing(width: number, height: number): SVGSVGElement {
  return shape("svg", { width, height, class: "swatch", "aria-hidden": "true" });
}

function stockSample(marks: Marks, data: PageData): SVGSVGElement {
  const most = Math.max(1, ...data.stock.p50.map((row) => Math.max(...row)));
  const top = 10 ** Math.floor(Math.log10(most));
  const sizes = most / top >= 5 ? [5 * top, top] : [top, top / 4];
  const svg = drawing(200, 62);
  let x = 4;
  sizes.forEach((size, n) => {
    const r = marks.radius(size);
    const centre = { cx: x + r + 8, cy: 31 };
    if (n === 0) svg.append(shape("circle", { ...centre, r: r + 1, "stroke-width": 7, class: "ring" }));
    svg.append(shape("circle", { ...centre, r, class: "stock" }));
    svg.append(shape("text", { x: x + 2 * r + 20, y: 35, class: "sample-text" }, short(size)));
    x += 2 * r + 66;
  });
  return svg;
}

function flowSample(): SVGSVGElement {
  const svg = drawing(200, 30);
  svg.append(shape("path", { d: "M6,24Q92,-8 180,22", fill: "none", stroke: FLOW, "stroke-width": 7, opacity: 0.35 }));
  for (const [x, y] of [[38, 14.6], [74, 8.3], [112, 8], [146, 12.6]]) { // prettier-ignore
    svg.append(shape("rect", { x: x - 2, y: y - 2, width: 4, height: 4, fill: FLOW_DARK }));
  }
  svg.append(shape("path", { d: "M181,22L170,22.5L174,14.5Z", fill: FLOW_DARK }));
  return svg;
}

function frontSample(): HTMLElement {
  const svg = drawing(26, 16);
  svg.append(shape("path", { d: "M1,12L10,5L17,10L25,3", class: "front" }));
  return element("span", { class: "sample" }, svg);
}

function samples(gates: boolean): HTMLElement {
  const sign = (word: string, ...marks: SVGElement[]): HTMLElement => {
    const svg = drawing(18, 18);
    svg.append(shape("g", { transform: "translate(9,9)", class: "gate" }, ...marks));
    return element("li", {}, svg, element("span", {}, word));
  };
  return element(
    "ul",
    { class: "signs" },
    ...(gates ? [sign("open gate", ...gateIcon("open")), sign("metered gate", ...gateIcon("quota")), sign("closed gate", ...gateIcon("closed"))] : []),
    sign("attacks that day", shape("path", { d: STAR, class: "burst" })),
  );
}
