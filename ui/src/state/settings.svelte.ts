// The person's settings: applied at once, kept by the desk a moment later.

import { catalogues, type Catalogue } from "../i18n";
import { asProblem, type Wire } from "../ipc";
import type { Lang, Settings } from "../ipc/generated/wire";
import type { Notices } from "./notices.svelte";

/** Milliseconds between a change and its way to the disk: a column that is dragged changes many times. */
export const SETTINGS_REST = 300;

/** The settings in force, and the language's catalogue. */
export class Preferences {
  value = $state.raw() as Settings;
  /** The system's language, for a person who chose none. */
  #found = $state.raw<Lang>("en");
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wire: Wire;
  #notices: Notices;

  constructor(wire: Wire, notices: Notices, settings: Settings, lang: Lang) {
    this.#wire = wire;
    this.#notices = notices;
    this.value = settings;
    this.#found = lang;
  }

  /** Language in force. */
  get lang(): Lang {
    return this.value.lang ?? this.#found;
  }

  /** Texts of the interface. */
  get t(): Catalogue {
    return catalogues[this.lang];
  }

  /** Changes some settings. */
  change(some: Partial<Settings>) {
    this.value = { ...this.value, ...some };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.keep(), SETTINGS_REST);
  }

  /** Learns what the machine calls the person, who has not said yet who they are. */
  meet(author: string) {
    if (this.value.author === "") this.value = { ...this.value, author };
  }

  /** Hands the settings to the desk now. */
  async keep() {
    clearTimeout(this.#timer);
    try {
      const kept = await this.#wire.call("set_settings", { settings: this.value });
      // The window's box belongs to the program; the rest is ours, and may be newer by now.
      this.value = { ...this.value, window: kept.window };
    } catch (reason) {
      this.#notices.problem(asProblem(reason));
    }
  }
}
