import { collab } from "@codemirror/collab";
import { EditorState, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { expect, test } from "vitest";
import type { Typed } from "../typed";
import { typedIn } from "./typed";

function open(doc: string) {
  const heard: (Typed | null)[] = [];
  const view = new EditorView({
    state: EditorState.create({
      doc,
      extensions: [
        collab({ startVersion: 4 }),
        EditorView.updateListener.of((update) => update.docChanged && heard.push(typedIn(update))),
      ],
    }),
  });
  return { view, heard };
}

test("a letter in running text is told with its place", () => {
  const { view, heard } = open("Titre\n\nUn mot, ici.");
  view.dispatch({ changes: { from: 13, insert: "s" } });
  expect(heard).toEqual([
    { version: 5, line: 3, before: "Un mot", removed: "", inserted: "s", after: ", ici" },
  ]);
  view.dispatch({ changes: { from: 10, to: 14 } });
  expect(heard[1]).toEqual({
    version: 6,
    line: 3,
    before: "Un ",
    removed: "mots",
    inserted: "",
    after: ", ici",
  });
});

test.each([
  ["a mark", "Un mot ici", { from: 3, insert: "*" }],
  ["a blank", "Un mot ici", { from: 3, insert: " " }],
  ["a line end", "Un mot ici", { from: 3, insert: "a\nb" }],
  ["over a line end", "Un mot\nici", { from: 5, to: 8 }],
  ["beside marks alone", "**a**", { from: 3, insert: "b" }],
  ["an empty line", "", { from: 0, insert: "b" }],
])("%s waits for the rendering", (_, doc, changes) => {
  const { view, heard } = open(doc);
  view.dispatch({ changes });
  expect(heard).toEqual([null]);
});

test("two places at once and what came from outside wait for the rendering", () => {
  const { view, heard } = open("Un mot ici");
  view.dispatch({
    changes: [
      { from: 1, insert: "a" },
      { from: 8, insert: "b" },
    ],
  });
  view.dispatch({ changes: { from: 1, insert: "a" }, annotations: Transaction.remote.of(true) });
  expect(heard).toEqual([null, null]);
});
