// Typing as CodeMirror sees it, for tests: through the input handlers, then by default.

import type { EditorView } from "@codemirror/view";
import { EditorView as View, runScopeHandlers } from "@codemirror/view";

/** Types `text` at the carets, one character after the other. */
export function typeText(view: EditorView, text: string): void {
  for (const character of text) {
    const { from, to } = view.state.selection.main;
    const insert = () =>
      view.state.update(view.state.replaceSelection(character), {
        userEvent: "input.type",
        scrollIntoView: true,
      });
    const taken = view.state
      .facet(View.inputHandler)
      .some((handler) => handler(view, from, to, character, insert));
    if (!taken) view.dispatch(insert());
  }
}

/** Presses a key, as the key bindings see it; false where nothing took it. */
export function press(view: EditorView, key: string, modifiers: KeyboardEventInit = {}): boolean {
  return runScopeHandlers(view, new KeyboardEvent("keydown", { key, ...modifiers }), "editor");
}
