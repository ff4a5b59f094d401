/** What the parts of the page share: the day, the pinned place, whether it plays. */

export interface State {
  day: number;
  place: number | null;
  playing: boolean;
  /** 0: places; else a level of units, from 1. */
  level: number;
  /** The itinerary that alone is shown on the map, if one was chosen. */
  journey: number | null;
}

export type Listener = (state: State, before: State) => void;

export class Store {
  private listeners: { listener: Listener; group: string }[] = [];
  private group = "";

  constructor(
    public state: State,
    readonly days: number,
  ) {}

  /** Change something; all who listen are told once. */
  set(change: Partial<State>): void {
    const before = this.state;
    const day = Math.max(0, Math.min(this.days - 1, change.day ?? before.day));
    this.state = { ...before, ...change, day };
    for (const { listener } of this.listeners) listener(this.state, before);
  }

  /** Listen from now on. */
  on(listener: Listener): void {
    this.listeners.push({ listener, group: this.group });
  }

  /** Make parts that listen as a group, in place of those that did before. */
  remake(group: string, make: () => void): void {
    this.listeners = this.listeners.filter((one) => one.group !== group);
    const outer = this.group;
    this.group = group;
    make();
    this.group = outer;
  }
}
