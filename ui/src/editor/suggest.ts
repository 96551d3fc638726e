// Suggest mode: the document holds the body and, as real text, what the person puts in, so that caret, composition and
// every command work as ever; what they take out of the body is struck instead. See layer.ts.

import {
  Annotation,
  ChangeSet,
  EditorSelection,
  EditorState,
  Facet,
  Prec,
  StateEffect,
  StateField,
  Transaction,
  type ChangeDesc,
  type Extension,
  type TransactionSpec,
} from "@codemirror/state";
import { Decoration, EditorView, keymap, type Command, type DecorationSet } from "@codemirror/view";
import {
  apart,
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

/** The transaction proposes nothing of its own: the body changed, or proposals go or come. What the past becomes. */
const notTyped = Annotation.define<(past: Past) => Past>();

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

/** What is gone back to: a moment, or the body from before an acceptance. */
type Step = Moment | "beneath";

/** What Undo and Redo go through. Told in places of the body, so that it outlives what changes beneath. */
interface Past {
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
  /** Kind and time of what was typed last: what follows at once belongs to it. */
  readonly kind: string;
  readonly time: number;
}

const DEPTH = 1000;
/** Milliseconds after which typing begins a new step, as in CodeMirror's own history. */
const PAUSE = 500;

const NO_PAST: Past = { done: [], undone: [], kind: "", time: 0 };

/** What lies beneath a suggesting editor. */
export interface Beneath {
  /** Takes the last acceptance back. Says whether it did. */
  undo(): boolean;
  /** Makes it again. */
  redo(): boolean;
  /** Proposals for which a step back left no room: they are open all the same. */
  aside(proposals: readonly Proposal[]): void;
}

const NOTHING: Beneath = { undo: () => false, redo: () => false, aside: () => undefined };

const beneath = Facet.define<Beneath, Beneath>({ combine: ([one]) => one ?? NOTHING });

function momentOf(state: EditorState): Moment {
  return { proposals: proposals(state), caret: toBody(state.field(layerField), state.selection.main.head) };
}

/** A proposal after a change of the body. */
export function mapProposal({ passage, ...rest }: Proposal, changes: ChangeDesc): Proposal {
  const start = changes.mapPos(passage.start, passage.start === passage.end ? -1 : 1);
  return { ...rest, passage: { start, end: Math.max(start, changes.mapPos(passage.end, -1)) } };
}

/** The past with other moments. */
function inPast(change: (moment: Moment) => Moment) {
  const steps = (all: readonly Step[]) => all.map((step) => (step === "beneath" ? step : change(step)));
  return (past: Past): Past => ({ ...past, done: steps(past.done), undone: steps(past.undone) });
}

const pastField = StateField.define<Past>({
  create: () => NO_PAST,
  update(past, tr) {
    const untyped = tr.annotation(notTyped);
    if (untyped) return untyped(past);
    if (tr.startState.field(layerField) === tr.state.field(layerField)) return past;
    const kind = (tr.annotation(Transaction.userEvent) ?? "").split(".")[0] ?? "";
    const time = tr.annotation(Transaction.time) ?? 0;
    const goesOn = kind === past.kind && time - past.time < PAUSE && past.done.length > 0;
    const done = goesOn ? past.done : [...past.done.slice(1 - DEPTH), momentOf(tr.startState)];
    return { done, undone: [], kind, time };
  },
});

/** Whether two layers strike and put in the same parts. */
function alike(a: Layer, b: Layer): boolean {
  const same = (one: readonly Piece[], other: readonly Piece[]) =>
    one.length === other.length &&
    one.every(({ from, to }, at) => from === other[at]?.from && to === other[at]?.to);
  return same(a.put, b.put) && same(a.cut, b.cut);
}

/** Goes to what was proposed a step ago, or was taken back a step ago. */
function travel(from: "done" | "undone"): Command {
  const other = from === "done" ? "undone" : "done";
  /** The past with the last step of one side on the other, as `now`; with `null` that step is forgotten. */
  const moved = (now: Step | null) =>
    notTyped.of((past) => ({
      ...NO_PAST,
      [from]: past[from].slice(0, -1),
      [other]: now === null ? past[other] : [...past[other], now],
    }));
  return (view) => {
    const step = view.state.field(pastField, false)?.[from].at(-1);
    if (!step) return false;
    if (step === "beneath") {
      const under = view.state.facet(beneath);
      if (!(from === "done" ? under.undo() : under.redo())) return false;
      view.dispatch({ annotations: moved("beneath") });
      return true;
    }
    const layer = view.state.field(layerField);
    const before = view.state.doc.toString();
    const next = layOver(bodyOf(layer, before), step.proposals);
    if (next.doc === before && alike(next.layer, layer)) {
      // It was decided meanwhile: there is nothing to be seen of this step.
      view.dispatch({ annotations: moved(null) });
      return travel(from)(view);
    }
    let start = 0;
    while (start < before.length && before[start] === next.doc[start]) start++;
    let end = 0;
    while (
      end < Math.min(before.length, next.doc.length) - start &&
      before.at(-1 - end) === next.doc.at(-1 - end)
    )
      end++;
    view.state.facet(beneath).aside(next.aside);
    view.dispatch({
      changes: { from: start, to: before.length - end, insert: next.doc.slice(start, next.doc.length - end) },
      selection: { anchor: fromBody(next.layer, step.caret, 1) },
      effects: setLayer.of(next.layer),
      annotations: moved(momentOf(view.state)),
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
export function suggesting(layer: Layer, changed: () => void, under: Beneath = NOTHING): Extension {
  return [
    layerField.init(() => layer),
    pastField,
    beneath.of(under),
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
    annotations: notTyped.of(
      inPast(({ proposals: all, caret }) => ({
        proposals: all.map((proposal) => mapProposal(proposal, body)),
        caret: body.mapPos(caret),
      })),
    ),
  });
}

/** Takes proposals away that were decided. */
export function dropProposals(view: EditorView, ids: ReadonlySet<string>): void {
  const layer = view.state.field(layerField);
  const others = ({ id }: { id: string }) => !ids.has(id);
  const { done, undone } = view.state.field(pastField);
  const before = [...done, ...undone].flatMap((step) => (step === "beneath" ? [] : step.proposals));
  if ([...layer.put, ...layer.cut, ...before].every(others)) return;
  const changes = ChangeSet.of(
    layer.put.filter((piece) => !others(piece)).map(({ from, to }) => ({ from, to })),
    view.state.doc.length,
  );
  const left = { put: layer.put.filter(others), cut: layer.cut.filter(others) };
  view.dispatch({
    changes,
    effects: setLayer.of(mapLayer(left, changes)),
    // What is decided does not come back by Undo.
    annotations: notTyped.of(inPast((moment) => ({ ...moment, proposals: moment.proposals.filter(others) }))),
  });
}

/** Lays proposals in that came from elsewhere; those for which there is no room are left out and returned. */
export function layIn(view: EditorView, coming: readonly Proposal[]): Proposal[] {
  const layer = view.state.field(layerField);
  const length = toBody(layer, view.state.doc.length);
  const taken = proposals(view.state);
  const laid: Proposal[] = [];
  for (const one of coming)
    if (one.passage.end <= length && [...taken, ...laid].every((other) => apart(one, other))) laid.push(one);
  const found = laid.map((one) => ({
    ...one,
    from: fromBody(layer, one.passage.start, 1),
    to: fromBody(layer, one.passage.end, 1),
  }));
  const changes = ChangeSet.of(
    found.filter((one) => one.new !== "").map(({ to, new: insert }) => ({ from: to, insert })),
    view.state.doc.length,
    "\n",
  );
  const { put, cut } = mapLayer(layer, changes);
  const by = (a: Piece, b: Piece) => a.from - b.from;
  const pieces = found.map(({ id, from, to, new: words }) => {
    const end = changes.mapPos(to, -1);
    return { id, from: changes.mapPos(from, 1), end, words };
  });
  if (laid.length > 0)
    view.dispatch({
      changes,
      effects: setLayer.of({
        put: [
          ...put,
          ...pieces
            .filter(({ words }) => words !== "")
            .map(({ id, end, words }) => ({ id, from: end, to: end + words.length })),
        ].sort(by),
        cut: [
          ...cut,
          ...pieces.filter(({ from, end }) => from < end).map(({ id, from, end }) => ({ id, from, to: end })),
        ].sort(by),
      }),
      // Undo goes back to what the person did, and this was not.
      annotations: notTyped.of(
        inPast(({ proposals: all, caret }) => ({
          caret,
          proposals: [
            ...all.filter((one) => laid.every((other) => one.id !== other.id && apart(one, other))),
            ...laid,
          ],
        })),
      ),
    });
  return coming.filter((one) => !laid.includes(one));
}

/** Makes an acceptance a step of Undo. */
export function stepBeneath(view: EditorView): void {
  view.dispatch({
    annotations: notTyped.of(({ done }) => ({
      ...NO_PAST,
      done: [...done.slice(1 - DEPTH), "beneath"],
    })),
  });
}

/** What is proposed now. */
export function proposals(state: EditorState): Proposal[] {
  return proposalsOf(state.field(layerField), (from, to) => state.sliceDoc(from, to));
}
