// Keys and what they mean. One table feeds the keyboard, the palette and the help sheet.

import type { Catalogue } from "../i18n";

/** Every command of the interface. */
export type CommandName = keyof Catalogue["command"];

/** Where a key is heard: everywhere, or by the editor itself. */
export type Scope = "window" | "text";

/** A command's key: `Mod` is Ctrl, on a Mac Cmd. */
export interface Shortcut {
  command: CommandName;
  key: string;
  scope: Scope;
  /** Another key of the same command, which no list shows. */
  also?: boolean;
}

/** The keys. */
export const SHORTCUTS: Shortcut[] = [
  { command: "palette", key: "Mod+p", scope: "window" },
  { command: "new", key: "Mod+n", scope: "window" },
  { command: "save", key: "Mod+s", scope: "window" },
  { command: "export", key: "Mod+e", scope: "window" },
  { command: "find", key: "Mod+f", scope: "window" },
  { command: "search", key: "Mod+Shift+f", scope: "window" },
  { command: "preview", key: "Mod+1", scope: "window" },
  { command: "page", key: "Mod+2", scope: "window" },
  { command: "review", key: "Mod+3", scope: "window" },
  { command: "changes", key: "Mod+4", scope: "window" },
  { command: "history", key: "Mod+5", scope: "window" },
  { command: "nextChange", key: "F8", scope: "window" },
  { command: "previousChange", key: "Shift+F8", scope: "window" },
  { command: "putBack", key: "Mod+F8", scope: "window" },
  { command: "suggest", key: "Mod+Shift+s", scope: "window" },
  { command: "suggest", key: "Mod+Shift+e", scope: "window", also: true },
  { command: "comment", key: "Mod+Shift+m", scope: "window" },
  { command: "remark", key: "F9", scope: "window" },
  { command: "deskReview", key: "Mod+Shift+l", scope: "window" },
  { command: "fold", key: "Mod+\\", scope: "window" },
  { command: "zoomIn", key: "Mod+Plus", scope: "window" },
  { command: "zoomOut", key: "Mod+Minus", scope: "window" },
  { command: "zoomReset", key: "Mod+0", scope: "window" },
  { command: "notice", key: "F6", scope: "window" },
  { command: "settings", key: "Mod+,", scope: "window" },
  { command: "open", key: "Mod+o", scope: "window" },
  { command: "help", key: "F1", scope: "window" },
  { command: "bold", key: "Mod+b", scope: "text" },
  { command: "italic", key: "Mod+i", scope: "text" },
  { command: "link", key: "Mod+k", scope: "text" },
  { command: "undo", key: "Mod+z", scope: "text" },
  { command: "redo", key: "Mod+Shift+z", scope: "text" },
];

/** The part of a keyboard event that decides. */
export type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** Whether a key press is a shortcut. Digits and `\` are known by their place too: AZERTY has them behind Shift or AltGr. */
export function matches(shortcut: string, event: Pressed, mac = false): boolean {
  const parts = shortcut.split("+");
  const key = parts.pop() ?? "";
  const mod = parts.includes("Mod");
  const shift = parts.includes("Shift");
  const altGr = event.altKey && event.ctrlKey && key === "\\";
  if ((mac ? event.metaKey : event.ctrlKey) !== mod) return false;
  if (mac ? event.ctrlKey : event.metaKey) return false;
  if (event.altKey && !altGr) return false;
  // These signs stand behind Shift on some keyboards, and on a block of digits.
  if (key === "Plus") return event.key === "+" || event.key === "=";
  if (key === "Minus") return event.key === "-" || event.key === "_";
  const digit = /^\d$/.test(key);
  if (!digit && key !== "\\" && event.shiftKey !== shift) return false;
  if (event.key.toLowerCase() === key.toLowerCase()) return true;
  if (digit) return event.code === `Digit${key}` || event.code === `Numpad${key}`;
  return key === "\\" && (event.code === "Backslash" || event.code === "IntlBackslash");
}

/** The window's command for a key press, if any. */
export function commandFor(event: Pressed, mac = false): CommandName | null {
  return SHORTCUTS.find(({ key, scope }) => scope === "window" && matches(key, event, mac))?.command ?? null;
}

const SIGNS: Record<string, string> = { Plus: "+", Minus: "−" };

/** A key in the words of the interface: `Ctrl Maj F`. */
export function spoken(shortcut: string, t: Catalogue, mac = false): string {
  return shortcut
    .split("+")
    .map((part) =>
      part === "Mod"
        ? mac
          ? "⌘"
          : t.key.mod
        : part === "Shift"
          ? t.key.shift
          : (SIGNS[part] ?? part.toUpperCase()),
    )
    .join(" ");
}
