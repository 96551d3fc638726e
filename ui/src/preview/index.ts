// The rendered article beside the copy. Blocks that did not change are never touched, so the
// scroll, the selection and the pictures stay; a keystroke replaces one block.

import type { Typed } from "../typed";
import { Echo } from "./echo";
import { makeNode, placeholder, type NodeContext } from "./nodes";

/** A rendering as it comes from the desk: the blocks in the middle, and where every block begins. */
export interface Rendering {
  rendering: number;
  /** Version of the text that was rendered. */
  version: number;
  keep_start: number;
  keep_end: number;
  blocks: { key: string; node: unknown }[];
  /** First body line of each block, all of them, from 1. */
  lines: number[];
}

/** Keys of `labels`; in the sentences `%` stands for the address. */
export const previewLabels = [
  "preview",
  "footnotes",
  "remoteImage",
  "refusedImage",
  "missingImage",
  "refusedLink",
  "open",
  "done",
] as const;

/** The preview's surroundings. */
export interface PreviewOptions {
  parent: HTMLElement;
  /** Address of a picture of the desk; empty where it may not be shown. */
  imageUrl(src: string): string;
  /** A link was chosen; nothing has been followed. `kind` is `web` or `article`. */
  onLink(kind: string, href: string): void;
  /** The person scrolled; the body line at the top, fractional, from 1. */
  onScroll(line: number): void;
  /** The person asked for this line in the copy. */
  onGoTo(line: number): void;
  /** Interface text by the keys of `previewLabels`. */
  labels: Record<string, string>;
}

/** A preview on the screen. */
export interface CopyPreview {
  /** Shows a rendering. Throws where it builds on blocks that are not on the screen. */
  apply(rendering: Rendering): void;
  /** Shows what was typed in running text ahead of its rendering. */
  echo(typed: Typed): void;
  /** Brings a body line, fractional, from 1, to the top. */
  scrollToLine(line: number): void;
  /** Id of the rendering on the screen; 0 for none. */
  readonly rendering: number;
  destroy(): void;
}

interface Shown {
  key: string;
  element: HTMLElement;
}

/** How long after a scroll of our own the scroll events that follow are its echo, milliseconds. */
const ECHO = 200;

/** The heading that an address within the article means, by the ids that an export gives. */
function headingOf(root: HTMLElement, href: string): HTMLElement | undefined {
  let wanted = href.replace(/^#/, "").toLowerCase();
  try {
    wanted = decodeURIComponent(wanted);
  } catch {
    // It stands for itself.
  }
  const seen = new Map<string, number>();
  return [...root.querySelectorAll<HTMLElement>("h1, h2, h3, h4, h5, h6")].find((heading) => {
    const words = (heading.textContent ?? "").toLowerCase();
    const id = words.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "").replaceAll(" ", "-");
    const times = seen.get(id) ?? 0;
    seen.set(id, times + 1);
    return (times === 0 ? id : `${id}-${times}`) === wanted;
  });
}

