// Keeps the body in step with the desk, which is the authority. Every transaction is an update;
// one request is under way at a time, and what is typed meanwhile goes with the next one.
// Deliberately absent: any decision about saving, and any merge of text (the authority's part).

import { collab, getClientID, getSyncedVersion, receiveUpdates, sendableUpdates } from "@codemirror/collab";
import { ChangeSet, Transaction, type ChangeDesc, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterComposition } from "./composition";
import { FRAME } from "./frame";
import type { EditorHost, Pushed } from "./host";
import { keepScroll } from "./scroll";

type Authority = Pick<EditorHost, "push" | "pull" | "onDirty" | "onSynced" | "onProblem">;

/** First pause before a failed request is made again, in milliseconds; it doubles each time. */
const FIRST_PAUSE = 250;
/** Longest such pause, in milliseconds. */
const LONGEST_PAUSE = 5000;
/** Updates of the authority that are remembered, to place what was said of an older version. */
const REMEMBERED = 2000;

interface Waiter {
  /** Resolves when this many updates of ours have been acknowledged in all. */
  target: number;
  resolve(version: number): void;
  reject(reason: unknown): void;
}

/** The line to the authority. Its extension goes into the state before `attach` gets the view. */
export class Line {
  /** Newest version that the authority is known to have. */
  private known: number;
  private acknowledged = 0;
  private waiters: Waiter[] = [];
  private running = false;
  private closed = false;
  private wake: (() => void) | null = null;
  private view: EditorView | null = null;
  /** The newest updates of the authority, up to the synced version. */
  private readonly log: ChangeSet[] = [];
  readonly extension: Extension;

  constructor(
    private readonly host: Authority,
    version: number,
    clientID?: string,
  ) {
    this.known = version;
    this.extension = [
      clientID === undefined
        ? collab({ startVersion: version })
        : collab({ startVersion: version, clientID }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        const local = update.transactions.some((tr) => tr.docChanged && !tr.annotation(Transaction.remote));
        if (!local) return;
        this.host.onDirty();
        this.start(FRAME);
      }),
    ];
  }

  attach(view: EditorView): void {
    this.view = view;
  }

  /** The authority said that it has reached `version`. */
  receive(version: number): void {
    if (version <= this.known) return;
    this.known = version;
    this.start();
  }

  /**
   * Resolves with the acknowledged version once the authority holds all that was typed before
   * the call. Rejects with the failure of the next attempt; the text is kept and tried again.
   */
  flush(): Promise<number> {
    const { state } = this.open();
    const unsent = sendableUpdates(state).length;
    if (unsent === 0) return Promise.resolve(getSyncedVersion(state));
    return new Promise((resolve, reject) => {
      this.waiters.push({ target: this.acknowledged + unsent, resolve, reject });
      this.wake?.();
      this.start();
    });
  }

  /**
   * What leads from a version of the authority to the text of now; `null` where that version is not known here any
   * more, or not yet.
   */
  since(version: number): ChangeDesc | null {
    const { state } = this.open();
    const missed = getSyncedVersion(state) - version;
    if (missed < 0 || missed > this.log.length) return null;
    const all = [
      ...this.log.slice(this.log.length - missed),
      ...sendableUpdates(state).map(({ changes }) => changes),
    ];
    const first = all[0];
    if (!first) return ChangeSet.empty(state.doc.length).desc;
    return all.slice(1).reduce<ChangeDesc>((whole, changes) => whole.composeDesc(changes), first.desc);
  }

  /** No request is made any more. */
  close(): void {
    this.closed = true;
    this.wake?.();
    for (const waiter of this.waiters.splice(0)) waiter.reject(new Error("the article was closed"));
  }

  private open(): EditorView {
    if (!this.view) throw new Error("the line has no view yet");
    return this.view;
  }

  /** Begins to ask, after a pause in milliseconds that nobody is kept waiting for. */
  private start(pause = 0): void {
    if (this.running || this.closed) return;
    this.running = true;
    // A microtask later at least, so that no request starts inside an update of the view.
    void (pause > 0 && this.waiters.length === 0 ? this.rest(pause) : Promise.resolve())
      .then(() => this.run())
      .finally(() => {
        this.running = false;
        // What came between the last look and this moment has started nothing: it is seen here.
        if (!this.closed && this.waiting()) this.start();
      });
  }

  private waiting(): boolean {
    const { state } = this.open();
    return sendableUpdates(state).length > 0 || getSyncedVersion(state) < this.known;
  }

  private async run(): Promise<void> {
    let pause = 0;
    while (!this.closed) {
      const { state } = this.open();
      const version = getSyncedVersion(state);
      const mine = sendableUpdates(state);
      if (!this.waiting()) return;
      try {
        const answer =
          mine.length > 0
            ? await this.host.push(
                version,
                mine.map((u) => ({ client: u.clientID, changes: u.changes.toJSON() as unknown })),
              )
            : await this.host.pull(version);
        await this.take(answer, mine.length > 0);
        pause = 0;
      } catch (problem) {
        if (this.closed) return;
        if (pause === 0) this.host.onProblem(problem);
        for (const waiter of this.waiters.splice(0)) waiter.reject(problem);
        pause = Math.min(pause === 0 ? FIRST_PAUSE : pause * 2, LONGEST_PAUSE);
        await this.rest(pause);
      }
    }
  }

  private async take(answer: Pushed, pushed: boolean): Promise<void> {
    const view = this.open();
    const updates = answer.updates.map((u) => ({
      changes: ChangeSet.fromJSON(u.changes),
      clientID: u.client,
    }));
    if (updates.length === 0) {
      if (pushed) throw new Error(`the desk took nothing at version ${answer.version}`);
      // Nothing newer after all: do not ask for it again.
      this.known = getSyncedVersion(view.state);
      return;
    }
    const own = getClientID(view.state);
    const foreign = updates.some((u) => u.clientID !== own);
    // Asked again after each wait: the next composition may have begun before this line goes on.
    while (foreign && !this.closed && view.compositionStarted) await afterComposition(view);
    if (this.closed) return;
    const before = sendableUpdates(view.state).length;
    const received = receiveUpdates(view.state, updates);
    if (received.docChanged) {
      keepScroll(view, () => {
        view.dispatch(received);
        return received.changes;
      });
    } else {
      view.dispatch(received);
    }
    this.log.push(...updates.map(({ changes }) => changes));
    this.log.splice(0, this.log.length - REMEMBERED);
    this.acknowledged += before - sendableUpdates(view.state).length;
    const version = getSyncedVersion(view.state);
    this.known = Math.max(this.known, version);
    this.host.onSynced(version);
    const waiting = this.waiters;
    this.waiters = waiting.filter((w) => w.target > this.acknowledged);
    for (const waiter of waiting) if (waiter.target <= this.acknowledged) waiter.resolve(version);
  }

  private rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
    });
  }
}
