// The review of the open article: suggestions, conversations, sign-offs, and what is typed into their boxes.
// The text of the article is the editor's: an accepted suggestion is applied there, and recorded here.

import { asProblem, type Wire } from "../ipc";
import type {
  DiffSplice,
  Passage,
  Problem,
  Proposal,
  Review,
  SuggestionItem,
  UnsentItem,
} from "../ipc/generated/wire";
import { fold } from "./fold";

/** Milliseconds after the first key at which the text of a box is kept. */
export const UNSENT_REST = 250;

/** What a review asks of the editor that shows the article. */
export interface ReviewScreen {
  /** Shows in the text what is open of a review. */
  mark(review: Review): void;
  /**
   * Applies suggestions as one transaction. Answers the ids of those that had a place. An undo of it is told by
   * `Reviewing.undecided`, a redo by `Reviewing.decided`.
   */
  accept(items: SuggestionItem[]): string[];
  /** Gives a passage its old words again; false where it changed since `version` of the body. */
  putBack(version: number, splices: DiffSplice[]): boolean;
  /** What is selected of the body, as the desk counts it; `null` where nothing is. */
  selected(): Passage | null;
  /** Where the caret is in the body. */
  caret(): number;
  /** The words of a part of the body. */
  words(passage: Passage): string;
  /** Brings a suggestion or a thread into sight: where it was mapped to, else `passage`. */
  reveal(id: string, passage: Passage): void;
}

/** What a review asks of the window. */
export interface ReviewHearer {
  problem(problem: Problem): void;
  /** All typed text is with the desk; its version. */
  settle(): Promise<number>;
  /** Keeps the person's name. */
  named(name: string): Promise<void>;
}

/** A card that is to be shown. */
export interface Picked {
  id: string;
  /** The keys are to go to it. */
  keys: boolean;
}

/** What is proposed in the editor. */
export interface Suggested {
  version: number;
  /** All that is proposed. */
  proposals: Proposal[];
  /** Names of what was taken back. */
  gone: string[];
  /** The person rests. */
  settled: boolean;
}

/** A box that is typed in: a new comment, a reply, an edit. */
export interface Box {
  text: string;
  /** Where a new comment is to stand, counted in `version` of the body. */
  passage: Passage | null;
  version: number;
  /** The words that a new comment is about, where its place is not in the text any more. */
  quote: string;
  /** A new comment that is to stay off the record. */
  offRecord: boolean;
}

const NO_TEXT: Box = { text: "", passage: null, version: 0, quote: "", offRecord: false };

/** Whether a suggestion waits for a decision. */
export const isOpen = (item: SuggestionItem) => item.verdict === "open";

/** Those of several that can be accepted in one go: open, in their place, and of rivals only the first. */
export function acceptable(items: SuggestionItem[]): SuggestionItem[] {
  const taken = new Set<string>();
  return items.filter((item) => {
    if (!isOpen(item) || item.standing !== "placed") return false;
    if (item.rivals.some((rival) => taken.has(rival))) return false;
    taken.add(item.id);
    return true;
  });
}

/** Letters shown before and after a suggestion. */
const NEAR = 32;

/** The words around a suggestion, whole ones of its own paragraph; none where its text has moved on meanwhile. */
export function around(item: SuggestionItem, screen: ReviewScreen | null): { before: string; after: string } {
  const { passage, old, standing } = item;
  if (!screen || !passage || standing !== "placed" || screen.words(passage) !== old)
    return { before: "", after: "" };
  const { start, end } = passage;
  const before = screen.words({ start: Math.max(0, start - NEAR), end: start });
  const after = screen.words({ start: end, end: end + NEAR });
  return {
    before: (start > NEAR ? before.replace(/^\S*\s/u, "") : before).replace(/^[^]*\n/u, ""),
    after: (after.length === NEAR ? after.replace(/\s\S*$/u, "") : after).replace(/\n[^]*$/u, ""),
  };
}

/** Whether a passage lies in another; a place between two characters lies in what touches it. */
export function within(inner: Passage | null, outer: Passage | null): boolean {
  return inner !== null && outer !== null && inner.start >= outer.start && inner.end <= outer.end;
}

/** A name that is being typed after an @. */
export interface Mention {
  /** Where the @ is. */
  start: number;
  /** What follows it, up to the caret. */
  query: string;
}

