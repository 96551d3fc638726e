import { beforeEach, expect, test } from "vitest";
import { memoryHost, type MemoryHost } from "../host/memory";
import { wire } from "../ipc";
import type { DiffRow, RowMark, VersionItem, VersionRef } from "../ipc/generated/wire";
import { byPlace, Changes, keyOf, parts, startingPoint } from "./diff.svelte";

const PATH = "cables-sous-marins.md";
let host: MemoryHost;
let changes: Changes;
const problems: string[] = [];

beforeEach(async () => {
  host = memoryHost();
  problems.length = 0;
  changes = new Changes(wire(host), (problem) => problems.push(problem.message));
  await changes.open(PATH, null);
});

const version = (ref: VersionRef): VersionItem => ({ version: ref, label: "", author: "", time: "" });
const draft = version({ is: "draft" });
const read = version({ is: "read" });
const published = version({ is: "published" });
const [newer, older] = [version({ is: "revision", id: 9 }), version({ is: "revision", id: 2 })];

test.each<[string, VersionItem[], VersionRef | null]>([
  ["what was read", [draft, newer, published, read, older], read.version],
  [
    "not what one wrote last oneself",
    [draft, newer, { ...read, label: "own" }, published],
    published.version,
  ],
  ["else what was published", [draft, newer, published, older], published.version],
  ["else the oldest revision", [draft, newer, older], older.version],
  ["else nothing", [draft], null],
])("compared with first: %s", (_, versions, expected) => {
  expect(startingPoint(versions)).toEqual(expected);
});

test("every version has a name of its own", () => {
  const refs: VersionRef[] = [
    { is: "draft" },
    { is: "disk" },
    { is: "revision", id: 1 },
    { is: "revision", id: 2 },
    { is: "signed", id: null },
    { is: "signed", id: "a" },
    { is: "commit", name: "a" },
    { is: "file", path: "a" },
  ];
  expect(new Set(refs.map(keyOf)).size).toBe(refs.length);
});

const row = (mark: RowMark | "edited"): DiffRow => {
  const inline = [
    { text: "x", mark: mark === "edited" ? ("insert" as const) : ("same" as const), change: null },
  ];
  return {
    field: null,
    mark: mark === "edited" ? "kept" : mark,
    change: null,
    old: inline,
    new: inline,
    inline,
  };
};
const shape = (marks: (RowMark | "edited")[], unfolded: number[] = []) =>
  parts(marks.map(row), new Set(unfolded))
    .map((part) => ("folded" in part ? `(${part.index}+${part.folded.length})` : String(part.index)))
    .join(" ");

test.each<[string, (RowMark | "edited")[], number[], string]>([
  [
    "one row on each side of a change stays",
    ["kept", "kept", "kept", "edited", "kept", "kept", "kept"],
    [],
    "(0+2) 2 3 4 (5+2)",
  ],
  ["a single row is not worth a fold", ["kept", "kept", "edited"], [], "0 1 2"],
  [
    "what was unfolded stays",
    ["kept", "kept", "kept", "edited", "kept", "kept", "kept"],
    [0],
    "0 1 2 3 4 (5+2)",
  ],
  ["a move is a change", ["kept", "kept", "kept", "moved_from"], [], "(0+2) 2 3"],
  ["nothing changed", ["kept", "kept", "kept"], [], "(0+3)"],
  ["nothing at all", [], [], ""],
])("folded: %s", (_, marks, unfolded, expected) => {
  expect(shape(marks, unfolded)).toBe(expected);
});

test("changes are gone through in the order of the text, in the list by risk", () => {
  const view = changes.view;
  if (!view) throw new Error("no view");
  const order = byPlace(view);
  expect([...order].sort((a, b) => a - b)).toEqual(view.changes.map((_, index) => index));
  expect(view.changes[order[0] ?? 0]?.field).toBe("title");
  changes.step(1);
  expect(changes.at).toBe(order[0]);
  changes.step(-1);
  expect(changes.at).toBe(order.at(-1));
  changes.look = "list";
  changes.at = null;
  changes.step(1);
  expect(changes.at).toBe(0);
  expect(view.changes[0]?.class).toBe("quote");
});

test("a filter leaves out the other classes; steps keep to it", () => {
  changes.filter("figure");
  expect(changes.order.map((index) => changes.view?.changes[index]?.class)).toEqual(["figure", "figure"]);
  changes.filter("name");
  expect(changes.order).toHaveLength(3);
  changes.step(1);
  const at = changes.at;
  changes.filter("figure");
  changes.filter("name");
  changes.filter("quote");
  expect(at).not.toBeNull();
  expect(changes.at).toBeNull();
  changes.filter(null);
  expect(changes.order).toHaveLength(changes.view?.changes.length ?? -1);
});

test("steps over nothing go nowhere", async () => {
  await changes.open("brest-fibre.md", null);
  changes.step(1);
  expect(changes.at).toBeNull();
});

test("what is marked as read is what the next look starts from", async () => {
  expect(changes.view?.changes.length).toBeGreaterThan(0);
  expect(await changes.markRead()).toBe(true);
  expect(changes.old).toEqual({ is: "read" });
  expect(changes.view?.changes).toEqual([]);
});

test("a failed mark is said, and nothing else changes", async () => {
  host.failing.set("mark_read", { code: "x", message: "Not kept.", hint: "" });
  expect(await changes.markRead()).toBe(false);
  expect(problems).toEqual(["Not kept."]);
  expect(changes.view?.changes.length).toBeGreaterThan(0);
});

test("only what was shown is marked as read; what came since is shown", async () => {
  host.failing.set("mark_read", { code: "read_moved", message: "It moved on.", hint: "" });
  const before = host.calls.length;
  expect(await changes.markRead()).toBe(false);
  expect(host.calls.slice(before)).toEqual(["mark_read", "diff"]);
});

test("another article starts anew; the same one stays as it was chosen", async () => {
  await changes.choose({ old: { is: "revision", id: 98 } });
  await changes.open(PATH, null);
  expect(changes.old).toEqual({ is: "revision", id: 98 });
  await changes.open("brest-fibre.md", null);
  expect(changes.old).toEqual({ is: "revision", id: 96 });
  await changes.open(PATH, { old: { is: "signed", id: "f1" }, new: { is: "draft" } });
  expect(changes.view?.old.version).toEqual({ is: "signed", id: "f1" });
});

test("a comparison that fails says why and can be tried again", async () => {
  host.failing.set("diff", { code: "x", message: "No such commit.", hint: "" });
  await changes.choose({ old: { is: "commit", name: "abc" } });
  expect(changes.problem?.message).toBe("No such commit.");
  expect(changes.busy).toBe(false);
  host.failing.clear();
  await changes.refresh();
  expect(changes.problem).toBeNull();
});
