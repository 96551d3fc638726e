// Faint marks for the signs that cannot be seen or look like others: no-break and thin spaces, tabs, signs without a
// width, and two blanks at the end of a line, which break it.

import type { Extension } from "@codemirror/state";
import {
  Decoration,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from "@codemirror/view";

const NAMES: Record<string, string> = {
  "\u00a0": "nbsp",
  "\u202f": "thin",
  "\u2009": "thin",
  "\t": "tab",
  "\u200b": "zero",
  "\u00ad": "zero",
  "\ufeff": "zero",
};

const matcher = new MatchDecorator({
  regexp: /[\u00a0\u202f\u2009\t\u200b\u00ad\ufeff]| {2,}$/gm,
  decoration: (match) => Decoration.mark({ class: `md-blank md-${NAMES[match[0]] ?? "trailing"}` }),
});

/** Marks these signs in view. */
export function invisibles(): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = matcher.createDeco(view);
      }
      update(update: ViewUpdate) {
        this.decorations = matcher.updateDeco(update, this.decorations);
      }
    },
    { decorations: (value) => value.decorations },
  );
}
