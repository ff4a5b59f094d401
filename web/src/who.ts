/** Who the displaced people of the pinned place are: from where, why, by which way, and the rows of input behind it. */

import { ApiError, type Api } from "./api";
import { element } from "./dom";
import { dateOf, isoDay, longDay, people, shortNames } from "./format";
import type { Explained, Home, PageData } from "./types";

type Entry = Explained["at"][number];

const CAUSES: Record<string, string> = { attacks: "attacks", front: "the front coming closer", takeover: "a takeover", encirclement: "being cut off" };

/** The panel of a place on a day; null where nothing can be said of places. */
export function who(data: PageData, place: number, day: number, api: Api | null): HTMLElement | null {
  const { explain } = data;
  if (!explain || data.base) return null;
  const mine = explain.at.filter((entry) => entry.place === place);
  const entry = [...mine].reverse().find((one) => one.day <= day) ?? mine[0];
  const room = element("div", { class: "who", tabindex: "0", role: "region", "aria-label": "Who they are" });
  const title = element("h4", {}, "Who they are, and why they left");
  if (entry) room.append(...told(data, explain, entry));
  else room.append(element("p", { class: "note" }, "The report explains the places with most people. `onward explain RUN --place … --date …` explains any."));
  const exact = api && entry?.day !== day ? asking(data, place, day, api, room) : null;
  return element("div", { class: "who-room" }, title, room, exact);
}

/** A button that has the server work out the shown day. */
function asking(data: PageData, place: number, day: number, api: Api, room: HTMLElement): HTMLElement {
  const date = isoDay(dateOf(data.run.start, day));
  const button = element("button", { type: "button", class: "quiet" }, `Work it out for ${longDay(dateOf(data.run.start, day))}`);
  const ask = async (): Promise<void> => {
    button.disabled = true;
    try {
      const found = await api.ask<Explained>(`/api/runs/${encodeURIComponent(data.name)}/explain?place=${encodeURIComponent(data.places.id[place])}&date=${date}`);
      room.replaceChildren(...(found.at[0] ? told(data, found, found.at[0]) : [element("p", {}, "Fewer than ten displaced people are there on that day.")]));
      button.remove();
    } catch (error) {
      room.replaceChildren(element("p", { class: "problem", role: "alert" }, error instanceof ApiError ? error.message : `The server does not answer (${String(error)}).`));
      button.disabled = false;
    }
  };
  button.addEventListener("click", () => void ask());
  return button;
}

function told(data: PageData, explain: Explained, entry: Entry): HTMLElement[] {
  const day = longDay(dateOf(data.run.start, entry.day));
  const note = `${day}, in the first simulated history alone (others differ): ${people(entry.displaced)} displaced people.`;
  return [element("p", { class: "note" }, note), ...entry.parts.map((part) => ofHome(data, explain, entry, part))];
}

function ofHome(data: PageData, explain: Explained, entry: Entry, part: Entry["parts"][number]): HTMLElement {
  const share = Math.round((100 * part.people) / Math.max(1, entry.displaced));
  const name = part.home === -1 ? "Displaced before the first day" : part.home === -2 ? "Other homes" : part.home === entry.place ? "From here" : `From ${shortNames(data.places.name)[part.home]}`;
  const head = [element("span", {}, name), element("b", {}, `${people(part.people)} (${share}\u00a0%)`)];
  const home = explain.homes[String(part.home)];
  if (!home) return element("div", { class: "home" }, ...head);
  return element("details", { class: "home" }, element("summary", {}, ...head), ...reasons(data, home, part.ways));
}

function reasons(data: PageData, home: Home, ways: [number, number][]): HTMLElement[] {
  const causes = Object.entries(home.causes).sort((a, b) => b[1] - a[1]).map(([cause, share]) => `${CAUSES[cause] ?? cause} ${Math.round(100 * share)}\u00a0%`); // prettier-ignore
  const lines = [`${people(home.left)} left home there in the period${causes.length ? `, for fear of: ${causes.join(", ")}` : ""}.`];
  if (ways.length) lines.push(`Came last by ${ways.map(([stop, number]) => `${shortNames(data.places.name)[stop]} (${people(number)})`).join(", ")}.`);
  const events = home.events.map(([row, start, end, type, actor, attacks, km, share, source]) =>
    element("li", {}, `${start}${end !== start ? ` to ${end}` : ""}: ${type} by ${actor}, ${attacks} attacks ${km < 1 ? "there" : `${Math.round(km)} km away`}, ${Math.round(100 * share)}\u00a0% of the fear of attacks `, element("small", {}, `events.csv row ${row}${source ? `; ${source}` : ""}`)));
  const control = home.control.map(([row, start, actor, source]) => element("li", {}, `${start}: held by ${actor} from then on `, element("small", {}, `control.csv row ${row}${source ? `; ${source}` : ""}`)));
  return [...lines.map((line) => element("p", {}, line)), events.length + control.length ? element("ul", {}, ...events, ...control) : element("p", {}, "No row of events or control is behind it.")];
}
