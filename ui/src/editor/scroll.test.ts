import { EditorState } from "@codemirror/state";
import { EditorView, type BlockInfo } from "@codemirror/view";
import { afterEach, expect, it, vi } from "vitest";
import { keepScroll, listen, scrollToLine, scrollWatch, topLine } from "./scroll";

let view: EditorView | null = null;
afterEach(() => {
  view?.destroy();
  document.body.replaceChildren();
});

/** Lines of 20 px in a window of 100 px that scrolls by itself, as a column does. */
function laidOut(lines: number) {
  const column = document.body.appendChild(document.createElement("div"));
  column.style.overflowY = "auto";
  Object.defineProperty(column, "scrollHeight", { value: 20 * lines });
  Object.defineProperty(column, "clientHeight", { value: 100 });
  column.getBoundingClientRect = () => new DOMRect(0, 50, 300, 100);
  let scrolled = 0;
  Object.defineProperty(column, "scrollTop", { get: () => scrolled, set: (y: number) => (scrolled = y) });
  const opened = new EditorView({
    parent: column,
    state: EditorState.create({
      doc: Array.from({ length: lines }, (_, i) => `ligne ${i + 1}`).join("\n"),
      extensions: scrollWatch(),
    }),
  });
  view = opened;
  Object.defineProperty(opened, "documentTop", { get: () => 50 - scrolled });
  const block = (number: number) => ({
    from: opened.state.doc.line(number).from,
    top: 20 * (number - 1),
    height: 20,
  });
  opened.lineBlockAtHeight = (y) => block(1 + Math.floor(y / 20)) as unknown as BlockInfo;
  opened.lineBlockAt = (pos) => block(opened.state.doc.lineAt(pos).number) as unknown as BlockInfo;
  // The browser's turn to measure, at once.
  opened.requestMeasure = (request) => {
    if (request?.read) request.write?.(request.read(opened), opened);
  };
  return { view: opened, column };
}

const frames = () => new Promise((resolve) => setTimeout(resolve, 40));

it("says which line is at the top, and how much of it is above", () => {
  const { view, column } = laidOut(100);
  expect(topLine(view)).toBe(1);
  column.scrollTop = 210;
  expect(topLine(view)).toBe(11.5);
});

it("keeps the line at the top when something is put in or taken out above", () => {
  const { view, column } = laidOut(100);
  column.scrollTop = 205;
  const change = (spec: { from: number; to?: number; insert?: string }) =>
    keepScroll(view, () => {
      const tr = view.state.update({ changes: spec });
      view.dispatch(tr);
      return tr.changes;
    });
  change({ from: 0, insert: "un\ndeux\ntrois\n" });
  expect(column.scrollTop).toBe(265);
  change({ from: 0, to: 3 });
  expect(column.scrollTop).toBe(245);
  change({ from: view.state.doc.length, insert: "\nla fin" });
  expect(column.scrollTop).toBe(245);
});

it("leaves the scroll alone at the very top", () => {
  const { view, column } = laidOut(100);
  keepScroll(view, () => {
    const tr = view.state.update({ changes: { from: 0, insert: "x\n" } });
    view.dispatch(tr);
    return tr.changes;
  });
  expect(column.scrollTop).toBe(0);
});

it("tells of the person's scrolling and not of its own", async () => {
  const { view, column } = laidOut(100);
  const heard = vi.fn();
  listen(view, heard);
  scrollToLine(view, 30);
  column.scrollTop = 580;
  column.dispatchEvent(new Event("scroll"));
  await frames();
  expect(heard).not.toHaveBeenCalled();
  view.dom.dispatchEvent(new Event("wheel"));
  column.scrollTop = 600;
  column.dispatchEvent(new Event("scroll"));
  column.dispatchEvent(new Event("scroll"));
  await vi.waitFor(() => expect(heard.mock.calls).toEqual([[31]]), { timeout: 5000 });
});
