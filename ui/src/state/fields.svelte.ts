// Fields that are being typed in: the person's text stands until the desk has taken it.

import { asProblem } from "../ipc";
import type { ArticleState, Furniture, Problem } from "../ipc/generated/wire";

/** Milliseconds of rest before a field goes to the desk. */
export const FIELD_REST = 250;

type Key = keyof Furniture;

/** What the fields ask of their article. */
export interface FieldsDesk {
  send(key: Key, value: string): Promise<ArticleState>;
  took(state: ArticleState): void;
  /** What the desk holds for a key. */
  kept(key: Key): string;
}

/** A text as it was typed, and what the desk made of it. */
interface Typed {
  text: string;
  kept: string;
  /** Why the desk did not take it. */
  refusal: Problem | null;
}

/** Fields whose text the desk has not taken yet, by key. */
export class Fields {
  /** Text by key; a key leaves when the desk holds its text, or refused it. */
  pending = $state.raw<ReadonlyMap<Key, string>>(new Map());
  /** Text that an input method is still making: it goes nowhere before its end. */
  #composing = $state.raw<ReadonlyMap<Key, string>>(new Map());
  /** Text as typed, by key, while the person is in the field, and beyond where it was refused. */
  #typed = $state.raw<ReadonlyMap<Key, Typed>>(new Map());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | null = null;
  #desk: FieldsDesk;

  constructor(desk: FieldsDesk) {
    this.#desk = desk;
  }

  /** Takes a field's text and sends it after a moment of rest. */
  type(key: Key, value: string) {
    this.#composing = without(this.#composing, key);
    this.#typed = without(this.#typed, key);
    this.pending = new Map(this.pending).set(key, value);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush().catch(() => {}), FIELD_REST);
  }

  /** Takes what an input method shows before it is done. */
  compose(key: Key, value: string) {
    this.#composing = new Map(this.#composing).set(key, value);
  }

  /** Something is on the screen that the desk does not hold. */
  get open(): boolean {
    return this.pending.size > 0 || this.#composing.size > 0 || this.refused.length > 0;
  }

  /** Texts that the desk refused and that still stand on the screen. */
  get refused(): { key: Key; text: string }[] {
    return [...this.#typed].flatMap(([key, { text }]) => (this.refusal(key) ? [{ key, text }] : []));
  }

  /** Why the desk did not take what a field shows. */
  refusal(key: Key): Problem | null {
    const typed = this.#typed.get(key);
    return typed && typed.kept === this.#desk.kept(key) ? typed.refusal : null;
  }

  /**
   * What the screen shows where the desk holds `kept`. What the desk made of a text (it trims it, or reads the title
   * from elsewhere where the field is empty) does not come under the hands that typed it; what is newer does.
   */
  shown(key: Key, kept: string): string {
    const typed = this.#typed.get(key);
    return (
      this.#composing.get(key) ?? this.pending.get(key) ?? (typed && typed.kept === kept ? typed.text : kept)
    );
  }

  /** The person left the field: from here on it shows what the desk holds, unless the desk refused the text. */
  async leave(key: Key) {
    await this.flush();
    if (!this.refusal(key)) this.#typed = without(this.#typed, key);
  }

  /** The person gives a refused text up. */
  giveUp(key: Key) {
    this.#typed = without(this.#typed, key);
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
    let refusal: Problem | null = null;
    try {
      this.#desk.took(await this.#desk.send(key, value));
    } catch (reason) {
      refusal = asProblem(reason);
      // Anything else may pass: the text stays pending, on the screen, and is sent again with the next change.
      if (refusal.code !== "cannot_set") throw reason;
    }
    if (this.pending.get(key) !== value) return;
    this.#typed = new Map(this.#typed).set(key, { text: value, kept: this.#desk.kept(key), refusal });
    this.pending = without(this.pending, key);
  }
}

function without<V>(map: ReadonlyMap<Key, V>, key: Key): ReadonlyMap<Key, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
