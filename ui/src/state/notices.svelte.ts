// What the interface says to the person: one sentence and a way out.

import type { Problem } from "../ipc/generated/wire";

/** A button of a notice. */
export interface Action {
  label: string;
  run: () => void;
}

/** A message on the screen. */
export interface Notice {
  id: number;
  /** `alert` interrupts a screen reader and stays until it is closed. */
  role: "status" | "alert";
  text: string;
  hint: string;
  actions: Action[];
}

/** Milliseconds that a `status` notice stays. */
export const NOTICE_STAYS = 8000;

/** The messages on the screen, oldest first. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  #last = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Shows a message and returns its id. The same text shown twice replaces the first. */
  say(
    text: string,
    more: { hint?: string; actions?: Action[]; role?: "status" | "alert"; stays?: number } = {},
  ) {
    const id = ++this.#last;
    const role = more.role ?? "status";
    const rest = this.list.filter((notice) => notice.text !== text);
    this.list = [...rest, { id, role, text, hint: more.hint ?? "", actions: more.actions ?? [] }].slice(-4);
    if (role === "status") this.#leave(id, more.stays ?? NOTICE_STAYS);
    return id;
  }

  /** Shows what went wrong. */
  problem(problem: Problem, actions: Action[] = []) {
    return this.say(problem.message, { hint: problem.hint, role: "alert", actions });
  }

  /** Takes a message away. */
  close(id: number) {
    this.hold(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Keeps a message while the person reads or uses it. */
  hold(id: number) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** Lets a held message go after its time. */
  release(id: number) {
    if (this.list.some((notice) => notice.id === id && notice.role === "status"))
      this.#leave(id, NOTICE_STAYS);
  }

  #leave(id: number, after: number) {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), after),
    );
  }
}
