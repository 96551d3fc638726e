// The editor of an article's body: CodeMirror with one extension a feature. What it needs from
// outside comes in by `EditorHost`; it knows neither the desk's wire nor the interface.

import { history, isolateHistory } from "@codemirror/commands";
import { indentUnit } from "@codemirror/language";
import { search } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { dropCursor, EditorView } from "@codemirror/view";
import { typingAids } from "./aids";
import { carets } from "./carets";
import { Line } from "./collab";
import { markdownCommands } from "./commands";
import { focusMode, typewriterMode } from "./focus";
import { AfterFrame } from "./frame";
import type { Aids, EditorHost } from "./host";
import { pictures } from "./images";
import { invisibles } from "./invisibles";
import { commands, textKeys } from "./keys";
import { copyMarkdown } from "./language";
import { lineLooks } from "./lines";
import { markdownMarks } from "./marks";
import type { Proposal } from "./layer";
import { pasting } from "./paste";
import {
  applySuggestions,
  remarkAt,
  remarkHere,
  remarks,
  remarksIn,
  showRemarks,
  type Remark,
} from "./remarks";
import { listen, scrollToLine, scrollWatch, topLine } from "./scroll";
import { mapProposal, redoProposal, undoProposal } from "./suggest";
import { SuggestDesk } from "./suggestDesk";
import { typedIn } from "./typed";

export type { Aids, EditorHost, Pushed, Update } from "./host";
export type { Proposal } from "./layer";
export type { Remark } from "./remarks";

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

/** What a review puts into the text; places are UTF-16 units of the body's `version`. */
export interface Marks {
  version: number;
  /** What is open, but for the person's own proposals. */
  remarks: Remark[];
  /** The person's own open proposals. */
  mine: Proposal[];
  /** Proposals that are decided. */
  closed: Set<string>;
}

/** A part of the body, UTF-16 units, and what comes in its place. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** What typing does: it changes the text, or it proposes. */
export type EditorMode = "write" | "suggest";

/** An open editor. */
export interface CopyEditor {
  /** The editor of the body. */
  view: EditorView;
  /**
   * Takes a mode. Proposals need to know the review: until they do, nothing can be typed. Says whether the mode holds.
   */
  setMode(mode: EditorMode): boolean;
  /** Shows what is proposed and said. */
  mark(marks: Marks): void;
  /** Puts suggestions into the text in one transaction; the ids of those that had a place. */
  apply(wanted: readonly { id: string; new: string }[]): string[];
  /**
   * Gives a passage its old words again, as one edit that Undo takes back; places are of `version`. False where the
   * passage changed meanwhile, or cannot be edited.
   */
  putBack(version: number, splices: readonly Splice[]): boolean;
  /** What is selected of the body; `null` where nothing is. */
  selected(): { start: number; end: number } | null;
  /** Where the caret is in the body. */
  caret(): number;
  /** The remark at the caret, or at what is selected. */
  remarkHere(): string | null;
  /** The words of a part of the body. */
  words(passage: { start: number; end: number }): string;
  /** Brings a remark into sight, else a part of the body, and selects it. */
  reveal(id: string, passage: { start: number; end: number }): void;
  /** What was proposed and not told yet is told. */
  settleProposals(): void;
  /** Resolves with the acknowledged version once the desk holds all that was typed so far. */
  flush(): Promise<number>;
  /** The desk has a newer version. */
  receive(version: number): void;
  reconfigure(settings: Partial<EditorSettings>): void;
  focus(): void;
  /** No key goes to the text any more. */
  blur(): void;
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

/** Whether keys go to an editor's text. */
const isTyping = (view: EditorView) => view.root.activeElement === view.contentDOM;

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
  const line = new Line(
    {
      push: (version, updates) => host.push(version, updates),
      pull: (version) => host.pull(version),
      onDirty: () => host.onDirty(),
      onSynced(version) {
        host.onSynced(version);
        place();
      },
      onProblem: (problem) => host.onProblem(problem),
    },
    options.version,
  );

