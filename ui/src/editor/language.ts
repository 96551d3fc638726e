// The Markdown of an article: CommonMark, GFM and footnotes, as the core reads it. No language
// inside code blocks: an article's code is shown, not studied.

import { commonmarkLanguage } from "@codemirror/lang-markdown";
import { Language, LanguageSupport } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import {
  GFM,
  type BlockContext,
  type LeafBlock,
  type LeafBlockParser,
  type MarkdownConfig,
  type MarkdownParser,
} from "@lezer/markdown";

const LABEL = /^\[\^[^\]\s]{1,80}\]/;

class FootnoteParser implements LeafBlockParser {
  nextLine(): boolean {
    return false;
  }

  finish(cx: BlockContext, leaf: LeafBlock): boolean {
    const label = LABEL.exec(leaf.content)?.[0].length ?? 0;
    const text = leaf.start + label + 1;
    cx.addLeafElement(
      leaf,
      cx.elt("FootnoteDefinition", leaf.start, leaf.start + leaf.content.length, [
        cx.elt("FootnoteLabel", leaf.start, text),
        ...cx.parser.parseInline(leaf.content.slice(label + 1), text),
      ]),
    );
    return true;
  }
}

const footnotes: MarkdownConfig = {
  defineNodes: [
    { name: "FootnoteReference", style: tags.annotation },
    { name: "FootnoteDefinition", block: true },
    { name: "FootnoteLabel", style: tags.annotation },
  ],
  parseInline: [
    {
      name: "FootnoteReference",
      before: "Link",
      parse(cx, next, pos) {
        if (next !== 91 /* [ */ || cx.char(pos + 1) !== 94 /* ^ */) return -1;
        const label = LABEL.exec(cx.slice(pos, Math.min(cx.end, pos + 90)));
        return label ? cx.addElement(cx.elt("FootnoteReference", pos, pos + label[0].length)) : -1;
      },
    },
  ],
  parseBlock: [
    {
      name: "FootnoteDefinition",
      before: "LinkReference",
      leaf(_, leaf) {
        const label = LABEL.exec(leaf.content);
        return label && leaf.content[label[0].length] === ":" ? new FootnoteParser() : null;
      },
    },
  ],
};

const parser = (commonmarkLanguage.parser as MarkdownParser).configure([GFM, footnotes]);

/** The language of an article's body. */
export const copyLanguage = new Language(commonmarkLanguage.data, parser, [], "markdown");

/** The language as an extension. */
export function copyMarkdown(): LanguageSupport {
  return new LanguageSupport(copyLanguage);
}
