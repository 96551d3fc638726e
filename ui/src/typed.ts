// What the editor tells the preview of a key, ahead of any rendering.

/** What was typed in running text, and what stands around it on its line. */
export interface Typed {
  /** The first version of the text that has it. */
  version: number;
  /** Line of the body, from 1. */
  line: number;
  before: string;
  removed: string;
  inserted: string;
  after: string;
}
