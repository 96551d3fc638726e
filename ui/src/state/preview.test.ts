import { expect, test, vi } from "vitest";
import type { Preview } from "../ipc/generated/wire";
import { PreviewLoop } from "./preview";

interface Asked {
  version: number;
  known: number;
  answer: (preview: Preview) => void;
  fail: (reason: unknown) => void;
}

function rendering(version: number, id: number): Preview {
  const counts = { signes: 0, words: 0 };
  return {
    version,
    rendering: id,
    keep_start: 0,
    keep_end: 0,
    blocks: [],
    lines: [],
    counts,
    refused: null,
  };
}

function loop() {
  const asked: Asked[] = [];
  const shown: number[] = [];
  const failed = vi.fn();
  const out = new PreviewLoop(
    (version, known) => new Promise((answer, fail) => asked.push({ version, known, answer, fail })),
    (preview) => shown.push(preview.version),
    failed,
  );
  return { loop: out, asked, shown, failed };
}

const settled = () => new Promise((go) => setTimeout(go));

test("never two renderings under way, and the newest version next", async () => {
  const { loop: l, asked, shown } = loop();
  l.want(1);
  l.want(2);
  l.want(5);
  expect(asked.map(({ version }) => version)).toEqual([1]);
  asked[0]?.answer(rendering(1, 1));
  await settled();
  expect(asked.map(({ version, known }) => [version, known])).toEqual([
    [1, 0],
    [5, 1],
  ]);
  asked[1]?.answer(rendering(5, 2));
  await settled();
  expect(shown).toEqual([1, 5]);
  expect(asked).toHaveLength(2);
});

test("an older version than the one that is shown is not asked for", async () => {
  const { loop: l, asked } = loop();
  l.want(3);
  asked[0]?.answer(rendering(4, 1));
  await settled();
  l.want(4);
  l.want(2);
  await settled();
  expect(asked).toHaveLength(1);
});

test("a version that the desk waited for in vain is asked for again when it is there, and not before", async () => {
  const { loop: l, asked } = loop();
  l.want(2);
  asked[0]?.answer(rendering(1, 1));
  await settled();
  expect(asked).toHaveLength(1);
  l.want(2);
  expect(asked[1]).toMatchObject({ version: 2, known: 1 });
});

test("a reply to a screen that was emptied meanwhile is dropped, and the whole is asked for", async () => {
  const { loop: l, asked, shown } = loop();
  l.want(1);
  asked[0]?.answer(rendering(1, 7));
  await settled();
  l.want(2);
  l.anew();
  asked[1]?.answer(rendering(2, 8));
  await settled();
  expect(shown).toEqual([1]);
  expect(asked[2]).toMatchObject({ version: 2, known: 0 });
  asked[2]?.answer(rendering(2, 9));
  await settled();
  expect(shown).toEqual([1, 2]);
});

test("after a failure the next keystroke is the next try, for the whole", async () => {
  const { loop: l, asked, failed } = loop();
  l.want(1);
  asked[0]?.answer(rendering(1, 3));
  await settled();
  l.want(2);
  asked[1]?.fail("no");
  await settled();
  expect(failed).toHaveBeenCalledOnce();
  expect(asked).toHaveLength(2);
  l.want(3);
  expect(asked[2]).toMatchObject({ version: 3, known: 0 });
});

test("nothing is applied after the end", async () => {
  const { loop: l, asked, shown } = loop();
  l.want(1);
  l.end();
  asked[0]?.answer(rendering(1, 1));
  await settled();
  expect(shown).toEqual([]);
});
