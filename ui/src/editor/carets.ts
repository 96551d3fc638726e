// Several carets and rectangular selections. The browser draws one selection by itself, and
// faster than we could; ours is drawn only while there is more than one.

import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { crosshairCursor, drawSelection, rectangularSelection } from "@codemirror/view";

/** Multiple carets. */
export function carets(): Extension {
  const drawn = new Compartment();
  return [
    EditorState.allowMultipleSelections.of(true),
    rectangularSelection(),
    crosshairCursor(),
    drawn.of([]),
    EditorState.transactionExtender.of((tr) => {
      if (!tr.selection) return null;
      const several = tr.newSelection.ranges.length > 1;
      const before = tr.startState.selection.ranges.length > 1;
      return several === before ? null : { effects: drawn.reconfigure(several ? drawSelection() : []) };
    }),
  ];
}
