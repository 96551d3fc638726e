// What comes in by paste and drop: formatted text as Markdown, pictures as files beside the
// article. Without HTML on the clipboard, with Ctrl+Shift+V or in code, the plain text goes in as
// it is; typing aids never see any of it.

import { syntaxTree } from "@codemirror/language";
import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, ViewPlugin, type PluginValue, type ViewUpdate } from "@codemirror/view";
import { afterComposition } from "./composition";
import { htmlToMarkdown } from "./html-to-markdown";

/** What pasting asks of its surroundings. */
export interface PasteConfig {
  addImage(name: string, base64: string): Promise<{ src: string; alt: string }>;
  onProblem(problem: unknown): void;
}

const PICTURE = /^image\/(?:png|jpeg|gif|webp|avif|svg\+xml)$/;
const BLOCK_START = /^(?:#{1,6} |> |>$|- |\d{1,9}\. |\| |`{3}|---$)/;

function picturesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => PICTURE.test(file.type));
}

function inCode(state: EditorState): boolean {
  let node: ReturnType<ReturnType<typeof syntaxTree>["resolveInner"]> | null = syntaxTree(state).resolveInner(
    state.selection.main.from,
    0,
  );
  for (; node; node = node.parent) if (/Code|HTML|Comment/.test(node.name)) return true;
  return false;
}

/** The blank lines that blocks need around them where they are put into a text. */
export function fitted(markdown: string, before: string, after: string): string {
  const blocks = markdown.split("\n\n");
  let lead = "";
  if (BLOCK_START.test(blocks[0] ?? "") && before !== "" && !before.endsWith("\n\n")) {
    lead = before.endsWith("\n") ? "\n" : "\n\n";
  }
  const last = blocks[blocks.length - 1] ?? "";
  let trail = "";
  if (BLOCK_START.test(last) && after !== "" && !after.startsWith("\n\n")) {
    trail = after.startsWith("\n") ? "\n" : "\n\n";
  }
  return lead + markdown + trail;
}

function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.onload = () => {
      const url = typeof reader.result === "string" ? reader.result : "";
      resolve(url.slice(url.indexOf(",") + 1));
    };
    reader.readAsDataURL(file);
  });
}

/** Pictures on their way to the desk, and where each will stand. */
class Placing implements PluginValue {
  private pending = new Set<{ pos: number }>();
  private closed = false;

  constructor(private readonly view: EditorView) {}

  update(update: ViewUpdate): void {
    if (!update.docChanged) return;
    for (const place of this.pending) place.pos = update.changes.mapPos(place.pos, 1);
  }

  destroy(): void {
    this.closed = true;
  }

  /** Puts pictures below the line of `pos`, in their order. */
  async place(files: File[], pos: number, config: PasteConfig): Promise<void> {
    const place = { pos };
    this.pending.add(place);
    try {
      for (const file of files) {
        const suffix = file.type.replace("image/", "").replace("+xml", "");
        const name = file.name === "" ? `image.${suffix}` : file.name;
        const { src, alt } = await config.addImage(name, await readBase64(file));
        await afterComposition(this.view);
        if (this.closed) return;
        place.pos = this.insert(`![${alt.replace(/[[\]\\]/g, "\\$&")}](${src})`, place.pos);
      }
    } catch (problem) {
      config.onProblem(problem);
    } finally {
      this.pending.delete(place);
    }
  }

  /** A picture that is alone in its paragraph is a figure. Returns where it ends. */
  private insert(markdown: string, pos: number): number {
    const { doc } = this.view.state;
    const line = doc.lineAt(Math.min(pos, doc.length));
    const blank = line.text.trim() === "";
    const above = line.number > 1 && blank && doc.line(line.number - 1).text.trim() !== "";
    const below = line.number < doc.lines && doc.line(line.number + 1).text.trim() !== "";
    const lead = blank ? (above ? "\n" : "") : "\n\n";
    const insert = lead + markdown + (below ? "\n" : "");
    const end = line.to + lead.length + markdown.length;
    this.view.dispatch({
      changes: { from: line.to, insert },
      selection: { anchor: end },
      userEvent: "input.paste",
      scrollIntoView: true,
    });
    return end;
  }
}

const placing = ViewPlugin.fromClass(Placing);

/** Paste and drop. */
export function pasting(config: PasteConfig): Extension {
  let asText = false;
  const placePictures = (view: EditorView, files: File[], pos: number): boolean => {
    void view.plugin(placing)?.place(files, pos, config);
    return true;
  };
  return [
    placing,
    EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
    EditorView.domEventHandlers({
      keydown(event) {
        asText = (event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "v";
        return false;
      },
      paste(event, view) {
        const data = event.clipboardData;
        const plain = asText;
        asText = false;
        if (!data || view.state.readOnly) return false;
        const html = data.getData("text/html");
        const { markdown, plain: same } = html === "" ? empty : htmlToMarkdown(html);
        const files = picturesOf(data);
        // Word adds a picture of the text it copies; a copied picture brings no text.
        const words = data.getData("text/plain").trim() !== "";
        if (files.length > 0 && !words && !/[^\s]/.test(textOf(markdown))) {
          event.preventDefault();
          return placePictures(view, files, view.state.selection.main.to);
        }
        if (plain || same || markdown === "" || inCode(view.state)) return false;
        if ([...data.types].includes("vscode-editor-data")) return false;
        event.preventDefault();
        const { from, to } = view.state.selection.main;
        const text = fitted(
          markdown,
          view.state.sliceDoc(Math.max(0, from - 2), from),
          view.state.sliceDoc(to, to + 2),
        );
        view.dispatch(view.state.replaceSelection(text), {
          userEvent: "input.paste",
          scrollIntoView: true,
        });
        return true;
      },
      dragover(event) {
        if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return false;
        event.preventDefault();
        return false;
      },
      drop(event, view) {
        const all = [...(event.dataTransfer?.files ?? [])];
        if (all.length === 0 || view.state.readOnly) return false;
        const files = picturesOf(event.dataTransfer);
        // CodeMirror puts the content of a text file in; of any other file it would try to.
        if (files.length === 0 && all.every((file) => file.type.startsWith("text/"))) return false;
        event.preventDefault();
        if (files.length === 0) return true;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        return placePictures(view, files, at ?? view.state.selection.main.to);
      },
    }),
  ];
}

const empty = { markdown: "", plain: true };

/** What is left of Markdown without its pictures. */
function textOf(markdown: string): string {
  return markdown.replace(/!\[[^\]]*\]\([^)]*\)/g, "");
}
