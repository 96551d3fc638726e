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
  /** Milliseconds that it stays once nobody holds it; for ever where it is an alert. */
  stays: number;
  /** The person let the notice go, by closing it or by letting its time pass, and took none of its actions. */
  gone: (() => void) | null;
}

/** How a notice is shown. */
export interface More {
  hint?: string;
  actions?: Action[];
  role?: "status" | "alert";
  stays?: number;
  gone?: () => void;
}

/** Most notices on the screen; alerts are never pushed out. */
const SHOWN = 4;

/** Milliseconds that a `status` notice stays. */
export const NOTICE_STAYS = 8000;

/** The messages on the screen, oldest first. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  #last = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Shows a message and returns its id. The same text shown twice replaces the first. */
  say(text: string, more: More = {}) {
    const id = ++this.#last;
    const notice: Notice = {
      id,
      role: more.role ?? "status",
      text,
      hint: more.hint ?? "",
      actions: more.actions ?? [],
      stays: more.stays ?? NOTICE_STAYS,
      gone: more.gone ?? null,
    };
    const same = this.list.filter((other) => other.text === text);
    this.list = [...this.list, notice];
    for (const other of same) this.close(other.id);
    const passing = this.list.filter(({ role }) => role === "status");
    const over = Math.min(passing.length - 1, this.list.length - SHOWN);
    for (const other of passing.slice(0, Math.max(0, over))) this.close(other.id);
    this.release(id);
    return id;
  }

  /** Shows what went wrong. */
  problem(problem: Problem, actions: Action[] = []) {
    return this.say(problem.message, { hint: problem.hint, role: "alert", actions });
  }

  /** Takes a message away: the person lets it go. */
  close(id: number) {
    this.#remove(id)?.gone?.();
  }

  /** The person takes an action of a message, which goes. */
  act(id: number, action: Action) {
    this.#remove(id);
    action.run();
  }

  /** Takes a message away that no longer holds. */
  drop(id: number) {
    this.#remove(id);
  }

  #remove(id: number): Notice | undefined {
    this.hold(id);
    const notice = this.list.find((one) => one.id === id);
    this.list = this.list.filter((one) => one.id !== id);
    return notice;
  }

  /** Keeps a message while the person reads or uses it. */
  hold(id: number) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** Lets a held message go after its time. */
  release(id: number) {
    const notice = this.list.find((one) => one.id === id);
    if (notice?.role !== "status") return;
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), notice.stays),
    );
  }
}
