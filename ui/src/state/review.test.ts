import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryHost, type MemoryHost } from "../host/memory";
import { wire } from "../ipc";
import type { Passage, Problem, SuggestionItem } from "../ipc/generated/wire";
import {
  acceptable,
  around,
  mentionAt,
  people,
  Reviewing,
  UNSENT_REST,
  within,
  type ReviewScreen,
} from "./review.svelte";

const PATH = "cables-sous-marins.md";
let host: MemoryHost;
let review: Reviewing;
let body: string;
let names: string[];
let selected: Passage | null;
let caret = 0;
const problems: string[] = [];

const screen: ReviewScreen = {
  mark: () => {},
  accept: (items) => items.filter(({ passage }) => passage).map(({ id }) => id),
  putBack: () => true,
  selected: () => selected,
  caret: () => selected?.end ?? caret,
  words: ({ start, end }) => body.slice(start, end),
  reveal: () => {},
};

async function open(wish = "") {
  host = memoryHost(wish);
  const to = wire(host);
  const view = await to.call("open_article", { path: PATH });
  body = view.body;
  review = new Reviewing(to, {
    problem: (problem) => problems.push(problem.message),
    settle: () => Promise.resolve(view.state.version),
    named: async (author) => {
      names.push(author);
      const boot = host.boot;
      if (boot) await to.call("set_settings", { settings: { ...boot.settings, author } });
    },
  });
  review.screen = screen;
  await review.load(PATH);
}

