// Markdown shown in place: class names on tokens, and nothing else; editor.css says how they look.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";

const style = HighlightStyle.define([
  { tag: tags.heading1, class: "md-h1" },
  { tag: tags.heading2, class: "md-h2" },
  { tag: tags.heading3, class: "md-h3" },
  { tag: tags.heading4, class: "md-h4" },
  { tag: tags.heading5, class: "md-h5" },
  { tag: tags.heading6, class: "md-h6" },
  { tag: tags.strong, class: "md-strong" },
  { tag: tags.emphasis, class: "md-em" },
  { tag: tags.strikethrough, class: "md-del" },
  { tag: tags.link, class: "md-link" },
  { tag: tags.url, class: "md-url" },
  { tag: tags.labelName, class: "md-url" },
  { tag: tags.string, class: "md-title" },
  { tag: tags.monospace, class: "md-code" },
  { tag: tags.annotation, class: "md-note" },
  { tag: tags.atom, class: "md-task" },
  { tag: tags.processingInstruction, class: "md-mark" },
  { tag: tags.contentSeparator, class: "md-mark" },
  { tag: tags.escape, class: "md-mark" },
  { tag: [tags.comment, tags.angleBracket, tags.tagName], class: "md-mark" },
]);

/** Classes on the tokens in view. */
export function markdownMarks(): Extension {
  return syntaxHighlighting(style);
}
