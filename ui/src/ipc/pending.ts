// Commands of the differences, as the design names them, until the desk's own table has them.

import type { DeskReviewItem, DiffView, VersionItem, VersionRef } from "./generated/wire";

/** Commands that the generated table does not name yet. */
export type PendingCommands = {
  versions: { args: { path: string }; answer: Array<VersionItem> };
  diff: { args: { path: string; old: VersionRef; new: VersionRef }; answer: DiffView };
  mark_read: { args: { path: string; version: VersionRef }; answer: null };
  desk_review: { args: Record<never, never>; answer: Array<DeskReviewItem> };
};
