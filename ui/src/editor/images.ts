// Pictures under their line. Only pictures of the desk are shown; anything with an address of its
// own is named and never loaded. Block widgets have to stand in the state, so the whole text is
// looked through once, and after that only the lines that changed.

import { syntaxTree } from "@codemirror/language";
import { StateField, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

/** What the pictures ask of their surroundings. */
export interface ImagesConfig {
  imageUrl(src: string): string;
  /** Sentences `remoteImage` and `missingImage`; `%` stands for the address. */
  labels: Record<string, string>;
}

/** A picture that takes an address of its own: a scheme, `//host`, or a drive letter. */
export function isRemote(src: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:|\/\/|\\\\)/i.test(src);
}

/** Heights seen, in CSS pixels, so that the scroll does not jump when a picture comes back. */
const heights = new Map<string, number>();

class Picture extends WidgetType {
  constructor(
    readonly src: string,
    readonly alt: string,
    readonly config: ImagesConfig,
  ) {
    super();
  }

  override eq(other: Picture): boolean {
    return other.src === this.src && other.alt === this.alt && other.config === this.config;
  }

  override get estimatedHeight(): number {
    return heights.get(this.src) ?? (isRemote(this.src) ? 40 : 240);
  }

  override toDOM(view: EditorView): HTMLElement {
    const box = document.createElement("div");
    box.className = "md-picture";
    const url = isRemote(this.src) ? "" : this.config.imageUrl(this.src);
    if (url === "") {
      this.name(box, "remoteImage");
      return box;
    }
    const image = document.createElement("img");
    image.alt = this.alt;
    image.addEventListener("load", () => {
      heights.set(this.src, box.offsetHeight);
      view.requestMeasure();
    });
    image.addEventListener("error", () => {
      image.remove();
      this.name(box, "missingImage");
      heights.set(this.src, box.offsetHeight);
      view.requestMeasure();
    });
    image.src = url;
    box.append(image);
    return box;
  }

  private name(box: HTMLElement, label: string): void {
    box.classList.add("md-picture-none");
    box.textContent = (this.config.labels[label] ?? "%").replace("%", () => this.src);
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** Bounded: each `![` of a line of nothing else would be followed to the end of the line. */
const IMAGE =
  /!\[((?:[^\]\\]|\\.){0,500})\]\(\s{0,99}(?:<([^>\n]{0,2000})>|((?:[^\s()\\]|\\.|\([^\s()]{0,999}\)){1,2000}))/g;

function inCode(state: EditorState, pos: number): boolean {
  let node: ReturnType<ReturnType<typeof syntaxTree>["resolveInner"]> | null = syntaxTree(state).resolveInner(
    pos,
    1,
  );
  for (; node; node = node.parent) {
    if (/Code|HTML|Comment/.test(node.name)) return true;
  }
  return false;
}

/** The address as written, percent-encoding included, without Markdown's own escapes. */
function unescape(src: string): string {
  return src.replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

function picturesIn(state: EditorState, from: number, to: number, config: ImagesConfig) {
  const found: Range<Decoration>[] = [];
  for (let pos = from; pos <= to;) {
    const line = state.doc.lineAt(pos);
    if (line.text.includes("![")) {
      for (const match of line.text.matchAll(IMAGE)) {
        if (inCode(state, line.from + match.index)) continue;
        const widget = new Picture(unescape(match[2] ?? match[3] ?? ""), match[1] ?? "", config);
        found.push(Decoration.widget({ widget, block: true, side: 1 }).range(line.to));
      }
    }
    pos = line.to + 1;
  }
  return found;
}

/** Pictures under the lines that name them. */
export function pictures(config: ImagesConfig): Extension {
  return StateField.define<DecorationSet>({
    create: (state) => Decoration.set(picturesIn(state, 0, state.doc.length, config), true),
    update(value, tr) {
      if (!tr.docChanged) return value;
      const doc = tr.newDoc;
      let set = value.map(tr.changes);
      tr.changes.iterChangedRanges((_fromA, _toA, fromB, toB) => {
        const from = doc.lineAt(fromB).from;
        const to = doc.lineAt(toB).to;
        set = set.update({
          filterFrom: from,
          filterTo: to,
          filter: () => false,
          add: picturesIn(tr.state, from, to, config),
          sort: true,
        });
      });
      return set;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}
