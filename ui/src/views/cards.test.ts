import { render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryHost } from "../host/memory";
import type { Review } from "../ipc/generated/wire";
import { Desk } from "../state/desk.svelte";
import App from "./App.svelte";

const HEIGHT = 800;
let desk: Desk;

/** A review of a thousand suggestions and five hundred conversations, made of the first of each. */
function many(review: Review): Review {
  const [suggestion] = review.suggestions.filter(({ verdict }) => verdict === "open");
  const [thread] = review.threads.filter(({ resolved }) => !resolved);
  if (!suggestion || !thread) throw new Error("the sample has one of each");
  return {
    ...review,
    suggestions: Array.from({ length: 1000 }, (_, n) => ({ ...suggestion, id: `s${n}`, rivals: [] })),
    threads: Array.from({ length: 500 }, (_, n) => ({ ...thread, id: `t${n}` })),
  };
}

async function open() {
  const host = memoryHost("lang=fr&tab=review");
  const before = host.call.bind(host);
  const gone = new Set<string>();
  const shown = (review: Review): Review => {
    const all = many(review);
    return { ...all, suggestions: all.suggestions.filter(({ id }) => !gone.has(id)) };
  };
  host.call = async (name, args) => {
    if (name === "decide") for (const id of (args as { ids: string[] }).ids) gone.add(id);
    const asked = name === "decide" ? "review" : name;
    const answer = await before(asked, args as never);
    return (asked === "review" ? shown(answer as Review) : answer) as never;
  };
  if (!host.boot) throw new Error("no boot");
  desk = new Desk(host, host.boot);
  render(App, { desk });
  await vi.waitFor(() => expect(cards("suggestion").length).toBeGreaterThan(0));
}

const cards = (kind: "suggestion" | "comment") =>
  screen.queryAllByTestId(kind).map((card) => card.dataset["id"] ?? "");
const scroller = () => {
  const found = document.querySelector<HTMLElement>(".review-scroll");
  if (!found) throw new Error("no review");
  return found;
};
const card = (id: string) => document.querySelector<HTMLElement>(`[data-card][data-id="${id}"]`);

async function scrollTo(top: number) {
  scroller().scrollTop = top;
  scroller().dispatchEvent(new Event("scroll"));
  await tick();
}

async function press(key: string) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
  await tick();
  await tick();
}

beforeEach(() => {
  // happy-dom lays nothing out: the lists stand one below the other, each as high as its style says.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(HEIGHT);
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(function (this: HTMLElement) {
    if (!this.classList.contains("card-list")) return new DOMRect(0, 0, 300, HEIGHT);
    const lists = [...document.querySelectorAll<HTMLElement>(".card-list")];
    const above = lists
      .slice(0, lists.indexOf(this))
      .reduce((sum, { style }) => sum + parseFloat(style.height), 0);
    return new DOMRect(0, above - scroller().scrollTop, 300, parseFloat(this.style.height));
  });
});
afterEach(() => desk.end());

test("of fifteen hundred cards those in sight are drawn", async () => {
  await open();
  expect(cards("suggestion")[0]).toBe("s0");
  expect(cards("suggestion").length).toBeLessThan(20);
  expect(cards("comment").length).toBeLessThan(20);
  expect(card("s0")?.getAttribute("aria-posinset")).toBe("1");
  expect(card("s0")?.getAttribute("aria-setsize")).toBe("1000");
  await scrollTo(60_000);
  expect(cards("suggestion")).toContain("s500");
  expect(cards("suggestion")).not.toContain("s0");
  expect(cards("suggestion").length).toBeLessThan(30);
});

test("the keyboard goes through all of them, drawn or not", async () => {
  await open();
  card("s0")?.focus();
  await press("ArrowDown");
  await vi.waitFor(() => expect(document.activeElement).toBe(card("s1")));
  await press("End");
  await vi.waitFor(() => expect(document.activeElement).toBe(card("t499")));
  await press("ArrowUp");
  await vi.waitFor(() => expect(document.activeElement).toBe(card("t498")));
  await press("Home");
  await vi.waitFor(() => expect(document.activeElement).toBe(card("s0")));
});

test("what was clicked in the text is drawn and marked", async () => {
  await open();
  expect(card("s700")).toBeNull();
  desk.review.pick("s700");
  await vi.waitFor(() => expect(card("s700")?.classList.contains("at")).toBe(true));
  // The person scrolls on; a change of the record does not bring them back.
  await scrollTo(0);
  const path = desk.article?.path ?? "";
  await desk.review.load(path);
  await tick();
  expect(scroller().scrollTop).toBe(0);
});

test("the card that the keyboard is in stays while the person looks elsewhere", async () => {
  await open();
  const first = card("s0");
  first?.querySelector<HTMLElement>("button:not([disabled])")?.focus();
  await tick();
  await scrollTo(100_000);
  expect(card("s0")).toBe(first);
  expect(cards("suggestion")[0]).toBe("s0");
  (document.activeElement as HTMLElement).blur();
  await tick();
  expect(card("s0")).toBeNull();
});

test("a decided card hands the keyboard to the next", async () => {
  await open();
  card("s3")?.focus();
  await press("Delete");
  await vi.waitFor(() => expect(card("s3")).toBeNull());
  await vi.waitFor(() => expect(document.activeElement).toBe(card("s4")));
});

test("a note that is being written is there again when its card is", async () => {
  await open();
  desk.review.type("note:s2", "Parce que");
  await tick();
  expect(card("s2")?.querySelector("textarea")?.value).toBe("Parce que");
  await scrollTo(100_000);
  expect(card("s2")).toBeNull();
  await scrollTo(0);
  expect(card("s2")?.querySelector("textarea")?.value).toBe("Parce que");
});
