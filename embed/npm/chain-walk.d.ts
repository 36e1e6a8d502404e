/** A packet's walk as a figure: `<chain-walk>`. docs/figures.md tells its attributes. */
export interface ChainWalk extends HTMLElement {
  /** The text of the case that is shown; null where the recording carries none. */
  readonly text: string | null;
  /** What becomes of the packet. */
  readonly ends: string;
  /** How many stops there are. */
  readonly stops: number;
  /** The stop that is shown, from 0. */
  readonly stop: number;
  /** Whether it plays. */
  readonly playing: boolean;
  /** Fulfilled once there is something to see, or nothing can be. */
  readonly ready: Promise<void>;
  /** Plays from here; from the beginning where it is over. */
  play(): void;
  /** Stays where it is. */
  pause(): void;
  /** By so many stops. */
  step(n?: number): void;
  /** To a stop, from 0; `Infinity` is the last. */
  go(stop: number): void;
  /** Loads the engine, and lets the packet and the rules be changed. */
  change(): Promise<void>;
  /** The diagram that is shown, as the text of an SVG. */
  toSVG(): string;
}

declare global {
  interface HTMLElementTagNameMap {
    "chain-walk": ChainWalk;
  }
  interface HTMLElementEventMap {
    "chainwalk:ready": CustomEvent<Record<string, never>>;
    "chainwalk:stop": CustomEvent<{ stop: number; stops: number; say: string }>;
    "chainwalk:end": CustomEvent<Record<string, never>>;
    "chainwalk:ends": CustomEvent<{ ends: string; then: string }>;
    "chainwalk:change": CustomEvent<{ text: string | null; packet: string }>;
    "chainwalk:error": CustomEvent<{ message: string }>;
  }
}
