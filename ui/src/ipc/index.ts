// Typed calls over a host: the name of a command gives its arguments and its answer.

import type { Host } from "../host/host";
import type { Commands, Event, Problem } from "./generated/wire";

export type { Commands };

/** The desk as the interface speaks to it. */
export interface Wire {
  call<K extends keyof Commands>(name: K, args: Commands[K]["args"]): Promise<Commands[K]["answer"]>;
  on(handler: (event: Event) => void): () => void;
}

/** Types what crosses. */
export function wire(host: Host): Wire {
  return {
    call: (name, args) => host.call(name, args) as Promise<never>,
    on: (handler) => host.on(handler),
  };
}

/** Whatever a call was rejected with, as a problem that can be shown. */
export function asProblem(reason: unknown): Problem {
  if (typeof reason === "object" && reason !== null && "message" in reason) {
    const { code, message, hint } = reason as Partial<Problem>;
    return { code: code ?? "fault", message: String(message), hint: hint ?? "" };
  }
  return { code: "fault", message: String(reason), hint: "" };
}
