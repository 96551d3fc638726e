// What was typed, where a rendering will differ by just that: letters and digits within running text.

import { getSyncedVersion, sendableUpdates } from "@codemirror/collab";
import { Transaction } from "@codemirror/state";
import type { ViewUpdate } from "@codemirror/view";
import type { Typed } from "../typed";

/** Letters and digits alone: nothing that Markdown reads as a mark. */
const WORD = /^[\p{L}\p{M}\p{N}]*$/u;
/** Running text around them. */
const BEFORE = /[\p{L}\p{M}\p{N} ,’]{0,24}$/u;
const AFTER = /^[\p{L}\p{M}\p{N} ,’]{0,24}/u;
/** UTF-16 units that hold as much of it as is looked at. */
const NEAR = 48;
/** Fewer characters around it than this say nothing of the place. */
const ENOUGH = 3;

/** The one change of an update that the person made in running text; `null` where a rendering has to say. */
export function typedIn(update: ViewUpdate): Typed | null {
  if (update.transactions.some((tr) => tr.annotation(Transaction.remote))) return null;
  let found: Typed | null = null;
  let count = 0;
  update.changes.iterChanges((from, to, _from, _to, text) => {
    count++;
    const { doc } = update.startState;
    const line = doc.lineAt(from);
    if (to > line.to || text.lines > 1) return;
    const removed = doc.sliceString(from, to);
    const inserted = text.toString();
    if (!WORD.test(removed) || !WORD.test(inserted)) return;
    const before =
      BEFORE.exec(line.text.slice(Math.max(0, from - line.from - NEAR), from - line.from))?.[0] ?? "";
    const after = AFTER.exec(line.text.slice(to - line.from, to - line.from + NEAR))?.[0] ?? "";
    if (before.length + after.length < ENOUGH) return;
    const version = getSyncedVersion(update.state) + sendableUpdates(update.state).length;
    found = { version, line: line.number, before, removed, inserted, after };
  });
  return count === 1 ? found : null;
}