const suggestion = (id: string) => review.value?.suggestions.find((item) => item.id === id);
const thread = (id: string) => review.value?.threads.find((item) => item.id === id);
const one = (id: string) => {
  const found = suggestion(id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const place = (words: string): Passage => {
  const start = body.indexOf(words);
  return { start, end: start + words.length };
};
const sent = () => host.calls.filter((name) => name === "keep_unsent").length;

beforeEach(async () => {
  names = [];
  selected = null;
  problems.length = 0;
  await open();
});
afterEach(() => {
  vi.useRealTimers();
});

const item = (id: string, some: Partial<SuggestionItem> = {}): SuggestionItem => ({
  id,
  author: "Élise",
  mine: false,
  time: "",
  note: "",
  class: "words",
  passage: { start: 0, end: 1 },
  old: "a",
  new: "b",
  standing: "placed",
  attached: false,
  verdict: "open",
  decided_by: "",
  edited_since: false,
  rivals: [],
  ...some,
});

test.each<[string, SuggestionItem[], string[]]>([
  ["all that are in their place", [item("a"), item("b")], ["a", "b"]],
  ["of rivals the first", [item("a"), item("b", { rivals: ["a"] }), item("c")], ["a", "c"]],
  [
    "the second of rivals whose first is left out",
    [item("a", { verdict: "rejected" }), item("b", { rivals: ["a"] })],
    ["b"],
  ],
  ["none whose text has changed", [item("a", { standing: "changed" })], []],
  ["none without a place", [item("a", { standing: "orphaned", passage: null })], []],
])("accepted together: %s", (_, items, expected) => {
  expect(acceptable(items).map(({ id }) => id)).toEqual(expected);
});

test.each<[string, Passage | null, Passage | null, boolean]>([
  ["inside", { start: 3, end: 5 }, { start: 2, end: 6 }, true],
  ["the same", { start: 2, end: 6 }, { start: 2, end: 6 }, true],
  ["a place at its edge", { start: 6, end: 6 }, { start: 2, end: 6 }, true],
  ["over its edge", { start: 5, end: 7 }, { start: 2, end: 6 }, false],
  ["nothing selected", { start: 5, end: 7 }, null, false],
  ["no place", null, { start: 2, end: 6 }, false],
])("within: %s", (_, inner, outer, expected) => {
  expect(within(inner, outer)).toBe(expected);
});

test.each<[string, string, { start: number; query: string } | null]>([
  ["at the start", "@é", { start: 0, query: "é" }],
  ["after a blank", "voir @Élise F", { start: 5, query: "Élise F" }],
  ["just begun", "voir @", { start: 5, query: "" }],
  ["not in an address", "a@b", null],
  ["not after two blanks", "@Élise Faure dit", null],
  ["not before any", "voir", null],
])("a mention is begun: %s", (_, text, expected) => {
  expect(mentionAt(text, text.length)).toEqual(expected);
});

test("a mention is completed by any part of a name, accents or not", () => {
  const all = ["Élise Faure", "Claire Morel", "Samia Haddad"];
  expect(people(all, "eli")).toEqual(["Élise Faure"]);
  expect(people(all, "mor")).toEqual(["Claire Morel"]);
  expect(people(all, "")).toEqual(all);
  expect(people(all, "lise")).toEqual([]);
  expect(people(all, "Élise Faure")).toEqual([]);
});

test("a suggestion is shown with the words around it, and without them where its text moved on", () => {
  expect(around(one("s2"), screen)).toEqual({
    before: "qu’un tuyau d’arrosage, et ",
    after: " des échanges entre continents",
  });
  body = `Un mot de plus. ${body}`;
  expect(around(one("s2"), screen)).toEqual({ before: "", after: "" });
});

test("what is accepted is applied first and then recorded", async () => {
  const applied: string[][] = [];
  review.screen = {
    ...screen,
    accept: (items) => {
      expect(host.calls).not.toContain("decide");
      applied.push(items.map(({ id }) => id));
      return items.map(({ id }) => id);
    },
  };
  expect(await review.accept([one("s1"), one("s4")])).toBe(2);
  expect(applied).toEqual([["s1", "s4"]]);
  expect([suggestion("s1")?.verdict, suggestion("s4")?.verdict]).toEqual(["accepted", "accepted"]);
});

test("what the editor could not apply is not recorded", async () => {
  review.screen = { ...screen, accept: () => [] };
  expect(await review.accept([one("s1")])).toBe(0);
  expect(host.calls).not.toContain("decide");
  expect(suggestion("s1")?.verdict).toBe("open");
});

test("a rejection is taken back", async () => {
  await review.reject([one("s1")]);
  expect(suggestion("s1")).toMatchObject({ verdict: "rejected", decided_by: "Camille Morel" });
  await review.undecided(["s1"]);
  expect(suggestion("s1")?.verdict).toBe("open");
});

test("text in a box is kept a quarter of a second after the first key, not after the last", async () => {
  vi.useFakeTimers();
  review.type("whole", "T");
  await vi.advanceTimersByTimeAsync(UNSENT_REST - 50);
  review.type("whole", "Tr");
  expect(sent()).toBe(0);
  await vi.advanceTimersByTimeAsync(50);
  expect(sent()).toBe(1);
  await open();
});

test("text in a box is there again after a restart, and gone when it was sent", async () => {
  review.type("reply:t1", "Je vérifie");
  await review.keep();
  const again = new Reviewing(wire(host), {
    problem: () => {},
    settle: () => Promise.resolve(0),
    named: () => Promise.resolve(),
  });
  await again.load(PATH);
  expect(again.box("reply:t1").text).toBe("Je vérifie");
  expect(await again.send("reply:t1")).toBe(true);
  expect(again.box("reply:t1").text).toBe("");
  await again.load(PATH);
  expect(again.box("reply:t1").text).toBe("");
  expect(again.value?.unsent).toEqual([]);
  expect(again.value?.threads[0]?.messages.at(-1)?.text).toBe("Je vérifie");
});

test("what could not be sent stays in its box", async () => {
  host.failing.set("comment", { code: "full", message: "The disk is full.", hint: "" });
  review.type("whole", "Bien vu");
  expect(await review.send("whole")).toBe(false);
  expect(review.box("whole").text).toBe("Bien vu");
  expect(problems).toEqual(["The disk is full."]);
});

test("another article's boxes are its own; what was typed goes to the article it was typed for", async () => {
  review.type("whole", "Pour les câbles");
  await review.load("brest-fibre.md");
  expect(review.box("whole").text).toBe("");
  await review.load(PATH);
  expect(review.box("whole").text).toBe("Pour les câbles");
});

test("a new comment stands on what is selected, and takes along what was typed", async () => {
  expect(await review.begin()).toBe(false);
  review.type("whole", "Lequel ?");
  selected = place("trois consortiums");
  expect(await review.begin()).toBe(true);
  expect([review.box("new").text, review.box("whole").text]).toEqual(["Lequel ?", ""]);
  review.tick("new", true);
  await review.send("new");
  expect(review.value?.threads.at(-1)).toMatchObject({ quote: "trois consortiums", off_record: true });
  expect(review.box("new").passage).toBeNull();
});

test("a comment on a place that moved on too far is sent again with the place of now", async () => {
  selected = place("trois consortiums");
  await review.begin();
  review.type("new", "Lequel ?");
  const call = host.call.bind(host);
  let refused = 0;
  host.call = (name, args) =>
    name === "comment" && refused++ === 0
      ? Promise.reject({ code: "stale", message: "Too old.", hint: "" } satisfies Problem)
      : call(name, args);
  expect(await review.send("new")).toBe(true);
  expect(refused).toBe(2);
  expect(problems).toEqual([]);
});

test("an orphan is attached to what is selected, and gets its place back when that was wrong", async () => {
  const before = thread("t3");
  expect(before).toMatchObject({ standing: "orphaned", attached: false });
  expect(await review.attach("t3")).toBeNull();
  selected = place("La flotte mondiale");
  expect(await review.attach("t3")).toBe(true);
  expect(thread("t3")).toMatchObject({ standing: "placed", quote: "La flotte mondiale", attached: true });
  await review.detach("t3");
  expect(thread("t3")).toMatchObject({ standing: "orphaned", quote: before?.quote });
});

test("what is to be put in is attached at the caret, whether or not something is selected", async () => {
  const there = place("La flotte mondiale").end;
  caret = there;
  const proposal = { id: "p1", passage: { start: there, end: there }, new: " entière" };
  const version = review.value?.version ?? 0;
  await review.suggest(PATH, { version, proposals: [proposal], gone: [], settled: true });
  expect(suggestion("p1")).toMatchObject({ old: "", mine: true });
  caret = 3;
  expect(await review.attach("p1")).toBe(true);
  expect(suggestion("p1")).toMatchObject({ passage: { start: 3, end: 3 }, old: "", attached: true });
});

test("what was not taken back stays, whatever else is proposed", async () => {
  const version = review.value?.version ?? 0;
  const proposals = [{ id: "p1", passage: place("trois consortiums"), new: "deux" }];
  await review.suggest(PATH, { version, proposals, gone: [], settled: true });
  await review.suggest(PATH, { version, proposals: [], gone: [], settled: true });
  expect(suggestion("p1")?.verdict).toBe("open");
  await review.suggest(PATH, { version, proposals: [], gone: ["p1"], settled: true });
  expect(suggestion("p1")?.verdict).toBe("withdrawn");
});

test("the mark off the record stays with the words: in the box, over another article, over a restart", async () => {
  review.type("whole", "Entre nous");
  review.tick("whole", true);
  await review.load("brest-fibre.md");
  expect(review.box("whole").offRecord).toBe(false);
  await review.load(PATH);
  expect(review.box("whole")).toMatchObject({ text: "Entre nous", offRecord: true });
  // It goes along to a passage and back.
  selected = place("trois consortiums");
  await review.begin();
  expect(review.box(review.composing)).toMatchObject({ text: "Entre nous", offRecord: true });
  review.onWhole();
  expect(await review.send("whole")).toBe(true);
  expect(review.value?.threads.at(-1)).toMatchObject({ off_record: true });
  expect(review.box("whole").offRecord).toBe(false);
});

test("a place is told once; after that it is where the desk says", async () => {
  const told: (number | null)[] = [];
  const call = host.call.bind(host);
  host.call = (name, args) => {
    if (name === "keep_unsent") told.push((args as { version: number | null }).version);
    return call(name, args);
  };
  selected = place("trois consortiums");
  await review.begin();
  // An answer from before does not move it.
  await review.load(PATH);
  expect(review.box("new").passage).toEqual(selected);
  await review.keep();
  review.type("new", "Lequel ?");
  await review.keep();
  expect(told).toEqual([expect.any(Number), null]);
  const value = review.value;
  if (!value) throw new Error("no review");
  // Its words were taken out: what is typed stays, and says what it was about.
  host.call = (name, args) =>
    name === "review"
      ? Promise.resolve({
          ...value,
          unsent: [{ key: "new", text: "", passage: null, quote: "trois consortiums", off_record: false }],
        })
      : call(name, args);
  await review.load(PATH);
  expect(review.composing).toBe("new");
  expect(review.box("new")).toMatchObject({ text: "Lequel ?", passage: null, quote: "trois consortiums" });
});

test("the name is asked for once, and everything that waited for it is done", async () => {
  await open("nameless");
  review.type("whole", "Bonjour");
  review.type("reply:t1", "Oui");
  const both = [review.send("whole"), review.send("reply:t1")];
  await vi.waitFor(() => expect(review.naming).not.toBeNull());
  review.naming?.("  Inès Bœuf ");
  expect(await Promise.all(both)).toEqual([true, true]);
  expect(names).toEqual(["Inès Bœuf"]);
  expect(thread("t1")?.messages.at(-1)).toMatchObject({ author: "Inès Bœuf", text: "Oui" });
});

test("without a name nothing is sent and nothing is lost", async () => {
  await open("nameless");
  review.type("whole", "Bonjour");
  const sending = review.send("whole");
  await vi.waitFor(() => expect(review.naming).not.toBeNull());
  review.naming?.(null);
  expect(await sending).toBe(false);
  expect(review.box("whole").text).toBe("Bonjour");
  expect(problems).toEqual([]);
});

test("news of the record is read; of another article it is not", async () => {
  host.calls.length = 0;
  review.hear("brest-fibre.md");
  review.hear(PATH);
  expect(host.calls.filter((name) => name === "review")).toHaveLength(1);
});

test("an answer to an older question does not replace a newer one", async () => {
  const call = host.call.bind(host);
  let late: (() => void) | undefined;
  host.call = async (name, args) => {
    const answer = await call(name, args);
    if (name === "review" && !late) await new Promise<void>((go) => (late = go));
    return answer;
  };
  const first = review.load(PATH);
  await vi.waitFor(() => expect(late).toBeDefined());
  await review.reject([one("s1")]);
  late?.();
  await first;
  expect(suggestion("s1")?.verdict).toBe("rejected");
});
