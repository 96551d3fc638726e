// The only file that names @tauri-apps.

import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Boot, Event } from "../ipc/generated/wire";
import type { Host } from "./host";

declare global {
  interface Window {
    /** Put in by the program before the page's own script runs. */
    __COPYDESK_BOOT__?: Boot;
  }
}

/** The Tauri window. */
export function tauriHost(): Host {
  // `http://preview-img.localhost/` on Windows, `preview-img://localhost/` elsewhere.
  const pictures = convertFileSrc("", "preview-img");
  return {
    boot: window.__COPYDESK_BOOT__ ?? null,
    call: (name, args) => invoke("call", { name, args }),
    on(handler) {
      const stop = listen<Event>("copydesk", (event) => handler(event.payload));
      return () => void stop.then((off) => off());
    },
    picture: (path) => pictures + path.split("/").map(encodeURIComponent).join("/"),
  };
}
