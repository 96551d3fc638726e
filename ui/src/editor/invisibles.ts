// Faint dots for the blanks that look like others: no-break spaces and tabs.

import type { Extension } from "@codemirror/state";
import {
  Decoration,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from "@codemirror/view";

const NAMES: Record<string, string> = { "\u00a0": "nbsp", "\u202f": "thin", "\t": "tab" };

const matcher = new MatchDecorator({
  regexp: /[\u00a0\u202f\t]/g,
  decoration: (match) => Decoration.mark({ class: `md-blank md-${NAMES[match[0]] ?? "nbsp"}` }),
});

/** Marks no-break spaces and tabs in view. */
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
