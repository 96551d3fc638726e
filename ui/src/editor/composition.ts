import type { EditorView } from "@codemirror/view";

/**
 * Resolves once no input method is composing. A change from elsewhere in the middle of a
 * composition would make the browser drop or double what is being composed.
 */
export function afterComposition(view: EditorView): Promise<void> {
  if (!view.compositionStarted) return Promise.resolve();
  return new Promise((resolve) => {
    const content = view.contentDOM;
    const ended = () => {
      // CodeMirror reads the composed text from the DOM in a microtask after the event.
      setTimeout(() => {
        if (view.compositionStarted) return;
        content.removeEventListener("compositionend", ended);
        resolve();
      }, 0);
    };
    content.addEventListener("compositionend", ended);
  });
}
