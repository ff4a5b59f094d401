/** What the parts of the page share: the day, the pinned place, whether it plays. */

export interface State {
  day: number;
  place: number | null;
  playing: boolean;
}

export type Listener = (state: State, before: State) => void;

export class Store {
  private listeners: Listener[] = [];

  constructor(
    public state: State,
    readonly days: number,
  ) {}

  /** Change something; all who listen are told once. */
  set(change: Partial<State>): void {
    const before = this.state;
    const day = Math.max(0, Math.min(this.days - 1, change.day ?? before.day));
    this.state = { ...before, ...change, day };
    for (const listener of this.listeners) listener(this.state, before);
  }

  /** Listen from now on. */
  on(listener: Listener): void {
    this.listeners.push(listener);
  }
}