/** The mention at the caret, if one is begun there. A name may hold one blank, so that a surname can be typed. */
export function mentionAt(text: string, caret: number): Mention | null {
  const found = /(?:^|[\s(«“"])@([^\s@]*(?: [^\s@]*)?)$/u.exec(text.slice(0, caret));
  const query = found?.[1];
  return query === undefined ? null : { start: caret - query.length - 1, query };
}

/** People whose name, or a part of it, begins with what was typed. */
export function people(all: string[], query: string): string[] {
  const wanted = fold(query);
  return all.filter((name) => {
    const folded = fold(name);
    return folded !== wanted && (folded.startsWith(wanted) || folded.includes(` ${wanted}`));
  });
}

/** The review of the article that is open. */
export class Reviewing {
  /** As the desk last said. */
  value = $state.raw<Review | null>(null);
  /** Why the review cannot be read. */
  problem = $state.raw<Problem | null>(null);
  /** Boxes whose text is on its way. */
  sending = $state.raw<ReadonlySet<string>>(new Set());
  /** The suggestion or thread that was clicked in the text last. */
  picked = $state.raw<Picked | null>(null);
  /** The box of a new comment is to have the caret as soon as it is there. */
  summoned = $state(false);
  /** Answers who the person is; set while they are asked. */
  naming = $state.raw<((name: string | null) => void) | null>(null);
  #boxes = $state.raw<ReadonlyMap<string, Box>>(new Map());
  #screen = $state.raw<ReviewScreen | null>(null);
  #path = "";
  #turn = 0;
  #unkept = new Set<string>();
  /** Boxes whose place was chosen here and is not with the desk yet, each with its turn. */
  #placed = new Map<string, number>();
  #places = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keeping: Promise<void> | null = null;
  #asked: Promise<string | null> | null = null;
  #wire: Wire;
  #hearer: ReviewHearer;

  constructor(wire: Wire, hearer: ReviewHearer) {
    this.#wire = wire;
    this.#hearer = hearer;
  }

  /** The editor that shows the article. */
  get screen(): ReviewScreen | null {
    return this.#screen;
  }

  set screen(screen: ReviewScreen | null) {
    this.#screen = screen;
    if (screen && this.value) screen.mark(this.value);
  }

  /** Reads the review of an article; the same article is read again. */
  async load(path: string) {
    if (path !== this.#path) this.#leave(path);
    const turn = ++this.#turn;
    try {
      const review = await this.#wire.call("review", { path });
      if (turn === this.#turn) this.#take(review);
    } catch (reason) {
      if (turn === this.#turn) this.problem = asProblem(reason);
    }
  }

  /** The article has another path now. */
  moved(to: string) {
    this.#path = to;
  }

  /** Shows the card of a suggestion or a thread; the same one again as well. */
  pick(id: string, keys = false) {
    this.picked = { id, keys };
  }

  /** The record of an article changed. */
  hear(path: string) {
    if (path === this.#path && (this.value || this.problem)) void this.load(path);
  }

  /** No article is open any more. */
  clear() {
    this.#leave("");
    this.#turn++;
  }

  #leave(path: string) {
    void this.keep();
    this.#path = path;
    this.value = null;
    this.problem = null;
    this.picked = null;
    this.summoned = false;
    this.#boxes = new Map();
    this.#placed.clear();
  }

  #take(review: Review) {
    this.#turn++;
    this.value = review;
    this.problem = null;
    const boxes = new Map(this.#boxes);
    const { version } = review;
    for (const { key, text, passage, quote, off_record: offRecord } of review.unsent) {
      const box = boxes.get(key);
      // What is typed here is newer than what the desk keeps; a place is as the desk mapped it.
      if (!box) boxes.set(key, { text, passage, version, quote, offRecord });
      else if (!this.#placed.has(key)) boxes.set(key, { ...box, passage, version, quote });
    }
    this.#boxes = boxes;
    this.#screen?.mark(review);
  }

  /** Runs what is signed with the person's name, and asks for it where nobody knows it; `null` where none is given. */
  async signed<T>(task: () => Promise<T>): Promise<T | null> {
    try {
      return await task();
    } catch (reason) {
      if (asProblem(reason).code !== "no_author") throw reason;
    }
    this.#asked ??= this.#askName().finally(() => (this.#asked = null));
    return (await this.#asked) === null ? null : task();
  }

  async #askName(): Promise<string | null> {
    const given = await new Promise<string | null>((answer) => (this.naming = answer));
    this.naming = null;
    const name = given?.trim() ?? "";
    if (name === "") return null;
    await this.#hearer.named(name);
    return name;
  }

  /** Runs a command that answers the review. Says whether it was done. */
  async #run(task: (path: string) => Promise<Review>): Promise<boolean> {
    const path = this.#path;
    try {
      const review = await this.signed(() => task(path));
      if (review === null) return false;
      if (path === this.#path) this.#take(review);
      return true;
    } catch (reason) {
      this.#hearer.problem(asProblem(reason));
      return false;
    }
  }

  /** Applies suggestions to the text and records it. Answers how many were. */
  async accept(items: SuggestionItem[]): Promise<number> {
    const ids = items.length > 0 ? (this.#screen?.accept(items) ?? []) : [];
    if (ids.length === 0) return 0;
    return (await this.#decide(ids, true)) ? ids.length : 0;
  }

  /** Records that suggestions are not taken. */
  async reject(items: SuggestionItem[]): Promise<boolean> {
    return (
      items.length > 0 &&
      this.#decide(
        items.map(({ id }) => id),
        false,
      )
    );
  }

  async #decide(ids: string[], accept: boolean): Promise<boolean> {
    return this.#run(async (path) => {
      if (accept) await this.#hearer.settle();
      return this.#wire.call("decide", { path, ids, accept });
    });
  }

  /** An acceptance was made again by Redo. */
  async decided(ids: string[]) {
    await this.#decide(ids, true);
  }

  /** An acceptance was taken back by Undo, or a rejection by the person: both are open again. */
  async undecided(ids: string[]): Promise<boolean> {
    return this.#run(async (path) => {
      await this.#hearer.settle();
      return this.#wire.call("undecide", { path, ids });
    });
  }

  /**
   * Hands over what is proposed in the editor of an article, all of it; `settled` once the person rests. Where the
   * text has moved on too far for the desk, the next hand-over says the same.
   */
  async suggest(path: string, typed: Suggested) {
    try {
      const review = await this.signed(() => this.#wire.call("suggest", { path, ...typed }));
      if (review && path === this.#path) this.#take(review);
    } catch (reason) {
      if (asProblem(reason).code !== "stale") this.#hearer.problem(asProblem(reason));
    }
  }

  /** Says why a suggestion is made. */
  async note(id: string, note: string): Promise<boolean> {
    return this.#run((path) => this.#wire.call("note_suggestion", { path, id, note }));
  }

  /** Settles a thread, or opens it again. */
  async resolve(thread: string, resolved: boolean): Promise<boolean> {
    return this.#run((path) => this.#wire.call("resolve_thread", { path, thread, resolved }));
  }

  /** Keeps a thread off the record, or lets it out. */
  async offRecord(thread: string, off: boolean): Promise<boolean> {
    return this.#run((path) => this.#wire.call("keep_off_record", { path, thread, off }));
  }

  /** Gives what lost its place the one that is selected; what is to be put in, that of the caret. `null`: none is. */
  async attach(id: string): Promise<boolean | null> {
    const putIn = this.value?.suggestions.some((item) => item.id === id && item.old === "") ?? false;
    if (!this.#screen || (!putIn && !this.#screen.selected())) return null;
    return this.#run(async (path) => {
      const version = await this.#hearer.settle();
      const at = this.#screen?.caret() ?? 0;
      const passage = (putIn ? null : this.#screen?.selected()) ?? { start: at, end: at };
      return this.#wire.call("attach", { path, id, version, passage });
    });
  }

  /** Gives what was attached the place back that it had before. */
  async detach(id: string): Promise<boolean> {
    return this.#run((path) => this.#wire.call("detach", { path, id }));
  }

  /** Signs what is on the disk. */
  async signOff(role: string): Promise<boolean> {
    return this.#run((path) => this.#wire.call("sign_off", { path, role }));
  }

  /** Takes a sign-off back. */
  async withdraw(id: string): Promise<boolean> {
    return this.#run((path) => this.#wire.call("withdraw_sign_off", { path, id }));
  }

  /** What a box holds. */
  box(key: string): Box {
    return this.#boxes.get(key) ?? NO_TEXT;
  }

  /** Types in a box; what is typed survives a kill from a moment later on. */
  type(key: string, text: string) {
    this.#put(key, { ...this.box(key), text });
  }

  /** Puts the new comment on what is selected. Says whether something is. */
  async begin(): Promise<boolean> {
    const version = await this.#hearer.settle();
    const passage = this.#screen?.selected() ?? null;
    if (passage) this.on(passage, version);
    return passage !== null;
  }

  /** Box of the comment that is being made: about a passage, or about the whole. */
  get composing(): "new" | "whole" {
    const { text, passage } = this.box("new");
    return passage || text !== "" ? "new" : "whole";
  }

  /** Puts the new comment on a passage of the review; what was typed goes along. */
  on(passage: Passage, version = this.value?.version ?? 0) {
    const { text, offRecord } = this.box(this.composing);
    if (this.composing === "whole" && this.#boxes.has("whole")) this.forget("whole");
    this.summoned = true;
    this.#place("new", { text, passage, version, quote: "", offRecord });
  }

  /** Lets the new comment be about the whole article. */
  onWhole() {
    const { text, offRecord } = this.box("new");
    this.forget("new");
    this.#put("whole", { ...NO_TEXT, text, offRecord });
  }

  /** Keeps a new comment off the record, or not. */
  tick(key: string, offRecord: boolean) {
    this.#put(key, { ...this.box(key), offRecord });
  }

  #place(key: string, box: Box) {
    this.#placed.set(key, ++this.#places);
    this.#put(key, box);
  }

  #put(key: string, box: Box) {
    this.#boxes = new Map(this.#boxes).set(key, box);
    this.#unkept.add(key);
    this.#timer ??= setTimeout(() => void this.keep(), UNSENT_REST);
  }

  /** Everything typed into the boxes is with the desk. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const path = this.#path;
    const items = [...this.#unkept].map((key) => {
      const { text, passage, version, quote, offRecord: off_record } = this.box(key);
      const turn = this.#placed.get(key);
      const item = { key, text, passage, quote, off_record };
      return { item, version: turn === undefined ? null : version, turn };
    });
    this.#unkept.clear();
    const before = this.#keeping;
    const run = (async () => {
      await before;
      for (const { item, version, turn } of items) {
        await this.#keepOne(path, item, version);
        if (turn !== undefined && this.#placed.get(item.key) === turn) this.#placed.delete(item.key);
      }
    })();
    this.#keeping = run;
    await run;
    if (this.#keeping === run) this.#keeping = null;
  }

  async #keepOne(path: string, item: UnsentItem, version: number | null) {
    try {
      await this.#wire.call("keep_unsent", { path, item, version });
    } catch (reason) {
      this.#hearer.problem(asProblem(reason));
    }
  }

  /** Forgets what a box holds. */
  forget(key: string) {
    this.#place(key, NO_TEXT);
  }

  /** Sends what a box holds; on success it is empty. Says whether it went. */
  async send(key: string): Promise<boolean> {
    const { offRecord } = this.box(key);
    const text = this.box(key).text.trim();
    if (text === "" || this.sending.has(key)) return false;
    this.sending = new Set(this.sending).add(key);
    const sent = await this.#send(key, text, offRecord);
    const rest = new Set(this.sending);
    rest.delete(key);
    this.sending = rest;
    if (sent) {
      this.forget(key);
      await this.keep();
    }
    return sent;
  }

  #send(key: string, text: string, off_record: boolean): Promise<boolean> {
    const [kind, id = ""] = key.split(/:(.*)/s);
    switch (kind) {
      case "reply":
        return this.#run((path) => this.#wire.call("reply", { path, thread: id, text }));
      case "edit":
        return this.#run((path) => this.#wire.call("edit_message", { path, message: id, text }));
      case "note":
        return this.note(id, text);
      default:
        return this.#run((path) => this.#comment(path, key, text, off_record));
    }
  }

  async #comment(path: string, key: string, text: string, off_record: boolean): Promise<Review> {
    const comment = () => {
      const { passage, version } = this.box(key);
      const since = passage ? version : (this.value?.version ?? 0);
      return this.#wire.call("comment", { path, version: since, passage, text, off_record });
    };
    await this.#hearer.settle();
    try {
      return await comment();
    } catch (reason) {
      if (asProblem(reason).code !== "stale") throw reason;
    }
    // The article moved on too far: the desk says where the place is now.
    await this.keep();
    await this.load(path);
    return comment();
  }
}
