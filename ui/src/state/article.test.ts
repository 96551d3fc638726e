import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryHost, type MemoryHost } from "../host/memory";
import { wire } from "../ipc";
import type { ArticleState, SaveState } from "../ipc/generated/wire";
import { Article, AUTOSAVE_REST, RETRY_REST, SLOW_SAVE, saveOf } from "./article.svelte";

const PATH = "cables-sous-marins.md";
let host: MemoryHost;
let auto: boolean;
const problems: string[] = [];

async function open(): Promise<Article> {
  const view = await wire(host).call("open_article", { path: PATH });
  host.calls.length = 0;
  return new Article(wire(host), view, {
    autosave: () => auto,
    problem: (problem) => problems.push(problem.message),
  });
}

/** What the editor does when the person types: dirty at once, with the desk a moment later. */
async function typed(article: Article, text = "x") {
  article.dirty();
  const length = article.body.length;
  const changes = [[0, text], length];
  await article.push(article.heard, [{ client: "me", changes }]);
  article.synced(article.heard + 1);
}

beforeEach(() => {
  vi.useFakeTimers();
  host = memoryHost();
  auto = true;
  problems.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

test.each<[string, SaveState, boolean, number, boolean, SaveState]>([
  ["nothing typed", "saved", false, 3, false, "saved"],
  ["typed, not with the desk", "saved", true, 3, false, "dirty"],
  ["typed while a save is under way", "saved", true, 3, true, "dirty"],
  ["with the desk, whose state is older", "saved", false, 4, false, "dirty"],
  ["in the draft", "dirty", false, 3, false, "dirty"],
  ["on its way", "dirty", false, 3, true, "saving"],
  ["a conflict outweighs typing", "conflict", true, 9, false, "conflict"],
  ["so does a failed save", "error", true, 9, true, "error"],
])("%s", (_, save, local, heard, saving, expected) => {
  const state = { version: 3, save } as ArticleState;
  expect(saveOf(state, local, heard, saving)).toBe(expected);
});

test("typing is dirty at once, saved after a second of rest", async () => {
  const article = await open();
  expect(article.saveState).toBe("saved");
  article.dirty();
  expect(article.saveState).toBe("dirty");
  await typed(article);
  expect(article.saveState).toBe("dirty");
  await vi.advanceTimersByTimeAsync(AUTOSAVE_REST - 1);
  expect(host.calls).not.toContain("save");
  await vi.advanceTimersByTimeAsync(1);
  expect(host.calls).toContain("save");
  expect(article.saveState).toBe("saved");
});

test("every keystroke begins the second of rest anew", async () => {
  const article = await open();
  await typed(article);
  await vi.advanceTimersByTimeAsync(AUTOSAVE_REST - 100);
  article.dirty();
  await vi.advanceTimersByTimeAsync(AUTOSAVE_REST - 100);
  expect(host.calls).not.toContain("save");
});

test("without autosave only the person saves", async () => {
  auto = false;
  const article = await open();
  await typed(article);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(article.saveState).toBe("dirty");
  await article.save();
  expect(article.saveState).toBe("saved");
});

test("text is with the desk before it is saved", async () => {
  const article = await open();
  const order: string[] = [];
  article.editor = {
    flush: async () => {
      order.push("flush");
      return 0;
    },
    receive: () => {},
    exec: () => {},
    focus: () => {},
    blur: () => {},
    remarkHere: () => null,
    scrollToLine: () => {},
  };
  const before = host.call.bind(host);
  host.call = async (name, args) => {
    order.push(name);
    return before(name, args);
  };
  article.type("title", "Autre titre");
  await article.save();
  expect(order.filter((name) => name !== "preview")).toEqual(["flush", "set_field", "save"]);
});

test("a disk that does not answer is said until it does", async () => {
  const article = await open();
  await typed(article);
  let answer = () => {};
  const before = host.call.bind(host);
  host.call = async (name, args) => {
    if (name === "save") await new Promise<void>((resolve) => (answer = resolve));
    return before(name, args);
  };
  const saved = article.save();
  await vi.advanceTimersByTimeAsync(SLOW_SAVE - 1);
  expect([article.saveState, article.stuck]).toEqual(["saving", false]);
  await vi.advanceTimersByTimeAsync(1);
  expect([article.saveState, article.stuck]).toEqual(["saving", true]);
  answer();
  await saved;
  expect([article.saveState, article.stuck]).toEqual(["saved", false]);
  await vi.advanceTimersByTimeAsync(SLOW_SAVE);
  expect(article.stuck).toBe(false);
});

const FULL = { code: "full", message: "The disk is full.", hint: "" };

test("a save that fails on the disk is in the state, and is tried again by itself", async () => {
  const article = await open();
  await typed(article);
  host.failing.set("save", FULL);
  await article.save();
  expect([article.saveState, article.state.problem?.message]).toEqual(["error", "The disk is full."]);
  await vi.advanceTimersByTimeAsync(RETRY_REST);
  expect(article.saveState).toBe("error");
  host.failing.clear();
  await vi.advanceTimersByTimeAsync(RETRY_REST);
  expect(article.saveState).toBe("saved");
});

test("a save that never came to the disk is said once and tried again", async () => {
  const article = await open();
  await typed(article);
  const before = host.call.bind(host);
  host.call = (name, args) => (name === "save" ? Promise.reject(FULL) : before(name, args));
  await article.save();
  await vi.advanceTimersByTimeAsync(RETRY_REST);
  expect(article.saveState).toBe("error");
  expect(problems).toEqual(["The disk is full."]);
  host.call = before;
  await vi.advanceTimersByTimeAsync(RETRY_REST);
  expect(article.saveState).toBe("saved");
});

test("nothing is saved over a conflict", async () => {
  const article = await open();
  host.clash(PATH, "autre");
  article.take({
    ...article.state,
    save: "conflict",
    conflict: { mine: "a", theirs: "b", hunks: [], edition: 0 },
  });
  await article.save();
  expect(host.calls).not.toContain("save");
});

test("an older state does not replace a newer one", async () => {
  const article = await open();
  article.take({ ...article.state, version: 5, save: "dirty" });
  article.take({ ...article.state, version: 4, save: "saved" });
  expect(article.state).toMatchObject({ version: 5, save: "dirty" });
});

test("the editor is told of a version that it lacks, and of no other", async () => {
  const article = await open();
  const receive = vi.fn();
  const nothing = () => {};
  article.editor = {
    flush: async () => 0,
    receive,
    exec: nothing,
    focus: nothing,
    blur: nothing,
    remarkHere: () => null,
    scrollToLine: nothing,
  };
  article.take({ ...article.state, version: 0 });
  expect(receive).not.toHaveBeenCalled();
  article.take({ ...article.state, version: 2 });
  expect(receive).toHaveBeenCalledExactlyOnceWith(2);
});

test("a rendering is asked for beside the push, for the version that it leads to", async () => {
  const article = await open();
  const asked: unknown[] = [];
  const before = host.call.bind(host);
  host.call = (name, args) => {
    if (name === "preview") asked.push((args as { version: number }).version);
    return before(name, args);
  };
  void article.push(0, [{ client: "me", changes: [[0, "x"], article.body.length] }]);
  expect(asked).toEqual([1]);
});

test("a field shows what is typed until the desk has it, and sends the last text only", async () => {
  const article = await open();
  article.type("title", "A");
  article.type("title", "Ab");
  expect(article.field("title")).toBe("Ab");
  expect(article.saveState).toBe("dirty");
  await article.fields.flush();
  expect(host.calls.filter((name) => name === "set_field")).toHaveLength(1);
  expect(article.fields.pending.size).toBe(0);
  expect(article.field("title")).toBe("Ab");
});

test("a field that could not be sent stays on the screen and dirty", async () => {
  const article = await open();
  host.failing.set("set_field", { code: "x", message: "No.", hint: "" });
  article.type("title", "Ab");
  await expect(article.fields.flush()).rejects.toMatchObject({ message: "No." });
  expect(article.field("title")).toBe("Ab");
  expect(article.saveState).toBe("dirty");
});

test("a field that cannot be set stops nothing else: it says why, and gives up when asked", async () => {
  const article = await open();
  host.failing.set("set_field", { code: "cannot_set", message: "Not alone.", hint: "" });
  article.type("byline", "Anna");
  await typed(article);
  await article.settle();
  expect(article.field("byline")).toBe("Anna");
  expect(article.fields.refusal("byline")?.message).toBe("Not alone.");
  expect(article.fields.pending.size).toBe(0);
  await article.save();
  expect(host.calls).toContain("save");
  // The words on the screen are not on the disk.
  expect(article.saveState).toBe("dirty");
  await article.fields.leave("byline");
  expect(article.field("byline")).toBe("Anna");
  article.fields.giveUp("byline");
  expect(article.field("byline")).toBe(article.state.furniture.byline.value);
  expect(article.saveState).toBe("saved");
});

test("an emptied title stays empty under the hands, whatever the desk reads in its place", async () => {
  const article = await open();
  const before = host.call.bind(host);
  host.call = async (name, args) => {
    const answer = (await before(name, args)) as ArticleState;
    if (name !== "set_field") return answer;
    const title = { ...answer.furniture.title, value: "Le titre du fichier" };
    return { ...answer, furniture: { ...answer.furniture, title } };
  };
  article.type("title", "");
  await article.fields.flush();
  expect(article.field("title")).toBe("");
  await article.fields.leave("title");
  expect(article.field("title")).toBe("Le titre du fichier");
});

test("what an input method is making is neither sent nor replaced", async () => {
  const article = await open();
  article.fields.compose("title", "にほ");
  await article.settle();
  expect(host.calls).not.toContain("set_field");
  const title = { ...article.state.furniture.title, value: "Deux" };
  article.take({ ...article.state, furniture: { ...article.state.furniture, title } });
  expect([article.field("title"), article.saveState]).toEqual(["にほ", "dirty"]);
  article.type("title", "日本");
  await article.settle();
  expect(article.field("title")).toBe("日本");
});

test("leaving makes the text safe, saves and closes, in this order", async () => {
  const article = await open();
  await typed(article);
  const { closed } = await article.leave();
  await closed;
  const order = host.calls.filter((name) => ["save", "set_place", "close_article"].includes(name));
  expect(order).toEqual(["save", "set_place", "close_article"]);
});

test.each([
  ["title", "Un mot ", "Un mot"],
  ["tags", "mer, ", "mer"],
])(
  "%s: what the desk trims stays under the hands that typed it, until they leave",
  async (key, typing, kept) => {
    const article = await open();
    const before = host.call.bind(host);
    host.call = (name, args) =>
      before(name, name === "set_field" ? { ...(args as object), value: kept } : args);
    const field = key as "title" | "tags";
    article.type(field, typing);
    await article.fields.flush();
    expect(article.field(field)).toBe(typing);
    await article.fields.leave(field);
    expect(article.field(field)).toBe(kept);
  },
);

test("another value from the desk is shown at once", async () => {
  const article = await open();
  article.type("title", "Un");
  await article.fields.flush();
  const title = { ...article.state.furniture.title, value: "Deux" };
  article.take({ ...article.state, furniture: { ...article.state.furniture, title } });
  expect(article.field("title")).toBe("Deux");
});
