// The floor that a window is measured against: a static page with CodeMirror and an article's text, no more.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { EditorView, keymap } from "@codemirror/view";

declare const ARTICLE: string;

new EditorView({
  doc: ARTICLE,
  extensions: [
    history(),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    markdown(),
    EditorView.lineWrapping,
  ],
  parent: document.body,
}).focus();
