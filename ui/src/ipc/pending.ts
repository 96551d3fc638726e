// Commands of the review and of the differences, as the design names them, until the desk's own table has them.

import type {
  ArticleState,
  DeskReviewItem,
  DiffView,
  Passage,
  Proposal,
  Review,
  UnsentItem,
  VersionItem,
  VersionRef,
} from "./generated/wire";

/** Commands that the generated table does not name yet. */
export type PendingCommands = {
  versions: { args: { path: string }; answer: Array<VersionItem> };
  diff: { args: { path: string; old: VersionRef; new: VersionRef }; answer: DiffView };
  mark_read: { args: { path: string; version: VersionRef }; answer: null };
  desk_review: { args: Record<never, never>; answer: Array<DeskReviewItem> };
  review: { args: { path: string }; answer: Review };
  suggest: {
    args: { path: string; version: number; proposals: Array<Proposal>; settled: boolean };
    answer: Review;
  };
  decide: { args: { path: string; ids: Array<string>; accept: boolean }; answer: Review };
  undecide: { args: { path: string; ids: Array<string> }; answer: Review };
  note_suggestion: { args: { path: string; id: string; note: string }; answer: Review };
  comment: {
    args: { path: string; version: number; passage: Passage | null; text: string; off_record: boolean };
    answer: Review;
  };
  reply: { args: { path: string; thread: string; text: string }; answer: Review };
  edit_message: { args: { path: string; message: string; text: string }; answer: Review };
  resolve_thread: { args: { path: string; thread: string; resolved: boolean }; answer: Review };
  keep_off_record: { args: { path: string; thread: string; off: boolean }; answer: Review };
  attach: { args: { path: string; id: string; version: number; passage: Passage }; answer: Review };
  keep_unsent: { args: { path: string; item: UnsentItem }; answer: null };
  set_stage: { args: { path: string; stage: string; reason: string }; answer: ArticleState };
  sign_off: { args: { path: string; role: string }; answer: Review };
  withdraw_sign_off: { args: { path: string; id: string }; answer: Review };
};
