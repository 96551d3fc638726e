import { expect, test } from "vitest";
import { momentOf, rfc3339 } from "./times";

const NOW = new Date(2026, 10, 22, 14, 32).getTime();
const at = (...parts: [number, number, number, number, number]) => rfc3339(new Date(...parts));

test.each<[string, string | null]>([
  ["22/11/2026 18:30", at(2026, 10, 22, 18, 30)],
  ["22/11 18 h", at(2026, 10, 22, 18, 0)],
  ["21.11 à 8h05", at(2027, 10, 21, 8, 5)],
  ["2026-12-01 09:00", at(2026, 11, 1, 9, 0)],
  ["2026-12-01T09:00", at(2026, 11, 1, 9, 0)],
  ["18h", at(2026, 10, 22, 18, 0)],
  ["Demain 9\u00a0h\u00a030", at(2026, 10, 23, 9, 30)],
  ["tomorrow at 9:30", at(2026, 10, 23, 9, 30)],
  ["31/4 18h", null],
  ["22/11 25h", null],
  ["22/11/2026", null],
  ["2026-11-22T18:00:00+01:00", null],
  ["bientôt", null],
])("%s", (text, moment) => {
  expect(momentOf(text, NOW)).toBe(moment);
});

test("a moment has its offset", () => {
  expect(at(2026, 10, 22, 18, 0)).toMatch(/^2026-11-22T18:00:00[+-]\d\d:\d\d$/);
});
