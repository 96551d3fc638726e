import { beforeEach, expect, test } from "vitest";
import { memoryHost, type MemoryHost } from "../host/memory";
import { wire } from "../ipc";
import { ReviewExchange } from "./exchange.svelte";

const PATH = "cables-sous-marins.md";
let host: MemoryHost;
let exchange: ReviewExchange;
let said: string[];

beforeEach(() => {
  host = memoryHost();
  said = [];
  exchange = new ReviewExchange(wire(host), {
    settle: async () => void said.push("settled"),
    signed: (task) => task(),
    reload: (path) => void said.push(`reload ${path}`),
    problem: ({ message }) => void said.push(message),
  });
});

test("a review goes out once its place is chosen, and what is not in the file is told", async () => {
  await exchange.send(PATH, "docx");
  expect(said).toEqual(["settled"]);
  expect(exchange.told).toMatchObject({ kind: "sent", path: PATH, out: "/tmp/cables-sous-marins.docx" });
  expect(exchange.told?.leftOut).toHaveLength(1);
});

test("nothing is written where no place is chosen", async () => {
  const call = host.call.bind(host);
  host.call = (name, args) => (name === "choose_review_path" ? Promise.resolve(null) : call(name, args));
  await exchange.send(PATH, "criticmarkup");
  expect([exchange.told, exchange.busy]).toEqual([null, false]);
  expect(host.calls).not.toContain("export_review");
});

test("a file that came back is taken, and the review is read again", async () => {
  await exchange.take(PATH, new File(["Le texte"], "back.md"));
  expect(exchange.told).toMatchObject({ kind: "came", name: "back.md", taken: 0 });
  expect(said).toEqual(["settled", `reload ${PATH}`]);
});

test("a file that cannot be read is said, and nothing else happens", async () => {
  await exchange.take(PATH, new File([], "empty.docx"));
  expect([exchange.told, exchange.busy]).toEqual([null, false]);
  expect(said).toEqual(["settled", "empty.docx is empty."]);
});
