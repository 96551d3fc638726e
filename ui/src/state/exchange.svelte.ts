// The review of an article goes out for others as a file, and comes back in one; what of it could not be taken along.

import { asProblem, type Wire } from "../ipc";
import type { Problem, ReviewForm } from "../ipc/generated/wire";

/** What became of a file. */
export type Outcome =
  | { kind: "sent"; out: string; leftOut: string[] }
  | { kind: "came"; name: string; taken: number; leftOut: string[] };

/** What the exchange asks of the window around it. */
export interface ExchangeDesk {
  /** Hands over what was typed last. */
  settle(): Promise<void>;
  /** Does something under the person's name, which is asked for where it is missing. */
  signed<T>(task: () => Promise<T>): Promise<T | null>;
  /** Reads the review again. */
  reload(path: string): void;
  problem(problem: Problem): void;
}

/** A file's bytes as the wire carries them. */
function base64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.onload = () => {
      const url = typeof reader.result === "string" ? reader.result : "";
      resolve(url.slice(url.indexOf(",") + 1));
    };
    reader.readAsDataURL(file);
  });
}

/** Files for others and from others. */
export class ReviewExchange {
  /** What became of the last file, until it is put away, and of which article. */
  told = $state.raw<(Outcome & { path: string }) | null>(null);
  busy = $state(false);
  #wire: Wire;
  #desk: ExchangeDesk;

  constructor(wire: Wire, desk: ExchangeDesk) {
    this.#wire = wire;
    this.#desk = desk;
  }

  async #run(path: string, task: () => Promise<Outcome | null>) {
    if (this.busy) return;
    this.busy = true;
    this.told = null;
    try {
      await this.#desk.settle();
      const outcome = await task();
      if (outcome) this.told = { ...outcome, path };
    } catch (reason) {
      this.#desk.problem(asProblem(reason));
    } finally {
      this.busy = false;
    }
  }

  /** Writes an article with its review to a file that the person names. */
  async send(path: string, form: ReviewForm) {
    await this.#run(path, async () => {
      const out = await this.#wire.call("choose_review_path", { path, form });
      if (out === null) return null;
      const sent = await this.#wire.call("export_review", { path, form, out });
      return { kind: "sent", out: sent.out, leftOut: sent.left_out };
    });
  }

  /** Takes what others say in a file. */
  async take(path: string, file: File) {
    await this.#run(path, async () => {
      const data = await base64(file);
      const args = { path, name: file.name, data };
      const came = await this.#desk.signed(() => this.#wire.call("import_review", args));
      if (!came) return null;
      this.#desk.reload(path);
      return { kind: "came", name: file.name, taken: came.taken, leftOut: came.left_out };
    });
  }

  /** Asks for a file and takes it. */
  choose(path: string) {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".docx,.md,.markdown,.txt";
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) void this.take(path, file);
    });
    input.click();
  }
}
