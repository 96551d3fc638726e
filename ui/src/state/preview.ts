// Which version of the text to render next: the newest, and never two at once.

import type { Preview } from "../ipc/generated/wire";

/** Asks for a rendering of `version`, told which rendering is on the screen (0 for none). */
export type Render = (version: number, known: number) => Promise<Preview>;

/** Keeps one rendering under way and drops what is stale. */
export class PreviewLoop {
  /** Rendering on the screen; 0 for none. */
  known = 0;
  #wanted = -1;
  #shown = -1;
  #busy = false;
  #ended = false;
  #render: Render;
  #apply: (preview: Preview) => void;
  #fail: (reason: unknown) => void;

  constructor(render: Render, apply: (preview: Preview) => void, fail: (reason: unknown) => void) {
    this.#render = render;
    this.#apply = apply;
    this.#fail = fail;
  }

  /** Asks for a version; versions already passed are ignored. */
  want(version: number) {
    if (version > this.#wanted) this.#wanted = version;
    void this.#turn();
  }

  /** The screen holds nothing any more: the newest version is rendered whole. */
  anew() {
    this.known = 0;
    this.#shown = -1;
    void this.#turn();
  }

  /** No reply is applied from here on. */
  end() {
    this.#ended = true;
  }

  async #turn() {
    if (this.#busy || this.#ended || this.#wanted <= this.#shown) return;
    this.#busy = true;
    const asked = this.#wanted;
    const known = this.known;
    try {
      const preview = await this.#render(asked, known);
      if (this.#ended) return;
      // What was asked for before the screen was emptied patches a rendering that is gone.
      if (known === this.known && preview.version >= this.#shown) {
        this.#apply(preview);
        this.known = preview.rendering;
        this.#shown = preview.version;
        // The desk waited in vain for that version; whoever brings it will ask again.
        if (preview.version < asked && this.#wanted === asked) this.#wanted = preview.version;
      }
    } catch (reason) {
      // Not asked again by itself: the next keystroke is the next try, and it asks for the whole.
      this.known = 0;
      this.#shown = Math.max(this.#shown, asked);
      if (!this.#ended) this.#fail(reason);
    } finally {
      this.#busy = false;
    }
    void this.#turn();
  }
}
