import { EditorSelection } from "@codemirror/state";
import { runScopeHandlers } from "@codemirror/view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEditor, editorCommands, type CopyEditor, type EditorOptions } from "./index";
import { press, typeText } from "./typing.testing";

let editor: CopyEditor | null = null;
afterEach(() => {
  editor?.destroy();
  document.body.replaceChildren();
});

function open(body: string, change: Partial<EditorOptions> = {}) {
  const host = {
    push: vi.fn((version: number, updates: { client: string; changes: unknown }[]) =>
      Promise.resolve({ accepted: true, version: version + updates.length, updates }),
    ),
    pull: vi.fn((version: number) => Promise.resolve({ accepted: true, version, updates: [] })),
    imageUrl: (src: string) => (src.startsWith("..") ? "" : `preview-img://localhost/desk/${src}`),
    addImage: vi.fn(() => Promise.resolve({ src: "images/a.png", alt: "a" })),
    onDirty: vi.fn(),
    onTyped: vi.fn(),
    onSynced: vi.fn(),
    onCaret: vi.fn(),
    onScroll: vi.fn(),
    onProposals: vi.fn(),
    onRemark: vi.fn(),
    onDecided: vi.fn(),
    onProblem: vi.fn(),
  };
  editor = createEditor({
    parent: document.body,
    body,
    version: 0,
    caret: body.length,
    scroll: 1,
    readOnly: false,
    lang: "fr",
    aids: { quotes: true, apostrophe: true, spaces: true, ellipsis: true, dash: true },
    showInvisibles: false,
    focusMode: false,
    typewriterMode: false,
    raw: false,
    host,
    labels: { body: "Corps de l’article", remoteImage: "Image distante : %", Find: "Chercher" },
    ...change,
  });
  return { editor, view: editor.view, host, text: () => editor?.view.state.doc.toString() };
}

const classesOfLine = (text: string) =>
  [...document.querySelectorAll(".cm-line")].find((l) => l.textContent?.includes(text))?.className;

describe("the text", () => {
  it("names its content, its language and asks for spelling", () => {
    const { view } = open("Bonjour", { lang: "en-GB" });
    expect(view.contentDOM.getAttribute("aria-label")).toBe("Corps de l’article");
    expect(view.contentDOM.lang).toBe("en-GB");
    expect(view.contentDOM.getAttribute("spellcheck")).toBe("true");
  });

  it("tells the desk what was typed", async () => {
    const { editor, view, host } = open("Un");
    typeText(view, "!");
    expect(await editor.flush()).toBe(2);
    expect(host.onDirty).toHaveBeenCalled();
    expect(host.onSynced).toHaveBeenCalledWith(2);
    expect(host.push.mock.calls[0]?.[1].map((u) => u.changes)).toEqual([
      [2, [0, "!"]],
      [2, [1, "\u202f!"]],
    ]);
  });

  it("keeps a lone CR as a character, so that positions agree with the desk", () => {
    expect(open("a\rb\nc").view.state.doc.lines).toBe(2);
  });

  it("starts with the caret where it was, even past the end", () => {
    expect(open("abc", { caret: 99 }).view.state.selection.main.head).toBe(3);
  });

  it("cannot be changed when it is read-only", () => {
    const { view, text } = open("mot", { readOnly: true });
    expect(view.contentDOM.getAttribute("aria-readonly")).toBe("true");
    for (const name of ["strong", "emphasis", "link"]) editor?.exec(name);
    expect(text()).toBe("mot");
  });

  it("takes new settings without losing the text or the undo stack", () => {
    const { editor, view, text } = open("");
    typeText(view, "l'a");
    editor.reconfigure({ lang: "en", showInvisibles: true, focusMode: true });
    typeText(view, ' "b"');
    expect(text()).toBe("l’a “b”");
    expect(view.dom.classList.contains("md-focus-mode")).toBe(true);
    editor.exec("undo");
    expect(text()).not.toBe("l’a “b”");
  });
});

