import { ChangeSet, EditorSelection, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bodyOf, layOver, type Proposal } from "./layer";
import {
  dropProposals,
  followBody,
  layerField,
  layIn,
  proposals,
  redoProposal,
  stepBeneath,
  suggesting,
  undoProposal,
  type Beneath,
} from "./suggest";
import { press, typeText } from "./typing.testing";

const BODY = "Le câble relie Brest à Boston.\n\nIl a coûté 40 millions.";

const open: EditorView[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const view of open.splice(0)) view.destroy();
});

function suggest(mine: Proposal[] = [], under?: Beneath) {
  const { doc, layer } = layOver(BODY, mine);
  const view = new EditorView({
    parent: document.body,
    state: EditorState.create({
      doc,
      extensions: [EditorState.allowMultipleSelections.of(true), suggesting(layer, () => {}, under)],
    }),
  });
  open.push(view);
  return view;
}

/** A proposal about some words of the body. */
function about(id: string, words: string, put: string): Proposal {
  const start = BODY.indexOf(words);
  return { id, passage: { start, end: start + words.length }, new: put };
}

function select(view: EditorView, words: string) {
  const anchor = view.state.doc.toString().indexOf(words);
  view.dispatch({ selection: { anchor, head: anchor + words.length } });
}

const body = (view: EditorView) => bodyOf(view.state.field(layerField), view.state.doc.toString());
const told = (view: EditorView) =>
  proposals(view.state).map(({ passage, new: put }) => [BODY.slice(passage.start, passage.end), put]);
const names = (view: EditorView) => proposals(view.state).map(({ id }) => id);

describe("what is typed", () => {
  test("at two carets is proposed at both places", () => {
    const view = suggest();
    const carets = ["Brest", "Boston"].map((word) => EditorSelection.cursor(BODY.indexOf(word)));
    view.dispatch({ selection: EditorSelection.create(carets) });
    view.dispatch(view.state.replaceSelection("x"), { userEvent: "input.type" });
    expect(told(view)).toEqual([
      ["", "x"],
      ["", "x"],
    ]);
    expect(new Set(names(view)).size).toBe(2);
    expect(body(view)).toBe(BODY);
  });

  test("is marked as put in, and what it stands for as struck, under one name", () => {
    const view = suggest();
    select(view, "Boston");
    typeText(view, "Cork");
    const put = view.dom.querySelector<HTMLElement>("ins");
    const cut = view.dom.querySelector<HTMLElement>("del");
    expect(put?.textContent).toBe("Cork");
    expect(cut?.textContent).toBe("Boston");
    expect(put?.dataset["remark"]).toBe(cut?.dataset["remark"]);
  });

  test("in a composition strikes what is selected before it begins", () => {
    const view = suggest();
    select(view, "Boston");
    view.contentDOM.dispatchEvent(new Event("compositionstart"));
    expect(told(view)).toEqual([["Boston", ""]]);
    expect(view.state.selection.main.empty).toBe(true);
    expect(body(view)).toBe(BODY);
  });
});

describe("Undo", () => {
  /** Types a letter at a moment. */
  function at(view: EditorView, time: number, letter: string) {
    vi.setSystemTime(time);
    typeText(view, letter);
  }

  test("takes back what was typed without a pause, and by its keys", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const view = suggest();
    view.dispatch({ selection: { anchor: BODY.length } });
    at(view, 1000, "a");
    at(view, 1100, "b");
    at(view, 9000, "c");
    press(view, "z", { ctrlKey: true });
    expect(told(view)).toEqual([["", "ab"]]);
    press(view, "z", { ctrlKey: true });
    expect(told(view)).toEqual([]);
    press(view, "y", { ctrlKey: true });
    press(view, "y", { ctrlKey: true });
    expect(told(view)).toEqual([["", "abc"]]);
  });

  test("brings nothing back that was decided meanwhile", () => {
    const view = suggest();
    select(view, "Boston");
    typeText(view, "Cork");
    dropProposals(view, new Set(names(view)));
    expect(view.state.doc.toString()).toBe(BODY);
    undoProposal(view);
    redoProposal(view);
    expect(told(view)).toEqual([]);
    expect(view.state.doc.toString()).toBe(BODY);
  });

  test("goes beneath for an acceptance, in its turn", () => {
    const calls: string[] = [];
    const view = suggest([], {
      undo: () => calls.push("undo") > 0,
      redo: () => calls.push("redo") > 0,
      aside: () => undefined,
    });
    select(view, "Boston");
    typeText(view, "Cork");
    stepBeneath(view);
    undoProposal(view);
    expect(calls).toEqual(["undo"]);
    expect(told(view)).toEqual([["Boston", "Cork"]]);
    undoProposal(view);
    expect(told(view)).toEqual([]);
    redoProposal(view);
    redoProposal(view);
    expect(calls).toEqual(["undo", "redo"]);
    expect(told(view)).toEqual([["Boston", "Cork"]]);
  });

  test("keeps its place when the body changes beneath", () => {
    const view = suggest();
    select(view, "Boston");
    typeText(view, "Cork");
    followBody(view, ChangeSet.of({ from: 0, insert: "Oui. " }, BODY.length));
    undoProposal(view);
    expect(view.state.doc.toString()).toBe(`Oui. ${BODY}`);
    redoProposal(view);
    expect(view.state.doc.toString()).toBe(`Oui. ${BODY.replace("Boston", "BostonCork")}`);
  });
});

describe("proposals from elsewhere", () => {
  test("are laid in where there is room, and returned where there is none", () => {
    const view = suggest([about("s1", "40 millions", "45 millions")]);
    const room = about("s2", "Brest", "Lannion");
    const none = about("s3", "millions", "milliards");
    const beyond: Proposal = { id: "s4", passage: { start: 0, end: BODY.length + 1 }, new: "" };
    expect(layIn(view, [room, none, beyond])).toEqual([none, beyond]);
    expect(told(view)).toEqual([
      ["Brest", "Lannion"],
      ["40 millions", "45 millions"],
    ]);
    expect(body(view)).toBe(BODY);
  });

  test("are no step of Undo", () => {
    const view = suggest();
    select(view, "Boston");
    typeText(view, "Cork");
    layIn(view, [about("s2", "Brest", "Lannion")]);
    undoProposal(view);
    expect(told(view)).toEqual([["Brest", "Lannion"]]);
    expect(undoProposal(view)).toBe(false);
  });
});
