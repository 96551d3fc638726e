// An export from the choice of its form to the finished file.

import { asProblem, type Wire } from "../ipc";
import type { ExportOptions, Exported, Problem } from "../ipc/generated/wire";

/** The export dialog's state. */
export class Export {
  options = $state.raw<ExportOptions>({ format: "pdf", paper: "a4", columns: 2, images_beside: false });
  /** Absolute path to write; empty until the desk proposed one. */
  out = $state("");
  /** What is going on: `reading`, `setting`, `writing`; `null` where nothing is. */
  step = $state<string | null>(null);
  done = $state.raw<Exported | null>(null);
  problem = $state.raw<Problem | null>(null);
  stopped = $state(false);
  #chosen = false;
  #suggesting: Promise<void> = Promise.resolve();
  #job = 0;
  #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Changes the form; the path follows unless the person chose one. */
  async change(path: string, some: Partial<ExportOptions>) {
    const format = this.options.format;
    this.options = { ...this.options, ...some };
    this.#clear();
    if (!this.#chosen || this.options.format !== format) await this.suggest(path);
  }

  /** Proposes where to write. */
  suggest(path: string): Promise<void> {
    this.#chosen = false;
    this.#suggesting = this.#suggest(path);
    return this.#suggesting;
  }

  async #suggest(path: string) {
    try {
      this.out = await this.#wire.call("suggest_export_path", { path, options: this.options });
    } catch (reason) {
      this.problem = asProblem(reason);
    }
  }

  /** Lets the person say where to write. */
  async choose(path: string) {
    try {
      const out = await this.#wire.call("choose_export_path", { path, options: this.options });
      if (out === null) return;
      this.out = out;
      this.#chosen = true;
      this.#clear();
    } catch (reason) {
      this.problem = asProblem(reason);
    }
  }

  /** Exports. `settle` brings the last typed text to the desk first; `past` is the reason to pass gates that are shut. */
  async run(path: string, settle: () => Promise<void>, past: string | null = null) {
    if (this.step !== null) return;
    this.#clear();
    const job = ++this.#job;
    this.step = "reading";
    try {
      // A path that is on its way belongs to the form that was chosen last.
      await this.#suggesting;
      if (this.out === "") await this.suggest(path);
      if (this.out === "") return;
      await settle();
      const args = { path, options: this.options, out: this.out, job, past };
      const done = await this.#wire.call("export_article", args);
      if (!this.stopped) this.done = done;
    } catch (reason) {
      if (!this.stopped) this.problem = asProblem(reason);
    } finally {
      this.step = null;
    }
  }

  /** The desk says how far it is. */
  progress(job: number, step: string) {
    if (job === this.#job && this.step !== null) this.step = step;
  }

  /** Stops the export under way. */
  async cancel() {
    if (this.step === null) return;
    this.stopped = true;
    try {
      await this.#wire.call("cancel_export", { job: this.#job });
    } catch (reason) {
      this.stopped = false;
      this.problem = asProblem(reason);
    }
  }

  /** Begins for another article. */
  begin() {
    this.#clear();
    this.out = "";
  }

  #clear() {
    this.done = null;
    this.problem = null;
    this.stopped = false;
  }
}
