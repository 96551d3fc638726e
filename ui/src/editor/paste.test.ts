import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { GOOGLE_DOCS } from "./clipboard.testing";
import { copyMarkdown } from "./language";
import { fitted, pasting } from "./paste";

let view: EditorView | null = null;
afterEach(() => view?.destroy());

function open(doc = "", caret = doc.length) {
  const addImage = vi.fn((name: string, base64: string) =>
    base64 === ""
      ? Promise.reject(new Error(name))
      : Promise.resolve({ src: `images/${name}`, alt: "Une [photo]" }),
  );
  const onProblem = vi.fn();
  const opened = new EditorView({
    parent: document.body,
    state: EditorState.create({
      doc,
      selection: { anchor: caret },
      extensions: [EditorState.lineSeparator.of("\n"), copyMarkdown(), pasting({ addImage, onProblem })],
    }),
  });
  view = opened;
  return { view: opened, addImage, onProblem, text: () => opened.state.doc.toString() };
}

/** A clipboard or a drag, as much of it as is read. */
function data(parts: Record<string, string>, files: File[] = []): Partial<DataTransfer> {
  return {
    types: [...Object.keys(parts), ...(files.length > 0 ? ["Files"] : [])],
    files: files as unknown as FileList,
    getData: (type: string) => parts[type] ?? "",
  };
}

function paste(on: EditorView, parts: Record<string, string>, files: File[] = []): boolean {
  const event = Object.assign(new Event("paste", { bubbles: true, cancelable: true }), {
    clipboardData: data(parts, files),
  });
  on.contentDOM.dispatchEvent(event);
  return event.defaultPrevented;
}

const png = (name: string) => new File([new Uint8Array([137, 80, 78, 71])], name, { type: "image/png" });
const until = (check: () => void) => vi.waitFor(check, { timeout: 5000 });

describe("paste", () => {
  it("of formatted text becomes Markdown, in one step of the undo stack", () => {
    const { view, text } = open();
    expect(paste(view, { "text/html": GOOGLE_DOCS.html, "text/plain": "Le titre" })).toBe(true);
    expect(text()).toBe(GOOGLE_DOCS.markdown);
    expect(view.state.selection.main.head).toBe(GOOGLE_DOCS.markdown.length);
  });

  it("of unformatted HTML takes the plain text", () => {
    const { view, text } = open();
    paste(view, { "text/html": "<span>a * b</span>", "text/plain": "a * b" });
    expect(text()).toBe("a * b");
  });

  it("of plain text keeps it, with LF", () => {
    const { view, text } = open();
    paste(view, { "text/plain": 'l\'un\r\n"deux" ?\rtrois' });
    expect(text()).toBe('l\'un\n"deux" ?\ntrois');
  });

  it("with Ctrl+Shift+V takes the plain text, once", () => {
    const { view, text } = open();
    const both = { "text/html": "<b>mot</b>", "text/plain": "mot" };
    view.contentDOM.dispatchEvent(
      new KeyboardEvent("keydown", { key: "V", ctrlKey: true, shiftKey: true, bubbles: true }),
    );
    paste(view, both);
    expect(text()).toBe("mot");
    paste(view, both);
    expect(text()).toBe("mot**mot**");
  });

  it("into code takes the plain text", () => {
    const { view, text } = open("```\nab\n```", 5);
    paste(view, { "text/html": "<b>x</b>", "text/plain": "x" });
    expect(text()).toBe("```\naxb\n```");
  });

  it("from a code editor takes the plain text", () => {
    const { view, text } = open();
    paste(view, { "text/html": "<b>x</b>", "text/plain": "x", "vscode-editor-data": "{}" });
    expect(text()).toBe("x");
  });

  it.each([
    ["# A", "", "", "# A"],
    ["# A", "ab", "cd", "\n\n# A\n\n"],
    ["- a", "b\n", "\nc", "\n- a\n"],
    ["- a", "\n\n", "\n\n", "- a"],
    ["a **b**", "ab", "cd", "a **b**"],
    ["a\n\n- b", "ab", "cd", "a\n\n- b\n\n"],
  ])("%j between %j and %j is %j", (markdown, before, after, result) => {
    expect(fitted(markdown, before, after)).toBe(result);
  });
});

describe("pictures", () => {
  it("pasted are put beside the article and linked", async () => {
    const { view, addImage, text } = open("Un alinéa.");
    expect(paste(view, {}, [png("port.png")])).toBe(true);
    await until(() => expect(text()).toBe("Un alinéa.\n\n![Une \\[photo\\]](images/port.png)"));
    expect(addImage).toHaveBeenCalledWith("port.png", "iVBORw==");
  });

  it("copied from a page come as a file, not as an address", async () => {
    const { view, text } = open();
    paste(view, { "text/html": '<img src="https://a.fr/x.png">' }, [png("x.png")]);
    await until(() => expect(text()).toBe("![Une \\[photo\\]](images/x.png)"));
  });

  it("that Word adds to its text are left alone", () => {
    const { view, addImage, text } = open();
    paste(view, { "text/html": "<b>mot</b>", "text/plain": "mot" }, [png("x.png")]);
    expect(text()).toBe("**mot**");
    expect(addImage).not.toHaveBeenCalled();
  });

  it("keep their place while something is typed above, and stand alone", async () => {
    const { view, text } = open("un\n\ndeux\ntrois", 5);
    paste(view, {}, [png("a.png"), png("b.png")]);
    view.dispatch({ changes: { from: 0, insert: "zéro " } });
    await until(() => expect(text()).toContain("b.png"));
    expect(text()).toBe(
      "zéro un\n\ndeux\n\n![Une \\[photo\\]](images/a.png)\n\n![Une \\[photo\\]](images/b.png)\n\ntrois",
    );
  });

  it("dropped are put beside the article too; other files are not ours", async () => {
    const { view, addImage, text } = open("");
    const drop = (files: File[]) => {
      const event = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), {
        dataTransfer: data({}, files),
        clientX: 0,
        clientY: 0,
      });
      view.contentDOM.dispatchEvent(event);
    };
    drop([new File(["x"], "x.pdf", { type: "application/pdf" })]);
    expect(addImage).not.toHaveBeenCalled();
    drop([png("a.png")]);
    await until(() => expect(text()).toContain("![Une \\[photo\\]](images/a.png)"));
  });

  it("that cannot be placed are told of, and nothing is inserted", async () => {
    const { view, onProblem, text } = open("a");
    paste(view, {}, [new File([], "vide.png", { type: "image/png" })]);
    await until(() => expect(onProblem).toHaveBeenCalled());
    expect(text()).toBe("a");
  });

  it("wait for the end of a composition", async () => {
    const { view, addImage, text } = open("a");
    view.contentDOM.dispatchEvent(new Event("compositionstart"));
    paste(view, {}, [png("a.png")]);
    await until(() => expect(addImage).toHaveBeenCalled());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(text()).toBe("a");
    view.contentDOM.dispatchEvent(new Event("compositionend"));
    await until(() => expect(text()).toContain("a.png"));
  });
});
