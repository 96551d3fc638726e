// Focus mode dims all but the paragraph of the caret; typewriter mode keeps the caret's line in
// the middle of the window.

import { EditorState, RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";

const paragraphLine = Decoration.line({ class: "md-focused" });

function paragraph(view: EditorView): DecorationSet {
  const { doc, selection } = view.state;
  const { from: top, to: bottom } = view.viewport;
  let first = doc.lineAt(selection.main.from);
  let last = doc.lineAt(selection.main.to);
  while (first.number > 1 && first.from > top && first.text.trim() !== "") {
    const above = doc.line(first.number - 1);
    if (above.text.trim() === "") break;
    first = above;
  }
  while (last.number < doc.lines && last.to < bottom && last.text.trim() !== "") {
    const below = doc.line(last.number + 1);
    if (below.text.trim() === "") break;
    last = below;
  }
  const builder = new RangeSetBuilder<Decoration>();
  const from = Math.max(first.number, doc.lineAt(top).number);
  const to = Math.min(last.number, doc.lineAt(bottom).number);
  for (let n = from; n <= to; n++) {
    const at = doc.line(n).from;
    builder.add(at, at, paragraphLine);
  }
  return builder.finish();
}

const plugin = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = paragraph(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.selectionSet || update.viewportChanged) {
        this.decorations = paragraph(update.view);
      }
    }
  },
  { decorations: (value) => value.decorations },
);

/** Dims all but the paragraph. */
export function focusMode(): Extension {
  return [plugin, EditorView.editorAttributes.of({ class: "md-focus-mode" })];
}

/** Keeps the line of the caret centred. A click does not move the text under the pointer. */
export function typewriterMode(): Extension {
  return [
    EditorState.transactionExtender.of((tr) =>
      tr.scrollIntoView && !tr.isUserEvent("select.pointer")
        ? { effects: EditorView.scrollIntoView(tr.newSelection.main.head, { y: "center" }) }
        : null,
    ),
    EditorView.editorAttributes.of({ class: "md-typewriter-mode" }),
  ];
}
