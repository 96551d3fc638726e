// What others propose and say, shown in the text: struck words, words to be put in, passages with a conversation.
// Places move with the text; accepting is one transaction, which Undo takes back.

import { invertedEffects, isolateHistory } from "@codemirror/commands";
import { StateEffect, StateField, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

/** A suggestion or a conversation with a place in the text. */
export interface Remark {
  id: string;
  from: number;
  to: number;
  /** What is to stand there; `null` for a conversation. */
  new: string | null;
  /** Words for a screen reader. */
  label: string;
}

interface Placed {
  remarks: readonly Remark[];
  shown: DecorationSet;
}

/** Replaces what is shown. */
export const showRemarks = StateEffect.define<readonly Remark[]>();

/** Suggestions became text, or the text went back. */
export const decided = StateEffect.define<{ ids: readonly string[]; accept: boolean }>();

class NewWords extends WidgetType {
  constructor(
    readonly id: string,
    readonly text: string,
    readonly label: string,
  ) {
    super();
  }

  override eq(other: NewWords): boolean {
    return other.id === this.id && other.text === this.text && other.label === this.label;
  }

  toDOM(): HTMLElement {
    const words = document.createElement("ins");
    words.className = "cm-put";
    words.dataset["remark"] = this.id;
    words.setAttribute("aria-description", this.label);
    words.textContent = this.text;
    return words;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

function decorate({ id, from, to, new: text, label }: Remark): Range<Decoration>[] {
  // No title: its box would lie over the line below, which one clicked on to write in.
  const attributes = { "data-remark": id, "aria-description": label };
  if (text === null)
    return to > from ? [Decoration.mark({ class: "cm-said", attributes }).range(from, to)] : [];
  const found: Range<Decoration>[] = [];
  if (to > from) found.push(Decoration.mark({ tagName: "del", class: "cm-cut", attributes }).range(from, to));
  if (text !== "")
    found.push(Decoration.widget({ widget: new NewWords(id, text, label), side: 1 }).range(to));
  return found;
}

function place(remarks: readonly Remark[]): Placed {
  return { remarks, shown: Decoration.set(remarks.flatMap(decorate), true) };
}

const field = StateField.define<Placed>({
  create: () => place([]),
  update(value, tr) {
    const gone = new Set(tr.effects.flatMap((e) => (e.is(decided) && e.value.accept ? e.value.ids : [])));
    for (const effect of tr.effects) {
      if (effect.is(showRemarks)) {
        const length = tr.state.doc.length;
        return place(effect.value.filter(({ from, to }) => from >= 0 && from <= to && to <= length));
      }
    }
    if (!tr.docChanged && gone.size === 0) return value;
    const { changes } = tr;
    const remarks = value.remarks
      .filter(({ id }) => !gone.has(id))
      .map((remark) => {
        const from = changes.mapPos(remark.from, remark.from === remark.to ? -1 : 1);
        return { ...remark, from, to: Math.max(from, changes.mapPos(remark.to, -1)) };
      });
    // The places are moved, not made anew: typing costs the same however much is said.
    return gone.size > 0 ? place(remarks) : { remarks, shown: value.shown.map(changes) };
  },
  provide: (f) => EditorView.decorations.from(f, (value) => value.shown),
});

/** Where something is now; `undefined` where it is not shown. */
export function remarkAt(state: EditorState, id: string): Remark | undefined {
  return state.field(field, false)?.remarks.find((remark) => remark.id === id);
}

/** The remark that the selection touches; of several the shortest, suggestions first. */
export function remarkHere(state: EditorState): string | null {
  const { from, to } = state.selection.main;
  const here = remarksIn(state).filter((remark) => remark.from <= to && remark.to >= from);
  const rank = (remark: Remark) => (remark.new === null ? 1e9 : 0) + remark.to - remark.from;
  return here.sort((a, b) => rank(a) - rank(b))[0]?.id ?? null;
}

/** All that is shown, where it is now. */
export function remarksIn(state: EditorState): readonly Remark[] {
  return state.field(field).remarks;
}

/** Applies suggestions in one transaction; the ids of those that had a place, and did not overlap one before them. */
export function applySuggestions(view: EditorView, wanted: readonly { id: string; new: string }[]): string[] {
  const found = wanted
    .map(({ id, new: text }) => ({ remark: remarkAt(view.state, id), text }))
    .flatMap(({ remark, text }) => (remark ? [{ ...remark, text }] : []))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const apart = found.filter((remark, at) => {
    const before = found[at - 1];
    return !before || remark.from > before.to || (remark.from === before.to && remark.from < remark.to);
  });
  const ids = apart.map(({ id }) => id);
  if (ids.length > 0)
    view.dispatch({
      changes: apart.map(({ from, to, text }) => ({ from, to, insert: text })),
      effects: decided.of({ ids, accept: true }),
      annotations: isolateHistory.of("full"),
      userEvent: "review.accept",
    });
  return ids;
}

/** What the remarks tell whoever holds the editor. */
export interface RemarkHearer {
  /** The person clicked on one. */
  onRemark(id: string): void;
  /** Undo or Redo took an acceptance back, or made it again. */
  onDecided(ids: readonly string[], accept: boolean): void;
}

/** Shows remarks. */
export function remarks(hearer: RemarkHearer): Extension {
  return [
    field,
    invertedEffects.of((tr) =>
      tr.effects.flatMap((e) =>
        e.is(decided) ? [decided.of({ ids: e.value.ids, accept: !e.value.accept })] : [],
      ),
    ),
    EditorView.updateListener.of((update) => {
      for (const tr of update.transactions) {
        if (!tr.isUserEvent("undo") && !tr.isUserEvent("redo")) continue;
        for (const effect of tr.effects)
          if (effect.is(decided)) hearer.onDecided(effect.value.ids, effect.value.accept);
      }
    }),
    EditorView.domEventHandlers({
      mousedown(event) {
        const target = event.target instanceof Element ? event.target.closest("[data-remark]") : null;
        const id = target?.getAttribute("data-remark");
        if (id) hearer.onRemark(id);
        return false;
      },
    }),
  ];
}
