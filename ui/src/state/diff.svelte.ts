// Two versions of an article and how they differ: which are compared, how it is shown, and where the person is in it.

import { asProblem, type Wire } from "../ipc";
import type {
  ChangeClass,
  DiffChange,
  DiffRow,
  DiffView,
  Problem,
  VersionItem,
  VersionRef,
} from "../ipc/generated/wire";

/** Classes of changes, by risk. */
export const CLASSES = [
  "quote",
  "figure",
  "name",
  "negation",
  "attribution",
  "link",
  "furniture",
  "words",
  "typography",
] as const satisfies readonly ChangeClass[];

/** How differences are shown: in the text, side by side, or as a list by risk. */
export const LOOKS = ["text", "side", "list"] as const;

/** A way to show differences. */
export type Look = (typeof LOOKS)[number];

/** Name of a version for a list of choices. */
export function keyOf(version: VersionRef): string {
  switch (version.is) {
    case "revision":
      return `revision:${version.id}`;
    case "signed":
      return `signed:${version.id ?? ""}`;
    case "commit":
      return `commit:${version.name}`;
    case "file":
      return `file:${version.path}`;
    default:
      return version.is;
  }
}

/** Label of what was read last where the person wrote it and nobody changed it since. */
const OWN = "own";

/**
 * What to compare with first: what the person read last, unless they wrote it themselves and nothing came after, else
 * what was published, else the oldest revision.
 */
export function startingPoint(versions: VersionItem[]): VersionRef | null {
  const of = (is: VersionRef["is"]) =>
    versions.find(({ version, label }) => version.is === is && !(is === "read" && label === OWN))?.version;
  const oldest = versions.findLast(({ version }) => version.is === "revision")?.version;
  return of("read") ?? of("published") ?? oldest ?? null;
}

/** Numbers of the changes in the order of the text. */
export function byPlace(view: DiffView): number[] {
  const seen = new Set<number>();
  for (const row of view.rows) {
    if (row.change !== null) seen.add(row.change);
    for (const run of [...row.inline, ...(row.old ?? []), ...(row.new ?? [])]) {
      if (run.change !== null) seen.add(run.change);
    }
  }
  view.changes.forEach((_, index) => seen.add(index));
  return [...seen];
}

/** Whether a row shows a change. */
export function changed(row: DiffRow): boolean {
  return row.mark !== "kept" || row.change !== null || row.inline.some(({ mark }) => mark !== "same");
}

/** A row of the text, or rows without a change that are folded into one line. */
export type Part = { row: DiffRow; index: number } | { folded: DiffRow[]; index: number };

/** Unchanged rows kept in sight beside a change. */
const CONTEXT = 1;

/** Rows as they are shown: long stretches without a change are folded, unless their number is among `unfolded`. */
export function parts(rows: DiffRow[], unfolded: ReadonlySet<number>): Part[] {
  const near = rows.map((_, index) =>
    rows.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(changed),
  );
  const out: Part[] = [];
  let index = 0;
  while (index < rows.length) {
    const start = index;
    while (index < rows.length && !near[index]) index++;
    const stretch = rows.slice(start, index);
    if (stretch.length > 1 && !unfolded.has(start)) out.push({ folded: stretch, index: start });
    else stretch.forEach((row, at) => out.push({ row, index: start + at }));
    const row = rows[index];
    if (row) out.push({ row, index: index++ });
  }
  return out;
}

/** The differences of the open article. */
export class Changes {
  versions = $state.raw<VersionItem[]>([]);
  old = $state.raw<VersionRef | null>(null);
  new = $state.raw<VersionRef>({ is: "draft" });
  view = $state.raw<DiffView | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** An answer is on its way. */
  busy = $state(false);
  /** The list of versions has come. */
  known = $state(false);
  /** There are older versions that the list does not have. */
  more = $state(false);
  #all = false;
  look = $state<Look>("text");
  /** Classes that are looked at; none means all. */
  chosen = $state.raw<ReadonlySet<ChangeClass>>(new Set());
  /** Number of the change that the person is at. */
  at = $state<number | null>(null);
  /** The differences lie over the window. */
  sheet = $state(false);
  /** The step that was asked for before the differences came. */
  #wanted: 1 | -1 | null = null;
  #path = "";
  #turn = 0;
  #wire: Wire;
  #problem: (problem: Problem) => void;

  constructor(wire: Wire, problem: (problem: Problem) => void) {
    this.#wire = wire;
    this.#problem = problem;
  }

