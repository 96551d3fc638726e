// Makes codemirror.json: what @codemirror/state answers, for tests/text.rs to compare with.
// From the folder ui: node ../src-tauri/crates/core/tests/text/codemirror.mjs > ../src-tauri/crates/core/tests/text/codemirror.json
import { createRequire } from "node:module";
const { ChangeSet, Text } = createRequire(process.cwd() + "/")("@codemirror/state");

let seed = 7;
const random = (below) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
};
const pieces = ["a", "é", "😀", "\n", "mot ", "« ", "𝒜", "…", "xyz"];
const words = (most) => Array.from({ length: random(most + 1) }, () => pieces[random(pieces.length)]);
// Offsets that cut no character.
const bounds = (text) => {
  const places = [0];
  for (const c of text) places.push(places[places.length - 1] + c.length);
  return places;
};
const change = (text) => {
  const places = bounds(text);
  const specs = [];
  for (let count = random(4); count >= 0; count--) {
    const ends = [places[random(places.length)], places[random(places.length)]].sort((a, b) => a - b);
    const [from, to] = random(2) ? ends : [ends[0], ends[0]];
    specs.push({ from, to, insert: words(3).join("") });
  }
  return ChangeSet.of(specs, text.length);
};
const cases = [];
while (cases.length < 400) {
  const doc = words(12).join("");
  const text = Text.of(doc.split("\n"));
  const a = change(doc);
  const b = change(doc);
  const after = a.apply(text).toString();
  const next = change(after);
  const places = Array.from({ length: doc.length + 1 }, (_, at) => [a.mapPos(at, -1), a.mapPos(at, 1)]);
  cases.push({
    doc, a, b, next, after, places,
    composed: a.compose(next),
    mapped: a.map(b),
    mapped_before: a.map(b, true),
    inverted: a.invert(text),
  });
}
console.log("[\n" + cases.map((each) => JSON.stringify(each)).join(",\n") + "\n]");
