import { expect, test } from "vitest";
import { memoryHost } from "../host/memory";
import { wire } from "../ipc";
import type { ArticleItem } from "../ipc/generated/wire";
import { fold } from "./fold";
import { Library } from "./library.svelte";
import { Notices } from "./notices.svelte";

function item(some: Partial<ArticleItem>): ArticleItem {
  return {
    path: "a.md",
    title: "Titre",
    section: "",
    byline: "",
    slug: "",
    stage: "draft",
    lang: "",
    signes: null,
    modified_ms: 0,
    embargo: null,
    legal_hold: false,
    deadline: null,
    unsaved: false,
    conflict: false,
    read_only: false,
    ...some,
  };
}

function library(...items: Partial<ArticleItem>[]): Library {
  const out = new Library(wire(memoryHost("empty=1")), new Notices());
  out.apply(
    items.map((some, index) => item({ path: `${index}.md`, ...some })),
    [],
  );
  return out;
}

/** The list as text: stages in capitals, articles by their title. */
const shown = (list: Library) =>
  list.rows.map((row) => (row.kind === "stage" ? `${row.stage.toUpperCase()} ${row.count}` : row.item.title));

test.each([
  ["Œuvre", "oeuvre"],
  ["cœur", "COEUR"],
  ["À l’été", "a l'ete"],
  ["Île-de-France", "ile-de"],
  ["naïf\u00a0!", "naïf !"],
])("%s is found by %s", (title, query) => {
  expect(fold(title)).toContain(fold(query));
});

test("every word of the query must be found, in the title, the byline, the section or the slug", () => {
  const list = library(
    { title: "Le port franc", byline: "M. Roux", section: "Économie", slug: "port-franc" },
    { title: "Une œuvre", byline: "Inès Bœuf", section: "Culture", slug: "pannes" },
  );
  for (const query of ["oeuvre", "boeuf", "culture", "pannes", "ines culture"]) {
    list.query = query;
    expect(shown(list), query).toEqual(["DRAFT 1", "Une œuvre"]);
  }
  list.query = "oeuvre economie";
  expect(shown(list)).toEqual([]);
});

test("what waits for somebody comes first, the newest first within a stage", () => {
  const list = library(
    { title: "vieux", modified_ms: 1 },
    { title: "neuf", modified_ms: 2 },
    { title: "relu", stage: "review" },
    { title: "inconnu", stage: "corrige" },
  );
  expect(shown(list)).toEqual(["REVIEW 1", "relu", "DRAFT 2", "neuf", "vieux", "CORRIGE 1", "inconnu"]);
});

test("counts follow the search, not the chosen stage", () => {
  const list = library({ stage: "review" }, { title: "autre" }, { title: "Titre deux" });
  list.stage = "review";
  list.query = "titre";
  expect(Object.fromEntries(list.counts)).toEqual({ review: 1, draft: 1 });
  expect(shown(list)).toEqual(["REVIEW 1", "Titre"]);
});

test("saving the open article does not move it in the list", () => {
  const list = library({ title: "un", modified_ms: 2 }, { title: "deux", modified_ms: 1 });
  list.open = "1.md";
  list.apply([item({ path: "1.md", title: "deux", modified_ms: 9 })], []);
  expect(shown(list)).toEqual(["DRAFT 2", "un", "deux"]);
  list.open = null;
  list.apply([item({ path: "1.md", title: "deux", modified_ms: 10 })], []);
  expect(shown(list)).toEqual(["DRAFT 2", "deux", "un"]);
});

test("a hidden article is in no count, and comes back as it was", () => {
  const list = library({ title: "un" }, { title: "deux" });
  list.hide("0.md");
  expect([shown(list), list.total, list.counts.get("draft")]).toEqual([["DRAFT 1", "deux"], 1, 1]);
  list.unhide("0.md");
  expect(list.total).toBe(2);
});

test("never two questions at once; news during one is asked for after it", async () => {
  const host = memoryHost();
  const list = new Library(wire(host), new Notices());
  await Promise.all([list.refresh(), list.refresh(), list.refresh()]);
  expect(host.calls).toEqual(["library", "library"]);
  expect(list.total).toBe(9);
});

test("a hundred thousand articles are filtered while one types", () => {
  const items = Array.from({ length: 100_000 }, (_, n) =>
    item({ path: `${n}.md`, title: `Article numéro ${n}`, modified_ms: n }),
  );
  const list = library();
  list.apply(items, []);
  list.query = "numero 99999";
  expect(shown(list)).toEqual(["DRAFT 1", "Article numéro 99999"]);
});
