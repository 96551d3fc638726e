// What is typed in running text is shown before its rendering comes, in the frame of the key. A rendering always has
// the last word: before one is applied, what was shown ahead of it is taken back.

import type { Typed } from "../typed";

/** Where the only occurrence of a text begins in a text; -1 where there is none or another. */
function only(text: string, wanted: string): number {
  const at = text.indexOf(wanted);
  return at >= 0 && text.indexOf(wanted, at + 1) < 0 ? at : -1;
}

/** The texts that were changed ahead of a rendering. */
export class Echo {
  #rendered = new Map<Text, string>();
  #waiting: Typed[] = [];

  /** Shows what was typed in the block that it belongs to. */
  show(block: HTMLElement | undefined, typed: Typed): void {
    this.#waiting.push(typed);
    if (block) this.#put(block, typed);
  }

  /** Takes back all that was shown: the texts are as they were rendered. */
  takeBack(): void {
    for (const [node, text] of this.#rendered) node.data = text;
    this.#rendered.clear();
  }

  /** After a rendering of `version`: shows again what that did not have yet. */
  goOn(version: number, blockOf: (line: number) => HTMLElement | undefined): void {
    this.#waiting = this.#waiting.filter((typed) => typed.version > version);
    for (const typed of this.#waiting) {
      const block = blockOf(typed.line);
      if (block) this.#put(block, typed);
    }
  }

  #put(block: HTMLElement, { before, removed, inserted, after }: Typed): void {
    const wanted = before + removed + after;
    let found: Text | null = null;
    let at = -1;
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode() as Text | null; node; node = texts.nextNode() as Text | null) {
      if (!node.data.includes(wanted)) continue;
      // In two places alike: the rendering will say which.
      if (found) return;
      found = node;
      at = only(node.data, wanted);
    }
    if (!found || at < 0) return;
    if (!this.#rendered.has(found)) this.#rendered.set(found, found.data);
    found.replaceData(at + before.length, removed.length, inserted);
  }
}
