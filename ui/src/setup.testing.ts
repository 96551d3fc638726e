// What every file of tests begins with: how long a test waits for what has to come (a busy machine is no failure), and
// an empty page, which is the next file's too.

import { configure } from "@testing-library/svelte";
import { afterAll, vi } from "vitest";

const LIMIT = 20_000;

configure({ asyncUtilTimeout: LIMIT });

const waitFor = vi.waitFor.bind(vi);
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === "number" ? options : { timeout: LIMIT, ...options });

afterAll(() => {
  document.body.replaceChildren();
});
