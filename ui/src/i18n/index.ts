// One catalogue for each language; the French one gives the shape.

import type { Lang } from "../ipc/generated/wire";
import { en } from "./en";
import { fr } from "./fr";

/** The shape of a catalogue, whatever its words. */
export type Widen<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { [K in keyof T]: Widen<T[K]> };

/** Every text of the interface. */
export type Catalogue = Widen<typeof fr>;

/** The catalogues by language. */
export const catalogues: Record<Lang, Catalogue> = { fr, en };

/** A whole number with the language's separators. */
export function number(lang: Lang, value: number): string {
  return numberFormats[lang].format(value);
}

const numberFormats = {
  fr: new Intl.NumberFormat("fr-FR"),
  en: new Intl.NumberFormat("en-GB"),
};
const feuilletFormats = {
  fr: new Intl.NumberFormat("fr-FR", { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  en: new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
};

/** Signes in feuillets of 1,500, one decimal. */
export function feuillets(lang: Lang, signes: number): string {
  return feuilletFormats[lang].format(signes / 1500);
}

/** Time of day: `14 h 32`, `14:32`. Empty for a text that is no time. */
export function clock(lang: Lang, time: string | number): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return "";
  const minutes = String(at.getMinutes()).padStart(2, "0");
  return lang === "fr"
    ? `${at.getHours()}\u00a0h\u00a0${minutes}`
    : `${String(at.getHours()).padStart(2, "0")}:${minutes}`;
}

const dayFormats = {
  fr: new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric" }),
  en: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" }),
};

/** A day in full: `22 novembre 2026`. Empty for a text that is no time. */
export function day(lang: Lang, time: string | number): string {
  const at =
    typeof time === "string" && /^\d{4}-\d\d-\d\d$/.test(time) ? new Date(`${time}T12:00`) : new Date(time);
  return Number.isNaN(at.getTime()) ? "" : dayFormats[lang].format(at);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in as few signs as will do. `then` and `now` in milliseconds since 1970. */
export function ago(lang: Lang, then: number, now: number): string {
  const t = catalogues[lang].ago;
  const past = now - then;
  if (past < MINUTE) return t.now;
  if (past < HOUR) return t.minutes(Math.floor(past / MINUTE));
  const today = new Date(now).setHours(0, 0, 0, 0);
  if (then >= today) return clock(lang, then);
  if (then >= today - DAY) return t.yesterday;
  const days = Math.ceil((today - then) / DAY);
  return days < 7 ? t.days(days) : shortDay[lang].format(then);
}

/** A moment to come: its hour today, else its day too. Empty for a text that is no time. */
export function moment(lang: Lang, time: string, now: number): string {
  const at = new Date(time);
  const hour = clock(lang, time);
  const same = at.toDateString() === new Date(now).toDateString();
  return hour === "" || same ? hour : `${shortDay[lang].format(at)} ${hour}`.replaceAll(" ", "\u00a0");
}

const shortDay = {
  fr: new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "short" }),
  en: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }),
};
