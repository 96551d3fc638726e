// Suggest mode: the document holds the body and, as real text, what the person puts in, so that caret, composition and
// every command work as ever; what they take out of the body is struck instead. See layer.ts.

import {
  Annotation,
  ChangeSet,
  EditorSelection,
  EditorState,
  Prec,
  StateEffect,
  StateField,
  Transaction,
  type Extension,
  type TransactionSpec,
} from "@codemirror/state";
import { Decoration, EditorView, keymap, type Command, type DecorationSet } from "@codemirror/view";
import {
  bodyOf,
  changesInDocument,
  EMPTY,
  fromBody,
  idsOf,
  layOver,
  mapLayer,
  proposalsOf,
  propose,
  tidy,
  toBody,
  type Edit,
  type Layer,
  type Piece,
  type Proposal,
} from "./layer";

/** The transaction proposes nothing: the body changed beneath (how), or what was proposed goes or comes back. */
const notTyped = Annotation.define<ChangeSet | "drop" | Past>();

const setLayer = StateEffect.define<Layer>({ map: mapLayer });

const fresh = () => crypto.randomUUID();

/** The layer of a suggesting editor. */
export const layerField = StateField.define<Layer>({
  create: () => EMPTY,
  update(layer, tr) {
    for (const effect of tr.effects) if (effect.is(setLayer)) return effect.value;
    return tr.docChanged ? mapLayer(layer, tr.changes) : layer;
  },
  provide: (field) => EditorView.decorations.from(field, decorate),
});

function decorate(layer: Layer): DecorationSet {
  const mark = (tagName: string, kind: string) => (piece: Piece) =>
    Decoration.mark({
      tagName,
      class: `${kind} cm-mine`,
      inclusive: false,
      attributes: { "data-remark": piece.id },
    }).range(piece.from, piece.to);
  return Decoration.set(
    [...layer.put.map(mark("ins", "cm-put")), ...layer.cut.map(mark("del", "cm-cut"))],
    true,
  );
}

/** Turns what a person does to the text into what they propose. */
function intercept(tr: Transaction): TransactionSpec | Transaction {
  if (!tr.docChanged || tr.annotation(notTyped)) return tr;
  const layer = tr.startState.field(layerField);
  const forward = tr.isUserEvent("delete.forward");
  const edits: Edit[] = [];
  tr.changes.iterChanges(
    (from, to, _f, _t, insert) => edits.push({ from, to, insert: insert.toString() }),
    true,
  );
  const proposed = edits.map((edit) => propose(layer, edit));
  const changes = ChangeSet.of(
    proposed.flatMap((one) => one.changes),
    tr.startState.doc.length,
    "\n",
  );
  const mapped = mapLayer(layer, changes);
  const put: Piece[] = [...mapped.put];
  const cut: Piece[] = [...mapped.cut];
  const carets = proposed.map((one, index) => {
    const edit = edits[index] ?? { from: one.at, to: one.at, insert: "" };
    for (const { from, to } of one.cut)
      cut.push({ from: changes.mapPos(from, 1), to: changes.mapPos(to, -1), id: "" });
    if (edit.insert === "") return changes.mapPos(forward ? edit.to : edit.from, forward ? 1 : -1);
    const from = changes.mapPos(one.at, -1);
    put.push({ from, to: from + edit.insert.length, id: "" });
    return from + edit.insert.length;
  });
  const known = idsOf(layer);
  // A piece without a name takes that of what it touches, else one of its own.
  const named = (pieces: Piece[]) => pieces.map((p) => (p.id === "" ? { ...p, id: fresh() } : p));
  const next = tidy({ put: named(put), cut: named(cut) }, known, fresh);
  // A caret that the command put elsewhere (a pair of quotes, a list item) stays there where nothing was struck.
  const struck = proposed.some((one) => one.cut.length > 0);
  const selection =
    !struck && proposed.every((one, i) => one.at === (edits[i]?.from ?? one.at))
      ? tr.newSelection
      : EditorSelection.create(carets.map((at) => EditorSelection.cursor(at)));
  const userEvent = tr.annotation(Transaction.userEvent);
  return {
    changes,
    selection,
    effects: [setLayer.of(next), ...tr.effects],
    scrollIntoView: true,
    ...(userEvent === undefined ? {} : { userEvent }),
  };
}

/** What was proposed at a moment, against the body of now, and where the caret was in it. */
interface Moment {
  readonly proposals: readonly Proposal[];
  readonly caret: number;
}

/** What Undo and Redo go through. Told in places of the body, so that it outlives what changes beneath. */
interface Past {
  readonly done: readonly Moment[];
  readonly undone: readonly Moment[];
  /** Kind and time of what was typed last: what follows at once belongs to it. */
  readonly kind: string;
  readonly time: number;
}

const DEPTH = 1000;
/** Milliseconds after which typing begins a new step, as in CodeMirror's own history. */
const PAUSE = 500;

const NO_PAST: Past = { done: [], undone: [], kind: "", time: 0 };

function momentOf(state: EditorState): Moment {
  return { proposals: proposals(state), caret: toBody(state.field(layerField), state.selection.main.head) };
}

function mapMoment({ proposals, caret }: Moment, changes: ChangeSet): Moment {
  return {
    caret: changes.mapPos(caret),
    proposals: proposals.map(({ passage, ...rest }) => {
      const start = changes.mapPos(passage.start, passage.start === passage.end ? -1 : 1);
      return { ...rest, passage: { start, end: Math.max(start, changes.mapPos(passage.end, -1)) } };
    }),
  };
}

