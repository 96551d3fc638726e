// How long a test waits for what has to come: a busy machine is no failure.

import { configure } from "@testing-library/svelte";
import { vi } from "vitest";

const LIMIT = 20_000;

configure({ asyncUtilTimeout: LIMIT });

const waitFor = vi.waitFor.bind(vi);
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === "number" ? options : { timeout: LIMIT, ...options });
