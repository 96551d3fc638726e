// The open desk: what is shown, which article is open, and what each command does.

import { getContext, setContext, tick } from "svelte";
import type { Host } from "../host/host";
import type { Catalogue } from "../i18n";
import { reviewWords } from "../i18n/review";
import { asProblem, wire, type Wire } from "../ipc";
import type {
  ArticleItem,
  ArticleState,
  ArticleView,
  Boot,
  ConflictAnswer,
  DeskInfo,
  DeskOpened,
  Event,
  Lang,
  RecentDesk,
  Resolved,
  DeskReviewItem,
  VersionRef,
} from "../ipc/generated/wire";
import { Article, type Screen } from "./article.svelte";
import { Changes } from "./diff.svelte";
import { DeskReviewing } from "./deskReview.svelte";
import { ReviewExchange } from "./exchange.svelte";
import { Export } from "./export.svelte";
import { History } from "./history.svelte";
import { Library } from "./library.svelte";
import { Links } from "./links";
import { Notices, type Action } from "./notices.svelte";
import { Renames } from "./renames";
import { Reviewing } from "./review.svelte";
import { Preferences } from "./settings.svelte";
import type { CommandName } from "./shortcuts";
import { reasonDue } from "./stages";

/** What lies over the three columns. */
export type Sheet = "new" | "recover" | "export" | "settings" | "palette" | "help" | null;

/** Tabs of the side column, in order. */
export const TABS = ["preview", "page", "review", "changes", "history"] as const;

/** A tab of the side column. */
export type Tab = (typeof TABS)[number];

/** Milliseconds in which a trashed article can be called back. */
export const TRASH_WAITS = 5000;
/** Width of the window, CSS pixels, up to which the side column lies over the copy. */
export const NARROW = 960;

/** The window's state. */
export class Desk {
  readonly host: Host;
  readonly wire: Wire;
  readonly version: string;
  readonly notices = new Notices();
  readonly prefs: Preferences;
  readonly library: Library;
  readonly history: History;
  readonly export: Export;
  readonly review: Reviewing;
  readonly exchange: ReviewExchange;
  readonly renames: Renames;
  /** The differences, once somebody looked at them. */
  changes: Changes | null = null;
  /** A sample desk can be opened as a copy. */
  readonly sample: boolean;
  /** The review of the whole desk, once it was asked for. */
  deskReview = $state.raw<DeskReviewing | null>(null);
  info = $state.raw<DeskInfo | null>(null);
  recents = $state.raw<RecentDesk[]>([]);
  article = $state.raw<Article | null>(null);
  mode = $state<"write" | "suggest" | "read">("write");
  sheet = $state<Sheet>(null);
  /** What the first column shows. */
  list = $state<"articles" | "review">("articles");
  /** Versions that the person wants to compare. */
  comparing = $state.raw<{ old: VersionRef; new: VersionRef } | null>(null);
  /** A change of stage that waits for its reason. */
  staging = $state.raw<{ path: string; from: string; to: string } | null>(null);
  /** Address that a person may open in the browser. */
  link = $state<string | null>(null);
  /** The panel with every key of the article is open. */
  details = $state(false);
  /** Path of the article whose file name is being typed. */
  renaming = $state<string | null>(null);
  /** The side column lies over the copy (narrow window only). */
  overlay = $state(false);
  narrow = $state(false);
  /** Beside the list the copy would be too narrow: the list lies over it (where `listOver` says so). */
  crowded = $state(false);
  listOver = $state(false);
  /** The columns as they were before both were folded away. */
  #unfolded: { list_folded: boolean; side_folded: boolean } | null = null;
  /** Milliseconds since 1970, moved on twice a minute for "how long ago". */
  now = $state(0);
  #fixedNow: number | null;
  /** Puts the caret in the search field. */
  focusSearch: () => void = () => {};
  /** Puts the keyboard on the newest notice, and back. */
  focusNotice: () => void = () => {};
  readonly #links: Links;
  #turn = 0;
  #leaving = new Map<string, Promise<void>>();
  /** Articles on their way to the trash, and the notices that can call them back. */
  #trash = new Map<string, number>();
  #stop: () => void;