  /** Numbers of the changes that the filter lets through, in the order in which they are gone through. */
  order = $derived.by(() => {
    const { view } = this;
    if (!view) return [];
    const all = this.look === "list" ? view.changes.map((_, index) => index) : byPlace(view);
    return all.filter((index) => this.shown(view.changes[index]));
  });

  /** Whether the filter lets a change through. */
  shown(change: DiffChange | undefined): boolean {
    return change !== undefined && (this.chosen.size === 0 || this.chosen.has(change.class));
  }

  /** Looks at an article: at what it is to be compared with, or as before, or at what was read last. */
  async open(path: string, wanted: { old: VersionRef; new: VersionRef } | null) {
    if (path !== this.#path) {
      this.#path = path;
      this.versions = [];
      this.known = false;
      this.more = false;
      this.#all = false;
      this.old = null;
      this.new = { is: "draft" };
      this.#forget();
    }
    if (wanted) {
      this.old = wanted.old;
      this.new = wanted.new;
      this.#forget();
    }
    await this.#ask(async () => {
      const { items, more } = await this.#wire.call("versions", { path, all: this.#all });
      if (path !== this.#path) return;
      this.versions = items;
      this.more = more;
      this.known = true;
      this.old ??= startingPoint(items);
    });
  }

  /** Offers all versions, however old. */
  async showAll() {
    this.#all = true;
    await this.open(this.#path, null);
  }

  #forget() {
    this.view = null;
    this.problem = null;
    this.at = null;
    this.chosen = new Set();
  }

  /** Compares two other versions. */
  async choose(some: { old?: VersionRef; new?: VersionRef }) {
    this.old = some.old ?? this.old;
    this.new = some.new ?? this.new;
    this.at = null;
    await this.refresh();
  }

  /** Compares again: a text moved on. */
  async refresh() {
    await this.#ask(async () => {});
  }

  async #ask(before: () => Promise<void>) {
    const turn = ++this.#turn;
    const path = this.#path;
    this.busy = true;
    try {
      await before();
      const { old } = this;
      if (turn !== this.#turn) return;
      const view = old ? await this.#wire.call("diff", { path, old, new: this.new }) : null;
      if (turn !== this.#turn) return;
      this.view = view;
      this.problem = null;
      if (this.at !== null && !this.shown(view?.changes[this.at])) this.at = null;
      if (view && this.#wanted !== null) this.step(this.#wanted);
    } catch (reason) {
      if (turn === this.#turn) this.problem = asProblem(reason);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  /** Looks at a class too, or not any more; `null` looks at all. */
  filter(name: ChangeClass | null) {
    const next = new Set(name === null ? [] : this.chosen);
    if (name !== null && !next.delete(name)) next.add(name);
    this.chosen = next;
    if (this.at !== null && !this.shown(this.view?.changes[this.at])) this.at = null;
  }

  /** The change that the person is at. */
  get current(): DiffChange | undefined {
    return this.at === null ? undefined : this.view?.changes[this.at];
  }

  /** Whether the change that the person is at can be put back in the text on the screen. */
  get canPutBack(): boolean {
    const { current } = this;
    return current !== undefined && (current.put_back.length > 0 || current.value !== null);
  }

  /** The text moved on because a change was put back: the person is at the one that follows it. */
  async afterPutBack() {
    const here = this.at === null ? -1 : this.order.indexOf(this.at);
    this.at = null;
    await this.refresh();
    if (this.at === null && here >= 0) this.at = this.order[Math.min(here, this.order.length - 1)] ?? null;
  }

  /** Goes to the next change, or the one before; after the last comes the first. */
  step(by: 1 | -1) {
    const { order } = this;
    // Whoever asks before there is anything to go through is taken to it as soon as there is.
    this.#wanted = this.view === null ? by : null;
    if (order.length === 0) return;
    const here = this.at === null ? -1 : order.indexOf(this.at);
    const to = here < 0 ? (by > 0 ? 0 : order.length - 1) : (here + by + order.length) % order.length;
    this.at = order[to] ?? null;
  }

  /** The person has read the newer version, as it is shown. */
  async markRead(): Promise<boolean> {
    const path = this.#path;
    const { view } = this;
    if (!view) return false;
    try {
      await this.#wire.call("mark_read", { path, version: this.new, seen: view.seen });
    } catch (reason) {
      this.#problem(asProblem(reason));
      // It may have moved on: what is there now is shown.
      if (path === this.#path) await this.refresh();
      return false;
    }
    if (path === this.#path) await this.open(path, { old: { is: "read" }, new: this.new });
    return true;
  }
}
