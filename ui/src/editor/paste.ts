import type { Extension } from "@codemirror/state";
export interface PasteConfig {
  addImage(name: string, base64: string): Promise<{ src: string; alt: string }>;
  onProblem(problem: unknown): void;
}
export function pasting(_config: PasteConfig): Extension {
  return [];
}
