// The review of the whole desk: articles with something to look at, in the order in which they should be.

import { asProblem, type Wire } from "../ipc";
import type { DeskReviewItem, Problem } from "../ipc/generated/wire";

/** Milliseconds between a change on the desk and the question what it means: a save is followed by others. */
export const DESK_REST = 1000;

/** What waits for the person on this desk. */
export class DeskReviewing {
  items = $state.raw<DeskReviewItem[]>([]);
  /** An answer has come. */
  known = $state(false);
  problem = $state.raw<Problem | null>(null);
  #asking: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Roles whose sign-off does not hold any more, by path. */
  broken = $derived(
    new Map(
      this.items
        .filter((item) => item.broken_seals.length > 0)
        .map((item) => [item.path, item.broken_seals] as const),
    ),
  );

  /** Open suggestions, by path, where there are any. */
  suggestions = $derived(
    new Map(
      this.items.filter((item) => item.suggestions > 0).map((item) => [item.path, item.suggestions] as const),
    ),
  );

  /** Asks what waits. Never two questions at once; a call during one asks again after it. */
  load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#again = this.#asking !== null;
    this.#asking ??= this.#load().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #load() {
    do {
      this.#again = false;
      try {
        this.items = await this.#wire.call("desk_review", {});
        this.problem = null;
      } catch (reason) {
        this.problem = asProblem(reason);
      }
      this.known = true;
    } while (this.#again);
  }

  /** Something changed on the desk. */
  touch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), DESK_REST);
  }

  /** Nobody looks any more. */
  end() {
    clearTimeout(this.#timer);
  }
}
