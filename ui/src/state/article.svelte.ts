// One open article: what the desk knows of it, what the person typed that the desk does not know yet,
// and the way to the disk. The text itself belongs to the editor.

import { asProblem, type Wire } from "../ipc";
import type {
  ArticleState,
  ArticleView,
  Counts,
  Placed,
  Preview,
  Problem,
  Pushed,
  SaveState,
  Update,
} from "../ipc/generated/wire";
import type { Typed } from "../typed";
import { Fields } from "./fields.svelte";
import { PreviewLoop } from "./preview";

/** Milliseconds without a keystroke before an autosave. */
export const AUTOSAVE_REST = 1000;
/** Milliseconds until a failed save is tried again by itself. */
export const RETRY_REST = 10_000;
/** Milliseconds after which a disk that has not answered is said not to answer. */
export const SLOW_SAVE = 5000;
/** Milliseconds between a move of the caret and its note. */
const PLACE_REST = 500;

/** What an article asks of the editor that shows it. */
export interface Screen {
  /** All typed text is with the desk; its version. */
  flush(): Promise<number>;
  /** The desk holds this version: take what is missing. */
  receive(version: number): void;
  exec(command: string): void;
  focus(): void;
  /** No key goes to the text any more. */
  blur(): void;
  /** The suggestion or the conversation at the caret. */
  remarkHere(): string | null;
  scrollToLine(line: number): void;
}

/** What an article asks of the preview that shows it. */
export interface PreviewScreen {
  echo(typed: Typed): void;
  apply(preview: Preview): void;
  scrollToLine(line: number): void;
}

/** What an article tells the window. */
export interface Hearer {
  autosave(): boolean;
  problem(problem: Problem): void;
}

/**
 * What to tell the person of the save. It says `saved` only where the disk holds every sign on the screen:
 * `local` is text that the desk does not have, `heard` the newest version that it has.
 */
export function saveOf(state: ArticleState, local: boolean, heard: number, saving: boolean): SaveState {
  if (state.save === "conflict" || state.save === "error") return state.save;
  if (local) return "dirty";
  if (saving) return "saving";
  if (state.save === "saved" && heard > state.version) return "dirty";
  return state.save;
}

/** An open article. */
export class Article {
  /** Where it stands, as the desk last said. */
  state = $state.raw() as ArticleState;
  /** Text as it was opened; the editor owns it from there on. */
  readonly body: string;
  /** Version of `body`. */
  readonly version: number;
  /** UTF-16 units into the body. */
  readonly caret: number;
  /** First visible line, fractional, from 1. */
  readonly scroll: number;
  /** Text came back from a draft. */
  readonly restored: boolean;
  /** Length of the body; `null` until it was counted. */
  counts = $state.raw<Counts | null>(null);
  /** The text cannot be rendered. */
  refused = $state.raw<Problem | null>(null);
  /** Newest version that the desk holds, as far as the window knows. */
  heard = $state(0);
  /** Furniture that is being typed. */
  readonly fields: Fields;
  /** A save is under way and the disk does not answer. */
  stuck = $state(false);
  editor: Screen | null = null;
  #typed = $state(false);
  #saving = $state(false);
  #run: Promise<void> | null = null;
  #again = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #placing: ReturnType<typeof setTimeout> | undefined;
  #place: { caret: number; scroll: number };
  #screen: PreviewScreen | null = null;
  #loop: PreviewLoop;
  #wire: Wire;
  #hearer: Hearer;

