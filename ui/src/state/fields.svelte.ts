// Fields that are being typed in: the person's text stands until the desk has taken it.

import type { ArticleState } from "../ipc/generated/wire";

/** Milliseconds of rest before a field goes to the desk. */
export const FIELD_REST = 250;

/** Fields whose text the desk has not taken yet, by key. */
export class Fields {
  /** Text by key; a key leaves when the desk holds its text. */
  pending = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Text as typed, by key, while the person is in the field. */
  #typed = $state.raw<ReadonlyMap<string, string>>(new Map());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | null = null;
  #send: (key: string, value: string) => Promise<ArticleState>;
  #took: (state: ArticleState) => void;

  constructor(
    send: (key: string, value: string) => Promise<ArticleState>,
    took: (state: ArticleState) => void,
  ) {
    this.#send = send;
    this.#took = took;
  }

  /** Takes a field's text and sends it after a moment of rest. */
  type(key: string, value: string) {
    this.pending = new Map(this.pending).set(key, value);
    this.#typed = new Map(this.#typed).set(key, value);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush().catch(() => {}), FIELD_REST);
  }

  /**
   * What the screen shows where the desk holds `kept`. A blank or a comma at the end, which the desk leaves
   * out, stays under the hands that typed it.
   */
  shown(key: string, kept: string): string {
    const typed = this.#typed.get(key);
    return this.pending.get(key) ?? (typed !== undefined && essence(typed) === essence(kept) ? typed : kept);
  }

  /** The person left the field: from here on it shows what the desk holds. */
  async leave(key: string) {
    await this.flush();
    const rest = new Map(this.#typed);
    rest.delete(key);
    this.#typed = rest;
  }

  /** Sends what is pending, one key after the other, until nothing is. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.pending.size > 0 || this.#sending) {
      if (this.#sending) {
        await this.#sending;
        continue;
      }
      this.#sending = this.#one().finally(() => (this.#sending = null));
      await this.#sending;
    }
  }

  async #one() {
    const [entry] = this.pending;
    if (!entry) return;
    const [key, value] = entry;
    // Where this fails, the text stays pending: on the screen, and sent again with the next change.
    const state = await this.#send(key, value);
    if (this.pending.get(key) === value) {
      const rest = new Map(this.pending);
      rest.delete(key);
      this.pending = rest;
    }
    this.#took(state);
  }
}

/** A value without the blanks and the empty places of a list. */
function essence(text: string): string {
  return text
    .split(",")
    .map((part) => part.trim().replace(/\s+/g, " "))
    .filter(Boolean)
    .join(", ");
}
