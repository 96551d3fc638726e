import { history, undo } from "@codemirror/commands";
import { ChangeSet, EditorSelection, EditorState, Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Line } from "./collab";
import { FRAME } from "./frame";
import type { Pushed, Update } from "./host";

/** The authority's rules, as the desk has them: a push at the current version is taken whole. */
class Desk {
  updates: Update[] = [];
  constructor(public doc: Text) {}

  push(version: number, updates: Update[]): Pushed {
    const accepted = version === this.updates.length;
    if (accepted) for (const update of updates) this.take(update);
    return { accepted, version: this.updates.length, updates: this.updates.slice(version) };
  }

  pull(version: number): Pushed {
    return { accepted: true, version: this.updates.length, updates: this.updates.slice(version) };
  }

  outside(from: number, to: number, insert: string): void {
    const changes = ChangeSet.of({ from, to, insert }, this.doc.length);
    this.take({ client: "desk", changes: changes.toJSON() as unknown });
  }

  private take(update: Update): void {
    // Through JSON, as on the wire.
    const json = JSON.parse(JSON.stringify(update.changes)) as unknown;
    this.doc = ChangeSet.fromJSON(json).apply(this.doc);
    this.updates.push({ client: update.client, changes: json });
  }
}

interface Setting {
  desk: Desk;
  view: EditorView;
  line: Line;
  problems: unknown[];
  synced: number[];
}

const views: EditorView[] = [];
afterEach(() => {
  for (const view of views.splice(0)) view.destroy();
  vi.useRealTimers();
});

function open(body: string, wrap = <T>(answer: () => T): Promise<T> => Promise.resolve(answer())) {
  const desk = new Desk(Text.of(body.split("\n")));
  const problems: unknown[] = [];
  const synced: number[] = [];
  const line = new Line(
    {
      push: (version, updates) => wrap(() => desk.push(version, updates)),
      pull: (version) => wrap(() => desk.pull(version)),
      onDirty: () => undefined,
      onSynced: (version) => synced.push(version),
      onProblem: (problem) => problems.push(problem),
    },
    0,
    "me",
  );
  const parent = document.body.appendChild(document.createElement("div"));
  const view = new EditorView({
    parent,
    state: EditorState.create({ doc: body, extensions: [history(), line.extension] }),
  });
  line.attach(view);
  views.push(view);
  return { desk, view, line, problems, synced } satisfies Setting;
}

