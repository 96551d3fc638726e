// What the interface asks of the program that holds it. Nothing else in the interface knows where it runs.

import type { Boot, Event } from "../ipc/generated/wire";

/** A program that holds the interface: the Tauri window, or a fake one in tests and in a browser. */
export interface Host {
  /** What the first paint needs, where it came with the page; else `null`, and `call("boot")` answers it. */
  boot: Boot | null;
  /** Runs a command of the desk. Rejects with a `Problem`. */
  call(name: string, args: unknown): Promise<unknown>;
  /** Hears what the desk says on its own. Returns the way to stop hearing. */
  on(handler: (event: Event) => void): () => void;
  /** Address of a picture for an `img` element. `path` is `desk/<desk-relative path>` or `page/<job>/<n>.png`. */
  picture(path: string): string;
}