describe("Markdown in place", () => {
  it("marks headings, emphasis, links and code", () => {
    open("# Titre\n\nUn *mot*, **fort**, `code`, [lien](https://a.fr), ~~non~~ et note[^1].");
    const dom = document.body;
    expect([...dom.querySelectorAll(".md-line-h1 .md-h1")].map((e) => e.textContent)).toEqual([
      "#",
      " Titre",
    ]);
    for (const name of ["em", "strong", "code", "link", "url", "del", "note"]) {
      expect(dom.querySelector(`.md-${name}`), name).not.toBeNull();
    }
    const marks = [...dom.querySelectorAll(".md-mark")].map((m) => m.textContent);
    expect(marks).toContain("#");
    expect(marks).toContain("**");
  });

  it("says what each line is", () => {
    open("> citation\n> suite\n\n- un\n  - deux\n\n```\ncode\n```\n\n[^1]: une note\n\n| a |\n|---|\n");
    expect(classesOfLine("citation")).toMatch(/md-line-quote.*md-hang-1/);
    expect(classesOfLine("suite")).toMatch(/md-line-quote/);
    expect(classesOfLine("un")).toMatch(/md-hang-1/);
    expect(classesOfLine("deux")).toMatch(/md-hang-2/);
    expect(classesOfLine("code")).toMatch(/md-line-code/);
    expect(classesOfLine("une note")).toMatch(/md-line-note/);
    expect(classesOfLine("| a |")).toMatch(/md-line-table/);
    expect(document.querySelector(".md-prefix-2")?.textContent).toBe("  - ");
  });

  it("keeps the mark of an item in one box, so that it hangs once", () => {
    open("- [ ] tâche");
    expect(document.querySelectorAll(".md-prefix")).toHaveLength(1);
  });

  it("shows signs without a width, thin spaces and blanks that break a line", () => {
    const { view } = open("a\u2009b\u200bc\u00add\ufeffe  \nf g", { showInvisibles: true });
    expect(view.state.doc.lines).toBe(2);
    expect([...document.querySelectorAll(".md-blank")].map((e) => e.className.split(" ")[1])).toEqual([
      "md-thin",
      "md-zero",
      "md-zero",
      "md-zero",
      "md-trailing",
    ]);
  });

  it("shows blanks that look like others when asked", () => {
    const { editor } = open("a\u00a0b\u202fc\td");
    expect(document.querySelector(".md-blank")).toBeNull();
    editor.reconfigure({ showInvisibles: true });
    expect([...document.querySelectorAll(".md-blank")].map((e) => e.className)).toEqual([
      "md-blank md-nbsp",
      "md-blank md-thin",
      "md-blank md-tab",
    ]);
  });

  it("dims all but the paragraph", () => {
    const { view } = open("un\n\ndeux\ntrois\n\nquatre", { focusMode: true });
    view.dispatch({ selection: { anchor: 5 } });
    const lines = [...document.querySelectorAll(".md-focused")].map((l) => l.textContent);
    expect(lines).toEqual(["deux", "trois"]);
  });
});

describe("pictures", () => {
  const shown = () => [...document.querySelectorAll<HTMLElement>(".md-picture")];

  it("of the desk are shown under their line", () => {
    open('Avant\n\n![Le port](images/le%20port.jpg "Légende")\n\nAprès');
    const image = document.querySelector<HTMLImageElement>(".md-picture img");
    expect(image?.getAttribute("src")).toBe("preview-img://localhost/desk/images/le%20port.jpg");
    expect(image?.alt).toBe("Le port");
  });

  it.each([
    "https://a.fr/x.png",
    "//a.fr/x.png",
    "data:image/png;base64,AA",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "../../etc/passwd",
  ])("from elsewhere are named and never loaded: %s", (src) => {
    open(`![x](${src})`);
    expect(document.querySelector(".md-picture img")).toBeNull();
    expect(shown()).toHaveLength(1);
    expect(document.querySelectorAll("[src]")).toHaveLength(0);
  });

  it("follow the text", () => {
    const { view } = open("![a](a.png)\n\n![b](b.png)\n");
    expect(shown()).toHaveLength(2);
    view.dispatch({ changes: { from: 0, insert: "Un alinéa.\n\n" } });
    expect(shown()).toHaveLength(2);
    const from = view.state.doc.toString().indexOf("![b]");
    view.dispatch({ changes: { from, to: from + 11 } });
    expect(shown()).toHaveLength(1);
    view.dispatch({ changes: { from, insert: "![c](c.png) ![d](d.png)" } });
    expect(shown()).toHaveLength(3);
    view.dispatch({ changes: { from: 0, to: view.state.doc.length } });
    expect(shown()).toHaveLength(0);
  });

  it("are not looked for in code", () => {
    open("```\n![a](a.png)\n```\n\nUn `![b](b.png)`.");
    expect(shown()).toHaveLength(0);
  });
});

