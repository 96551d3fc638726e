// The editor of an article's body: CodeMirror with one extension a feature. What it needs from
// outside comes in by `EditorHost`; it knows neither the desk's wire nor the interface.

import { history } from "@codemirror/commands";
import { indentUnit } from "@codemirror/language";
import { search } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { dropCursor, EditorView } from "@codemirror/view";
import { typingAids } from "./aids";
import { carets } from "./carets";
import { Line } from "./collab";
import { markdownCommands } from "./commands";
import { focusMode, typewriterMode } from "./focus";
import type { Aids, EditorHost } from "./host";
import { pictures } from "./images";
import { invisibles } from "./invisibles";
import { commands, textKeys } from "./keys";
import { copyMarkdown } from "./language";
import { lineLooks } from "./lines";
import { markdownMarks } from "./marks";
import { pasting } from "./paste";
import { listen, scrollToLine, scrollWatch, topLine } from "./scroll";
import { typedIn } from "./typed";

export type { Aids, EditorHost, Pushed, Update } from "./host";

/** What can be changed while the article is open. */
export interface EditorSettings {
  readOnly: boolean;
  /** BCP 47 tag of the article: typing aids, spelling and hyphenation follow it. */
  lang: string;
  aids: Aids;
  showInvisibles: boolean;
  focusMode: boolean;
  typewriterMode: boolean;
  /** The whole file is edited as text because its front matter cannot be read. */
  raw: boolean;
  /** Interface text by the keys of `editorLabels`. */
  labels: Record<string, string>;
}

/** An article to edit. */
export interface EditorOptions extends EditorSettings {
  parent: HTMLElement;
  /** LF text. */
  body: string;
  /** The authority's version of `body`. */
  version: number;
  /** UTF-16 units. */
  caret: number;
  /** Line at the top, fractional, from 1. */
  scroll: number;
  host: EditorHost;
}

/** An open editor. */
export interface CopyEditor {
  view: EditorView;
  /** Resolves with the acknowledged version once the desk holds all that was typed so far. */
  flush(): Promise<number>;
  /** The desk has a newer version. */
  receive(version: number): void;
  reconfigure(settings: Partial<EditorSettings>): void;
  focus(): void;
  /** Brings a line, fractional, from 1, to the top. */
  scrollToLine(line: number): void;
  /** Runs one of `editorCommands`. */
  exec(command: string): void;
  destroy(): void;
}

/** Names that `exec` takes. */
export const editorCommands: readonly string[] = [...commands.keys()];

/**
 * Keys of `labels`. The first three are ours; in the pictures' sentences `%` stands for the
 * address. The others are CodeMirror's own English phrases, where `$` stands for a number.
 */
export const editorLabels = [
  "body",
  "remoteImage",
  "missingImage",
  "Find",
  "Replace",
  "next",
  "previous",
  "all",
  "match case",
  "regexp",
  "by word",
  "replace",
  "replace all",
  "close",
  "current match",
  "on line",
  "replaced match on line $",
  "replaced $ matches",
  "Go to line",
  "go",
  "Selection deleted",
] as const;

const UNDO_DEPTH = 1_000_000;

function surroundings(settings: EditorSettings): Extension {
  return [
    EditorState.readOnly.of(settings.readOnly),
    EditorState.phrases.of(settings.labels),
    EditorView.contentAttributes.of({
      lang: settings.lang,
      spellcheck: "true",
      autocapitalize: "sentences",
      "aria-label": settings.labels["body"] ?? "",
      "aria-readonly": String(settings.readOnly),
    }),
  ];
}

/** Opens an editor in `options.parent`. */
export function createEditor(options: EditorOptions): CopyEditor {
  const { host } = options;
  let settings: EditorSettings = options;
  const line = new Line(host, options.version);

  const parts: { slot: Compartment; build: (s: EditorSettings) => Extension }[] = [
    { slot: new Compartment(), build: surroundings },
    {
      slot: new Compartment(),
      build: (s) => typingAids({ lang: s.lang, aids: s.aids, raw: s.raw }),
    },
    { slot: new Compartment(), build: (s) => (s.showInvisibles ? invisibles() : []) },
    { slot: new Compartment(), build: (s) => (s.focusMode ? focusMode() : []) },
    { slot: new Compartment(), build: (s) => (s.typewriterMode ? typewriterMode() : []) },
    {
      slot: new Compartment(),
      build: (s) => pictures({ imageUrl: (src) => host.imageUrl(src), labels: s.labels }),
    },
  ];
  /** The settings that each part reads, so that the others are left alone. */
  const reads: (keyof EditorSettings)[][] = [
    ["readOnly", "labels", "lang"],
    ["lang", "aids", "raw"],
    ["showInvisibles"],
    ["focusMode"],
    ["typewriterMode"],
    ["labels"],
  ];

  const state = EditorState.create({
    doc: options.body,
    selection: { anchor: Math.min(Math.max(0, options.caret), options.body.length) },
    extensions: [
      // Only LF ends a line, as at the desk; a lone CR is a character.
      EditorState.lineSeparator.of("\n"),
      EditorView.cspNonce.of("copydesk"),
      line.extension,
      history({ minDepth: UNDO_DEPTH }),
      copyMarkdown(),
      indentUnit.of("    "),
      markdownMarks(),
      lineLooks(),
      EditorView.lineWrapping,
      carets(),
      dropCursor(),
      search({ top: true }),
      scrollWatch(),
      pasting({
        addImage: (name, base64) => host.addImage(name, base64),
        onProblem: (problem) => host.onProblem(problem),
      }),
      ...parts.map(({ slot, build }) => slot.of(build(settings))),
      markdownCommands(),
      textKeys(),
      EditorView.updateListener.of((update) => {
        const typed = update.docChanged ? typedIn(update) : null;
        if (typed) host.onTyped(typed);
      }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged && !update.selectionSet) return;
        // The place on the screen is read when the browser has laid the text out anyway.
        update.view.requestMeasure({
          key: line,
          read: topLine,
          write: (top, view) => {
            const { head } = view.state.selection.main;
            host.onCaret(head, view.state.doc.lineAt(head).number, top);
          },
        });
      }),
    ],
  });

  const first = Math.min(Math.max(1, Math.floor(options.scroll)), state.doc.lines);
  const view = new EditorView({
    parent: options.parent,
    state,
    ...(first > 1 ? { scrollTo: EditorView.scrollIntoView(state.doc.line(first).from, { y: "start" }) } : {}),
  });
  line.attach(view);
  listen(view, (top) => host.onScroll(top));

  return {
    view,
    flush: () => line.flush(),
    receive: (version) => line.receive(version),
    reconfigure(change) {
      settings = { ...settings, ...change };
      const effects = parts
        .filter((_, i) => reads[i]?.some((key) => key in change))
        .map(({ slot, build }) => slot.reconfigure(build(settings)));
      if (effects.length > 0) view.dispatch({ effects });
    },
    focus: () => view.focus(),
    scrollToLine: (number) => scrollToLine(view, number),
    exec(name) {
      const command = commands.get(name);
      if (!command) throw new Error(`no such command: ${name}`);
      command(view);
    },
    destroy() {
      line.close();
      view.destroy();
    },
  };
}