  constructor(wire: Wire, view: ArticleView, hearer: Hearer) {
    this.#wire = wire;
    this.#hearer = hearer;
    this.state = view.state;
    this.body = view.body;
    this.version = view.state.version;
    this.heard = view.state.version;
    this.caret = view.caret;
    this.scroll = view.scroll;
    this.restored = view.restored;
    this.#place = { caret: view.caret, scroll: view.scroll };
    this.fields = new Fields({
      send: (key, value) => wire.call("set_field", { path: this.path, key, value }),
      took: (state) => this.take(state),
      kept: (key) => this.state.furniture[key].value,
    });
    this.#loop = new PreviewLoop(
      (version, known) => wire.call("preview", { path: this.path, version, known }),
      (preview) => this.#render(preview),
      (reason) => hearer.problem(asProblem(reason)),
    );
  }

  /** Relative to the desk. */
  get path(): string {
    return this.state.path;
  }

  /** What the status bar says. */
  get saveState(): SaveState {
    return saveOf(this.state, this.local, this.heard, this.#saving);
  }

  /** Something on the screen is not with the desk yet. */
  get local(): boolean {
    return this.#typed || this.fields.open;
  }

  /** The text cannot be typed in. */
  get locked(): boolean {
    return this.state.read_only !== null;
  }

  /** A field's text as the screen shows it. */
  field(key: keyof ArticleState["furniture"]): string {
    return this.fields.shown(key, this.state.furniture[key].value);
  }

  /** Takes what the desk says; what is older than what is known is left aside. */
  take(state: ArticleState) {
    if (state.version < this.state.version) return;
    this.state = state;
    if (state.version > this.heard) this.editor?.receive(state.version);
    this.#loop.want(state.version);
  }

  /** The article has another path now. */
  moved(to: string) {
    this.state = { ...this.state, path: to };
  }

  /** Types in a field. */
  type(key: keyof ArticleState["furniture"], value: string) {
    this.fields.type(key, value);
    this.#touch();
  }

  /** The editor's updates on their way; the rendering of what they lead to is asked for at once. */
  push(version: number, updates: Update[]): Promise<Pushed> {
    const answer = this.#wire.call("push", { path: this.path, version, updates });
    this.#loop.want(version + updates.length);
    return answer;
  }

  /** Updates since a version. */
  pull(version: number): Promise<Pushed> {
    return this.#wire.call("pull", { path: this.path, version });
  }

  /** The person typed and the desk does not hold it yet. */
  dirty() {
    this.#typed = true;
    this.#touch();
  }

  /** The person typed in running text: the preview shows it in the same frame. */
  typed(typed: Typed) {
    this.#screen?.echo(typed);
  }

  /** The desk and the editor agree up to `version`. */
  synced(version: number) {
    this.#typed = false;
    if (version > this.heard) this.heard = version;
    this.#loop.want(version);
    this.#touch();
  }

  /** Puts a picture beside the article. */
  async addImage(name: string, data: string): Promise<Placed> {
    return this.#wire.call("add_image", { path: this.path, name, data });
  }

  /** Remembers where the person is. */
  place(some: { caret?: number; scroll?: number }) {
    this.#place = { ...this.#place, ...some };
    clearTimeout(this.#placing);
    this.#placing = setTimeout(() => void this.keepPlace(), PLACE_REST);
  }

  /** Shows renderings on a screen; `null` takes the screen away. */
  show(screen: PreviewScreen | null) {
    this.#screen = screen;
    if (screen) this.renderAnew();
  }

  /** Asks for the whole rendering once more. */
  renderAnew() {
    this.#loop.anew();
    this.#loop.want(this.heard);
  }

  /** Scrolls the preview. */
  follow(line: number) {
    this.#screen?.scrollToLine(line);
  }

  /** Counts are wanted even where no preview is shown. */
  begin() {
    this.#loop.want(this.heard);
  }

  /** Everything on the screen is with the desk, hence in the draft. */
  async settle() {
    await Promise.all([this.editor?.flush(), this.fields.flush()]);
  }

  /** Puts the text on the disk. One save at a time; a call during one saves once more after it. */
  save(): Promise<void> {
    clearTimeout(this.#rest);
    if (this.#run) {
      this.#again = true;
      return this.#run;
    }
    this.#run = this.#save().finally(() => (this.#run = null));
    return this.#run;
  }

  async #save() {
    do {
      this.#again = false;
      if (this.locked || this.state.conflict || this.state.deleted) return;
      this.#saving = true;
      let slow: ReturnType<typeof setTimeout> | undefined;
      try {
        await this.settle();
        // From here on the desk has the text, and drafts it whatever the article's disk does.
        slow = setTimeout(() => (this.stuck = true), SLOW_SAVE);
        this.take(await this.#wire.call("save", { path: this.path }));
        // The desk tells of a save that failed in the state.
        if (this.state.save === "error") this.#touch(RETRY_REST);
      } catch (reason) {
        const problem = asProblem(reason);
        const said = this.state.save === "error" && this.state.problem?.message === problem.message;
        this.state = { ...this.state, save: "error", problem };
        if (!said) this.#hearer.problem(problem);
        this.#touch(RETRY_REST);
        return;
      } finally {
        clearTimeout(slow);
        this.stuck = false;
        this.#saving = false;
      }
    } while (this.#again);
  }

  /** Saves where there is something to save and the person lets it happen; what failed is tried again. */
  async autosave() {
    if (this.#hearer.autosave() && ["dirty", "error"].includes(this.saveState)) await this.save();
  }

  /** The person goes elsewhere: what they typed is safe when this resolves; the rest follows on its own. */
  async leave(): Promise<{ closed: Promise<void> }> {
    clearTimeout(this.#rest);
    if (!this.locked) await this.settle();
    this.#loop.end();
    return { closed: this.#close() };
  }

  /** The desk that it belongs to is no longer open: nothing more is asked of it. */
  end() {
    clearTimeout(this.#rest);
    clearTimeout(this.#placing);
    this.#loop.end();
  }

  async #close() {
    try {
      await this.autosave();
      clearTimeout(this.#rest);
      await this.keepPlace();
      await this.#wire.call("close_article", { path: this.path });
    } catch (reason) {
      this.#hearer.problem(asProblem(reason));
    }
  }

  /** Notes where the person is. */
  async keepPlace() {
    clearTimeout(this.#placing);
    try {
      await this.#wire.call("set_place", { path: this.path, ...this.#place });
    } catch {
      // A lost caret position is no news to anybody.
    }
  }

  #touch(rest = AUTOSAVE_REST) {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => void this.autosave(), rest);
  }

  #render(preview: Preview) {
    this.counts = preview.counts;
    this.refused = preview.refused;
    this.#screen?.apply(preview);
  }
}
