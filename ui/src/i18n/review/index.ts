// Words of the review and of the differences: a catalogue of their own, which comes with their views and not
// with the first paint.

import type { Widen } from "..";
import type { Lang } from "../../ipc/generated/wire";
import { en } from "./en";
import { fr } from "./fr";

/** Every text of the review. */
export type ReviewWords = Widen<typeof fr>;

/** The catalogues by language. */
export const reviewWords: Record<Lang, ReviewWords> = { fr, en };
