// Typing aids. A key is typed first, as it is, and the aid is a change of its own after it, so
// undo and one Backspace both bring back what was typed. Pasted text never comes here.

import { isolateHistory } from "@codemirror/commands";
import { syntaxTree } from "@codemirror/language";
import {
  EditorSelection,
  Prec,
  StateEffect,
  StateField,
  Transaction,
  type ChangeSet,
  type EditorState,
  type Extension,
} from "@codemirror/state";
import { EditorView, keymap, type Command } from "@codemirror/view";
import { afterComposition } from "./composition";
import type { Aids } from "./host";

const NO_BREAK = "\u00a0";
const THIN = "\u202f";

/** What an aid does: removes `back` units before the typed character, and puts `insert` for both. */
export interface Aid {
  back: number;
  insert: string;
}

/** How far back a line is read, in UTF-16 units: a paragraph of 2,000 words is one line. */
const REACH = 2000;

/** The start of a word, marks of emphasis left aside. */
const WORD_START = /(?:^|[\s([{«“‘/])[*_]*$/;
const DASH_BEFORE = /[—–][*_]*$/;
/** Nothing but marks of a quote, a list or a table before. */
const ONLY_MARKS = /^[\s>|]*(?:[-+*]\s|\d{1,9}[.)]\s)?\s*$/;

function unclosed(text: string, open: string, close: string): boolean {
  return text.lastIndexOf(open) > text.lastIndexOf(close);
}

/** An address, a link's target, code or HTML being written. Decided by the line alone. */
function untouched(before: string, typed: string): boolean {
  if (/(?:[a-z][a-z0-9+.-]*:\/\/|www\.|mailto:)\S*$/i.test(before)) return true;
  if (/[\w-]\.[a-z]{2,}\/\S*$/i.test(before)) return true;
  if (/\]\([^)\s]*$/.test(before)) return true;
  // A picture's caption stands between straight quotes.
  if (typed === '"' && /\]\([^)]*$/.test(before)) return true;
  if (/<[a-z/!][^>]*$/i.test(before)) return true;
  return before.split("`").length % 2 === 0;
}

