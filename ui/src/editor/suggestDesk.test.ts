import { ChangeSet } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createEditor, type CopyEditor, type Marks, type Proposal, type Update } from "./index";
import { typeText } from "./typing.testing";

const BODY = "Le câble relie Brest à Boston.\n\nIl a coûté 40 millions.";
const NONE: Marks = { version: 0, remarks: [], mine: [], closed: new Set() };

let editor: CopyEditor;
/** What the authority has. */
let updates: Update[];
let told: { proposals: Proposal[]; gone: string[]; settled: boolean }[];
let decisions: [string[], boolean][];

beforeEach(() => {
  updates = [];
  told = [];
  decisions = [];
  editor = createEditor({
    parent: document.body,
    body: BODY,
    version: 0,
    caret: BODY.length,
    scroll: 1,
    readOnly: false,
    lang: "fr",
    aids: { quotes: false, apostrophe: false, spaces: false, ellipsis: false, dash: false },
    showInvisibles: false,
    focusMode: false,
    typewriterMode: false,
    raw: false,
    labels: {},
    host: {
      push: (version, more) => {
        const accepted = version === updates.length;
        if (accepted) updates.push(...more);
        return Promise.resolve({ accepted, version: updates.length, updates: updates.slice(version) });
      },
      pull: (version) =>
        Promise.resolve({ accepted: true, version: updates.length, updates: updates.slice(version) }),
      imageUrl: () => "",
      addImage: () => Promise.reject(new Error("no picture")),
      onDirty: () => undefined,
      onTyped: () => undefined,
      onSynced: () => undefined,
      onCaret: () => undefined,
      onScroll: () => undefined,
      onProposals: (_version, proposals, gone, settled) => told.push({ proposals, gone, settled }),
      onRemark: () => undefined,
      onDecided: (ids, accept) => decisions.push([[...ids], accept]),
      onProblem: (problem) => expect.fail(String(problem)),
    },
  });
});

afterEach(() => {
  editor.destroy();
  document.body.replaceChildren();
});

/** The editor that is on the page. */
function shown(): EditorView {
  const dom = document.querySelector<HTMLElement>(".cm-editor");
  const view = dom && EditorView.findFromDOM(dom);
  if (!view) throw new Error("no editor is shown");
  return view;
}

const written = () => editor.view.state.doc.toString();
const text = () => shown().state.doc.toString();

/** Types where some words end. */
function typeAfter(words: string, letters: string) {
  shown().dispatch({ selection: { anchor: text().indexOf(words) + words.length } });
  typeText(shown(), letters);
}

/** What the desk hears once the person rests. */
async function heard() {
  editor.settleProposals();
  await vi.waitFor(() => expect(told.at(-1)?.settled).toBe(true));
  const last = told.at(-1);
  told = [];
  return last ?? expect.fail("nothing was told");
}

/** A proposal about some words of the first text. */
function about(id: string, words: string, put: string): Proposal {
  const start = BODY.indexOf(words);
  return { id, passage: { start, end: start + words.length }, new: put };
}

describe("suggest mode and the review", () => {
  test("nothing can be typed until the review is known, and then it is proposed", () => {
    expect(editor.setMode("suggest")).toBe(false);
    expect(editor.view.state.readOnly).toBe(true);
    expect(editor.view.contentDOM.getAttribute("aria-readonly")).toBe("true");
    expect(editor.putBack(0, [{ start: 0, end: 2, text: "Un" }])).toBe(false);
    editor.mark(NONE);
    typeText(shown(), "Fin.");
    expect(text()).toBe(`${BODY}Fin.`);
    expect(written()).toBe(BODY);
    expect(editor.setMode("suggest")).toBe(true);
  });

  test("write mode lets everything be typed again where the review never came", () => {
    editor.setMode("suggest");
    expect(editor.setMode("write")).toBe(true);
    typeText(shown(), "!");
    expect(written()).toBe(`${BODY}!`);
    // What comes now opens no other mode.
    editor.mark(NONE);
    typeText(shown(), "!");
    expect(written()).toBe(`${BODY}!!`);
  });

  test("a review of long ago is mapped through everything that was typed since", async () => {
    editor.mark({ ...NONE, mine: [about("s1", "40", "45")] });
    editor.view.dispatch({ selection: { anchor: 0 } });
    for (let i = 0; i < 2100; i++) {
      typeText(editor.view, "x");
      if (i % 100 === 0) await editor.flush();
    }
    await editor.flush();
    expect(editor.setMode("suggest")).toBe(true);
    expect(text()).toBe("x".repeat(2100) + BODY.replace("40", "4045"));
    typeText(shown(), "y");
    expect(written()).toBe("x".repeat(2100) + BODY);
  });

  test("a review of a text that is not here yet waits for it", async () => {
    editor.setMode("suggest");
    const changes = ChangeSet.of({ from: 0, insert: "Oui. " }, BODY.length);
    updates.push({ client: "desk", changes: changes.toJSON() as unknown });
    const { passage, ...rest } = about("s1", "40", "45");
    const moved = { ...rest, passage: { start: passage.start + 5, end: passage.end + 5 } };
    editor.mark({ ...NONE, version: 1, mine: [moved] });
    expect(editor.setMode("suggest")).toBe(false);
    editor.receive(1);
    await vi.waitFor(() => expect(text()).toBe(`Oui. ${BODY.replace("40", "4045")}`));
    expect(editor.setMode("suggest")).toBe(true);
  });

  test("what was typed last is there when one comes back at once", () => {
    editor.mark(NONE);
    editor.setMode("suggest");
    typeAfter("Boston", " ou Cork");
    editor.setMode("write");
    editor.setMode("suggest");
    expect(text()).toContain("Boston ou Cork.");
    expect(written()).toBe(BODY);
  });
});

