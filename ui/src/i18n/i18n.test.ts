import { readdirSync, readFileSync } from "node:fs";
import { parse } from "svelte/compiler";
import { expect, test } from "vitest";
import { ago, catalogues, clock, day, feuillets, moment, number } from ".";

type Tree = { [key: string]: unknown };

function keys(tree: Tree, path = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? keys(value as Tree, `${path}${key}.`) : [`${path}${key}`],
  );
}

function texts(tree: Tree): string[] {
  return Object.values(tree).flatMap((value) =>
    typeof value === "string"
      ? [value]
      : typeof value === "object" && value !== null
        ? texts(value as Tree)
        : [],
  );
}

test("both catalogues have the same keys, all filled", () => {
  expect(keys(catalogues.en)).toEqual(keys(catalogues.fr));
  for (const catalogue of Object.values(catalogues)) {
    expect(texts(catalogue).filter((text) => text.trim() === "")).toEqual([]);
  }
});

test("French has its apostrophe and its no-break spaces", () => {
  const wrong = texts(catalogues.fr).filter(
    (text) => /\w'\w/.test(text) || / [:!?»]( |$)/.test(text.replace("; : ! ? »", "")) || /« /.test(text),
  );
  expect(wrong).toEqual([]);
});

const VIEWS = "src/views";
const NAMES = new Set(["aria-label", "title", "placeholder", "alt", "aria-valuetext", "aria-description"]);
const WORD = /\p{L}{2,}/u;

/** Literal text that a person would read in a component. */
function literals(source: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown, name: string | null) => {
    if (Array.isArray(node)) return node.forEach((child) => visit(child, name));
    if (typeof node !== "object" || node === null) return;
    const { type, data } = node as { type?: string; data?: string };
    if (type === "Text" && WORD.test(data ?? "") && (name === null || NAMES.has(name)))
      found.push(data ?? "");
    if (type === "Literal") {
      const { value } = node as { value?: unknown };
      const named = name !== null && NAMES.has(name) && typeof value === "string" && WORD.test(value);
      if (named || (typeof value === "string" && /^\p{Lu}.*\p{L} \p{L}/u.test(value))) found.push(value);
    }
    const inner = type === "Attribute" || type === "StyleDirective" ? (node as { name: string }).name : name;
    for (const [key, child] of Object.entries(node)) if (key !== "comments") visit(child, inner);
  };
  const tree = parse(source, { modern: true });
  visit([tree.fragment, tree.instance, tree.module], null);
  return found;
}

test("the search for literal sentences finds them", () => {
  expect(literals("<p>Bonjour</p>")).toEqual(["Bonjour"]);
  expect(literals('<button aria-label="Close it"></button>')).toEqual(["Close it"]);
  expect(literals('<p title={"Nothing here"}></p>')).toEqual(["Nothing here"]);
  expect(literals('<script>let a = "Something is wrong";</script>')).toEqual(["Something is wrong"]);
  expect(literals('<p class="one two">{desk.t.app.name} · </p>')).toEqual([]);
});

test("no view holds a literal sentence", () => {
  const views = readdirSync(VIEWS).filter((name) => name.endsWith(".svelte"));
  expect(views.length).toBeGreaterThan(15);
  const found = views.map((name) => [name, literals(readFileSync(`${VIEWS}/${name}`, "utf8"))] as const);
  expect(found.filter(([, list]) => list.length > 0)).toEqual([]);
});

test("numbers and times are written as each language does", () => {
  const now = new Date(2026, 10, 23, 14, 32).getTime();
  expect(number("fr", 3480)).toBe("3\u202f480");
  expect(number("en", 3480)).toBe("3,480");
  expect(feuillets("fr", 3480)).toBe("2,3");
  expect(clock("fr", now)).toBe("14\u00a0h\u00a032");
  expect(clock("en", now)).toBe("14:32");
  expect(day("fr", "2026-11-22")).toBe("22 novembre 2026");
  expect(day("fr", "demain")).toBe("");
  expect(moment("fr", new Date(2026, 10, 23, 18).toISOString(), now)).toBe("18\u00a0h\u00a000");
  expect(moment("fr", new Date(2026, 11, 3, 6).toISOString(), now)).toBe("3\u00a0déc.\u00a06\u00a0h\u00a000");
  expect(moment("en", new Date(2026, 11, 3, 6).toISOString(), now)).toBe("3\u00a0Dec\u00a006:00");
  expect(moment("fr", "bientôt", now)).toBe("");
  expect(ago("fr", now - 4 * 60_000, now)).toBe("4\u00a0min");
  expect(ago("fr", now - 3 * 3_600_000, now)).toBe("11\u00a0h\u00a032");
  expect(ago("fr", now - 24 * 3_600_000, now)).toBe("hier");
  expect(ago("en", now - 2 * 24 * 3_600_000, now)).toBe("2\u00a0d");
});