function type(view: EditorView, at: number, text: string): void {
  view.dispatch({ changes: { from: at, insert: text }, userEvent: "input.type" });
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

it("the frame of a key goes before its way to the desk; whoever waits for the desk does not wait for it", async () => {
  vi.useFakeTimers();
  const { desk, view, line } = open("un");
  type(view, 2, " deux");
  await vi.advanceTimersByTimeAsync(FRAME - 1);
  expect(desk.updates).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(desk.updates).toHaveLength(1);
  type(view, 7, " trois");
  await line.flush();
  expect(desk.doc.toString()).toBe("un deux trois");
});

describe("the line to the desk", () => {
  it("sends what was typed and learns the version", async () => {
    const { desk, view, line, synced } = open("Un.");
    type(view, 3, " Deux.");
    expect(await line.flush()).toBe(1);
    expect(desk.doc.toString()).toBe("Un. Deux.");
    expect(synced).toEqual([1]);
  });

  it("keeps one request under way and sends the rest with the next", async () => {
    let pending = 0;
    let most = 0;
    const { desk, view, line } = open("", async (answer) => {
      most = Math.max(most, ++pending);
      await settle();
      pending--;
      return answer();
    });
    for (let i = 0; i < 20; i++) {
      type(view, i, "x");
      if (i % 5 === 0) await settle();
    }
    await line.flush();
    expect(most).toBe(1);
    expect(desk.doc.toString()).toBe("x".repeat(20));
  });

  it("rebases over an outside change and pushes again", async () => {
    const { desk, view, line } = open("Le titre\nLa suite");
    desk.outside(0, 2, "Un");
    type(view, 17, ".");
    await line.flush();
    expect(view.state.doc.toString()).toBe("Un titre\nLa suite.");
    expect(desk.doc.toString()).toBe("Un titre\nLa suite.");
  });

  it("pulls when told of a newer version, keeps the caret, and leaves the undo stack alone", async () => {
    const { desk, view, line } = open("abc def");
    type(view, 7, "!");
    await line.flush();
    view.dispatch({ selection: EditorSelection.cursor(5) });
    desk.outside(0, 0, "xx ");
    line.receive(2);
    await settle();
    expect(view.state.doc.toString()).toBe("xx abc def!");
    expect(view.state.selection.main.head).toBe(8);
    undo(view);
    expect(view.state.doc.toString()).toBe("xx abc def");
  });

  it("does not ask for a version that never comes", async () => {
    let pulls = 0;
    const { line } = open("abc", (answer) => {
      pulls++;
      return Promise.resolve(answer());
    });
    line.receive(9);
    await settle();
    await settle();
    expect(pulls).toBe(1);
  });

  it("holds outside changes back while a word is being composed, and still sends", async () => {
    const { desk, view, line } = open("日本");
    view.contentDOM.dispatchEvent(new Event("compositionstart"));
    expect(view.compositionStarted).toBe(true);
    view.dispatch({ changes: { from: 2, insert: "ご" }, userEvent: "input.type.compose" });
    await line.flush();
    expect(desk.doc.toString()).toBe("日本ご");
    desk.outside(0, 0, "# ");
    line.receive(2);
    await settle();
    await settle();
    expect(view.state.doc.toString()).toBe("日本ご");
    view.dispatch({ changes: { from: 3, insert: "語" }, userEvent: "input.type.compose" });
    view.contentDOM.dispatchEvent(new Event("compositionend"));
    await settle();
    await line.flush();
    expect(view.state.doc.toString()).toBe("# 日本ご語");
    expect(desk.doc.toString()).toBe("# 日本ご語");
  });

  it("tells of a failing push once, keeps the text and tries again", async () => {
    vi.useFakeTimers();
    let broken = true;
    const { desk, view, line, problems } = open("", (answer) =>
      broken ? Promise.reject(new Error("no desk")) : Promise.resolve(answer()),
    );
    type(view, 0, "gardé");
    await expect(line.flush()).rejects.toThrow("no desk");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(problems).toHaveLength(1);
    expect(desk.doc.toString()).toBe("");
    broken = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(desk.doc.toString()).toBe("gardé");
    expect(await line.flush()).toBe(1);
  });

  it("recognises its own update when only the answer was lost", async () => {
    vi.useFakeTimers();
    let lost = true;
    const { desk, view } = open("", (answer) => {
      const result = answer();
      if (!lost) return Promise.resolve(result);
      lost = false;
      return Promise.reject(new Error("cut off"));
    });
    type(view, 0, "une fois");
    await vi.advanceTimersByTimeAsync(1000);
    expect(desk.doc.toString()).toBe("une fois");
    expect(view.state.doc.toString()).toBe("une fois");
    expect(desk.updates).toHaveLength(1);
  });

  it("makes no request after it was closed", async () => {
    let requests = 0;
    const { view, line } = open("", (answer) => {
      requests++;
      return Promise.resolve(answer());
    });
    line.close();
    type(view, 0, "x");
    await settle();
    expect(requests).toBe(0);
  });
});

/** One thing that happens while the article is open. `at` and `cut` are shares of the length. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("type" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constant("erase" as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(4),
  }),
  fc.record({
    kind: fc.constant("outside" as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(4),
  }),
  fc.record({ kind: fc.constant("compose" as const) }),
  fc.record({ kind: fc.constant("composed" as const) }),
  fc.record({ kind: fc.constant("wait" as const), turns: fc.nat(3) }),
);

describe("random interleavings", () => {
  it("converge, lose nothing that was typed, and wait for compositions", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { minLength: 1, maxLength: 25 }),
        async (scheduler, steps) => {
          const { desk, view, line, problems } = open("Premier alinéa.\n\nSecond alinéa.", (answer) =>
            // Both ways take their time: the request, and then its answer.
            scheduler
              .schedule(Promise.resolve())
              .then(answer)
              .then((result) => scheduler.schedule(Promise.resolve(result))),
          );
          const typed: string[] = [];
          let mark = 0xe000;
          for (const s of steps) {
            const { length } = view.state.doc;
            if (s.kind === "type") {
              const character = String.fromCharCode(mark++);
              typed.push(character);
              type(view, Math.floor(s.at * length), character);
            } else if (s.kind === "erase") {
              // The person's own characters stay, so that each can be looked for at the end.
              const from = Math.floor(s.at * length);
              const to = Math.min(length, from + s.cut);
              if (/[\ue000-\uf8ff]/.test(view.state.sliceDoc(from, to))) continue;
              view.dispatch({ changes: { from, to }, userEvent: "delete" });
            } else if (s.kind === "outside") {
              const end = desk.doc.length;
              const from = Math.floor(s.at * end);
              const to = Math.min(end, from + s.cut);
              const keep = /[\ue000-\uf8ff]/.test(desk.doc.sliceString(from, to));
              desk.outside(from, keep ? from : to, "<o>");
              line.receive(desk.updates.length);
            } else if (s.kind === "compose") {
              view.contentDOM.dispatchEvent(new Event("compositionstart"));
            } else if (s.kind === "composed") {
              view.contentDOM.dispatchEvent(new Event("compositionend"));
              await settle();
            } else {
              const composing = view.compositionStarted;
              const before = view.state.doc.toString();
              for (let i = 0; i < s.turns && scheduler.count() > 0; i++) await scheduler.waitOne();
              await Promise.resolve();
              if (composing) expect(view.state.doc.toString()).toBe(before);
            }
          }
          view.contentDOM.dispatchEvent(new Event("compositionend"));
          await settle();
          line.receive(desk.updates.length);
          for (let i = 0; i < 400; i++) {
            if (scheduler.count() > 0) await scheduler.waitOne();
            else if (view.state.doc.eq(desk.doc)) break;
            else await settle();
          }
          expect(problems).toEqual([]);
          expect(view.state.doc.toString()).toBe(desk.doc.toString());
          for (const character of typed) {
            expect(desk.doc.toString().split(character)).toHaveLength(2);
          }
          views.pop()?.destroy();
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