  constructor(host: Host, boot: Boot) {
    this.host = host;
    this.wire = wire(host);
    this.version = boot.version;
    this.#fixedNow = boot.fixed_now_ms;
    this.tick();
    this.prefs = new Preferences(this.wire, this.notices, boot.settings, boot.lang);
    this.library = new Library(this.wire, this.notices);
    this.history = new History(this.wire, this.notices);
    this.export = new Export(this.wire);
    this.review = new Reviewing(this.wire, {
      problem: (problem) => this.notices.problem(problem),
      settle: async () => {
        await this.article?.settle();
        return this.article?.heard ?? 0;
      },
      named: (author) => {
        this.prefs.change({ author, author_confirmed: true });
        return this.prefs.keep();
      },
    });
    this.exchange = new ReviewExchange(this.wire, {
      settle: async () => void (await this.article?.settle()),
      signed: (task) => this.review.signed(task),
      reload: (path) => void this.review.load(path),
      problem: (problem) => this.notices.problem(problem),
    });
    this.renames = new Renames({
      notices: this.notices,
      words: () => this.t.renames,
      answer: (offer, follow) =>
        this.attempt(async () => {
          if (follow) await this.article?.settle();
          await this.wire.call("answer_rename", { ...offer, follow });
          if (follow) this.notices.say(this.t.renames.done(offer.to));
        }),
    });
    this.#links = new Links({
      notices: this.notices,
      words: () => this.t.links,
      run: (task) =>
        this.attempt(async () => {
          await this.article?.settle();
          return task(this.wire);
        }),
    });
    this.info = boot.desk;
    this.recents = boot.recents;
    this.sample = boot.sample;
    if (boot.desk?.suggesting) this.mode = "suggest";
    for (const problem of boot.problems) this.notices.problem(problem);
    if (boot.article) this.#show(boot.article);
    this.#stop = this.wire.on((event) => this.hear(event));
    if (boot.desk) void this.library.refresh();
  }

  /** Looks at the clock, which a test may have stopped. */
  tick() {
    this.now = this.#fixedNow ?? Date.now();
  }

  /** The first paint is on the screen: the desk may start what it leaves for later. */
  async painted() {
    await this.attempt(async () => this.prefs.meet(await this.wire.call("painted", {})));
  }

  /** Texts of the interface. */
  get t(): Catalogue {
    return this.prefs.t;
  }

  /** Language of the interface. */
  get lang(): Lang {
    return this.prefs.lang;
  }

  /** What a key of the front matter is called here; a key that is none of ours keeps its name. */
  fieldName(key: string): string {
    return this.t.field[key as keyof Catalogue["field"]] ?? key;
  }

  /** Language of the open article's text. */
  get articleLang(): string {
    return this.article?.field("lang") || this.info?.article_lang || this.lang;
  }

  /** Tab of the side column. */
  get tab(): Tab {
    return TABS.find((tab) => tab === this.prefs.value.side_tab) ?? "preview";
  }

  /** The side column can be seen. */
  get sideShown(): boolean {
    return this.narrow ? this.overlay : !this.prefs.value.side_folded;
  }

  /** The list can be seen. */
  get listShown(): boolean {
    return this.crowded ? this.listOver : !this.prefs.value.list_folded;
  }

  /** Brings the list on the screen, or takes it off. */
  showList(shown = true) {
    if (this.crowded) this.listOver = shown;
    else if (this.prefs.value.list_folded === shown) this.prefs.change({ list_folded: !shown });
  }

  /** The furniture cannot be typed in: suggestions are about the body, and nothing else is to reach the file. */
  get furnitureLocked(): boolean {
    return !this.article || this.article.locked || this.article.state.raw || this.mode === "suggest";
  }

  /** The folder of the desk went away. */
  get gone(): boolean {
    return this.info?.watch === "gone";
  }

  /** Ends what runs on its own. */
  end() {
    this.#stop();
    this.deskReview?.end();
    this.#discardAll();
  }

  #discardAll() {
    for (const path of [...this.#trash.keys()]) void this.#discard(path);
  }

  /** Takes what the desk says on its own. */
  hear(event: Event) {
    switch (event.kind) {
      case "library_changed":
        void this.library.refresh();
        this.deskReview?.touch();
        break;
      case "article_changed":
        if (event.state.path === this.article?.path) this.#changed(event.state, event.news, event.undo);
        break;
      case "article_moved":
        if (this.article?.path === event.from) {
          this.article.moved(event.to);
          this.review.moved(event.to);
          this.library.open = event.to;
        }
        break;
      case "rename_offers":
        this.renames.hear(event.offers);
        break;
      case "links_offer":
        this.#links.hear(event.offer);
        break;
      case "history_changed":
        if (event.path === this.article?.path && this.sideShown && this.tab === "history") {
          void this.history.load(event.path);
        }
        break;
      case "review_changed":
        this.review.hear(event.path);
        this.deskReview?.touch();
        break;
      case "watch_changed":
        if (this.info) this.info = { ...this.info, watch: event.watch };
        break;
      case "saves_weaker":
        if (this.info) this.info = { ...this.info, weaker: event.weaker };
        break;
      case "export_progress":
        this.export.progress(event.job, event.step);
        break;
      case "notice":
        this.notices.problem(event.problem);
        break;
      case "closing":
        void this.close();
        break;
      case "open_article":
        void this.open(event.path);
        break;
    }
  }

  #changed(state: ArticleState, news: string | null, undo: number | null) {
    this.article?.take(state);
    // What could not be rendered is said in the language of now.
    if (this.article?.refused) this.article.renderAnew();
    if (news === "reloaded") this.notices.say(this.t.bar.reloaded);
    if (news === "merged") this.notices.say(this.t.bar.merged, { actions: this.#back(state.path, undo) });
  }

  /** The way back to the person's own text after a merge; the other side stays in the history. */
  #back(path: string, undo: number | null): Action[] {
    if (undo === null) return [{ label: this.t.side.history, run: () => this.showTab("history") }];
    const run = () =>
      void this.attempt(async () => {
        if (this.article?.path !== path) return;
        await this.article.settle();
        this.article.take(await this.wire.call("restore_revision", { path, id: undo }));
      });
    return [{ label: this.t.bar.undo, run }];
  }

  /** Runs a task; what goes wrong becomes a notice. */
  async attempt<T>(task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task();
    } catch (reason) {
      this.notices.problem(asProblem(reason));
      return undefined;
    }
  }

  /** Opens an article; the one that was open is left with its text safe. `write` puts the caret in the text. */
  async open(path: string, write = false) {
    if (this.crowded) this.listOver = false;
    if (this.article?.path !== path) await this.#open(path);
    // The views have to be drawn first.
    if (write) setTimeout(() => this.article?.path === path && this.article.editor?.focus());
  }

  async #open(path: string) {
    const turn = ++this.#turn;
    await this.attempt(async () => {
      // The one that is open stays on the screen until the other is there.
      await this.article?.settle();
      await this.#leaving.get(path);
      if (turn !== this.#turn) return;
      const view = await this.wire.call("open_article", { path });
      if (turn === this.#turn) await this.#replace(view);
      else if (this.article?.path !== path) await this.wire.call("close_article", { path });
    });
  }

  /** Leaves the open article; nothing is open afterwards. Throws where its text could not be made safe. */
  async #leave() {
    const article = this.article;
    if (!article) return;
    const { closed } = await article.leave();
    for (const { key, text } of article.fields.refused) {
      // The only place that still holds these words.
      this.notices.say(this.t.furniture.dropped(this.fieldName(key), text), { role: "alert" });
    }
    if (this.article === article) this.#forget();
    const path = article.path;
    this.#leaving.set(path, closed);
    void closed.finally(() => {
      if (this.#leaving.get(path) === closed) this.#leaving.delete(path);
    });
  }

  #forget() {
    this.article = null;
    this.library.open = null;
    this.review.clear();
  }

  /** Puts another article in the place of the open one. */
  async #replace(view: ArticleView) {
    await this.#leave();
    this.#show(view);
  }

  #show(view: ArticleView) {
    const article = new Article(this.wire, view, {
      autosave: () => this.prefs.value.autosave,
      problem: (problem) => this.notices.problem(problem),
    });
    this.article = article;
    this.library.open = article.path;
    this.details = false;
    this.export.begin();
    if (view.undo !== null)
      this.notices.say(this.t.bar.restoredMerged, { actions: this.#back(article.path, view.undo) });
    else if (view.restored && !view.state.conflict) this.notices.say(this.t.bar.restored);
    article.begin();
  }

  /** Opens another desk: the folder at `path`, or one that the person chooses. */
  async openDesk(path: string | null) {
    await this.#openDesk(() =>
      path === null ? this.wire.call("choose_desk", {}) : this.wire.call("open_desk", { path }),
    );
  }

  /** Opens a copy of the sample desk. */
  async openSample() {
    await this.#openDesk(() => this.wire.call("open_sample", {}));
  }

  async #openDesk(ask: () => Promise<DeskOpened | null>) {
    await this.attempt(async () => {
      // Whatever still waits belongs to the desk that is left: afterwards its paths would name another one's articles.
      await this.article?.settle();
      await this.article?.autosave();
      await this.article?.keepPlace();
      await Promise.all([...this.#trash.keys()].map((trashed) => this.#discard(trashed)));
      await Promise.all(this.#leaving.values());
      const opened = await ask();
      if (opened === null) return;
      const info = opened.desk;
      const before = this.info;
      this.#turn++;
      this.article?.end();
      this.#forget();
      if (before && before.path !== info.path) {
        const rest = this.recents.filter((recent) => recent.path !== before.path);
        this.recents = [{ path: before.path, name: before.name }, ...rest].slice(0, 8);
      }
      this.recents = this.recents.filter((recent) => recent.path !== info.path);
      this.info = info;
      this.mode = info.suggesting ? "suggest" : "write";
      this.library.clear();
      this.renames.clear();
      this.#links.hear(null);
      this.list = "articles";
      this.deskReview?.end();
      this.deskReview = null;
      if (opened.article) this.#show(opened.article);
      await this.library.refresh();
    });
  }

  /** Makes an article from a template and opens it. Says whether it did. */
  async create(template: string, title: string): Promise<boolean> {
    const view = await this.attempt(async () => {
      await this.article?.settle();
      // Beside what the person is at.
      const folder = this.article?.path.replace(/\/?[^/]*$/, "") ?? "";
      const view = await this.wire.call("new_article", { template, title, folder });
      this.#turn++;
      await this.#replace(view);
      return view;
    });
    if (!view) return false;
    void this.library.refresh();
    return true;
  }

  /** Writes a deleted article anew and opens it. */
  async recover(key: string): Promise<boolean> {
    const view = await this.attempt(async () => {
      await this.article?.settle();
      const view = await this.wire.call("recover_article", { key });
      this.#turn++;
      await this.#replace(view);
      return view;
    });
    if (!view) return false;
    this.notices.say(this.t.recover.done(view.state.path));
    void this.library.refresh();
    return true;
  }

  /** Gives an article's file another name. Says whether it did. */
  async rename(path: string, name: string): Promise<boolean> {
    const item = await this.attempt(async () => {
      if (path === this.article?.path) await this.article.settle();
      return this.wire.call("rename_article", { path, name });
    });
    if (!item) return false;
    if (this.article?.path === path) {
      this.article.moved(item.path);
      this.review.moved(item.path);
      this.library.open = item.path;
    }
    this.library.apply([item], item.path === path ? [] : [path]);
    return true;
  }

  /** Copies an article beside itself. */
  async duplicate(path: string) {
    const item = await this.attempt(async () => {
      if (path === this.article?.path) await this.article.settle();
      return this.wire.call("duplicate_article", { path });
    });
    if (!item) return;
    this.library.apply([item], []);
    this.notices.say(this.t.duplicated(item.path));
  }

  /** Moves an article to the system's trash, unless the person calls it back within a few seconds. */
  async trash(path: string) {
    if (this.#trash.has(path)) return;
    const title = this.library.item(path)?.title ?? path;
    if (this.article?.path === path) {
      const left = await this.attempt(async () => {
        await this.#leave();
        return true;
      });
      if (!left) return;
    }
    this.library.hide(path);
    const notice = this.notices.say(this.t.trash.done(title), {
      actions: [{ label: this.t.trash.undo, run: () => this.#callBack(path) }],
      stays: TRASH_WAITS,
      gone: () => void this.#discard(path),
    });
    this.#trash.set(path, notice);
  }

  #callBack(path: string) {
    if (this.#trash.delete(path)) this.library.unhide(path);
  }

  async #discard(path: string) {
    const notice = this.#trash.get(path);
    if (notice === undefined) return;
    this.#trash.delete(path);
    this.notices.drop(notice);
    try {
      await this.#leaving.get(path);
      await this.wire.call("trash_article", { path });
      this.library.apply([], [path]);
    } catch (reason) {
      this.library.unhide(path);
      this.notices.problem(asProblem(reason));
    }
  }

  /** Ends a conflict with one of the two versions. */
  async resolve(choice: "mine" | "theirs") {
    await this.#resolve((path) => this.wire.call("resolve_conflict", { path, choice }));
  }

  /** Ends a conflict place by place; `edition` says which places were shown. */
  async resolveHunks(edition: number, answers: ConflictAnswer[]) {
    await this.#resolve((path) => this.wire.call("resolve_hunks", { path, edition, answers }));
  }

  async #resolve(ask: (path: string) => Promise<Resolved>) {
    const article = this.article;
    if (!article) return;
    await this.attempt(async () => {
      await article.settle();
      const { state, undo } = await ask(article.path);
      article.take(state);
      this.notices.say(this.t.bar.resolved, { actions: this.#back(article.path, undo) });
    });
  }

  /** Writes an article anew whose file was deleted outside. */
  async keepDeleted() {
    const article = this.article;
    if (!article) return;
    await this.attempt(async () => {
      await article.settle();
      article.take(await this.wire.call("keep_deleted", { path: article.path }));
    });
  }

  /** Writes the text on the screen to another file. */
  async saveElsewhere() {
    const article = this.article;
    if (!article) return;
    await this.attempt(async () => {
      await article.settle();
      const file = await this.wire.call("save_elsewhere", { path: article.path });
      if (file) this.notices.say(this.t.bar.savedElsewhere(file));
    });
  }

  /** Lets the text of a deleted file go. */
  async letGo() {
    const article = this.article;
    if (!article) return;
    await this.attempt(async () => {
      await this.wire.call("discard_draft", { path: article.path });
      this.#forget();
      await this.library.refresh();
    });
  }

  /** Reads mended front matter as front matter again: the body becomes another text. */
  async leaveRaw() {
    const article = this.article;
    if (!article) return;
    await this.attempt(async () => {
      await article.settle();
      article.take(await this.wire.call("leave_raw", { path: article.path }));
    });
  }

  /** Brings a revision's text back. */
  async restore(id: number, spokenTime: string) {
    const article = this.article;
    if (!article) return;
    await this.attempt(async () => {
      await article.settle();
      article.take(await this.wire.call("restore_revision", { path: article.path, id }));
      this.history.shown = null;
      this.notices.say(this.t.history.restored(spokenTime));
      await this.history.load(article.path);
    });
  }

  /** Stage of an article: as the screen shows it where it is open, else as the list has it. */
  stageOf(path: string): string {
    const stage = this.article?.path === path ? this.article.field("stage") : this.library.item(path)?.stage;
    return stage || "draft";
  }

  /** Moves an article to another stage, or asks why first. */
  async changeStage(path: string, to: string) {
    const from = this.stageOf(path);
    if (from === to) return;
    if (reasonDue(from, to)) this.staging = { path, from, to };
    else if (await this.setStage(path, to, "")) {
      const back = () => void this.setStage(path, from, this.t.stageMenu.undone);
      this.notices.say(this.t.stageMenu.done(this.t.stage[to as keyof Catalogue["stage"]] ?? to), {
        actions: [{ label: this.t.stageMenu.undo, run: back }],
      });
    }
  }

  /** Moves an article to another stage. Says whether it did. */
  async setStage(path: string, stage: string, reason: string): Promise<boolean> {
    const done = await this.attempt(async () => {
      if (this.article?.path === path) await this.article.settle();
      return this.review.signed(() => this.wire.call("set_stage", { path, stage, reason }));
    });
    if (!done) return false;
    if (this.article?.path === path) {
      this.article.take(done);
      void this.review.load(path);
    }
    void this.library.refresh();
    return true;
  }

  /** Signs the open article: what is on the screen goes to the disk first. */
  async signOff(role: string) {
    const article = this.article;
    if (!article) return;
    await article.save();
    // What is not saved is not signed: the desk says why.
    if (article === this.article) await this.review.signOff(role);
  }

  /** Shows how the text on the screen differs from another version. */
  compare(old: VersionRef) {
    this.comparing = { old, new: { is: "draft" } };
    this.showTab("changes");
  }

  /** Begins to look for what waits on the desk. */
  async watchReview() {
    if (this.deskReview || !this.info) return;
    this.deskReview = new DeskReviewing(this.wire);
    await this.deskReview.load();
  }

  /** Opens an article of the desk's review at what it waits for. */
  async openReview(
    item: Pick<DeskReviewItem, "path" | "broken_seal" | "mentions" | "unread" | "never_read">,
  ) {
    const { path, broken_seal: signed } = item;
    await this.open(path);
    if (this.article?.path !== path) return;
    if (signed !== null) this.compare({ is: "signed", id: signed });
    else if (item.mentions > 0 || (item.unread.length === 0 && !item.never_read)) this.showTab("review");
    else if (item.unread.length > 0) this.compare({ is: "read" });
    else this.showTab("changes");
  }

  /** A link of the preview was used. */
  follow(kind: string, href: string) {
    if (kind === "web") this.link = href;
    else if (kind === "article") void this.open(href.replace(/[#?].*$/, ""));
    else if (kind === "refused") this.notices.say(this.t.link.refused);
  }

  /** Puts the change that the person is at back: the passage, or the field, is as it was in the older version. */
  async putBack() {
    const { article, changes } = this;
    const change = changes?.current;
    const { version } = changes?.view ?? { version: null };
    if (!article || !changes || !change || version === null) return;
    const { field, value } = change;
    if (field !== null && this.furnitureLocked) {
      this.notices.say(this.t.furniture.writeFirst);
      return;
    }
    if (field !== null && value !== null) {
      const key = field as keyof ArticleState["furniture"];
      const before = article.field(key);
      const set = async (to: string) => {
        article.type(key, to);
        await article.fields.leave(key);
        const refusal = article.fields.refusal(key);
        if (!refusal) return;
        article.fields.giveUp(key);
        throw refusal;
      };
      await set(value);
      this.notices.say(this.t.putBack.field(this.fieldName(key)), {
        actions: [{ label: this.t.stageMenu.undo, run: () => void this.attempt(() => set(before)) }],
      });
    } else if (!this.review.screen?.putBack(version, change.put_back)) {
      this.notices.say(this.t.putBack.movedOn);
    }
    await article.settle();
    await changes.afterPutBack();
  }

  /** Takes a mode. What typing does on a desk is remembered on this machine, so that no restart turns it around. */
  setMode(mode: Desk["mode"]) {
    this.mode = mode;
    const suggesting = mode === "suggest";
    if (mode === "read" || !this.info || this.info.suggesting === suggesting) return;
    this.info = { ...this.info, suggesting };
    void this.attempt(() => this.wire.call("set_suggesting", { suggesting }));
  }

  /** Typing does again what it did before the article was only read. */
  leaveReading() {
    if (this.mode === "read") this.setMode(this.info?.suggesting ? "suggest" : "write");
  }

  /** Begins a comment on what is selected; the keys belong to it from here on, not to the selected words. */
  async #comment() {
    const { review } = this;
    if (review.screen?.selected()) {
      this.article?.editor?.blur();
      this.showTab("review");
      review.summoned = true;
      if (await review.begin()) return;
    }
    this.notices.say(reviewWords[this.lang].thread.noSelection);
  }

  /** Goes from the caret to the card of the suggestion or the conversation there. */
  #toRemark() {
    const id = this.article?.editor?.remarkHere() ?? null;
    if (id === null) {
      this.notices.say(reviewWords[this.lang].review.noneHere);
      return;
    }
    this.showTab("review");
    this.review.pick(id, true);
  }

  /** Shows a tab of the side column. */
  showTab(tab: Tab) {
    this.prefs.change({ side_tab: tab, ...(this.narrow ? {} : { side_folded: false }) });
    if (this.narrow) this.overlay = true;
  }

  /** Folds both columns away, or brings them back as they were. In a narrow window the side lies over the copy. */
  fold() {
    if (this.crowded) {
      // Both lie over the copy, one at a time.
      const away = !this.listOver && !this.overlay;
      this.overlay = false;
      this.listOver = away;
      return;
    }
    const { list_folded, side_folded } = this.prefs.value;
    const away = list_folded && (side_folded || this.narrow);
    const unfolded = this.#unfolded ?? { list_folded: false, side_folded: false };
    if (!away) this.#unfolded = { list_folded, side_folded };
    const to = away ? unfolded : { list_folded: true, side_folded: true };
    this.overlay = false;
    this.prefs.change({
      list_folded: to.list_folded,
      ...(this.narrow ? {} : { side_folded: to.side_folded }),
    });
    // Nothing came back: they had been folded one by one.
    if (away && to.list_folded && (to.side_folded || this.narrow)) this.prefs.change({ list_folded: false });
  }

  /** Shows or hides the side column. */
  foldSide() {
    if (this.narrow) this.overlay = !this.overlay;
    else this.prefs.change({ side_folded: !this.prefs.value.side_folded });
  }

  /** The window lost the focus. */
  async blurred() {
    await this.article?.autosave();
  }

  /** The window is about to close: hands over what was typed last, then lets it. */
  async close() {
    // It goes on hearing the desk: the person may be asked whether to close, and not want to.
    this.#discardAll();
    await this.attempt(async () => {
      await this.article?.settle();
      await this.review.keep();
      await this.article?.autosave();
      await this.article?.keepPlace();
      await this.prefs.keep();
    });
    await this.attempt(() => this.wire.call("farewell", {}));
  }

  /** Whether a command can be used now. */
  can(command: CommandName): boolean {
    switch (command) {
      case "save":
        return this.article !== null && !this.article.locked;
      case "bold":
      case "italic":
      case "link":
      case "undo":
      case "redo":
        return this.article !== null && !this.article.locked && this.mode !== "read";
      case "suggest":
        return this.article !== null && !this.article.locked;
      case "export":
      case "find":
      case "rename":
      case "duplicate":
      case "trash":
      case "details":
      case "comment":
      case "remark":
      case "nextChange":
      case "previousChange":
      case "reviewWord":
      case "reviewMarks":
      case "reviewBack":
        return this.article !== null;
      case "putBack":
        return (
          this.article !== null &&
          !this.article.locked &&
          this.mode !== "read" &&
          (this.changes?.canPutBack ?? false)
        );
      case "notice":
        return this.notices.list.length > 0;
      case "new":
      case "search":
      case "deskReview":
        return this.info !== null;
      default:
        return true;
    }
  }

  /** Runs a command of the keyboard, the palette or a button. */
  run(command: CommandName) {
    if (!this.can(command)) return;
    const path = this.article?.path ?? "";
    const { prefs } = this;
    switch (command) {
      case "palette":
      case "new":
      case "export":
      case "settings":
      case "help":
      case "recover":
        this.sheet = command;
        break;
      case "save":
        void this.article?.save();
        break;
      case "search":
        this.showList();
        this.list = "articles";
        setTimeout(() => this.focusSearch());
        break;
      case "preview":
      case "page":
      case "review":
      case "changes":
      case "history":
        this.showTab(command);
        break;
      case "deskReview":
        this.showList();
        this.list = this.list === "review" ? "articles" : "review";
        break;
      case "comment":
        void this.attempt(() => this.#comment());
        break;
      case "remark":
        this.#toRemark();
        break;
      case "reviewWord":
      case "reviewMarks":
        this.showTab("review");
        void this.exchange.send(path, command === "reviewWord" ? "docx" : "criticmarkup");
        break;
      case "reviewBack":
        this.showTab("review");
        this.exchange.choose(path);
        break;
      case "nextChange":
      case "previousChange":
        this.showTab("changes");
        this.changes ??= new Changes(this.wire, (problem) => this.notices.problem(problem));
        this.changes.step(command === "nextChange" ? 1 : -1);
        break;
      case "putBack":
        void this.attempt(() => this.putBack());
        break;
      case "notice":
        this.focusNotice();
        break;
      case "fold":
        this.fold();
        break;
      case "foldList":
        this.showList(!this.listShown);
        break;
      case "foldSide":
        this.foldSide();
        break;
      case "write":
      case "read":
        this.setMode(command);
        break;
      case "suggest":
        // The same key leads back.
        this.setMode(this.mode === "suggest" ? "write" : "suggest");
        break;
      case "details":
        this.leaveReading();
        this.details = !this.details;
        break;
      case "rename":
        this.showList();
        this.list = "articles";
        this.library.query = "";
        this.library.stage = null;
        this.renaming = path;
        break;
      case "duplicate":
        void this.duplicate(path);
        break;
      case "trash":
        void this.trash(path);
        break;
      case "open":
        void this.openDesk(null);
        break;
      case "zoomIn":
      case "zoomOut":
      case "zoomReset":
        prefs.change({ zoom: zoomed(prefs.value.zoom, command) });
        void prefs.keep();
        break;
      case "lang":
        prefs.change({ lang: this.lang === "fr" ? "en" : "fr" });
        break;
      case "focus":
        prefs.change({ focus_mode: !prefs.value.focus_mode });
        break;
      case "typewriter":
        prefs.change({ typewriter_mode: !prefs.value.typewriter_mode });
        break;
      case "invisibles":
        prefs.change({ show_invisibles: !prefs.value.show_invisibles });
        break;
      case "bold":
        this.write("strong");
        break;
      case "italic":
        this.write("emphasis");
        break;
      case "find":
      case "link":
      case "undo":
      case "redo":
        this.write(command);
        break;
    }
  }

  /** Runs one of the editor's commands. */
  write(command: string) {
    void this.toCopy((editor) => editor.exec(command));
  }

  /** Puts the keyboard in the text, which comes on the screen first where it is not there. */
  async toCopy(then: (editor: Screen) => void = () => {}) {
    if (this.mode === "read") {
      this.leaveReading();
      // What is hidden takes no focus.
      await tick();
    }
    const editor = this.article?.editor;
    editor?.focus();
    if (editor) then(editor);
  }

  /** Articles for the palette. */
  find(query: string): ArticleItem[] {
    return this.library.find(query, 12);
  }
}

/** Sizes of the interface, in hundredths. */
export const ZOOMS = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

function zoomed(now: number, way: "zoomIn" | "zoomOut" | "zoomReset"): number {
  if (way === "zoomReset") return 100;
  if (way === "zoomIn") return ZOOMS.find((zoom) => zoom > now) ?? now;
  return ZOOMS.findLast((zoom) => zoom < now) ?? now;
}

const KEY = Symbol("desk");

/** Gives the desk to the views below. */
export function provideDesk(desk: Desk) {
  setContext(KEY, desk);
}

/** The desk that the window shows. */
export function useDesk(): Desk {
  return getContext<Desk>(KEY);
}
