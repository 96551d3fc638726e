import { afterEach, expect, test, vi } from "vitest";
import type { Boot } from "../ipc/generated/wire";
import { tauriHost } from "./tauri";

const internals = {
  convertFileSrc: (path: string, protocol: string) => `${protocol}://localhost/${path}`,
  invoke: vi.fn(async () => "answer"),
};

function inTauri(boot?: Boot) {
  Object.assign(window, { __TAURI_INTERNALS__: internals, __COPYDESK_BOOT__: boot });
  return tauriHost();
}

afterEach(() => {
  Object.assign(window, { __TAURI_INTERNALS__: undefined, __COPYDESK_BOOT__: undefined });
});

test("every command is one call with a name", async () => {
  expect(await inTauri().call("save", { path: "a.md" })).toBe("answer");
  expect(internals.invoke).toHaveBeenCalledWith("call", { name: "save", args: { path: "a.md" } }, undefined);
});

test("what came with the page is the boot; without it there is none", () => {
  const boot = { version: "1" } as Boot;
  expect(inTauri(boot).boot).toBe(boot);
  expect(inTauri().boot).toBeNull();
});

test("the parts of a picture's path are escaped, its slashes are not", () => {
  expect(inTauri().picture("desk/images/à quai?.png")).toBe(
    "preview-img://localhost/desk/images/%C3%A0%20quai%3F.png",
  );
});
