import { expect, test } from "vitest";
import { besidePath } from "./addresses";
import { rowAt } from "./lines";

test.each([
  ["a.md", "images/quai.png", "images/quai.png"],
  ["2026/a.md", "quai.png", "2026/quai.png"],
  ["2026/a.md", "../images/%C3%A0%20quai.png", "images/à quai.png"],
  ["2026/a.md", "./x/../quai.png#haut", "2026/quai.png"],
  ["a.md", "../../etc/passwd", null],
  ["a.md", "/etc/passwd", null],
  ["a.md", "https://example.org/x.png", null],
  ["a.md", "data:image/png;base64,", null],
  ["a.md", "..\\x.png", null],
  ["a.md", "%E0%A4%A", null],
])("%s: %s", (article, src, path) => {
  expect(besidePath(article, src)).toBe(path);
});

test.each([
  [-5, 0],
  [0, 0],
  [33, 0],
  [34, 1],
  [105, 2],
  [9999, 3],
])("the row at %s", (y, row) => {
  expect(rowAt(Float64Array.of(0, 34, 105, 157), y)).toBe(row);
});