/** Puts an empty preview into `options.parent`. */
export function createPreview(options: PreviewOptions): CopyPreview {
  const { parent } = options;
  const root = document.createElement("article");
  root.className = "article preview";
  root.setAttribute("aria-label", options.labels["preview"] ?? "");
  parent.append(root);

  let shown: Shown[] = [];
  let lines: number[] = [];
  let rendering = 0;
  let quietUntil = 0;
  let frame = 0;

  const echo = new Echo();
  const plain: NodeContext = { imageUrl: (src) => options.imageUrl(src), labels: options.labels };

  function scroller(): HTMLElement {
    for (let el: HTMLElement | null = parent; el; el = el.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(el).overflowY)) return el;
    }
    return parent;
  }

  function make(block: { key: string; node: unknown }, context: NodeContext): Shown {
    const node = makeNode(block.node, context);
    if (node instanceof HTMLElement) return { key: block.key, element: node };
    // Text alone is no block; it still has to be seen.
    const element = document.createElement("p");
    element.append(node);
    return { key: block.key, element };
  }

  function apply(next: Rendering): void {
    const { keep_start: start, keep_end: end } = next;
    if (start + end > shown.length) throw new Error("the preview is not the one that was patched");
    echo.takeBack();
    const removed = shown.slice(start, shown.length - end);
    const byKey = new Map(removed.map((block) => [block.key, block]));
    const pictures = new Map<string, HTMLImageElement>();
    for (const { element } of removed) {
      if (!/^(?:P|FIGURE|UL|OL|BLOCKQUOTE|TABLE|SECTION)$/.test(element.tagName)) continue;
      for (const image of element.querySelectorAll("img")) {
        pictures.set(image.getAttribute("src") ?? "", image);
      }
    }
    const context: NodeContext =
      pictures.size === 0
        ? plain
        : {
            ...plain,
            loaded(url) {
              const image = pictures.get(url);
              pictures.delete(url);
              return image;
            },
          };
    const fragment = document.createDocumentFragment();
    const middle = next.blocks.map((block) => {
      const same = byKey.get(block.key);
      byKey.delete(block.key);
      const made = same ?? make(block, context);
      fragment.append(made.element);
      return made;
    });
    for (const { element } of byKey.values()) element.remove();
    root.insertBefore(fragment, shown[shown.length - end]?.element ?? null);
    shown = [...shown.slice(0, start), ...middle, ...shown.slice(shown.length - end)];
    lines = next.lines;
    rendering = next.rendering;
    echo.goOn(next.version, (line) => shown[blockOf(line)]?.element);
  }

  /** Block that holds a line: the one that begins last at or before it. */
  function blockOf(line: number): number {
    let found = -1;
    for (let i = 0; i < lines.length; i++) {
      const first = lines[i] ?? 0;
      // Footnotes are rendered at the end, wherever they are written.
      if (first <= line && (found < 0 || first >= (lines[found] ?? 0))) found = i;
    }
    return found;
  }

  /** Where the block after `i` begins in the text; the last one is taken for one line. */
  function lineAfter(i: number): number {
    const first = lines[i] ?? 1;
    const next = lines[i + 1];
    return next !== undefined && next > first ? next : first + 1;
  }

  /** Top of a block and of what follows it, in pixels of the window. */
  function extent(i: number): [number, number] {
    const box = shown[i]?.element.getBoundingClientRect();
    const next = shown[i + 1]?.element.getBoundingClientRect();
    const top = box?.top ?? 0;
    return [top, next?.top ?? box?.bottom ?? top];
  }

  /** The line at a height of the window, fractional. */
  function lineAt(y: number): number {
    let low = 0;
    let high = shown.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (extent(middle)[0] <= y) low = middle;
      else high = middle - 1;
    }
    if (shown.length === 0) return 1;
    const [top, bottom] = extent(low);
    const share = bottom > top ? Math.min(1, Math.max(0, (y - top) / (bottom - top))) : 0;
    const first = lines[low] ?? 1;
    return first + share * (lineAfter(low) - first);
  }

  function scrollToLine(line: number): void {
    const box = scroller();
    quietUntil = performance.now() + ECHO;
    const i = blockOf(line);
    if (i <= 0 && line <= (lines[0] ?? 1)) {
      box.scrollTop = 0;
      return;
    }
    const [top, bottom] = extent(i);
    const first = lines[i] ?? 1;
    const share = Math.min(1, Math.max(0, (line - first) / (lineAfter(i) - first)));
    box.scrollTop += top + share * (bottom - top) - box.getBoundingClientRect().top;
  }

  function choose(target: EventTarget | null): boolean {
    if (!(target instanceof Element)) return false;
    const note = target.closest<HTMLElement>("[data-note]")?.dataset["note"];
    if (note !== undefined) {
      const notes = [...root.querySelectorAll<HTMLElement>("[data-note-number]")];
      notes.find((n) => n.dataset["noteNumber"] === note)?.scrollIntoView({ block: "nearest" });
      return true;
    }
    const link = target.closest<HTMLElement>("[data-kind]");
    if (!link) return false;
    const [kind, href] = [link.dataset["kind"] ?? "", link.dataset["href"] ?? ""];
    if (kind === "anchor") headingOf(root, href)?.scrollIntoView({ block: "start" });
    else options.onLink(kind, href);
    return true;
  }

  const listeners = new AbortController();
  const { signal } = listeners;
  root.addEventListener("click", (event) => choose(event.target), { signal });
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && choose(event.target)) event.preventDefault();
    },
    { signal },
  );
  root.addEventListener(
    "dblclick",
    (event) => {
      if (!(event.target instanceof Element) || event.target.closest("[data-kind]")) return;
      const i = shown.findIndex(({ element }) => element.contains(event.target as Element));
      if (i < 0) return;
      const [top, bottom] = extent(i);
      const share = bottom > top ? (event.clientY - top) / (bottom - top) : 0;
      const first = lines[i] ?? 1;
      const within = Math.floor(Math.min(0.999, Math.max(0, share)) * (lineAfter(i) - first));
      options.onGoTo(first + within);
    },
    { signal },
  );
  // `error` does not bubble.
  root.addEventListener(
    "error",
    (event) => {
      if (!(event.target instanceof HTMLImageElement)) return;
      const { alt, dataset } = event.target;
      event.target.replaceWith(placeholder("missingImage", dataset["src"] ?? "", alt, plain));
    },
    { signal, capture: true },
  );
  for (const kind of ["wheel", "pointerdown", "keydown", "touchmove"]) {
    parent.addEventListener(kind, () => (quietUntil = 0), { signal, capture: true, passive: true });
  }
  document.addEventListener(
    "scroll",
    (event) => {
      if (!(event.target instanceof Node) || !event.target.contains(root)) return;
      if (performance.now() < quietUntil || frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        options.onScroll(lineAt(scroller().getBoundingClientRect().top));
      });
    },
    { signal, capture: true, passive: true },
  );

  return {
    apply,
    echo: (typed) => echo.show(shown[blockOf(typed.line)]?.element, typed),
    scrollToLine,
    get rendering() {
      return rendering;
    },
    destroy() {
      cancelAnimationFrame(frame);
      listeners.abort();
      root.remove();
    },
  };
}