const pastField = StateField.define<Past>({
  create: () => NO_PAST,
  update(past, tr) {
    const untyped = tr.annotation(notTyped);
    if (untyped === "drop") return NO_PAST;
    if (untyped instanceof ChangeSet) {
      const map = (moments: readonly Moment[]) => moments.map((moment) => mapMoment(moment, untyped));
      return { ...past, done: map(past.done), undone: map(past.undone) };
    }
    if (untyped) return untyped;
    if (tr.startState.field(layerField) === tr.state.field(layerField)) return past;
    const kind = (tr.annotation(Transaction.userEvent) ?? "").split(".")[0] ?? "";
    const time = tr.annotation(Transaction.time) ?? 0;
    const goesOn = kind === past.kind && time - past.time < PAUSE && past.done.length > 0;
    const done = goesOn ? past.done : [...past.done.slice(1 - DEPTH), momentOf(tr.startState)];
    return { done, undone: [], kind, time };
  },
});

/** Goes to what was proposed a step ago, or was taken back a step ago. */
function travel(from: "done" | "undone"): Command {
  return (view) => {
    const past = view.state.field(pastField, false);
    const moment = past?.[from].at(-1);
    if (!past || !moment) return false;
    const now = momentOf(view.state);
    const layer = view.state.field(layerField);
    const before = view.state.doc.toString();
    const next = layOver(bodyOf(layer, before), moment.proposals);
    let start = 0;
    while (start < before.length && before[start] === next.doc[start]) start++;
    let end = 0;
    while (
      end < Math.min(before.length, next.doc.length) - start &&
      before.at(-1 - end) === next.doc.at(-1 - end)
    )
      end++;
    const rest = past[from].slice(0, -1);
    const other = from === "done" ? "undone" : "done";
    view.dispatch({
      changes: { from: start, to: before.length - end, insert: next.doc.slice(start, next.doc.length - end) },
      selection: { anchor: fromBody(next.layer, moment.caret, 1) },
      effects: setLayer.of(next.layer),
      annotations: notTyped.of({ ...NO_PAST, [from]: rest, [other]: [...past[other], now] }),
      userEvent: from === "done" ? "undo" : "redo",
      scrollIntoView: true,
    });
    return true;
  };
}

/** Takes the last step back. */
export const undoProposal: Command = travel("done");
/** Makes it again. */
export const redoProposal: Command = travel("undone");

/** What makes an editor suggest. */
export function suggesting(layer: Layer, changed: () => void): Extension {
  return [
    layerField.init(() => layer),
    pastField,
    Prec.high(
      keymap.of([
        { key: "Mod-z", run: undoProposal, preventDefault: true },
        { key: "Mod-Shift-z", run: redoProposal, preventDefault: true },
        { key: "Mod-y", run: redoProposal, preventDefault: true },
      ]),
    ),
    EditorState.transactionFilter.of(intercept),
    EditorView.domEventHandlers({
      // What is selected is struck before a composition begins, which must not find its text elsewhere.
      compositionstart(_event, view) {
        const { main } = view.state.selection;
        if (!main.empty)
          view.dispatch({ changes: { from: main.from, to: main.to }, userEvent: "delete.selection" });
      },
      beforeinput(event, view) {
        const command =
          event.inputType === "historyUndo"
            ? undoProposal
            : event.inputType === "historyRedo"
              ? redoProposal
              : null;
        if (!command) return false;
        event.preventDefault();
        return command(view);
      },
    }),
    EditorView.updateListener.of((update) => {
      if (update.startState.field(layerField) !== update.state.field(layerField)) changed();
    }),
  ];
}

/** Brings a suggesting editor in step with a change of the body. */
export function followBody(view: EditorView, body: ChangeSet): void {
  const layer = view.state.field(layerField);
  const edits: Edit[] = [];
  body.iterChanges((from, to, _f, _t, insert) => edits.push({ from, to, insert: insert.toString() }), true);
  const changes = ChangeSet.of(
    changesInDocument(layer, view.state.doc.length, edits),
    view.state.doc.length,
    "\n",
  );
  // What came into struck words from outside was not struck by anybody.
  const mapped = mapLayer(layer, changes);
  const came: { from: number; to: number }[] = [];
  changes.iterChanges((_f, _t, from, to) => came.push({ from, to }), true);
  const cut = mapped.cut.flatMap((piece) => {
    const parts: Piece[] = [];
    let at = piece.from;
    for (const { from, to } of came) {
      if (to <= at || from >= piece.to) continue;
      if (from > at) parts.push({ ...piece, from: at, to: from });
      at = Math.max(at, to);
    }
    if (at < piece.to) parts.push({ ...piece, from: at, to: piece.to });
    return parts;
  });
  view.dispatch({
    changes,
    effects: setLayer.of(tidy({ put: mapped.put, cut }, idsOf(layer), fresh)),
    annotations: notTyped.of(body),
  });
}

/** Takes proposals away that were decided elsewhere. */
export function dropProposals(view: EditorView, ids: ReadonlySet<string>): void {
  const layer = view.state.field(layerField);
  const gone = layer.put.filter(({ id }) => ids.has(id));
  const keep = (pieces: readonly Piece[]) => pieces.filter(({ id }) => !ids.has(id));
  if (gone.length === 0 && keep(layer.cut).length === layer.cut.length) return;
  const changes = ChangeSet.of(
    gone.map(({ from, to }) => ({ from, to })),
    view.state.doc.length,
  );
  const left = { put: keep(layer.put), cut: keep(layer.cut) };
  view.dispatch({
    changes,
    effects: setLayer.of(mapLayer(left, changes)),
    // What is decided does not come back by Undo.
    annotations: notTyped.of("drop"),
  });
}

/** What is proposed now. */
export function proposals(state: EditorState): Proposal[] {
  return proposalsOf(state.field(layerField), (from, to) => state.sliceDoc(from, to));
}
