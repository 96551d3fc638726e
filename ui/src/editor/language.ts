// The Markdown of an article: CommonMark, GFM and footnotes, as the core reads it. No language
// inside code blocks: an article's code is shown, not studied.

import { commonmarkLanguage } from "@codemirror/lang-markdown";
import { Language, LanguageSupport } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import {
  GFM,
  type BlockContext,
  type InlineContext,
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

/** How deep brackets nest in a paragraph; the core stops there too. */
const DEEPEST = 100;
/** How many brackets a paragraph opens. */
const MOST = 10_000;

/**
 * Brackets that nest deeper, or are more, are text. Each level of a picture in a picture's description adds to the look
 * of all below, and each link asks all brackets before it: a line of ten thousand would hold the window up for minutes.
 */
function shallow(): MarkdownConfig {
  const seen = new WeakMap<InlineContext, { depth: number; all: number }>();
  return {
    parseInline: [
      {
        name: "DeepBrackets",
        after: "FootnoteReference",
        parse(cx, next, pos) {
          const picture = next === 33 /* ! */ && cx.char(pos + 1) === 91;
          let brackets = seen.get(cx);
          if (!brackets) seen.set(cx, (brackets = { depth: 0, all: 0 }));
          if (next === 91 /* [ */ || picture) {
            if (brackets.depth >= DEEPEST || brackets.all >= MOST) return pos + (picture ? 2 : 1);
            brackets.depth++;
            brackets.all++;
          } else if (next === 93 /* ] */) {
            if (brackets.depth === 0) return pos + 1;
            brackets.depth--;
          }
          return -1;
        },
      },
    ],
  };
}

const parser = (commonmarkLanguage.parser as MarkdownParser).configure([GFM, footnotes, shallow()]);

/** The language of an article's body. */
export const copyLanguage = new Language(commonmarkLanguage.data, parser, [], "markdown");

/** The language as an extension. */
export function copyMarkdown(): LanguageSupport {
  return new LanguageSupport(copyLanguage);
}
