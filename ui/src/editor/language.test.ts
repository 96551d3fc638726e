import { expect, it } from "vitest";
import { copyLanguage } from "./language";

/** How often a node stands in the tree of a text, and how deep the deepest is within its like. */
function nodes(text: string, name: string): { count: number; depth: number } {
  let [count, depth, deepest] = [0, 0, 0];
  copyLanguage.parser.parse(text).iterate({
    enter: (node) => {
      if (node.name !== name) return;
      count++;
      deepest = Math.max(deepest, ++depth);
    },
    leave: (node) => void (depth -= node.name === name ? 1 : 0),
  });
  return { count, depth: deepest };
}

it("brackets nest a hundred deep, and what is deeper is text", () => {
  const nested = (n: number) => `${"![".repeat(n)}x${"](a.png)".repeat(n)}`;
  expect(nodes(nested(50), "Image")).toEqual({ count: 50, depth: 50 });
  expect(nodes(nested(10_000), "Image").depth).toBe(100);
});

it("notes and links use no depth up", () => {
  const line = "Un [lien](https://a.fr), une note[^1] et un [crochet]. ";
  expect(nodes(line.repeat(300), "FootnoteReference").count).toBe(300);
  // The words in brackets are links to a definition that may come.
  expect(nodes(line.repeat(300), "URL").count).toBe(300);
});

it("after ten thousand brackets a paragraph has text", () => {
  expect(nodes("[a](b) ".repeat(20_000), "Link").count).toBe(10_000);
});
