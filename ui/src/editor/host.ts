// What the editor asks of whoever holds it. Plain data only, of the same shape as the wire's:
// the editor knows CodeMirror and nothing else.

import type { Typed } from "../typed";
import type { Proposal } from "./layer";

/** One update of the body: who made it, and `ChangeSet.toJSON()`. */
export interface Update {
  client: string;
  changes: unknown;
}

/** Answer of the authority to a push or a pull. */
export interface Pushed {
  /** False: the article moved on meanwhile; `updates` are the missed ones. */
  accepted: boolean;
  /** The authority's version now: the number of updates since the article was opened. */
  version: number;
  /** Updates since the version that was named; the sender's own among them. */
  updates: Update[];
}

/** Which typing aids are on. */
export interface Aids {
  quotes: boolean;
  apostrophe: boolean;
  spaces: boolean;
  ellipsis: boolean;
  dash: boolean;
}

/** The editor's surroundings. */
export interface EditorHost {
  push(version: number, updates: Update[]): Promise<Pushed>;
  pull(version: number): Promise<Pushed>;
  /**
   * Address for an `img` element of a picture that the article names by `src`, as written and so
   * percent-encoded; empty where it may not be shown.
   */
  imageUrl(src: string): string;
  /** Puts a picture beside the article. `base64` is the file's bytes. */
  addImage(name: string, base64: string): Promise<{ src: string; alt: string }>;
  /** The person changed the text and the authority does not hold it yet. */
  onDirty(): void;
  /** The person typed in running text: said at once, before the authority has heard of it. */
  onTyped(typed: Typed): void;
  /** The authority and this text agree up to `version`. */
  onSynced(version: number): void;
  /** `offset` in UTF-16 units, lines from 1, `topLine` fractional. */
  onCaret(offset: number, line: number, topLine: number): void;
  /**
   * What the person proposes, all of it, against the authority's `version`, and the names of what they took back;
   * `settled` once they rest.
   */
  onProposals(version: number, proposals: Proposal[], gone: string[], settled: boolean): void;
  /** The person clicked on what somebody proposes or says. */
  onRemark(id: string): void;
  /** Undo or Redo took the acceptance of suggestions back, or made it again. */
  onDecided(ids: readonly string[], accept: boolean): void;
  /** The person scrolled; fractional line at the top, from 1. */
  onScroll(topLine: number): void;
  /** Something failed that the person should hear of; what was typed is kept. */
  onProblem(message: unknown): void;
}