function frenchQuote(before: string, spaces: boolean): Aid {
  const opens = WORD_START.test(before) || DASH_BEFORE.test(before) || /[’'][*_]*$/.test(before);
  if (opens) {
    if (unclosed(before, "«", "»")) return { back: 0, insert: "“" };
    return { back: 0, insert: spaces ? `«${NO_BREAK}` : "«" };
  }
  if (unclosed(before, "“", "”")) return { back: 0, insert: "”" };
  return { back: 0, insert: spaces ? `${NO_BREAK}»` : "»" };
}

/** A no-break space before a mark that French sets apart. */
function frenchMark(before: string, mark: string): Aid | null {
  if (ONLY_MARKS.test(before)) return null;
  if (mark === ":") {
    if (/(?:^|[^\p{L}])(?:https?|ftp|mailto|file|tel)$/iu.test(before)) return null;
    // The definition of a link or of a footnote.
    if (/^\s*\[[^\]]+\]$/.test(before)) return null;
  }
  if (mark === ";" && /&#?\w+$/.test(before)) return null;
  const space = mark === ":" || mark === "»" ? NO_BREAK : THIN;
  if (/[^\s([{|>] $/.test(before)) return { back: 1, insert: space + mark };
  if (/[\p{L}\p{N})\]»”’"'%€$£°…`.](?:\*{1,3}|_{1,3})?$/u.test(before)) {
    return { back: 0, insert: space + mark };
  }
  return null;
}

function french(before: string, typed: string, aids: Aids): Aid | null {
  if (typed === '"') return aids.quotes ? frenchQuote(before, aids.spaces) : null;
  if (typed === "'") return aids.apostrophe ? { back: 0, insert: "’" } : null;
  if (!aids.spaces) return null;
  if (typed === "«") return { back: 0, insert: `«${NO_BREAK}` };
  // The hand types a space where the no-break one already stands.
  if (typed === " " && before.endsWith(`«${NO_BREAK}`)) return { back: 0, insert: "" };
  // 12:30 is an hour, and a mark that starts a picture is no exclamation.
  if (/\d/.test(typed) && new RegExp(`\\d${NO_BREAK}:$`).test(before)) {
    return { back: 2, insert: `:${typed}` };
  }
  if (typed === "[" && before.endsWith(`${THIN}!`)) return { back: 2, insert: " ![" };
  return /[;:!?»]/.test(typed) ? frenchMark(before, typed) : null;
}

function english(before: string, typed: string, aids: Aids): Aid | null {
  if (typed === '"' && aids.quotes) {
    const opens = WORD_START.test(before) || (/[—–-][*_]*$/.test(before) && !unclosed(before, "“", "”"));
    return { back: 0, insert: opens ? "“" : "”" };
  }
  if (!aids.apostrophe) return null;
  if (typed === "'") {
    if (/(?:^|\s)‘n$/i.test(before)) return { back: 2, insert: `’${before.slice(-1)}’` };
    const opens = aids.quotes && (WORD_START.test(before) || DASH_BEFORE.test(before));
    return { back: 0, insert: opens ? "‘" : "’" };
  }
  // Taken for an opening quote, it turns out to stand for what was left out: ’90s, ’tis.
  if (typed === "s" && /(?:^|[\s(“])‘\d\d$/.test(before)) {
    return { back: 3, insert: `’${before.slice(-2)}s` };
  }
  const short = /(?:^|[\s(“])‘((?:t(?:is|was|were|il)|em|cause|n))$/i.exec(before)?.[1];
  if (short !== undefined && /[\s.,;:!?]/.test(typed)) {
    return { back: short.length + 1, insert: `’${short}${typed}` };
  }
  return null;
}

function anywhere(before: string, typed: string, aids: Aids): Aid | null {
  if (typed === "." && aids.ellipsis && /(?:^|[^./\\])\.\.$/.test(before)) {
    return { back: 2, insert: "…" };
  }
  if (typed === "-" && aids.dash && /[^-—|:!<]-$/.test(before)) {
    // Rules and the lines under titles and table heads are made of hyphens.
    return /^[\s>|:*+-]*$/.test(before) || /\|\s*:?-$/.test(before) ? null : { back: 1, insert: "—" };
  }
  // At the start of a line only the space after says that it was no rule.
  if (typed === " " && aids.dash && /^[\s>]*--$/.test(before)) return { back: 2, insert: "— " };
  return null;
}

/**
 * The aid for `typed`, which follows `before` on its line; `lang` is the article's BCP 47 tag.
 * Only the apostrophe, the ellipsis and the dash are known outside French and English.
 */
export function aidFor(before: string, typed: string, lang: string, aids: Aids): Aid | null {
  if (untouched(before, typed)) return null;
  const common = anywhere(before, typed, aids);
  if (common) return common;
  const language = lang.toLowerCase().split(/[-_]/)[0];
  if (language === "fr") return french(before, typed, aids);
  if (language === "en") return english(before, typed, aids);
  return typed === "'" && aids.apostrophe ? { back: 0, insert: "’" } : null;
}

const TRIGGERS = /^["'.\-«»;:!?[\s\ds,]$/;

const OFF = new Set([
  "InlineCode",
  "FencedCode",
  "CodeBlock",
  "CodeText",
  "CodeInfo",
  "URL",
  "Autolink",
  "HTMLBlock",
  "HTMLTag",
  "Comment",
  "CommentBlock",
  "ProcessingInstruction",
  "ProcessingInstructionBlock",
  "LinkReference",
]);

function offByTree(state: EditorState, pos: number): boolean {
  const inner = syntaxTree(state).resolveInner(pos, -1);
  for (let node: typeof inner | null = inner; node; node = node.parent) {
    if (OFF.has(node.name)) return true;
  }
  return false;
}

/** Whether the position lies in front matter that is edited as text. */
function inFrontMatter(state: EditorState, pos: number): boolean {
  if (!/^---\s*$/.test(state.doc.line(1).text)) return false;
  const last = Math.min(state.doc.lines, 400);
  for (let n = 2; n <= last; n++) {
    const line = state.doc.line(n);
    if (/^(?:---|\.\.\.)\s*$/.test(line.text)) return pos <= line.to;
  }
  return true;
}

/** What the aids need to know. */
export interface AidsConfig {
  lang: string;
  aids: Aids;
  /** The whole file is being edited, front matter included. */
  raw: boolean;
}

const aided = StateEffect.define<null>();

/** The change that takes the last aid back, as long as nothing was done since. */
const lastAid = StateField.define<ChangeSet | null>({
  create: () => null,
  update(value, tr) {
    // What the editor made of the aid counts: where it suggests, the body keeps its letters.
    if (tr.effects.some((effect) => effect.is(aided))) return tr.changes.invert(tr.startState.doc);
    if (value && tr.docChanged && tr.annotation(Transaction.remote)) return value.map(tr.changes);
    return tr.docChanged || tr.selection ? null : value;
  },
});

function aidAfter(state: EditorState, config: AidsConfig): Transaction | null {
  let any = false;
  const spec = state.changeByRange((range) => {
    const pos = range.head;
    const line = state.doc.lineAt(pos);
    const end = pos - line.from;
    if (!range.empty || end === 0) return { range };
    const before = line.text.slice(Math.max(0, end - 1 - REACH), end - 1);
    const aid = aidFor(before, line.text.charAt(end - 1), config.lang, config.aids);
    if (!aid || offByTree(state, pos) || (config.raw && inFrontMatter(state, pos))) {
      return { range };
    }
    any = true;
    const from = pos - 1 - aid.back;
    return {
      range: EditorSelection.cursor(from + aid.insert.length),
      changes: { from, to: pos, insert: aid.insert },
    };
  });
  if (!any) return null;
  return state.update({
    ...spec,
    effects: aided.of(null),
    annotations: isolateHistory.of("full"),
    userEvent: "input.aid",
    scrollIntoView: true,
  });
}

/** Takes the aid just given back: the text is again as it was typed. */
export const takeAidBack: Command = (view) => {
  const changes = view.state.field(lastAid, false);
  if (!changes) return false;
  view.dispatch({
    changes,
    selection: EditorSelection.create(
      view.state.selection.ranges.map((r) => EditorSelection.cursor(changes.mapPos(r.head, 1))),
      view.state.selection.mainIndex,
    ),
    annotations: isolateHistory.of("full"),
    userEvent: "delete.aid",
    scrollIntoView: true,
  });
  return true;
};

/** Typing aids as an extension. */
export function typingAids(config: AidsConfig): Extension {
  return [
    lastAid,
    EditorView.inputHandler.of((view, from, _to, text, insert) => {
      const { state } = view;
      if (view.compositionStarted || state.readOnly || !TRIGGERS.test(text)) return false;
      if (state.selection.ranges.length === 1) {
        // Most keys end here, before a state is made for them.
        const line = state.doc.lineAt(from);
        const before = line.text.slice(Math.max(0, from - line.from - REACH), from - line.from);
        if (!aidFor(before, text, config.lang, config.aids)) return false;
      }
      const typed = insert();
      const aid = aidAfter(typed.state, config);
      if (!aid) return false;
      view.dispatch([typed, aid]);
      return true;
    }),
    EditorView.domEventObservers({
      // A dead key composes its mark; the aid comes when the input method has let go.
      compositionend(event, view) {
        const last = event.data.slice(-1);
        if (!TRIGGERS.test(last)) return;
        setTimeout(() => {
          void afterComposition(view).then(() => {
            const { main } = view.state.selection;
            if (view.state.readOnly || view.state.sliceDoc(main.head - 1, main.head) !== last) {
              return;
            }
            const aid = aidAfter(view.state, config);
            if (aid) view.dispatch(aid);
          });
        }, 0);
      },
    }),
    Prec.high(keymap.of([{ key: "Backspace", run: takeAidBack }])),
  ];
}