describe("keys", () => {
  it("continue a list and end it", () => {
    const { view, text } = open("- un");
    press(view, "Enter");
    typeText(view, "deux");
    press(view, "Enter");
    press(view, "Enter");
    expect(text()).toBe("- un\n- deux\n");
    const numbered = open("1. un");
    press(numbered.view, "Enter");
    expect(numbered.text()).toBe("1. un\n2. ");
  });

  it("continue a quotation", () => {
    const { view, text } = open("> un");
    press(view, "Enter");
    expect(text()).toBe("> un\n> ");
  });

  it.each([
    ["strong", "un |mot| ici", "un **mot** ici"],
    ["emphasis", "un |mot| ici", "un *mot* ici"],
    ["strong", "un m||ot", "un **mot**"],
    ["strong", "un **m||ot**", "un mot"],
    ["emphasis", "un *|mot|*", "un mot"],
    ["strong", "un| mot |ici", "un **mot** ici"],
    ["link", "un |mot| ici", "un [mot]() ici"],
    ["link", "|https://a.fr/b|", "[](https://a.fr/b)"],
    ["task", "- [ ] t||", "- [x] t"],
    ["task", "- [x] t||", "- [ ] t"],
  ])("%s: %j gives %j", (command, marked, result) => {
    const [before = "", selected = "", after = ""] = marked.split("|");
    const { editor, view, text } = open(before + selected + after);
    view.dispatch({
      selection: { anchor: before.length, head: before.length + selected.length },
    });
    editor.exec(command);
    expect(text()).toBe(result);
  });

  it("Ctrl+B, Ctrl+I and Ctrl+K are bound", () => {
    for (const [key, result] of [
      ["b", "**mot**"],
      ["i", "*mot*"],
      ["k", "[mot]()"],
    ] as const) {
      const { view, text } = open("mot");
      expect(press(view, key, { ctrlKey: true })).toBe(true);
      expect(text()).toBe(result);
    }
  });

  it("twice strong gives the text back", () => {
    const { editor, view, text } = open("un mot ici");
    view.dispatch({ selection: { anchor: 3, head: 6 } });
    editor.exec("strong");
    editor.exec("strong");
    expect(text()).toBe("un mot ici");
    expect(view.state.sliceDoc(view.state.selection.main.from, view.state.selection.main.to)).toBe("mot");
  });

  it("Ctrl+K in a link selects its address", () => {
    const { editor, view } = open("un [mot](https://a.fr) ici", { caret: 5 });
    editor.exec("link");
    const { from, to } = view.state.selection.main;
    expect(view.state.sliceDoc(from, to)).toBe("https://a.fr");
  });

  it("Tab moves the item of a list, and leaves the text elsewhere", () => {
    const list = open("- un\n- deux");
    expect(press(list.view, "Tab")).toBe(true);
    expect(list.text()).toBe("- un\n    - deux");
    expect(press(list.view, "Tab", { shiftKey: true })).toBe(true);
    expect(list.text()).toBe("- un\n- deux");
    const prose = open("un alinéa");
    expect(press(prose.view, "Tab")).toBe(false);
    expect(prose.text()).toBe("un alinéa");
  });

  it("leave Ctrl+/ to others: a comment would be printed", () => {
    const { view, text } = open("mot");
    runScopeHandlers(view, new KeyboardEvent("keydown", { key: "/", ctrlKey: true }), "editor");
    expect(text()).toBe("mot");
  });

  it("every command has a name that exec takes, and no other", () => {
    const { editor } = open("mot");
    for (const name of editorCommands) expect(() => editor.exec(name)).not.toThrow();
    expect(() => editor.exec("nothing")).toThrow("nothing");
  });

  it("undo goes back without limit", () => {
    const { editor, view, text } = open("");
    for (let i = 0; i < 500; i++) {
      view.dispatch({ changes: { from: i, insert: "x" }, userEvent: `input.${i}` });
    }
    for (let i = 0; i < 500; i++) editor.exec("undo");
    expect(text()).toBe("");
  });

  it("find speaks the interface's language", () => {
    const { editor } = open("mot");
    editor.exec("find");
    expect(document.querySelector(".cm-search input")?.getAttribute("placeholder")).toBe("Chercher");
  });
});

