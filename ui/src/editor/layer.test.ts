import fc from "fast-check";
import { ChangeSet, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { describe, expect, test } from "vitest";
import { bodyOf, fromBody, idsOf, layOver, proposalsOf, toBody, type Proposal } from "./layer";
import {
  dropProposals,
  followBody,
  layerField,
  proposals,
  redoProposal as redo,
  suggesting,
  undoProposal as undo,
} from "./suggest";

const BODY = "Le câble relie Brest à Boston.\n\nIl a coûté 40 millions.";

function open(body = BODY, mine: Proposal[] = []) {
  const { doc, layer } = layOver(body, mine);
  return new EditorView({
    state: EditorState.create({
      doc,
      extensions: [EditorState.lineSeparator.of("\n"), suggesting(layer, () => {})],
    }),
  });
}

const bodyIn = (view: EditorView) => bodyOf(view.state.field(layerField), view.state.doc.toString());
const told = (view: EditorView, body = BODY) =>
  proposals(view.state).map((p) => [body.slice(p.passage.start, p.passage.end), p.new]);

/** Types as a person does: a letter at a time, over what is selected. */
function type(view: EditorView, text: string) {
  for (const letter of text) view.dispatch(view.state.replaceSelection(letter), { userEvent: "input.type" });
}

function select(view: EditorView, words: string) {
  const from = view.state.doc.toString().indexOf(words);
  view.dispatch({ selection: { anchor: from, head: from + words.length } });
}

function backspace(view: EditorView) {
  const { head, empty, from, to } = view.state.selection.main;
  view.dispatch({
    changes: empty ? { from: head - 1, to: head } : { from, to },
    userEvent: "delete.backward",
  });
}

describe("what is typed is proposed, and the body stays", () => {
  test("words put in", () => {
    const view = open();
    view.dispatch({ selection: { anchor: 3 } });
    type(view, "long ");
    expect(bodyIn(view)).toBe(BODY);
    expect(told(view)).toEqual([["", "long "]]);
    backspace(view);
    expect(told(view)).toEqual([["", "long"]]);
    for (let i = 0; i < 4; i++) backspace(view);
    expect(told(view)).toEqual([]);
    expect(view.state.doc.toString()).toBe(BODY);
  });

  test("words for words are one proposal", () => {
    const view = open();
    select(view, "40 millions");
    type(view, "45 millions");
    expect(told(view)).toEqual([["40 millions", "45 millions"]]);
    expect(view.state.doc.toString()).toBe(BODY.replace("40 millions", "40 millions45 millions"));
  });

  test("words struck letter by letter, backwards and forwards", () => {
    const view = open();
    view.dispatch({ selection: { anchor: BODY.indexOf(" relie") } });
    for (let i = 0; i < 6; i++) backspace(view);
    expect(told(view)).toEqual([[" câble", ""]]);
    view.dispatch({ selection: { anchor: BODY.indexOf("relie") } });
    for (let i = 0; i < 6; i++) {
      const { head } = view.state.selection.main;
      view.dispatch({ changes: { from: head, to: head + 1 }, userEvent: "delete.forward" });
    }
    expect(told(view)).toEqual([
      [" câble", ""],
      ["relie ", ""],
    ]);
    expect(view.state.selection.main.head).toBe(BODY.indexOf("Brest"));
    expect(bodyIn(view)).toBe(BODY);
  });

  test("a paragraph is begun", () => {
    const view = open();
    view.dispatch({ selection: { anchor: BODY.length } });
    type(view, "\n\nFin.");
    expect(told(view)).toEqual([["", "\n\nFin."]]);
  });

  test("undo and redo", () => {
    const view = open();
    select(view, "Boston");
    type(view, "Cork");
    undo(view);
    expect(told(view)).toEqual([]);
    expect(view.state.doc.toString()).toBe(BODY);
    redo(view);
    expect(told(view)).toEqual([["Boston", "Cork"]]);
    expect(bodyIn(view)).toBe(BODY);
  });

  test("typing in the midst of struck words keeps them struck on both sides", () => {
    const view = open();
    select(view, "Boston");
    backspace(view);
    view.dispatch({ selection: { anchor: BODY.indexOf("ston") } });
    type(view, "x");
    expect(told(view)).toEqual([["Boston", "x"]]);
  });
});

test("an earlier proposal keeps its name while it grows, and a neighbour that it meets joins it", () => {
  const at = BODY.indexOf("40");
  const view = open(BODY, [{ id: "s1", passage: { start: at, end: at + 2 }, new: "45" }]);
  view.dispatch({ selection: { anchor: at + 4 } });
  type(view, ",5");
  expect(proposals(view.state)).toEqual([{ id: "s1", passage: { start: at, end: at + 2 }, new: "45,5" }]);
  dropProposals(view, new Set(["s1"]));
  expect(view.state.doc.toString()).toBe(BODY);
});

test("of proposals on one place the first is laid over, the others are kept aside", () => {
  const two: Proposal[] = [
    { id: "a", passage: { start: 3, end: 8 }, new: "x" },
    { id: "b", passage: { start: 5, end: 9 }, new: "y" },
    { id: "c", passage: { start: 3, end: 3 }, new: "z" },
  ];
  const { layer, aside } = layOver(BODY, two);
  expect([...idsOf(layer)]).toEqual(["c", "b"]);
  expect(aside.map(({ id }) => id)).toEqual(["a"]);
});

test("a change of the body from outside leaves what is proposed, and strikes nothing of its own", () => {
  const view = open();
  select(view, "Brest à Boston");
  type(view, "Roscoff à Cork");
  const after = BODY.replace("Brest à", "Brest ou à").replace("Le câble", "Le long câble");
  const at = BODY.indexOf("à Boston");
  followBody(
    view,
    ChangeSet.of(
      [
        { from: 3, insert: "long " },
        { from: at, insert: "ou " },
      ],
      BODY.length,
    ),
  );
  expect(bodyIn(view)).toBe(after);
  const proposed = proposals(view.state).map((p) => [after.slice(p.passage.start, p.passage.end), p.new]);
  expect(proposed.map(([, words]) => words).join("")).toBe("Roscoff à Cork");
});

const edit = fc.record({
  at: fc.nat(200),
  length: fc.nat(12),
  text: fc.string({ maxLength: 6, unit: fc.constantFrom("a", "é", "\n", " ", "𝄞") }),
  kind: fc.constantFrom("type", "undo", "redo", "outside"),
});

test("no sequence of edits changes the body; every proposal says what it would make of it", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 24 }), (edits) => {
      const view = open();
      let body = BODY;
      for (const { at, length, text, kind } of edits) {
        const size = view.state.doc.length;
        const from = Math.min(at, size);
        const to = Math.min(from + length, size);
        if (kind === "undo") undo(view);
        else if (kind === "redo") redo(view);
        else if (kind === "outside") {
          const start = Math.min(at, body.length);
          const end = Math.min(start + length, body.length);
          const changes = ChangeSet.of([{ from: start, to: end, insert: text }], body.length, "\n");
          body = body.slice(0, start) + text + body.slice(end);
          followBody(view, changes);
        } else view.dispatch({ changes: { from, to, insert: text }, userEvent: "input.type" });
        expect(bodyIn(view)).toBe(body);
        const layer = view.state.field(layerField);
        const all = proposals(view.state);
        expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
        // Applied one after the other, from the end, they give the document without what is struck.
        const kept = view.state.doc
          .toString()
          .split("")
          .filter((_, i) => !layer.cut.some(({ from, to }) => i >= from && i < to))
          .join("");
        const applied = [...all]
          .sort((a, b) => b.passage.start - a.passage.start || b.passage.end - a.passage.end)
          .reduce((now, p) => now.slice(0, p.passage.start) + p.new + now.slice(p.passage.end), body);
        expect(applied).toBe(kept);
      }
      view.destroy();
    }),
    { numRuns: 400 },
  );
});

test("places go to the body and back", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 8 }), fc.nat(80), (edits, at) => {
      const view = open();
      for (const { at: from, length, text } of edits) {
        const size = view.state.doc.length;
        const start = Math.min(from, size);
        view.dispatch({ changes: { from: start, to: Math.min(start + length, size), insert: text } });
      }
      const layer = view.state.field(layerField);
      const place = Math.min(at, BODY.length);
      for (const side of [-1, 1] as const) expect(toBody(layer, fromBody(layer, place, side))).toBe(place);
      expect(
        proposalsOf(layer, (a, b) => view.state.sliceDoc(a, b)).every((p) => p.passage.end <= BODY.length),
      ).toBe(true);
      view.destroy();
    }),
  );
});
