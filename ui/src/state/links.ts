// Links that lost what they led to when articles moved: offered to be mended, with a way back.

import type { Catalogue } from "../i18n";
import type { Wire } from "../ipc";
import type { BrokenLinks, LinksMended } from "../ipc/generated/wire";
import type { Notices } from "./notices.svelte";

/** What mending needs of the desk. */
export interface Around {
  notices: Notices;
  words: () => Catalogue["links"];
  /** Runs a task when what was typed is handed over; what goes wrong becomes a notice. */
  run: <T>(task: (wire: Wire) => Promise<T>) => Promise<T | undefined>;
}

/** Milliseconds that the offer stays. */
const OFFER_STAYS = 60_000;

/** The offer on the screen. */
export class Links {
  readonly #around: Around;
  #notice = 0;

  constructor(around: Around) {
    this.#around = around;
  }

  /** Takes what can be mended now. */
  hear(offer: BrokenLinks | null) {
    const { notices, words, run } = this.#around;
    notices.drop(this.#notice);
    if (!offer) return;
    const t = words();
    this.#notice = notices.say(t.moved(offer.from, offer.to, offer.moves), {
      hint: t.broken(offer.links, offer.articles),
      stays: OFFER_STAYS,
      actions: [
        { label: t.mend, run: () => void this.#mend() },
        { label: t.leave, run: () => void run((wire) => wire.call("leave_links", {})) },
      ],
    });
  }

  async #mend() {
    const { notices, words, run } = this.#around;
    const done = await run((wire) => wire.call("mend_links", {}));
    if (!done) return;
    const t = words();
    notices.say(t.mended(done.links, done.articles), {
      hint: this.#left(done),
      actions: [{ label: t.undo, run: () => void this.#undo() }],
    });
  }

  async #undo() {
    const { notices, words, run } = this.#around;
    const undone = await run((wire) => wire.call("undo_mended_links", {}));
    if (undone) notices.say(words().undone(undone.links), { hint: this.#left(undone) });
  }

  #left({ left }: LinksMended): string {
    return left.length > 0 ? this.#around.words().left(left.join(", ")) : "";
  }
}
