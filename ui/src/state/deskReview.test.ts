import { afterEach, expect, test, vi } from "vitest";
import { memoryHost } from "../host/memory";
import { wire } from "../ipc";
import { Desk } from "./desk.svelte";
import { DESK_REST, DeskReviewing } from "./deskReview.svelte";
import { reasonDue, stagesAfter } from "./stages";

afterEach(() => {
  vi.useRealTimers();
});

test("what waits comes in the desk's order, broken seals are known by article", async () => {
  const host = memoryHost();
  const reviewing = new DeskReviewing(wire(host));
  expect(reviewing.known).toBe(false);
  await reviewing.load();
  expect(reviewing.items[0]?.path).toBe("cables-sous-marins.md");
  expect(reviewing.broken.get("cables-sous-marins.md")).toEqual(["sub_editor"]);
  expect(reviewing.broken.has("brest-fibre.md")).toBe(false);
});

test("two questions are never asked at once; what came during one is asked after it", async () => {
  const host = memoryHost();
  const call = host.call.bind(host);
  const open: (() => void)[] = [];
  host.call = async (name, args) => {
    await new Promise<void>((go) => open.push(go));
    return call(name, args);
  };
  const reviewing = new DeskReviewing(wire(host));
  const all = [reviewing.load(), reviewing.load(), reviewing.load()];
  expect(open).toHaveLength(1);
  open[0]?.();
  await vi.waitFor(() => expect(open).toHaveLength(2));
  open[1]?.();
  await Promise.all(all);
  expect(open).toHaveLength(2);
});

test("news that come together are one question, after a rest", async () => {
  vi.useFakeTimers();
  const host = memoryHost();
  const reviewing = new DeskReviewing(wire(host));
  reviewing.touch();
  reviewing.touch();
  await vi.advanceTimersByTimeAsync(DESK_REST - 1);
  expect(host.calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(host.calls).toEqual(["desk_review"]);
  reviewing.touch();
  reviewing.end();
  await vi.advanceTimersByTimeAsync(DESK_REST);
  expect(host.calls).toEqual(["desk_review"]);
});

test("a failure is kept with the list that was there", async () => {
  const host = memoryHost();
  const reviewing = new DeskReviewing(wire(host));
  await reviewing.load();
  host.failing.set("desk_review", { code: "x", message: "Gone.", hint: "" });
  await reviewing.load();
  expect(reviewing.problem?.message).toBe("Gone.");
  expect(reviewing.items.length).toBeGreaterThan(0);
});

test.each<[string, string[]]>([
  ["draft", ["review", "approved", "published", "hold", "spiked"]],
  ["review", ["draft", "approved", "published", "hold", "spiked"]],
  ["published", ["draft", "review", "approved", "hold", "killed"]],
  ["hold", ["draft", "review", "approved", "published", "spiked", "killed"]],
  ["spiked", ["draft", "review", "approved", "published", "hold"]],
  ["relu par le chef", ["draft", "review", "approved", "published", "hold", "spiked", "killed"]],
])("from %s an article goes to %s", (from, expected) => {
  expect(stagesAfter(from)).toEqual(expected);
});

test.each<[string, string, boolean]>([
  ["draft", "review", false],
  ["draft", "published", false],
  ["review", "draft", true],
  ["published", "approved", true],
  ["published", "killed", true],
  ["draft", "spiked", true],
  ["approved", "hold", true],
  ["hold", "review", false],
  ["spiked", "draft", false],
])("from %s to %s a reason is due: %s", (from, to, due) => {
  expect(reasonDue(from, to)).toBe(due);
});

test.each([
  [
    "a broken seal: what was signed",
    { broken_seal: "f1", mentions: 1 },
    "changes",
    { is: "signed", id: "f1" },
  ],
  ["a mention: the review", { mentions: 1, unread: [{ class: "words", count: 1 }] }, "review", null],
  ["what is unread: what was read", { unread: [{ class: "words", count: 1 }] }, "changes", { is: "read" }],
  ["suggestions: the review", {}, "review", null],
  ["what was never read: its changes", { never_read: true }, "changes", null],
] as const)("a line of the list opens what it waits for; %s", async (_, some, tab, old) => {
  const host = memoryHost();
  if (!host.boot) throw new Error("no boot");
  const desk = new Desk(host, host.boot);
  const item = { path: "brest-fibre.md", broken_seal: null, mentions: 0, unread: [], never_read: false };
  await desk.openReview({ ...item, ...some, unread: [...("unread" in some ? some.unread : [])] });
  expect(desk.article?.path).toBe("brest-fibre.md");
  expect(desk.prefs.value.side_tab).toBe(tab);
  expect(desk.comparing?.old ?? null).toEqual(old);
  desk.end();
});
