/** Labelled fields of the forms. */

import { element, freshId } from "../dom";

type Given = Record<string, string | number | boolean | ((event: Event) => void) | undefined>;

export interface Field<T extends HTMLElement> {
  room: HTMLElement;
  input: T;
}

export function inputField(label: string, type: string, given: Given = {}): Field<HTMLInputElement> {
  const id = freshId("field");
  const input = element("input", { id, type, ...given });
  return { input, room: element("div", { class: "field" }, element("label", { for: id }, label), input) };
}

export function selectField(label: string, options: [string, string][], given: Given = {}): Field<HTMLSelectElement> {
  const id = freshId("field");
  const input = element("select", { id, ...given }, ...options.map(([value, words]) => element("option", { value }, words)));
  return { input, room: element("div", { class: "field" }, element("label", { for: id }, label), input) };
}

export function textField(label: string, given: Given = {}): Field<HTMLTextAreaElement> {
  const id = freshId("field");
  const input = element("textarea", { id, ...given });
  return { input, room: element("div", { class: "field wide" }, element("label", { for: id }, label), input) };
}

/** The number in a field, or null where there is none. */
export function numberIn(input: HTMLInputElement): number | null {
  const text = input.value.trim();
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}

/** Words that a screen reader tells at once. */
export function alertBox(): { room: HTMLElement; tell: (words: string, good?: boolean) => void } {
  const room = element("div", { role: "alert" });
  const tell = (words: string, good = false): void => {
    room.replaceChildren(words ? element("p", { class: good ? "good" : "problem" }, words) : "");
  };
  return { room, tell };
}
