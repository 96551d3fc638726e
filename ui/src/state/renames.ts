// Articles that may have been renamed outside: the person is asked, once for each pair.

import type { Catalogue } from "../i18n";
import type { RenameOffer } from "../ipc/generated/wire";
import type { Notices } from "./notices.svelte";

/** What answering needs of the desk. */
export interface Around {
  notices: Notices;
  words: () => Catalogue["renames"];
  answer: (offer: RenameOffer, follow: boolean) => Promise<unknown>;
}

/** The questions on the screen. */
export class Renames {
  readonly #around: Around;
  /** Notices by pair; one that the person closed stays here, so that it is not asked again. */
  #asked = new Map<string, number>();

  constructor(around: Around) {
    this.#around = around;
  }

  /** Takes all that is offered now: asks what is new, takes back what does not hold any more. */
  hear(offers: RenameOffer[]) {
    const { notices } = this.#around;
    const standing = new Set(offers.map(key));
    for (const [pair, notice] of this.#asked) {
      if (standing.has(pair)) continue;
      notices.drop(notice);
      this.#asked.delete(pair);
    }
    for (const offer of offers) if (!this.#asked.has(key(offer))) this.#ask(offer);
  }

  /** Another desk: nothing is offered. */
  clear() {
    this.hear([]);
  }

  #ask(offer: RenameOffer) {
    const { notices, words, answer } = this.#around;
    const t = words();
    const notice = notices.say(t.offer(offer.from, offer.to), {
      hint: t.hint,
      role: "alert",
      actions: [
        { label: t.yes, run: () => void answer(offer, true) },
        { label: t.no, run: () => void answer(offer, false) },
      ],
    });
    this.#asked.set(key(offer), notice);
  }
}

function key({ from, to }: RenameOffer): string {
  return JSON.stringify([from, to]);
}
