// What the keys and the palette do to the text: strong, emphasis, links, lists, tasks.

import { indentLess, indentMore } from "@codemirror/commands";
import { syntaxTree } from "@codemirror/language";
import { EditorSelection, type EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, type Command } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";

function enclosing(state: EditorState, from: number, to: number, name: string): SyntaxNode | null {
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(from, 1);
  for (; node; node = node.parent) {
    if (node.name === name && node.from <= from && node.to >= to) return node;
  }
  node = syntaxTree(state).resolveInner(from, -1);
  for (; node; node = node.parent) {
    if (node.name === name && node.from <= from && node.to >= to) return node;
  }
  return null;
}

/** Puts `mark` around each selection or word; takes it away where it already is. */
function toggle(name: string, mark: string): Command {
  return (view) => {
    const { state } = view;
    if (state.readOnly) return false;
    const size = mark.length;
    view.dispatch(
      state.changeByRange((range) => {
        const inside = enclosing(state, range.from, range.to, name);
        if (inside) {
          return {
            changes: [
              { from: inside.from, to: inside.from + size },
              { from: inside.to - size, to: inside.to },
            ],
            range: EditorSelection.range(
              Math.max(inside.from, Math.min(range.anchor, inside.to - size) - size),
              Math.max(inside.from, Math.min(range.head, inside.to - size) - size),
            ),
          };
        }
        const word = range.empty ? state.wordAt(range.head) : null;
        let { from, to } = word ?? range;
        // Blanks at the ends would keep the marks from working.
        const text = state.sliceDoc(from, to);
        if (text.trim() !== "") {
          from += text.length - text.trimStart().length;
          to -= text.length - text.trimEnd().length;
        }
        return {
          changes: [
            { from, insert: mark },
            { from: to, insert: mark },
          ],
          range: word
            ? EditorSelection.cursor(range.head + size)
            : EditorSelection.range(from + size, to + size),
        };
      }),
      { userEvent: "input", scrollIntoView: true },
    );
    return true;
  };
}

/** Strong, and back. */
export const toggleStrong = toggle("StrongEmphasis", "**");
/** Emphasis, and back. */
export const toggleEmphasis = toggle("Emphasis", "*");

/** Makes a link of the selection, or selects the address of the link the caret is in. */
export const editLink: Command = (view) => {
  const { state } = view;
  if (state.readOnly) return false;
  const { main } = state.selection;
  const link = enclosing(state, main.from, main.to, "Link");
  const url = link?.getChild("URL");
  if (url) {
    view.dispatch({ selection: { anchor: url.from, head: url.to }, scrollIntoView: true });
    return true;
  }
  view.dispatch(
    state.changeByRange((range) => {
      const word = range.empty ? state.wordAt(range.head) : null;
      const { from, to } = word ?? range;
      const text = state.sliceDoc(from, to);
      const address = /^(?:https?:\/\/|mailto:)\S+$/i.test(text.trim());
      const insert = address ? `[](${text.trim()})` : `[${text}]()`;
      const caret = address || text === "" ? from + 1 : from + insert.length - 1;
      return { changes: { from, to, insert }, range: EditorSelection.cursor(caret) };
    }),
    { userEvent: "input", scrollIntoView: true },
  );
  return true;
};

function inList(state: EditorState): boolean {
  return state.selection.ranges.every((range) => {
    const line = state.doc.lineAt(range.from);
    const start = line.from + (/^[\s>]*/.exec(line.text)?.[0].length ?? 0);
    return enclosing(state, start, start, "ListItem") !== null;
  });
}

/** Tab moves the items of a list; elsewhere it leaves the text, as everywhere in a window. */
const deeper: Command = (view) => inList(view.state) && indentMore(view);
const shallower: Command = (view) => inList(view.state) && indentLess(view);

/** Ticks or unticks the task whose box is at `pos`. */
function tick(view: EditorView, pos: number): boolean {
  const { state } = view;
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(pos, 1);
  if (node.name !== "TaskMarker") node = syntaxTree(state).resolveInner(pos, -1);
  if (node.name !== "TaskMarker" || state.readOnly) return false;
  const done = /x/i.test(state.sliceDoc(node.from, node.to));
  view.dispatch({
    changes: { from: node.from, to: node.to, insert: done ? "[ ]" : "[x]" },
    userEvent: "input",
  });
  return true;
}

/** Ticks or unticks the tasks of the selected lines. */
export const toggleTask: Command = (view) => {
  const line = view.state.doc.lineAt(view.state.selection.main.head);
  const box = /^[\s>]*(?:[-+*]|\d{1,9}[.)])\s+(?=\[[ xX]\])/.exec(line.text);
  return box !== null && tick(view, line.from + box[0].length);
};

/** Keys for what Markdown marks. */
export function markdownCommands(): Extension {
  return [
    EditorView.domEventHandlers({
      mousedown(event, view) {
        const target = event.target;
        if (event.button !== 0 || !(target instanceof Element)) return false;
        const box = target.closest(".md-task");
        if (!box || !tick(view, view.posAtDOM(box))) return false;
        event.preventDefault();
        return true;
      },
    }),
    keymap.of([
      { key: "Mod-b", run: toggleStrong, preventDefault: true },
      { key: "Mod-i", run: toggleEmphasis, preventDefault: true },
      { key: "Mod-k", run: editLink, preventDefault: true },
      { key: "Mod-Enter", run: toggleTask },
      { key: "Tab", run: deeper, shift: shallower },
    ]),
  ];
}
