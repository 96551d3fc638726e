import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Typed } from "../typed";
import { createPreview, type CopyPreview, type Rendering } from "./index";

let preview: CopyPreview | null = null;
afterEach(() => {
  preview?.destroy();
  preview = null;
  document.body.replaceChildren();
});

function open() {
  const parent = document.body.appendChild(document.createElement("div"));
  const nothing = () => undefined;
  preview = createPreview({
    parent,
    imageUrl: () => "",
    labels: {},
    onLink: nothing,
    onScroll: nothing,
    onGoTo: nothing,
  });
  return { preview, text: () => parent.textContent };
}

let id = 0;
/** Paragraphs of one line each, at lines 1, 3, 5… */
function whole(version: number, ...paragraphs: string[]): Rendering {
  return {
    rendering: ++id,
    version,
    keep_start: 0,
    keep_end: 0,
    blocks: paragraphs.map((text, i) => ({ key: `${i}${text}`, node: { t: "p", c: [text] } })),
    lines: paragraphs.map((_, i) => 1 + 2 * i),
  };
}

const typed = (some: Partial<Typed>): Typed => ({
  version: 1,
  line: 1,
  before: "Un mot",
  removed: "",
  inserted: "s",
  after: " ici",
  ...some,
});

test("what is typed is shown before its rendering, in its own block", () => {
  const { preview, text } = open();
  preview.apply(whole(0, "Un mot ici.", "Un mot ici."));
  preview.echo(typed({ line: 3 }));
  expect(text()).toBe("Un mot ici.Un mots ici.");
  preview.echo(typed({ version: 2, line: 3, before: "Un ", removed: "mots", inserted: "", after: " ici" }));
  expect(text()).toBe("Un mot ici.Un  ici.");
});

test("in two places alike, or nowhere, the rendering has to say", () => {
  const { preview, text } = open();
  preview.apply(whole(0, "Un mot ici, un mot ici."));
  preview.echo(typed({ before: "n mot" }));
  preview.echo(typed({ before: "absent" }));
  expect(text()).toBe("Un mot ici, un mot ici.");
});

test("a rendering has the last word, and what it does not have yet is shown again", () => {
  const { preview, text } = open();
  preview.apply(whole(0, "Un mot ici."));
  preview.echo(typed({}));
  preview.echo(typed({ version: 2, before: "Un mots", inserted: "x" }));
  preview.apply(whole(1, "Un MOTS ici.", "Un mots ici."));
  expect(text()).toBe("Un MOTS ici.Un mots ici.");
  preview.apply(whole(1, "Un mots ici."));
  expect(text()).toBe("Un motsx ici.");
  // The person took all of it back: the same blocks as at first, none of which comes again.
  preview.apply({ ...whole(3, "Un mots ici."), keep_start: 1, blocks: [] });
  expect(text()).toBe("Un mots ici.");
});

test("for plain paragraphs the echo is what the rendering will be, and nothing is left of it after", () => {
  const word = fc.stringMatching(/^[a-zé]{2,6}$/);
  const words = fc.array(word, { minLength: 3, maxLength: 8 });
  const keys = fc.array(fc.tuple(fc.nat(), fc.constantFrom("a", "é", "7", "")), { maxLength: 12 });
  fc.assert(
    fc.property(words, keys, fc.nat(12), (words, keys, at) => {
      const { preview, text } = open();
      let now = `${words.join(" ")}.`;
      preview.apply(whole(0, now));
      const versions = [now];
      keys.forEach(([place, inserted], index) => {
        const offset = 1 + (place % (now.length - 2));
        const removed = inserted === "" ? now.slice(offset, offset + 1) : "";
        if (removed === " ") return;
        const before = now.slice(Math.max(0, offset - 24), offset);
        const after = now.slice(offset + removed.length, offset + removed.length + 24).replace(".", "");
        const shown = text();
        preview.echo(typed({ version: versions.length, before, removed, inserted, after }));
        now = now.slice(0, offset) + inserted + now.slice(offset + removed.length);
        versions.push(now);
        // Either it is shown as it will be, or it waits for the rendering.
        if (shown === versions.at(-2)) expect([now, shown]).toContain(text());
        if (index === at) preview.apply(whole(versions.length - 1, now));
      });
      preview.apply(whole(versions.length - 1, now));
      expect(text()).toBe(now);
      preview.destroy();
      document.body.replaceChildren();
    }),
  );
});
