// Suggest mode as one piece: an editor of its own over the written one, which stays in step with the desk beneath it.

import { ChangeSet, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterComposition } from "./composition";
import { bodyOf, fromBody, idsOf, layOver, toBody, type Proposal } from "./layer";
import { showRemarks, type Remark } from "./remarks";
import { dropProposals, followBody, layerField, proposals, suggesting } from "./suggest";

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
  /** Says what is proposed; `settled` once the person rests. */
  tell(proposals: Proposal[], settled: boolean): void;
}

/** An open suggesting editor. */
export class SuggestDesk {
  readonly view: EditorView;
  private aside: Proposal[];
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;
  /** Changes of the body that wait for the end of a composition. */
  private waiting: Promise<void> | null = null;
  private behind: ChangeSet[] = [];

  constructor(private readonly options: DeskOptions) {
    const { written } = options;
    const { doc, layer, aside } = layOver(written.state.doc.toString(), options.mine);
    this.aside = aside;
    const { head } = written.state.selection.main;
    const state = EditorState.create({
      doc,
      selection: { anchor: fromBody(layer, head, 1) },
      extensions: [options.extensions, suggesting(layer, () => this.changed())],
    });
    this.view = new EditorView({ parent: options.parent, state });
    this.remark(options.remarks);
  }

  private changed() {
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
    this.options.tell([...proposals(this.view.state), ...this.aside], settled);
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
    this.aside = this.aside.map((proposal) => ({
      ...proposal,
      passage: {
        start: changes.mapPos(proposal.passage.start, 1),
        end: Math.max(changes.mapPos(proposal.passage.start, 1), changes.mapPos(proposal.passage.end, -1)),
      },
    }));
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

  /** Shows what others propose and say; places are of the body. */
  remark(remarks: readonly Remark[]): void {
    const layer = this.view.state.field(layerField);
    const own = idsOf(layer);
    const placed = remarks
      .filter(({ id }) => !own.has(id))
      .map((remark) => {
        const from = fromBody(layer, remark.from, 1);
        return { ...remark, from, to: Math.max(from, fromBody(layer, remark.to, -1)) };
      });
    this.view.dispatch({ effects: showRemarks.of(placed) });
  }

  /** Proposals that were decided elsewhere go. */
  drop(ids: ReadonlySet<string>): void {
    dropProposals(this.view, ids);
    this.aside = this.aside.filter(({ id }) => !ids.has(id));
  }

  /** A place of the document in the body. */
  toBody(pos: number): number {
    return toBody(this.view.state.field(layerField), pos);
  }

  /** A place of the body in the document. */
  fromBody(at: number): number {
    return fromBody(this.view.state.field(layerField), at, -1);
  }

  /** The body beneath, as this document has it. */
  body(): string {
    return bodyOf(this.view.state.field(layerField), this.view.state.doc.toString());
  }

  close(): void {
    this.settle();
    clearTimeout(this.keeping);
    clearTimeout(this.settling);
    this.view.destroy();
  }
}
