// The keys of the text, in the order in which they are asked, and what the palette can run.

import { defaultKeymap, historyKeymap, redo, selectAll, undo } from "@codemirror/commands";
import { deleteMarkupBackward, insertNewlineContinueMarkupCommand } from "@codemirror/lang-markdown";
import { findNext, findPrevious, openSearchPanel, searchKeymap } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { keymap, type Command } from "@codemirror/view";
import { editLink, toggleEmphasis, toggleStrong, toggleTask } from "./commands";

/** Keys for programmers: comments, which an article shows as text, and the indentation of code. */
const LEFT_OUT = new Set(["Mod-/", "Alt-A", "Mod-Alt-\\", "Mod-i"]);

/** Smart lists, search, history and the usual keys. */
export function textKeys(): Extension {
  return keymap.of([
    { key: "Enter", run: insertNewlineContinueMarkupCommand({ nonTightLists: false }) },
    { key: "Backspace", run: deleteMarkupBackward },
    ...searchKeymap,
    ...historyKeymap,
    ...defaultKeymap.filter((binding) => !LEFT_OUT.has(binding.key ?? "")),
  ]);
}

/** Commands by the names that `exec` takes. */
export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    strong: toggleStrong,
    emphasis: toggleEmphasis,
    link: editLink,
    task: toggleTask,
    undo,
    redo,
    "select-all": selectAll,
    find: openSearchPanel,
    "find-next": findNext,
    "find-previous": findPrevious,
  }),
);
