// Typing aids in a field of the furniture: the same ones as in the text, one Backspace takes the last one back.

import { aidFor } from "./aids";
import type { Aids } from "./host";

/** What the aids of a field need to know. */
export interface FieldAidsConfig {
  lang: string;
  aids: Aids;
}

/** The aids of one field. */
export class FieldAids {
  /** The aid just given: the whole text and the caret with it, and the typed piece that it replaced. */
  #last: { text: string; caret: number; length: number; typed: string } | null = null;
  #busy = false;

  /** One sign was typed before the caret, which may call for an aid. */
  typed(field: HTMLTextAreaElement, sign: string | null, { lang, aids }: FieldAidsConfig) {
    if (this.#busy) return;
    this.#last = null;
    const caret = field.selectionStart;
    if (sign?.length !== 1 || caret !== field.selectionEnd || field.value[caret - 1] !== sign) return;
    const line = field.value.lastIndexOf("\n", caret - 1) + 1;
    const aid = aidFor(field.value.slice(line, caret - 1), sign, lang, aids);
    if (!aid) return;
    const from = caret - 1 - aid.back;
    const typed = field.value.slice(from, caret);
    this.#put(field, from, caret, aid.insert);
    this.#last = { text: field.value, caret: from + aid.insert.length, length: aid.insert.length, typed };
  }

  /** Takes the aid just given back: the text is again as it was typed. Says whether there was one. */
  takeBack(field: HTMLTextAreaElement): boolean {
    const last = this.#last;
    this.#last = null;
    if (!last || field.value !== last.text) return false;
    if (field.selectionStart !== last.caret || field.selectionEnd !== last.caret) return false;
    this.#put(field, last.caret - last.length, last.caret, last.typed);
    return true;
  }

  /** The caret went elsewhere. */
  moved(field: HTMLTextAreaElement) {
    if (!this.#busy && this.#last && field.selectionStart !== this.#last.caret) this.#last = null;
  }

  #put(field: HTMLTextAreaElement, from: number, to: number, text: string) {
    this.#busy = true;
    field.setSelectionRange(from, to);
    // Typed by the engine, it is a step of the field's own undo.
    const command = text === "" ? "delete" : "insertText";
    const before = field.value;

    if (!document.execCommand?.(command, false, text) || field.value === before) {
      field.setRangeText(text, from, to, "end");
    }
    this.#busy = false;
  }
}

/** The text after an edit in one line: line ends that came in with it become blanks, those that stood there stay. */
export function oneLine(before: string, after: string): string {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++;
  }
  const stop = after.length - end;
  return after.slice(0, start) + after.slice(start, stop).replace(/\n/g, " ") + after.slice(stop);
}
