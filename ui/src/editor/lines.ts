// What a line is: heading, quotation, item of a list, code, table. Reads the syntax tree of the
// lines in view only. The marks at the start of a quoted or listed line get a box of their own
// width, so that the text below hangs under the text and not under the mark.

import { syntaxTree } from "@codemirror/language";
import { Prec, RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";

/** Deepest nesting that is still indented further. */
const DEEPEST = 6;
const PREFIX = /^(?:[ \t]*(?:>[ \t]?|(?:[-+*]|\d{1,9}[.)])[ \t]+))*[ \t]*/;

interface Look {
  classes: Set<string>;
  depth: number;
}

const lineDecorations = new Map<string, Decoration>();
function lineDecoration(look: Look): Decoration {
  const name = [...look.classes].join(" ");
  let decoration = lineDecorations.get(name);
  if (!decoration) {
    decoration = Decoration.line({ class: name });
    lineDecorations.set(name, decoration);
  }
  return decoration;
}

const prefixes = Array.from({ length: DEEPEST + 1 }, (_, depth) =>
  Decoration.mark({ class: `md-prefix md-prefix-${depth}` }),
);

function lookOf(name: string): string | null {
  const heading = /^(?:ATX|Setext)Heading(\d)$/.exec(name);
  if (heading) return `md-line-h${heading[1]}`;
  switch (name) {
    case "Blockquote":
      return "md-line-quote";
    case "FencedCode":
    case "CodeBlock":
      return "md-line-code";
    case "HTMLBlock":
    case "CommentBlock":
    case "ProcessingInstructionBlock":
      return "md-line-html";
    case "Table":
      return "md-line-table";
    case "FootnoteDefinition":
      return "md-line-note";
    default:
      return null;
  }
}

function looks(view: EditorView): DecorationSet {
  const { doc } = view.state;
  const found = new Map<number, Look>();
  const tree = syntaxTree(view.state);
  for (const { from, to } of view.visibleRanges) {
    tree.iterate({
      from,
      to,
      enter(node) {
        const nested =
          node.name === "Blockquote" || node.name === "BulletList" || node.name === "OrderedList";
        const name = lookOf(node.name);
        // Nothing below a paragraph makes a line what it is.
        if (node.name === "Paragraph") return false;
        if (!nested && name === null) return undefined;
        let at = doc.lineAt(Math.max(from, node.from));
        const end = Math.min(to, node.to);
        for (;;) {
          let look = found.get(at.from);
          if (!look) found.set(at.from, (look = { classes: new Set(), depth: 0 }));
          if (name !== null) look.classes.add(name);
          if (nested) look.depth = Math.min(DEEPEST, look.depth + 1);
          if (at.to >= end || at.number >= doc.lines) break;
          at = doc.line(at.number + 1);
        }
        return undefined;
      },
    });
  }
  const builder = new RangeSetBuilder<Decoration>();
  for (const from of [...found.keys()].sort((a, b) => a - b)) {
    const look = found.get(from);
    if (!look) continue;
    if (look.depth > 0) look.classes.add("md-hang").add(`md-hang-${look.depth}`);
    if (look.classes.size > 0) builder.add(from, from, lineDecoration(look));
    const prefix = prefixes[look.depth];
    if (look.depth > 0 && prefix) {
      const length = PREFIX.exec(doc.lineAt(from).text)?.[0].length ?? 0;
      if (length > 0) builder.add(from, from + length, prefix);
    }
  }
  return builder.finish();
}

const plugin = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = looks(view);
    }
    update(update: ViewUpdate) {
      if (
        update.docChanged ||
        update.viewportChanged ||
        syntaxTree(update.startState) !== syntaxTree(update.state)
      ) {
        this.decorations = looks(update.view);
      }
    }
  },
  { decorations: (value) => value.decorations },
);

/** Classes on the lines in view. The lowest precedence is the outermost element, so no mark cuts a prefix. */
export function lineLooks(): Extension {
  return Prec.lowest(plugin);
}
