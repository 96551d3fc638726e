// The revisions of an article, folded by sitting.

import { asProblem, type Wire } from "../ipc";
import type { RevisionItem, RevisionText } from "../ipc/generated/wire";
import type { Notices } from "./notices.svelte";

/** A pause longer than this, in milliseconds, ends a sitting. */
export const SITTING_PAUSE = 10 * 60 * 1000;

/** Saves of one author without a long pause, newest first. Never empty. */
export type Sitting = [RevisionItem, ...RevisionItem[]];

/** Folds revisions, newest first, into sittings. What a person named or another program wrote stands alone. */
export function sittings(revisions: RevisionItem[]): Sitting[] {
  const out: Sitting[] = [];
  for (const revision of revisions) {
    const sitting = out.at(-1);
    const last = sitting?.at(-1);
    if (sitting && last && folds(last, revision)) sitting.push(revision);
    else out.push([revision]);
  }
  return out;
}

function folds(newer: RevisionItem, older: RevisionItem): boolean {
  return (
    newer.origin === "save" &&
    older.origin === "save" &&
    older.name === null &&
    newer.author === older.author &&
    Date.parse(newer.time) - Date.parse(older.time) <= SITTING_PAUSE
  );
}

/** History of the article that is shown. */
export class History {
  list = $state.raw<RevisionItem[]>([]);
  loaded = $state(false);
  /** The revision that is compared with the text now. */
  shown = $state.raw<RevisionText | null>(null);
  #path = "";
  #wire: Wire;
  #notices: Notices;

  constructor(wire: Wire, notices: Notices) {
    this.#wire = wire;
    this.#notices = notices;
  }

  /** Reads the list of an article. */
  async load(path: string) {
    if (path !== this.#path) {
      this.#path = path;
      this.list = [];
      this.loaded = false;
      this.shown = null;
    }
    try {
      const list = await this.#wire.call("history", { path });
      if (path !== this.#path) return;
      this.list = list;
      this.loaded = true;
    } catch (reason) {
      this.#notices.problem(asProblem(reason));
    }
  }

  /** Opens a revision. */
  async show(id: number) {
    try {
      this.shown = await this.#wire.call("revision", { path: this.#path, id });
    } catch (reason) {
      this.#notices.problem(asProblem(reason));
    }
  }

  /** Gives a revision a name; an empty one takes it away. */
  async rename(id: number, name: string) {
    try {
      const item = await this.#wire.call("name_revision", { path: this.#path, id, name });
      this.list = this.list.map((other) => (other.id === id ? item : other));
    } catch (reason) {
      this.#notices.problem(asProblem(reason));
    }
  }
}
