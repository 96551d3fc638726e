// The list of articles: what the desk told, what the person looks for, and the rows that result.

import { asProblem, type Wire } from "../ipc";
import type { ArticleItem } from "../ipc/generated/wire";
import { fold, terms } from "./fold";
import type { Notices } from "./notices.svelte";

/** Stages in the order of the list: what waits for somebody comes first. */
export const STAGES = ["review", "draft", "approved", "hold", "published", "spiked", "killed"] as const;

/** A stage that Copydesk knows. */
export type Stage = (typeof STAGES)[number];

/** A line of the list. */
export type Row = { kind: "stage"; stage: string; count: number } | { kind: "article"; item: ArticleItem };

interface Entry {
  item: ArticleItem;
  /** What the search reads, folded. */
  text: string;
  /** Time that orders the entry, milliseconds. */
  place: number;
}

/** Articles that match, newest first within their stage, each stage under its name. */
export function rows(entries: Iterable<Entry>, query: string, stage: string | null): Row[] {
  const wanted = terms(query);
  const groups = new Map<string, Entry[]>(STAGES.map((name) => [name, []]));
  for (const entry of entries) {
    if (stage !== null && entry.item.stage !== stage) continue;
    if (!wanted.every((term) => entry.text.includes(term))) continue;
    const group = groups.get(entry.item.stage);
    if (group) group.push(entry);
    else groups.set(entry.item.stage, [entry]);
  }
  const out: Row[] = [];
  for (const [name, group] of groups) {
    if (group.length === 0) continue;
    group.sort((a, b) => b.place - a.place || (a.item.path < b.item.path ? -1 : 1));
    out.push({ kind: "stage", stage: name, count: group.length });
    for (const { item } of group) out.push({ kind: "article", item });
  }
  return out;
}

/** The desk's articles. */
export class Library {
  query = $state("");
  /** Only this stage, or all. */
  stage = $state<string | null>(null);
  /** The first scan is over. */
  complete = $state(false);
  /** An answer has come; before it there is nothing to say about the folder. */
  known = $state(false);
  /** Path of the article that the editor shows: saving it does not move it in the list. */
  open: string | null = null;
  #entries = new Map<string, Entry>();
  #hidden = new Set<string>();
  #change = $state(0);
  #generation = 0;
  #asking = false;
  #again = false;
  #wire: Wire;
  #notices: Notices;

  constructor(wire: Wire, notices: Notices) {
    this.#wire = wire;
    this.#notices = notices;
  }

  /** What the list shows. */
  rows = $derived.by(() => {
    void this.#change;
    return rows(this.#visible(), this.query, this.stage);
  });

  /** Articles of each stage that match the search, whatever stage is chosen. */
  counts = $derived.by(() => {
    void this.#change;
    const wanted = terms(this.query);
    const counts = new Map<string, number>();
    for (const { item, text } of this.#visible()) {
      if (wanted.every((term) => text.includes(term)))
        counts.set(item.stage, (counts.get(item.stage) ?? 0) + 1);
    }
    return counts;
  });

  /** Number of articles in the desk. */
  get total(): number {
    void this.#change;
    return this.#entries.size - this.#hidden.size;
  }

  /** One article's line. */
  item(path: string): ArticleItem | undefined {
    void this.#change;
    return this.#entries.get(path)?.item;
  }

  /** Articles whose line matches, best first: those whose title begins with the query, then the newest. */
  find(query: string, limit: number): ArticleItem[] {
    const wanted = terms(query);
    const start = fold(query).trim();
    return [...this.#visible()]
      .filter(({ text }) => wanted.every((term) => text.includes(term)))
      .sort(
        (a, b) => Number(b.text.startsWith(start)) - Number(a.text.startsWith(start)) || b.place - a.place,
      )
      .slice(0, limit)
      .map(({ item }) => item);
  }

  /** Asks what changed. Never two questions at once; a call during one asks again after it. */
  async refresh(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      do {
        this.#again = false;
        const news = await this.#wire.call("library", { since: this.#generation });
        this.apply(news.changed, news.removed);
        this.#generation = news.generation;
        this.complete = news.complete;
        this.known = true;
      } while (this.#again);
    } catch (reason) {
      this.known = true;
      this.#notices.problem(asProblem(reason));
    } finally {
      this.#asking = false;
    }
  }

  /** Takes new and changed articles, and paths that are gone. */
  apply(changed: ArticleItem[], removed: string[]) {
    for (const path of removed) {
      this.#entries.delete(path);
      this.#hidden.delete(path);
    }
    for (const item of changed) {
      const before = this.#entries.get(item.path);
      this.#entries.set(item.path, {
        item,
        text: fold([item.title, item.byline, item.section, item.slug].join("\n")),
        place: before && item.path === this.open ? before.place : item.modified_ms,
      });
    }
    if (changed.length > 0 || removed.length > 0) this.#change++;
  }

  /** Takes an article out of sight while the person may still change their mind. */
  hide(path: string) {
    this.#hidden.add(path);
    this.#change++;
  }

  /** Shows a hidden article again. */
  unhide(path: string) {
    this.#hidden.delete(path);
    this.#change++;
  }

  /** Forgets everything: another desk is opened. */
  clear() {
    this.#entries.clear();
    this.#hidden.clear();
    this.#generation = 0;
    this.query = "";
    this.stage = null;
    this.complete = false;
    this.known = false;
    this.#change++;
  }

  *#visible(): Iterable<Entry> {
    for (const [path, entry] of this.#entries) if (!this.#hidden.has(path)) yield entry;
  }
}
