import { afterEach, expect, test, vi } from "vitest";
import { memoryHost } from "../host/memory";
import { wire } from "../ipc";
import type { RevisionItem } from "../ipc/generated/wire";
import { Export } from "./export.svelte";
import { sittings } from "./history.svelte";
import { NOTICE_STAYS, Notices } from "./notices.svelte";
import { commandFor, matches, SHORTCUTS, type Pressed } from "./shortcuts";

afterEach(() => {
  vi.useRealTimers();
});

function revision(id: number, minute: number, some: Partial<RevisionItem> = {}): RevisionItem {
  const time = new Date(Date.UTC(2026, 10, 23, 12, minute)).toISOString();
  return { id, time, author: "Camille", origin: "save", bytes: 1, name: null, delta: 0, ...some };
}

const ids = (list: RevisionItem[]) => sittings(list).map((sitting) => sitting.map(({ id }) => id));

test("saves of one author fold while no pause is longer than ten minutes", () => {
  expect(ids([revision(4, 30), revision(3, 20), revision(2, 9), revision(1, 8)])).toEqual([
    [4, 3],
    [2, 1],
  ]);
});

test("another author, another origin and a name stand alone", () => {
  expect(
    ids([
      revision(5, 5),
      revision(4, 4, { author: "Élise" }),
      revision(3, 3, { origin: "outside" }),
      revision(2, 2, { name: "envoyée" }),
      revision(1, 1),
    ]),
  ).toEqual([[5], [4], [3], [2, 1]]);
});

const press = (key: string, some: Partial<Pressed> = {}): Pressed => ({
  key,
  code: "",
  ctrlKey: true,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...some,
});

test.each<[string, Pressed, string | null]>([
  ["Ctrl P", press("p"), "palette"],
  ["Ctrl P with capitals locked", press("P"), "palette"],
  ["Ctrl Shift F", press("F", { shiftKey: true }), "search"],
  ["Ctrl F", press("f"), "find"],
  ["Ctrl 1 on AZERTY", press("&", { code: "Digit1" }), "preview"],
  ["Ctrl 2 with Shift on AZERTY", press("2", { code: "Digit2", shiftKey: true }), "page"],
  ["Ctrl \\", press("\\", { code: "Backslash" }), "fold"],
  ["Ctrl * at the place of \\ on AZERTY", press("*", { code: "Backslash" }), "fold"],
  ["F1", press("F1", { ctrlKey: false }), "help"],
  ["p alone", press("p", { ctrlKey: false }), null],
  ["Ctrl Alt P", press("p", { altKey: true }), null],
  ["Cmd P where Ctrl is meant", press("p", { ctrlKey: false, metaKey: true }), null],
  ["Ctrl B belongs to the text", press("b"), null],
])("%s", (_, event, command) => {
  expect(commandFor(event)).toBe(command);
});

test("on a Mac it is Cmd, not Ctrl", () => {
  const cmd = press("s", { ctrlKey: false, metaKey: true });
  expect([commandFor(cmd, true), commandFor(press("s"), true)]).toEqual(["save", null]);
});

test("suggest mode has two keys, of which one is shown", () => {
  const keys = ["s", "e"].map((key) => commandFor(press(key, { shiftKey: true })));
  expect(keys).toEqual(["suggest", "suggest"]);
  expect(SHORTCUTS.filter(({ command, also }) => command === "suggest" && !also)).toHaveLength(1);
});

test("no key means two things", () => {
  for (const { key, scope } of SHORTCUTS) {
    expect(SHORTCUTS.filter((other) => other.key === key && other.scope === scope)).toHaveLength(1);
  }
  expect(matches("Mod+1", press("é", { code: "Digit2" }))).toBe(false);
});

test("a status goes after its time, an alert stays, a held one waits", () => {
  vi.useFakeTimers();
  const notices = new Notices();
  notices.say("un");
  const held = notices.say("deux");
  notices.problem({ code: "x", message: "trois", hint: "" });
  notices.hold(held);
  vi.advanceTimersByTime(NOTICE_STAYS);
  expect(notices.list.map(({ text }) => text)).toEqual(["deux", "trois"]);
  notices.release(held);
  vi.advanceTimersByTime(NOTICE_STAYS);
  expect(notices.list.map(({ text }) => text)).toEqual(["trois"]);
});

test("alerts are not pushed out by what passes, and what is let go says so", () => {
  vi.useFakeTimers();
  const notices = new Notices();
  const gone: string[] = [];
  notices.problem({ code: "x", message: "alerte", hint: "" });
  for (const text of ["un", "deux", "trois", "quatre"]) notices.say(text, { gone: () => gone.push(text) });
  expect(notices.list.map(({ text }) => text)).toEqual(["alerte", "deux", "trois", "quatre"]);
  const [, two, three] = notices.list;
  notices.act(two?.id ?? 0, { label: "", run: () => gone.push("action") });
  notices.drop(three?.id ?? 0);
  vi.advanceTimersByTime(NOTICE_STAYS);
  expect(gone).toEqual(["un", "action", "quatre"]);
  expect(notices.list.map(({ text }) => text)).toEqual(["alerte"]);
});

test("an export that was stopped is not said to be done", async () => {
  const host = memoryHost();
  const work = new Export(wire(host));
  await work.suggest("a.md");
  const run = work.run("a.md", async () => {});
  await Promise.resolve();
  await work.cancel();
  await run;
  expect([work.stopped, work.done, work.step]).toEqual([true, null, null]);
});

test("progress of another job is not shown", async () => {
  const work = new Export(wire(memoryHost()));
  const run = work.run("a.md", async () => {});
  work.progress(99, "writing");
  expect(work.step).toBe("reading");
  work.progress(1, "setting");
  expect(work.step).toBe("setting");
  await run;
  expect(work.done?.bytes).toBe(84_211);
});

test("the path follows the format unless the person chose one", async () => {
  const host = memoryHost();
  const work = new Export(wire(host));
  await work.suggest("a.md");
  await work.change("a.md", { format: "html" });
  expect(work.out).toBe("/home/camille/Exports/a.html");
});

test("an export that begins while its path is on the way goes to that path", async () => {
  const host = memoryHost();
  const work = new Export(wire(host));
  await work.suggest("a.md");
  void work.change("a.md", { format: "html" });
  await work.run("a.md", async () => {});
  expect(work.done).toMatchObject({ format: "html", out: "/home/camille/Exports/a.html" });
});

test("an export says why it passes gates, and only then", async () => {
  const host = memoryHost();
  const asked: unknown[] = [];
  const call = host.call.bind(host);
  host.call = (name, args) => {
    if (name === "export_article") asked.push((args as { past: unknown }).past);
    return call(name, args);
  };
  const work = new Export(wire(host));
  await work.run("a.md", async () => {});
  await work.run("a.md", async () => {}, "accord de la source");
  expect(asked).toEqual([null, "accord de la source"]);
});
