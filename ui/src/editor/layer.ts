// What a person proposes, laid over a body: pieces of a document that holds the body and, as real text, what is to be
// put in. Pure: positions and ids in, positions and ids out.
//
// The document minus the pieces put in is the body, always: no edit of a layer changes a letter of it.

import type { ChangeDesc } from "@codemirror/state";

/** A part of the document that is put in, or struck out. UTF-16 units. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** The proposal that it belongs to. */
  readonly id: string;
}

/** The pieces, each list sorted and apart. */
export interface Layer {
  /** Text that the body does not have. */
  readonly put: readonly Piece[];
  /** Text of the body that is to go. */
  readonly cut: readonly Piece[];
}

/** A proposal against the body. */
export interface Proposal {
  id: string;
  passage: { start: number; end: number };
  new: string;
}

export const EMPTY: Layer = { put: [], cut: [] };

/** Where a place of the document is in the body. */
export function toBody(layer: Layer, pos: number): number {
  let before = 0;
  for (const { from, to } of layer.put) {
    if (from >= pos) break;
    before += Math.min(to, pos) - from;
  }
  return pos - before;
}

/** Where a place of the body is in the document: before what is put in there, or after it. */
export function fromBody(layer: Layer, at: number, side: -1 | 1): number {
  let before = 0;
  for (const { from, to } of layer.put) {
    const place = from - before;
    if (place > at || (place === at && side < 0)) break;
    before += to - from;
  }
  return at + before;
}

/** The parts of `from`–`to` that lie in `pieces`, and those that do not, in order. */
function split(pieces: readonly Piece[], from: number, to: number) {
  const inside: { from: number; to: number }[] = [];
  const outside: { from: number; to: number }[] = [];
  let at = from;
  for (const piece of pieces) {
    if (piece.to <= at) continue;
    if (piece.from >= to) break;
    if (piece.from > at) outside.push({ from: at, to: piece.from });
    inside.push({ from: Math.max(at, piece.from), to: Math.min(to, piece.to) });
    at = Math.min(to, piece.to);
  }
  if (at < to) outside.push({ from: at, to });
  return { inside, outside };
}

/** A deletion or insertion that somebody makes in the document. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
}

/** What becomes of an edit: what really changes of the document, and what is struck or put in. */
export interface Proposed {
  /** Changes of the document: only text that was put in before is taken out. */
  changes: Edit[];
  /** Parts of the document, before the changes, that are struck now. */
  cut: { from: number; to: number }[];
  /** Where text is put in, before the changes. */
  at: number;
}

/** Turns an edit into one that leaves the body alone. */
export function propose(layer: Layer, edit: Edit): Proposed {
  const { inside, outside } = split(layer.put, edit.from, edit.to);
  const changes: Edit[] = inside.map(({ from, to }) => ({ from, to, insert: "" }));
  // What replaces words stands after them; what replaces own new words, in their place.
  const at = outside.length > 0 ? edit.to : edit.from;
  if (edit.insert !== "") changes.push({ from: at, to: at, insert: edit.insert });
  return { changes, cut: outside, at };
}

/** Where the pieces are after a change of the document; what it swallowed whole is gone. */
export function mapLayer(layer: Layer, changes: ChangeDesc): Layer {
  const map = (pieces: readonly Piece[]) =>
    pieces
      .map(({ from, to, id }) => ({ from: changes.mapPos(from, 1), to: changes.mapPos(to, -1), id }))
      .filter(({ from, to }) => from < to);
  return { put: map(layer.put), cut: map(layer.cut) };
}

/** Joins pieces that touch; a name that was known before outlives a new one. */
function join(pieces: readonly Piece[], known: ReadonlySet<string>): Piece[] {
  const sorted = [...pieces].sort((a, b) => a.from - b.from || a.to - b.to);
  const joined: Piece[] = [];
  for (const piece of sorted) {
    const last = joined.at(-1);
    if (last && piece.from <= last.to) {
      const id = known.has(last.id) ? last.id : known.has(piece.id) ? piece.id : last.id;
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, piece.to), id };
    } else joined.push(piece);
  }
  return joined;
}

/**
 * Brings pieces in order: those that touch are one proposal, under the name of the first that had one before; a name
 * is given once. What is put in is never struck.
 */