describe("what the desk is told", () => {
  beforeEach(() => {
    editor.mark({ ...NONE, mine: [about("s1", "40", "45")] });
    editor.setMode("suggest");
  });

  test("only what the person took out is taken back; Undo brings it in again", async () => {
    typeAfter("Boston", "x");
    expect(await heard()).toMatchObject({ gone: [] });
    const at = text().indexOf("45");
    shown().dispatch({ changes: { from: at, to: at + 2 }, userEvent: "delete.selection" });
    const cut = text().indexOf("40");
    expect((await heard()).proposals).toMatchObject([{ new: "x" }, { id: "s1", new: "" }]);
    editor.exec("undo");
    expect(text()).toContain("4045");
    expect(cut).toBeGreaterThan(0);
    expect(await heard()).toMatchObject({ gone: [] });
  });

  test("a proposal that was taken out is named until it is there again", async () => {
    typeAfter("Boston", "x");
    const [first] = (await heard()).proposals;
    editor.exec("undo");
    expect(await heard()).toMatchObject({ proposals: [{ id: "s1" }], gone: [first?.id] });
    editor.exec("redo");
    expect(await heard()).toMatchObject({ proposals: [{ id: first?.id }, { id: "s1" }], gone: [] });
  });

  test("one that is rejected goes, and comes back when it is reopened", async () => {
    editor.mark({ ...NONE, closed: new Set(["s1"]) });
    expect(text()).toBe(BODY);
    typeAfter("Boston", "x");
    expect(await heard()).toMatchObject({ gone: [] });
    editor.mark({ ...NONE, mine: [about("s1", "40", "45")] });
    expect(text()).toBe(BODY.replace("40", "4045").replace("Boston", "Bostonx"));
    typeAfter("Brest", "y");
    const { proposals, gone } = await heard();
    expect(gone).toEqual([]);
    expect(proposals.map((one) => one.new)).toEqual(["y", "x", "45"]);
    // Undo goes back over what was typed, not over what came.
    for (let i = 0; i < 2; i++) editor.exec("undo");
    expect(text()).toBe(BODY.replace("40", "4045"));
  });

  test("of two on one place the one that has no room stays open, and is shown", async () => {
    const other = about("s2", "40 millions", "cher");
    editor.mark({ ...NONE, mine: [about("s1", "40", "45"), other] });
    expect(text()).toBe(BODY.replace("40", "4045"));
    expect(document.querySelector("[data-remark='s2']")?.textContent).toContain("40");
    // A title would lie over the text that one clicks into to write.
    expect(document.querySelectorAll(".cm-content [title]")).toHaveLength(0);
    typeAfter("Brest", "y");
    const { proposals, gone } = await heard();
    expect(gone).toEqual([]);
    expect(proposals.map(({ id }) => id)).toContain("s2");
  });

  test("what comes late about something taken out does not bring it back", async () => {
    typeAfter("Boston", "x");
    const { proposals } = await heard();
    editor.exec("undo");
    editor.mark({ ...NONE, mine: proposals });
    expect(text()).toBe(BODY.replace("40", "4045"));
    expect((await heard()).gone).toEqual([proposals[0]?.id]);
  });
});

describe("an acceptance in suggest mode", () => {
  const others = [
    { id: "s9", from: BODY.indexOf("Brest"), to: BODY.indexOf("Brest") + 5, new: "Roscoff", label: "" },
  ];
  const accepted = BODY.replace("Brest", "Roscoff");

  test("is a step of Undo among what was typed", () => {
    editor.mark({ ...NONE, remarks: others });
    editor.setMode("suggest");
    typeAfter("Boston", "x");
    expect(editor.apply([{ id: "s9", new: "Roscoff" }])).toEqual(["s9"]);
    expect(written()).toBe(accepted);
    typeAfter("40", "y");
    editor.exec("undo");
    expect(text()).toBe(accepted.replace("Boston", "Bostonx"));
    editor.exec("undo");
    expect(written()).toBe(BODY);
    expect(decisions).toEqual([[["s9"], false]]);
    expect(text()).toBe(BODY.replace("Boston", "Bostonx"));
    editor.exec("undo");
    expect(text()).toBe(BODY);
    for (let i = 0; i < 3; i++) editor.exec("redo");
    expect(text()).toBe(accepted.replace("Boston", "Bostonx").replace("40", "40y"));
    expect(decisions.at(-1)).toEqual([["s9"], true]);
    expect(written()).toBe(accepted);
  });

  test("takes back nothing that was written before the mode was", () => {
    typeText(editor.view, "!");
    editor.mark({ ...NONE, remarks: others });
    editor.setMode("suggest");
    editor.apply([{ id: "s9", new: "Roscoff" }]);
    for (let i = 0; i < 3; i++) editor.exec("undo");
    expect(written()).toBe(`${BODY}!`);
  });

  test("of an own proposal takes it with the words that are there now, once", () => {
    editor.mark({ ...NONE, mine: [about("s1", "40", "45")] });
    editor.setMode("suggest");
    typeAfter("45", ",5");
    editor.apply([{ id: "s1", new: "45" }]);
    expect(written()).toBe(BODY.replace("40", "45,5"));
    expect(text()).toBe(written());
    editor.exec("undo");
    expect(written()).toBe(BODY);
    editor.mark({ ...NONE, mine: [about("s1", "40", "45,5")] });
    expect(text()).toBe(BODY.replace("40", "4045,5"));
  });
});
