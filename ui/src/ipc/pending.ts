// The command of the desk's review, as the design names it, until the desk's own table has it.

import type { DeskReviewItem } from "./generated/wire";

/** Commands that the generated table does not name yet. */
export type PendingCommands = {
  desk_review: { args: Record<never, never>; answer: Array<DeskReviewItem> };
};