export function tidy(layer: Layer, known: ReadonlySet<string>, fresh: () => string): Layer {
  const put = join(layer.put, known);
  const cut = join(
    layer.cut.flatMap(({ from, to, id }) => split(put, from, to).outside.map((part) => ({ ...part, id }))),
    known,
  );
  const all = [...put, ...cut].sort((a, b) => a.from - b.from);
  const names = new Map<Piece, string>();
  const given = new Set<string>();
  for (let at = 0; at < all.length;) {
    let end = at + 1;
    while (end < all.length && all[end - 1]?.to === all[end]?.from) end++;
    const run = all.slice(at, end);
    const free = run.map(({ id }) => id).filter((id) => !given.has(id));
    const id = free.find((name) => known.has(name)) ?? free[0] ?? fresh();
    given.add(id);
    for (const piece of run) names.set(piece, id);
    at = end;
  }
  const named = (pieces: Piece[]) => pieces.map((piece) => ({ ...piece, id: names.get(piece) ?? piece.id }));
  return { put: named(put), cut: named(cut) };
}

/** The ids of a layer. */
export function idsOf(layer: Layer): Set<string> {
  return new Set([...layer.put, ...layer.cut].map(({ id }) => id));
}

/** What a tidy layer proposes; `slice` reads the document. */
export function proposalsOf(layer: Layer, slice: (from: number, to: number) => string): Proposal[] {
  const proposals = new Map<string, Proposal>();
  for (const piece of [...layer.put, ...layer.cut].sort((a, b) => a.from - b.from)) {
    const start = toBody(layer, piece.from);
    const end = toBody(layer, piece.to);
    const text = layer.put.includes(piece) ? slice(piece.from, piece.to) : "";
    const known = proposals.get(piece.id);
    if (known) {
      known.passage.end = Math.max(known.passage.end, end);
      known.new += text;
    } else proposals.set(piece.id, { id: piece.id, passage: { start, end }, new: text });
  }
  return [...proposals.values()];
}

/** Whether both of two proposals can be laid over one body: something of it must stand between them. */
export function apart({ passage: a }: Proposal, { passage: b }: Proposal): boolean {
  return a.end < b.start || a.start > b.end;
}

/** The document and the layer of a body with proposals; those that overlap an earlier one are left out and returned. */
export function layOver(body: string, proposals: readonly Proposal[]) {
  const sorted = [...proposals].sort(
    (a, b) => a.passage.start - b.passage.start || a.passage.end - b.passage.end,
  );
  const put: Piece[] = [];
  const cut: Piece[] = [];
  const aside: Proposal[] = [];
  let doc = "";
  let at = 0;
  let last = -1;
  for (const proposal of sorted) {
    const { start, end } = proposal.passage;
    if (start < at || start <= last || end > body.length) {
      aside.push(proposal);
      continue;
    }
    doc += body.slice(at, end);
    if (end > start) cut.push({ from: doc.length - (end - start), to: doc.length, id: proposal.id });
    if (proposal.new !== "") {
      put.push({ from: doc.length, to: doc.length + proposal.new.length, id: proposal.id });
      doc += proposal.new;
    }
    at = end;
    last = end;
  }
  doc += body.slice(at);
  return { doc, layer: { put, cut } satisfies Layer, aside };
}

/** The body in a document. */
export function bodyOf(layer: Layer, doc: string): string {
  return split(layer.put, 0, doc.length)
    .outside.map(({ from, to }) => doc.slice(from, to))
    .join("");
}

/** A change of the body as changes of the document: what is put in stays. */
export function changesInDocument(layer: Layer, length: number, edits: readonly Edit[]): Edit[] {
  return edits.flatMap(({ from, to, insert }) => {
    const start = fromBody(layer, from, 1);
    const parts = to > from ? split(layer.put, start, fromBody(layer, to, -1)).outside : [];
    const changes: Edit[] = parts.map((part) => ({ ...part, insert: "" }));
    const first = changes[0];
    if (first) first.insert = insert;
    else if (insert !== "")
      changes.push({ from: Math.min(start, length), to: Math.min(start, length), insert });
    return changes;
  });
}
