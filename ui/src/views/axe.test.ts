// axe-core over every tab, sheet and dialog, in both languages. Colours need a layout: the tests of the real window
// look at them, in both themes.

import { render, screen } from "@testing-library/svelte";
import axe from "axe-core";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryHost } from "../host/memory";
import { Desk, TABS, type Sheet } from "../state/desk.svelte";
import App from "./App.svelte";

let desk: Desk;

async function open(wish: string) {
  const host = memoryHost(wish);
  if (!host.boot) throw new Error("no boot");
  desk = new Desk(host, host.boot);
  render(App, { desk });
  await screen.findByTestId("search-input");
  await vi.waitFor(() => expect(desk.library.known).toBe(true));
  await tick();
}

async function violations() {
  const found = await axe.run(document.body, {
    resultTypes: ["violations"],
    rules: { "color-contrast": { enabled: false } },
  });
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

/** The sheet that lies over the window, drawn. */
const dialog = () => vi.waitFor(() => expect(document.querySelector("dialog[open]")).not.toBeNull());

beforeEach(() => {
  // happy-dom lays nothing out: without a height, the list would draw its margin only.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(2000);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(272);
});
afterEach(() => {
  desk.end();
});

const LANGS = ["fr", "en"];

test.each(LANGS.flatMap((lang) => TABS.map((tab) => ({ lang, tab }))))(
  "the tab $tab in $lang",
  async ({ lang, tab }) => {
    await open(`lang=${lang}&tab=${tab}`);
    await vi.waitFor(() => {
      const panel = screen.getByRole("tabpanel");
      expect(panel.textContent?.trim().length ?? 0).toBeGreaterThan(0);
      expect(panel.getAttribute("aria-labelledby")).toContain(tab);
    });
    expect(await violations()).toEqual([]);
  },
);

const SHEETS: Exclude<Sheet, null>[] = ["new", "recover", "export", "settings", "palette", "help"];

test.each(LANGS.flatMap((lang) => SHEETS.map((sheet) => ({ lang, sheet }))))(
  "the sheet $sheet in $lang",
  async ({ lang, sheet }) => {
    await open(`lang=${lang}`);
    desk.sheet = sheet;
    await dialog();
    expect(await violations()).toEqual([]);
  },
);

const DIALOGS: [string, () => unknown][] = [
  ["an address", () => desk.follow("web", "https://example.org/a")],
  ["a stage with its reason", () => (desk.staging = { path: "brest-fibre.md", from: "draft", to: "spiked" })],
  ["the person’s name", () => (desk.review.naming = () => {})],
  [
    "a revision",
    async () => {
      await desk.history.load("cables-sous-marins.md");
      await desk.history.show(desk.history.list[0]?.id ?? 0);
    },
  ],
];

test.each(DIALOGS)("the dialog of %s", async (_, show) => {
  await open("lang=fr");
  await show();
  await dialog();
  expect(await violations()).toEqual([]);
});

test.each([
  ["a conflict", "lang=fr&clash=1", () => {}],
  ["the details of an article", "lang=en", () => desk.run("details")],
  ["the desk’s review", "lang=fr", () => desk.run("deskReview")],
  ["reading", "lang=fr", () => desk.run("read")],
  ["a narrow window", "lang=fr&tab=review", () => (desk.narrow = true)],
])("the window with %s", async (_, wish, show) => {
  await open(wish);
  show();
  await tick();
  await vi.dynamicImportSettled();
  expect(await violations()).toEqual([]);
});
