// A desk in memory: for the component tests, and for looking at the interface in a browser
// (`npx vite --mode memory`). It keeps the protocol's promises and renders a little Markdown, no more.

import { ChangeSet, Text } from "@codemirror/state";
import type { Commands } from "../ipc";
import type {
  ArticleItem,
  ArticleState,
  ArticleView,
  Block,
  Boot,
  DeletedItem,
  DeskOpened,
  Event,
  Field,
  Furniture,
  Problem,
  RevisionItem,
  Settings,
  Update,
} from "../ipc/generated/wire";
import type { Host } from "./host";
import { memoryDiff } from "./memory-diff";
import { memoryReview } from "./memory-review";
import { SAMPLES, type Sample } from "./samples";

const KEYS = [
  "title",
  "kicker",
  "standfirst",
  "byline",
  "slug",
  "section",
  "dateline",
  "date",
  "lang",
  "stage",
  "assignee",
  "deadline",
  "embargo",
  "legal",
  "length",
  "tags",
] as const;

interface Kept extends Sample {
  text: Text;
  updates: Update[];
  saved: string;
  savedAt: string | null;
  revisions: (RevisionItem & { text: string })[];
  waiting: { version: number; go: () => void }[];
  conflict: ArticleState["conflict"];
  deleted: boolean;
  /** Why the last save failed. */
  problem: Problem | null;
}

/** Settings of a person who changed none. */
export const SETTINGS: Settings = {
  author: "Camille Morel",
  author_confirmed: true,
  lang: null,
  zoom: 100,
  theme: "system",
  text_size: 18,
  aids: { quotes: true, apostrophe: true, spaces: true, ellipsis: true, dash: true },
  autosave: true,
  keep_days: null,
  show_invisibles: false,
  focus_mode: false,
  typewriter_mode: false,
  list_width: 272,
  side_width: 404,
  list_folded: false,
  side_folded: false,
  side_tab: "preview",
  window: null,
};

/** What a test may do besides. */
export interface MemoryHost extends Host {
  /** Says something as the desk does. */
  say(event: Event): void;
  /** Names of the commands that were run, oldest first. */
  calls: string[];
  /** Commands that fail, and how; a `save` says so in the state, as the desk does. */
  failing: Map<string, Problem>;
  /** Another program changes an article, in the same place as the person. */
  clash(path: string, theirs: string): void;
}

