// Which line stands at the top, in both directions. The text may scroll in the editor or in
// whatever holds it; both are served.

import { EditorView, ViewPlugin, type PluginValue } from "@codemirror/view";
import type { ChangeDesc, Extension } from "@codemirror/state";

/** How long after a scroll of our own the scroll events that follow are its echo, milliseconds. */
const ECHO = 200;

function scroller(view: EditorView): HTMLElement {
  for (let el: HTMLElement | null = view.scrollDOM; el; el = el.parentElement) {
    if (el.scrollHeight > el.clientHeight && /auto|scroll/.test(getComputedStyle(el).overflowY)) {
      return el;
    }
  }
  return view.scrollDOM;
}

/** The line at the top of what is seen, from 1, with the share of it that is above. */
export function topLine(view: EditorView): number {
  const height = scroller(view).getBoundingClientRect().top - view.documentTop;
  if (height <= 0) return 1;
  const block = view.lineBlockAtHeight(height);
  const line = view.state.doc.lineAt(block.from).number;
  const share = block.height > 0 ? (height - block.top) / block.height : 0;
  return line + Math.min(0.999, Math.max(0, share));
}

/** Brings the given line, fractional, to the top. */
export function scrollToLine(view: EditorView, line: number): void {
  const number = Math.min(Math.max(1, Math.floor(line)), view.state.doc.lines);
  const from = view.state.doc.line(number).from;
  const share = Math.min(1, Math.max(0, line - number));
  view.plugin(watcher)?.quiet();
  view.dispatch({
    effects: EditorView.scrollIntoView(from, {
      y: "start",
      yMargin: -share * view.lineBlockAt(from).height,
    }),
  });
}

/**
 * Makes a change that came from elsewhere, and keeps the line at the top where it is on the
 * screen. CodeMirror does so only where it scrolls by itself.
 */
export function keepScroll(view: EditorView, change: () => ChangeDesc): void {
  const box = scroller(view);
  const top = box.getBoundingClientRect().top;
  const height = top - view.documentTop;
  if (height <= 0) {
    change();
    return;
  }
  const block = view.lineBlockAtHeight(height);
  const offset = block.top - height;
  const pos = change().mapPos(block.from, 1);
  view.plugin(watcher)?.quiet();
  view.requestMeasure({
    read: () => view.documentTop + view.lineBlockAt(pos).top - top,
    write: (now) => {
      if (Math.abs(now - offset) >= 1) box.scrollTop += now - offset;
    },
  });
}

class ScrollWatcher implements PluginValue {
  onScroll: ((line: number) => void) | null = null;
  private frame = 0;
  private until = 0;

  constructor(private readonly view: EditorView) {
    document.addEventListener("scroll", this.scrolled, { capture: true, passive: true });
    for (const kind of ["wheel", "pointerdown", "keydown", "touchmove"]) {
      view.dom.addEventListener(kind, this.byHand, { capture: true, passive: true });
    }
  }

  /** The scroll events that come now are not the person's. */
  quiet(): void {
    this.until = performance.now() + ECHO;
  }

  private byHand = () => {
    this.until = 0;
  };

  private scrolled = (event: Event) => {
    if (!(event.target instanceof Node) || !event.target.contains(this.view.contentDOM)) return;
    if (performance.now() < this.until || this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.onScroll?.(topLine(this.view));
    });
  };

  destroy(): void {
    cancelAnimationFrame(this.frame);
    document.removeEventListener("scroll", this.scrolled, { capture: true });
  }
}

const watcher = ViewPlugin.fromClass(ScrollWatcher);

/** Watches the scroll; `listen` says who hears of it. */
export function scrollWatch(): Extension {
  return watcher;
}

/** Calls `onScroll` with the line at the top when the person scrolls. */
export function listen(view: EditorView, onScroll: (line: number) => void): void {
  const plugin = view.plugin(watcher);
  if (plugin) plugin.onScroll = onScroll;
}