  const parts: { slot: Compartment; build: (s: EditorSettings) => Extension }[] = [
    {
      slot: new Compartment(),
      build: (s) => surroundings({ ...s, readOnly: s.readOnly || waiting }),
    },
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

  /** What an editor of the text has in every mode. */
  const common = () => [
    // Only LF ends a line, as at the desk; a lone CR is a character.
    EditorState.lineSeparator.of("\n"),
    EditorView.cspNonce.of("copydesk"),
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
    remarks({
      onRemark: (id) => host.onRemark(id),
      onDecided: (ids, accept) => host.onDecided(ids, accept),
    }),
    ...parts.map(({ slot, build }) => slot.of(build(settings))),
    markdownCommands(),
    textKeys(),
    EditorView.updateListener.of((update) => {
      if (update.docChanged || update.selectionSet) caret.ask();
    }),
  ];

  /** Says where the caret and the top of the screen are. */
  const caret = new AfterFrame(() => {
    const here = shown();
    const { head } = here.state.selection.main;
    const at = suggest?.view === here ? suggest.toBody(head) : head;
    host.onCaret(at, view.state.doc.lineAt(Math.min(at, view.state.doc.length)).number, topLine(here));
  });

  let suggest: SuggestDesk | null = null;
  /** Proposals are wanted, and the review is not known yet. */
  let waiting = false;
  /** What the desk said last of a version that is not here yet. */
  let coming: Marks | null = null;
  /** What the text shows by its remarks: which of them are the person's own. `null` while no review is known. */
  let own: ReadonlySet<string> | null = null;

  const state = EditorState.create({
    doc: options.body,
    selection: { anchor: Math.min(Math.max(0, options.caret), options.body.length) },
    extensions: [
      line.extension,
      history({ minDepth: UNDO_DEPTH }),
      common(),
      EditorView.updateListener.of((update) => {
        const typed = update.docChanged ? typedIn(update) : null;
        if (typed) host.onTyped(typed);
        if (update.docChanged && suggest) suggest.follow(update.changes);
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

  const shown = () => suggest?.view ?? view;

  /** A review on the text of now: the remarks move with it, whatever is typed after. */
  const known = (): { remarks: Remark[]; mine: Proposal[] } | null => {
    if (!own) return null;
    const mine = own;
    const all = remarksIn(view.state);
    return {
      remarks: all.filter(({ id }) => !mine.has(id)),
      mine: all
        .filter(({ id }) => mine.has(id))
        .map(({ id, from, to, new: words }) => ({ id, passage: { start: from, end: to }, new: words ?? "" })),
    };
  };

  /** Shows a review in the written text; its places are of the text of now. */
  const show = (others: readonly Remark[], mine: readonly Proposal[]) => {
    own = new Set(mine.map(({ id }) => id));
    const shownToo = mine.map((p) => ({
      id: p.id,
      from: p.passage.start,
      to: p.passage.end,
      new: p.new,
      label: "",
    }));
    view.dispatch({ effects: showRemarks.of([...others, ...shownToo]) });
  };

  /** Takes what the desk said last, once the text that it speaks of is here. */
  function place() {
    const changes = coming && line.since(coming.version);
    if (!coming || !changes) return;
    const { remarks: said, mine, closed } = coming;
    coming = null;
    const moved = said.map((remark) => {
      const start = changes.mapPos(remark.from, remark.from === remark.to ? -1 : 1);
      return { ...remark, from: start, to: Math.max(start, changes.mapPos(remark.to, -1)) };
    });
    show(
      moved,
      mine.map((proposal) => mapProposal(proposal, changes)),
    );
    const now = known();
    if (now && suggest) {
      suggest.drop(closed);
      suggest.take(now.remarks, now.mine);
    }
    if (waiting) setMode("suggest");
  }

  const wait = (now: boolean) => {
    if (waiting === now) return;
    waiting = now;
    const [reading] = parts;
    if (reading) view.dispatch({ effects: reading.slot.reconfigure(reading.build(settings)) });
  };

  function setMode(mode: EditorMode): boolean {
    if (mode === "write") wait(false);
    if ((mode === "suggest") === (suggest !== null)) return true;
    if (suggest) {
      const head = suggest.toBody(suggest.view.state.selection.main.head);
      const mine = suggest.proposals();
      const typing = isTyping(suggest.view);
      suggest.close();
      suggest = null;
      options.parent.append(view.dom);
      view.dispatch({ selection: { anchor: Math.min(head, view.state.doc.length) } });
      view.requestMeasure();
      // The desk says the same in a moment.
      show(known()?.remarks ?? [], mine);
      if (typing) view.focus();
      return true;
    }
    const now = known();
    wait(!now);
    if (!now) return false;
    const typing = isTyping(view);
    suggest = new SuggestDesk({
      parent: options.parent,
      written: view,
      extensions: common(),
      mine: now.mine,
      remarks: now.remarks,
      tell: (proposals, gone, settled) => void tell(proposals, gone, settled),
    });
    listen(suggest.view, (top) => host.onScroll(top));
    // One text is there at a time; the other goes on without being seen.
    view.dom.remove();
    if (typing) suggest.view.focus();
    return true;
  }

  async function tell(proposals: Proposal[], gone: string[], settled: boolean) {
    // Nothing is typed beneath in this mode: the desk has the text of now, or soon will.
    const before = view.state.doc;
    const inStep = suggest?.inStep ?? true;
    const version = await line.flush().catch(() => null);
    if (version === null) return;
    if (inStep && view.state.doc === before) host.onProposals(version, proposals, gone, settled);
    else suggest?.again();
  }

  return {
    view,
    setMode,
    mark(now) {
      coming = now;
      place();
    },
    apply(wanted) {
      const mine = suggest?.proposals() ?? [];
      // What is typed here is newer than what the desk was told of it.
      if (suggest) show(known()?.remarks ?? [], mine);
      const typed = new Map(mine.map((one) => [one.id, one.new]));
      const ids = applySuggestions(
        view,
        wanted.map((one) => ({ id: one.id, new: typed.get(one.id) ?? one.new })),
      );
      if (ids.length > 0) suggest?.accepted(new Set(ids));
      return ids;
    },
    putBack(version, splices) {
      const since = line.since(version);
      if (!since || settings.readOnly || waiting || splices.length === 0) return false;
      if (splices.some(({ start, end }) => since.touchesRange(start, end) !== false)) return false;
      const at = (pos: number) => {
        const now = since.mapPos(pos);
        return suggest?.fromBody(now) ?? now;
      };
      const changes = splices.map(({ start, end, text }) => ({ from: at(start), to: at(end), insert: text }));
      shown().dispatch({ changes, annotations: isolateHistory.of("full"), userEvent: "review.putback" });
      return true;
    },
    selected() {
      const { main } = shown().state.selection;
      const start = suggest?.toBody(main.from) ?? main.from;
      const end = suggest?.toBody(main.to) ?? main.to;
      return start < end ? { start, end } : null;
    },
    caret() {
      const { head } = shown().state.selection.main;
      return suggest?.toBody(head) ?? head;
    },
    remarkHere: () => suggest?.idHere() ?? remarkHere(shown().state),
    words: ({ start, end }) => view.state.sliceDoc(start, Math.min(end, view.state.doc.length)),
    reveal(id, passage) {
      const at = remarkAt(view.state, id);
      const place = (pos: number) => {
        const inside = Math.min(Math.max(0, pos), view.state.doc.length);
        return suggest?.fromBody(inside) ?? inside;
      };
      const [anchor, head] = [place(at?.from ?? passage.start), place(at?.to ?? passage.end)];
      shown().dispatch({
        selection: { anchor, head },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
      });
      shown().focus();
    },
    settleProposals: () => suggest?.settle(),
    flush: () => line.flush(),
    receive: (version) => line.receive(version),
    reconfigure(change) {
      settings = { ...settings, ...change };
      const effects = parts
        .filter((_, i) => reads[i]?.some((key) => key in change))
        .map(({ slot, build }) => slot.reconfigure(build(settings)));
      if (effects.length === 0) return;
      view.dispatch({ effects });
      suggest?.view.dispatch({ effects });
    },
    focus: () => shown().focus(),
    blur: () => shown().contentDOM.blur(),
    scrollToLine: (number) => scrollToLine(shown(), number),
    exec(name) {
      const past = suggest && { undo: undoProposal, redo: redoProposal }[name];
      const command = past ?? commands.get(name);
      if (!command) throw new Error(`no such command: ${name}`);
      command(shown());
    },
    destroy() {
      caret.cancel();
      suggest?.close();
      line.close();
      view.destroy();
    },
  };
}
