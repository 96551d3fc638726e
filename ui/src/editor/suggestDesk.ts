// Suggest mode as one piece: an editor of its own over the written one, which stays in step with the desk beneath it.

import { redo, undo } from "@codemirror/commands";
import { ChangeSet, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterComposition } from "./composition";
import { bodyOf, fromBody, idsOf, layOver, toBody, type Proposal } from "./layer";
import { showRemarks, type Remark } from "./remarks";
import {
  dropProposals,
  followBody,
  layerField,
  layIn,
  mapProposal,
  proposals,
  stepBeneath,
  suggesting,
} from "./suggest";

/** Milliseconds after the last key at which proposals are kept, and at which they are told to others. */
const KEEP = 250;
const SETTLE = 2000;

/** What a suggesting editor is made of. */
export interface DeskOptions {
  parent: HTMLElement;
  /** The editor of the body beneath. */
  written: EditorView;
  /** What both editors have. */
  extensions: Extension;
  /** The person's open proposals against the text of now. */
  mine: readonly Proposal[];
  remarks: readonly Remark[];
  /** Says what is proposed, and the names of what was taken back; `settled` once the person rests. */
  tell(proposals: Proposal[], gone: string[], settled: boolean): void;
}

/** An open suggesting editor. */
export class SuggestDesk {
  readonly view: EditorView;
  /** Open proposals that lie over another one. */
  private aside: Proposal[];
  private remarks: readonly Remark[];
  /** Every proposal that was here and was not decided: one that is here no more was taken back by the person. */
  private readonly held: Set<string>;
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;
  /** Changes of the body that wait for the end of a composition. */
  private waiting: Promise<void> | null = null;
  private behind: ChangeSet[] = [];

  constructor(private readonly options: DeskOptions) {
    const { written } = options;
    const { doc, layer, aside } = layOver(written.state.doc.toString(), options.mine);
    this.aside = aside;
    this.remarks = options.remarks;
    this.held = new Set(options.mine.map(({ id }) => id));
    const { head } = written.state.selection.main;
    const state = EditorState.create({
      doc,
      selection: { anchor: fromBody(layer, head, 1) },
      extensions: [
        options.extensions,
        suggesting(layer, () => this.changed(), {
          undo: () => undo(written),
          redo: () => redo(written),
          aside: (left) => this.setAside(left),
        }),
      ],
    });
    this.view = new EditorView({ parent: options.parent, state });
    this.show();
  }

  private changed() {
    // What a step of Undo left aside may be back.
    const ids = idsOf(this.layer);
    this.aside = this.aside.filter(({ id }) => !ids.has(id));
    clearTimeout(this.settling);
    this.keeping ??= setTimeout(() => this.say(false), KEEP);
    this.settling = setTimeout(() => this.say(true), SETTLE);
  }

  private say(settled: boolean) {
    clearTimeout(this.keeping);
    this.keeping = undefined;
    if (settled) {
      clearTimeout(this.settling);
      this.settling = undefined;
    }
    const now = this.proposals();
    const ids = new Set(now.map(({ id }) => id));
    for (const id of ids) this.held.add(id);
    this.options.tell(
      now,
      [...this.held].filter((id) => !ids.has(id)),
      settled,
    );
  }

  /** What is proposed now. */
  proposals(): Proposal[] {
    return [...proposals(this.view.state), ...this.aside];
  }

  private setAside(more: readonly Proposal[]) {
    const ids = new Set(more.map(({ id }) => id));
    this.aside = [...this.aside.filter(({ id }) => !ids.has(id)), ...more];
  }

  /** Whether something was typed that was not told as settled. */
  private get due(): boolean {
    return this.settling !== undefined;
  }

  /** Whether the document lies over the body of now: not while a composition holds a change of it up. */
  get inStep(): boolean {
    return this.behind.length === 0;
  }

  /** The text moved on before it could be told: once more. */
  again(): void {
    this.changed();
  }

  /** What waits is told now. */
  settle(): void {
    if (this.due) this.say(true);
  }

  /** The body changed beneath. */
  follow(changes: ChangeSet): void {
    this.aside = this.aside.map((proposal) => mapProposal(proposal, changes));
    this.behind.push(changes);
    if (this.view.compositionStarted) {
      this.waiting ??= this.catchUpLater();
      return;
    }
    this.catchUp();
  }

  private async catchUpLater() {
    while (this.view.compositionStarted) await afterComposition(this.view);
    this.waiting = null;
    this.catchUp();
  }

  private catchUp() {
    for (const changes of this.behind.splice(0)) followBody(this.view, changes);
  }

  /**
   * Takes what the desk says, in places of the body: what others propose and say, and the person's own proposals, of
   * which those that are new here are laid in.
   */
  take(remarks: readonly Remark[], mine: readonly Proposal[]): void {
    // What is here, or was and was taken back, is newer here than at the desk.
    const coming = mine.filter(({ id }) => !this.held.has(id) && !idsOf(this.layer).has(id));
    for (const { id } of coming) this.held.add(id);
    if (coming.length > 0) this.setAside(layIn(this.view, coming));
    this.remarks = remarks;
    this.show();
  }

  private get layer() {
    return this.view.state.field(layerField);
  }

  private show() {
    const { layer } = this;
    const own = idsOf(layer);
    const aside = this.aside.map(({ id, passage, new: words }) => {
      return { id, from: passage.start, to: passage.end, new: words, label: "" };
    });
    const placed = [...this.remarks, ...aside]
      .filter(({ id }) => !own.has(id))
      .map((remark) => {
        const from = fromBody(layer, remark.from, 1);
        return { ...remark, from, to: Math.max(from, fromBody(layer, remark.to, -1)) };
      });
    this.view.dispatch({ effects: showRemarks.of(placed) });
  }

  /** Proposals that were decided go. */
  drop(ids: ReadonlySet<string>): void {
    dropProposals(this.view, ids);
    this.aside = this.aside.filter(({ id }) => !ids.has(id));
    for (const id of ids) this.held.delete(id);
  }

  /** Proposals became text of the body just now; Undo takes that back like what is typed here. */
  accepted(ids: ReadonlySet<string>): void {
    this.drop(ids);
    stepBeneath(this.view);
  }

  /** The own proposal at the caret. */
  idHere(): string | undefined {
    const { from, to } = this.view.state.selection.main;
    const { put, cut } = this.layer;
    return [...put, ...cut].find((piece) => piece.from <= to && piece.to >= from)?.id;
  }

  /** A place of the document in the body. */
  toBody(pos: number): number {
    return toBody(this.layer, pos);
  }

  /** A place of the body in the document. */
  fromBody(at: number): number {
    return fromBody(this.layer, at, -1);
  }

  /** The body beneath, as this document has it. */
  body(): string {
    return bodyOf(this.layer, this.view.state.doc.toString());
  }

  close(): void {
    this.settle();
    clearTimeout(this.keeping);
    clearTimeout(this.settling);
    this.view.destroy();
  }
}
