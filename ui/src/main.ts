// Starts the interface: from what came with the page, without a question before the first paint.

import { flushSync, mount } from "svelte";
import type { Host } from "./host/host";
import { tauriHost } from "./host/tauri";
import { asProblem } from "./ipc";
import type { Boot } from "./ipc/generated/wire";
import { Desk } from "./state/desk.svelte";
import "./style/tokens.css";
import "./style/article.css";
import "./style/preview.css";
import "./style/editor.css";
import "./style/app.css";
import App from "./views/App.svelte";

function start(host: Host, boot: Boot) {
  const desk = new Desk(host, boot);
  mount(App, { target: document.body, props: { desk } });
  flushSync();
  // Two frames on, the article is on the screen: the list, the watch and the history may start.
  requestAnimationFrame(() => requestAnimationFrame(() => void desk.painted()));
}

/** The page was loaded again, by hand or after its process ended: the program's boot is older than what is open. */
const again = () => {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return location.search === "?again" || navigation?.type === "reload";
};

/** Starts from what the program says now. */
async function ask(host: Host) {
  try {
    start(host, (await host.call("boot", {})) as Boot);
  } catch (reason) {
    document.body.textContent = asProblem(reason).message;
  }
}

if (import.meta.env.MODE === "memory") {
  void import("./host/memory").then(({ memoryHost }) => ask(memoryHost(location.search)));
} else {
  const host = tauriHost();
  if (host.boot && !again()) start(host, host.boot);
  else void ask(host);
}