describe("several carets", () => {
  it("are drawn only while there are several", () => {
    const { view } = open("un\ndeux");
    expect(document.querySelector(".cm-cursorLayer")).toBeNull();
    view.dispatch({
      selection: EditorSelection.create([EditorSelection.cursor(1), EditorSelection.cursor(5)]),
    });
    expect(document.querySelector(".cm-cursorLayer")).not.toBeNull();
    typeText(view, "x");
    expect(view.state.doc.toString()).toBe("uxn\ndexux");
    view.dispatch({ selection: { anchor: 0 } });
    expect(document.querySelector(".cm-cursorLayer")).toBeNull();
  });
});

describe("a passage put back", () => {
  const BODY = "Le pont est resté ouvert.\n\nUne grue.\n";
  const back = [{ start: 18, end: 24, text: "fermé" }];

  it("is one edit that Undo takes back alone", () => {
    const { editor, view, text } = open(BODY);
    typeText(view, "Fin");
    expect(editor.putBack(0, back)).toBe(true);
    typeText(view, "i");
    expect(text()).toBe("Le pont est resté fermé.\n\nUne grue.\nFini");
    editor.exec("undo");
    editor.exec("undo");
    expect(text()).toBe("Le pont est resté ouvert.\n\nUne grue.\nFin");
  });

  it("follows what was typed before it since the version it was made for", () => {
    const { editor, view, text } = open(BODY, { caret: 0 });
    typeText(view, "Oui. ");
    expect(editor.putBack(0, back)).toBe(true);
    expect(text()).toContain("Oui. Le pont est resté fermé.");
  });

  it("stays as it is where it was typed in meanwhile, and where nothing may be typed", () => {
    const { editor, view, text } = open(BODY, { caret: 20 });
    typeText(view, "x");
    expect(editor.putBack(0, back)).toBe(false);
    expect(text()).toContain("ouxvert");
    editor.reconfigure({ readOnly: true });
    expect(editor.putBack(0, [{ start: 0, end: 2, text: "Un" }])).toBe(false);
  });

  it("is a proposal in suggest mode, which touches no letter of the text", async () => {
    const { editor, view, host } = open(BODY);
    editor.mark({ version: 0, remarks: [], mine: [], closed: new Set() });
    expect(editor.setMode("suggest")).toBe(true);
    // happy-dom tells of a selection within the update that sets it.
    (document.activeElement as HTMLElement | null)?.blur();
    expect(editor.putBack(0, [...back, { start: 27, end: 37, text: "" }])).toBe(true);
    expect(view.state.doc.toString()).toBe(BODY);
    editor.settleProposals();
    await vi.waitFor(() => expect(host.onProposals).toHaveBeenCalled());
    const proposals: { passage: { start: number; end: number }; new: string }[] =
      host.onProposals.mock.lastCall?.[1];
    expect(proposals.map(({ passage, new: words }) => [passage.start, passage.end, words])).toEqual([
      [18, 24, "fermé"],
      [27, 37, ""],
    ]);
  });
});
