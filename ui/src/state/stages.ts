// Which stage may follow which, and when a reason is due.

import { STAGES, type Stage } from "./library.svelte";

/** The way of an article to its reader, in order. The other stages lie beside it. */
const WAY: readonly string[] = ["draft", "review", "approved", "published"];

/** Stages that an article can be moved to: what is not published is spiked, what is published is killed. */
export function stagesAfter(from: string): Stage[] {
  const out: readonly string[] =
    from === "published" ? ["spiked"] : WAY.includes(from) || from === "spiked" ? ["killed"] : [];
  return STAGES.filter((stage) => stage !== from && !out.includes(stage)).sort((a, b) => place(a) - place(b));
}

const place = (stage: string) => (WAY.includes(stage) ? WAY.indexOf(stage) : WAY.length);

/** Whether a person has to say why: an article is taken out of its way, or goes a step back. */
export function reasonDue(from: string, to: string): boolean {
  if (!WAY.includes(to)) return true;
  return WAY.includes(from) && WAY.indexOf(to) < WAY.indexOf(from);
}