/** A desk in memory. `wish` is a query: `lang`, `theme`, `tab`, `open`, `empty`, `none`, `gone`, `many`, `clash`, `nameless`. */
export function memoryHost(wish = ""): MemoryHost {
  const wishes = new URLSearchParams(wish);
  const handlers = new Set<(event: Event) => void>();
  const calls: string[] = [];
  const failing = new Map<string, Problem>();
  const deleted: DeletedItem[] = [];
  const articles = new Map<string, Kept>();
  let generation = 1;
  let rendering = 0;
  let rendered: Block[] = [];
  let settings: Settings = {
    ...SETTINGS,
    lang: wishes.get("lang") === "en" ? "en" : "fr",
    theme: wishes.get("theme") === "dark" ? "dark" : "light",
    side_tab: wishes.get("tab") ?? "preview",
    author: wishes.has("nameless") ? "" : SETTINGS.author,
    author_confirmed: !wishes.has("nameless"),
  };

  const say = (event: Event) => handlers.forEach((handler) => handler(event));
  const changed = () => say({ kind: "library_changed", generation: ++generation });

  function add(sample: Sample) {
    const kept: Kept = {
      ...sample,
      text: Text.of(sample.body.split("\n")),
      updates: [],
      saved: "",
      savedAt: new Date(sample.modified).toISOString(),
      revisions: [],
      waiting: [],
      conflict: null,
      deleted: false,
      problem: null,
    };
    kept.saved = JSON.stringify([kept.keys, kept.body]);
    articles.set(sample.path, kept);
    const times = [2, 9, 17, 95, 140];
    kept.revisions = times.map((minutes, index) => ({
      id: 100 - index,
      time: new Date(sample.modified - minutes * 60_000).toISOString(),
      author: index < 4 ? "Camille Morel" : "Élise Faure",
      origin: index === 3 ? "outside" : index === 4 ? "open" : "save",
      bytes: sample.body.length,
      name: null,
      delta: [34, 210, -52, 18, 0][index] ?? 0,
      text: sample.body.replace("près de 99\u00a0%", "95\u00a0%"),
    }));
    return kept;
  }

  if (!wishes.has("empty")) SAMPLES.forEach(add);
  for (let n = 0; n < Number(wishes.get("many") ?? 0); n++) {
    const sample = SAMPLES[n % SAMPLES.length];
    if (sample) add({ ...sample, path: `${n}-${sample.path}`, modified: sample.modified - n * 60_000 });
  }

  const signes = (text: string) => [...text].length;
  const plain = (text: string) => text.replace(/[*_#>`]/g, "").replace(/\n+/g, "");

  function problem(message: string): Problem {
    return { code: "fault", message, hint: "" };
  }

  function get(path: string): Kept {
    const kept = articles.get(path);
    if (!kept) throw problem(`No such article: ${path}`);
    return kept;
  }

  function state(path: string): ArticleState {
    const kept = get(path);
    const field = (key: string): Field => {
      const value = kept.keys[key] ?? "";
      const wrong = key === "deadline" && value !== "" && Number.isNaN(Date.parse(value));
      return { value, signes: signes(value), invalid: wrong ? "not_a_time" : null, derived: false };
    };
    const now = JSON.stringify([kept.keys, kept.text.toString()]);
    return {
      path,
      version: kept.updates.length,
      raw: false,
      remarks: [],
      furniture: Object.fromEntries(KEYS.map((key) => [key, field(key)])) as Furniture,
      save: kept.conflict ? "conflict" : kept.problem ? "error" : now === kept.saved ? "saved" : "dirty",
      saved_at: kept.savedAt,
      problem: kept.problem,
      read_only: null,
      conflict: kept.conflict,
      deleted: kept.deleted,
    };
  }

  function view(path: string): ArticleView {
    return {
      state: state(path),
      body: get(path).text.toString(),
      caret: 0,
      scroll: 1,
      restored: false,
      undo: null,
    };
  }

  function item(kept: Kept): ArticleItem {
    const { keys } = kept;
    return {
      path: kept.path,
      title: keys["title"] ?? kept.path,
      section: keys["section"] ?? "",
      byline: keys["byline"] ?? "",
      slug: keys["slug"] ?? "",
      stage: keys["stage"] ?? "draft",
      lang: keys["lang"] ?? "",
      signes: signes(plain(kept.text.toString())),
      modified_ms: kept.modified,
      embargo: keys["embargo"] ?? null,
      legal_hold: keys["legal"] === "needs_check",
      deadline: keys["deadline"] ?? null,
      unsaved: false,
      conflict: kept.conflict !== null,
      read_only: false,
    };
  }

  function advance(kept: Kept, updates: Update[]) {
    for (const update of updates) {
      kept.text = ChangeSet.fromJSON(update.changes).apply(kept.text);
      kept.updates.push(update);
    }
    kept.waiting = kept.waiting.filter(({ version, go }) => {
      if (version > kept.updates.length) return true;
      go();
      return false;
    });
  }

  const until = (kept: Kept, version: number) =>
    version <= kept.updates.length
      ? Promise.resolve()
      : new Promise<void>((go) => kept.waiting.push({ version, go }));

  const opened = (path: string): DeskOpened => ({
    desk: { ...desk, path, name: path.slice(path.lastIndexOf("/") + 1), watch: "active", weaker: null },
    article: SAMPLES[1] && articles.has(SAMPLES[1].path) ? view(SAMPLES[1].path) : null,
  });
  const setKey = (path: string, key: string, value: string) => {
    const kept = get(path);
    kept.keys = { ...kept.keys, [key]: value };
    changed();
  };
  const body = (path: string) => get(path).text.toString();

  const commands: {
    [K in keyof Commands]: (
      args: Commands[K]["args"],
    ) => Commands[K]["answer"] | Promise<Commands[K]["answer"]>;
  } = {
    ...memoryReview({
      paths: () => [...articles.keys()],
      body,
      state,
      author: () => settings.author,
      setKey,
      say,
    }),
    ...memoryDiff({
      body,
      modified: (path) => get(path).modified,
      version: (path) => get(path).updates.length,
    }),
    boot: () => boot,
    open_desk: ({ path }) => opened(path),
    choose_desk: () => null,
    open_sample: () => opened("/home/camille/Documents/Copydesk"),
    library: () => ({
      generation,
      complete: true,
      changed: [...articles.values()].map(item),
      removed: [],
    }),
    open_article: ({ path }) => view(path),
    close_article: () => null,
    push({ path, version, updates }) {
      const kept = get(path);
      if (version !== kept.updates.length) {
        return { accepted: false, version: kept.updates.length, updates: kept.updates.slice(version) };
      }
      advance(kept, updates);
      return { accepted: true, version: kept.updates.length, updates };
    },
    pull({ path, version }) {
      const kept = get(path);
      return { accepted: true, version: kept.updates.length, updates: kept.updates.slice(version) };
    },
    set_field({ path, key, value }) {
      setKey(path, key, value);
      return state(path);
    },
    leave_raw: ({ path }) => state(path),
    async preview({ path, version, known }) {
      const kept = get(path);
      await until(kept, version);
      const text = kept.text.toString();
      const { blocks, lines } = blocksOf(text);
      const old = known === rendering ? rendered : [];
      let start = 0;
      while (start < old.length && start < blocks.length && old[start]?.key === blocks[start]?.key) start++;
      let end = 0;
      while (
        end < old.length - start &&
        end < blocks.length - start &&
        old[old.length - 1 - end]?.key === blocks[blocks.length - 1 - end]?.key
      ) {
        end++;
      }
      rendered = blocks;
      rendering++;
      const visible = plain(text);
      return {
        version: kept.updates.length,
        rendering,
        keep_start: start,
        keep_end: end,
        blocks: blocks.slice(start, blocks.length - end),
        lines,
        counts: { signes: signes(visible), words: visible.split(/[\s’]+/).filter(Boolean).length },
        refused: null,
      };
    },
    save({ path }) {
      const kept = get(path);
      // A save that fails is part of the state.
      kept.problem = failing.get("save") ?? null;
      if (kept.problem) return state(path);
      kept.saved = JSON.stringify([kept.keys, kept.text.toString()]);
      kept.modified = Date.now();
      kept.savedAt = new Date().toISOString();
      changed();
      return state(path);
    },
    resolve_conflict({ path, choice }) {
      const kept = get(path);
      if (choice === "theirs" && kept.conflict) {
        const length = kept.text.length;
        const insert = kept.conflict.theirs;
        const changes = ChangeSet.of({ from: 0, to: length, insert }, length).toJSON() as unknown;
        advance(kept, [{ client: "desk", changes }]);
        kept.saved = JSON.stringify([kept.keys, insert]);
      }
      kept.conflict = null;
      return { state: state(path), undo: null };
    },
    resolve_hunks({ path, answers }) {
      const kept = get(path);
      const length = kept.text.length;
      const texts = (kept.conflict?.hunks ?? []).map((hunk, index) => {
        const answer = answers[index];
        if (answer?.choice === "edited") return answer.text;
        return answer?.choice === "both" ? hunk.mine + hunk.theirs : answer ? hunk[answer.choice] : "";
      });
      const changes = ChangeSet.of(
        { from: 0, to: length, insert: texts.join("") },
        length,
      ).toJSON() as unknown;
      advance(kept, [{ client: "desk", changes }]);
      kept.conflict = null;
      return { state: state(path), undo: null };
    },
    save_elsewhere({ path }) {
      return `/desks/${path}`;
    },
    keep_deleted({ path }) {
      get(path).deleted = false;
      return state(path);
    },
    deleted_articles() {
      return deleted;
    },
    recover_article({ key }) {
      const [item] = deleted.splice(
        deleted.findIndex((gone) => gone.key === key),
        1,
      );
      const path = item?.path ?? key;
      add({ path, keys: { title: item?.title ?? key }, body: "", modified: Date.now() });
      changed();
      return view(path);
    },
    discard_draft({ path }) {
      articles.delete(path);
      return null;
    },
    templates: () => [
      ...["news", "brief", "interview", "blank"].map((name) => ({ name, team: false })),
      { name: "portrait", team: true },
    ],
    new_article({ title, folder }) {
      const path = `${folder ? `${folder}/` : ""}${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.md`;
      add({ path, keys: { title }, body: "", modified: Date.now() });
      changed();
      return view(path);
    },
    rename_article({ path, name }) {
      const kept = get(path);
      articles.delete(path);
      kept.path = path.slice(0, path.lastIndexOf("/") + 1) + name;
      articles.set(kept.path, kept);
      return item(kept);
    },
    duplicate_article({ path }) {
      const kept = get(path);
      return item(add({ ...kept, path: path.replace(/\.md$/, "-2.md"), body: kept.text.toString() }));
    },
    answer_rename: () => null,
    mend_links: () => ({ links: 3, articles: 2, left: ["loin.md"] }),
    leave_links: () => null,
    undo_mended_links: () => ({ links: 3, articles: 2, left: [] }),
    trash_article({ path }) {
      const { title } = item(get(path));
      deleted.unshift({ key: path, path, title, time: new Date(Date.now()).toISOString() });
      articles.delete(path);
      return null;
    },
    history: ({ path }) => get(path).revisions,
    revision({ path, id }) {
      const kept = get(path);
      const found = kept.revisions.find((revision) => revision.id === id);
      if (!found) throw problem(`No such revision: ${id}`);
      return { item: found, text: found.text, current: kept.text.toString() };
    },
    restore_revision: ({ path }) => state(path),
    name_revision({ path, id, name }) {
      const found = get(path).revisions.find((revision) => revision.id === id);
      if (!found) throw problem(`No such revision: ${id}`);
      found.name = name || null;
      return found;
    },
    add_image: ({ name }) => ({ src: `images/${name}`, alt: name }),
    suggest_export_path: ({ path, options }) =>
      `/home/camille/Exports/${path.replace(/\.md$/, "")}.${options.format}`,
    choose_export_path: () => null,
    async export_article({ path, options, out, job }) {
      for (const step of ["reading", "setting", "writing"]) {
        say({ kind: "export_progress", job, step });
        await new Promise((go) => setTimeout(go, 20));
      }
      return {
        article: path,
        format: options.format,
        out,
        bytes: 84_211,
        sha256: "",
        left_out: [],
        warnings: [],
      };
    },
    cancel_export: () => null,
    open_exported: () => null,
    reveal_exported: () => null,
    pages: ({ version }) => ({ version, pages: ["page/1/1.png"], ratio: 210 / 297, warnings: [] }),
    set_settings(args) {
      settings = args.settings;
      return settings;
    },
    set_place: () => null,
    set_suggesting: () => null,
    focused: () => null,
    painted: () => settings.author || "camille",
    farewell: () => null,
    open_link: () => null,
  };

  const desk = {
    path: "/home/camille/Rédaction Tech",
    name: "Rédaction Tech",
    article_lang: "fr",
    watch: wishes.has("gone") ? ("gone" as const) : ("active" as const),
    weaker: null,
    suggesting: false,
  };
  const open = wishes.get("open") ?? SAMPLES[0]?.path ?? "";
  const boot: Boot = {
    version: "0.1.0",
    settings,
    lang: settings.lang ?? "fr",
    desk: wishes.has("none") ? null : desk,
    recents: [
      { path: "/home/camille/Numéro 12", name: "Numéro 12" },
      { path: "/srv/desk/Grands formats", name: "Grands formats" },
    ],
    article: articles.has(open) && !wishes.has("none") ? view(open) : null,
    sample: wishes.has("none"),
    problems: [],
    fixed_now_ms: null,
  };

  function clash(path: string, theirs: string) {
    const kept = get(path);
    const mine = kept.text.toString();
    kept.conflict = {
      mine,
      theirs,
      hunks: [
        { base: "", mine: mine.slice(0, 120), theirs: theirs.slice(0, 120), key: null, both: true },
        { base: "", mine: "title: A", theirs: "title: B", key: "title", both: false },
      ],
      edition: 1,
    };
    say({ kind: "article_changed", state: state(path), news: null, undo: null });
  }

  if (wishes.has("clash") && boot.article) {
    setTimeout(() => clash(open, get(open).text.toString().replace("près de 99", "plus de 97")));
  }

  return {
    boot,
    calls,
    failing,
    say,
    clash,
    async call(name, args) {
      calls.push(name);
      const failure = failing.get(name);
      if (failure && name !== "save") throw failure;
      const command = commands[name as keyof Commands] as ((args: unknown) => unknown) | undefined;
      if (!command) throw problem(`No such command: ${name}`);
      return command(args);
    },
    on(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    picture: (path) => `/${path}`,
  };
}

/** Blocks of a little Markdown: headings, quotations, paragraphs, `**strong**` and `*emphasis*`. */
function blocksOf(text: string): { blocks: Block[]; lines: number[] } {
  const blocks: Block[] = [];
  const lines: number[] = [];
  const seen = new Map<string, number>();
  let line = 1;
  for (const part of text.split(/\n\n+/)) {
    const source = part.trim();
    const at = line;
    line += part.split("\n").length + 1;
    if (source === "") continue;
    const time = (seen.get(source) ?? 0) + 1;
    seen.set(source, time);
    lines.push(at);
    blocks.push({ key: `${source}#${time}`, node: nodeOf(source) });
  }
  return { blocks, lines };
}

function nodeOf(source: string): unknown {
  const heading = /^(#{1,6}) (.*)$/.exec(source);
  if (heading) return { t: "h", l: heading[1]?.length, c: inline(heading[2] ?? "") };
  if (source.startsWith("> ")) {
    const quoted = source
      .split("\n")
      .map((one) => one.replace(/^> ?/, ""))
      .filter(Boolean);
    const by = quoted.at(-1)?.startsWith("— ") ? quoted.pop() : undefined;
    const c = quoted.map((one) => ({ t: "p", c: inline(one) }));
    return by === undefined ? { t: "quote", c } : { t: "quote", c, by: inline(by.slice(2)) };
  }
  return { t: "p", c: inline(source) };
}

function inline(source: string): unknown[] {
  return source
    .split(/(\*\*[^*]+\*\*|\*[^*]+\*)/)
    .filter(Boolean)
    .map((part) =>
      part.startsWith("**")
        ? { t: "strong", c: [part.slice(2, -2)] }
        : part.startsWith("*")
          ? { t: "em", c: [part.slice(1, -1)] }
          : part,
    );
}
