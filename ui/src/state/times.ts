// Moments as people type them, and as the front matter holds them: RFC 3339 with an offset.

const two = (n: number) => String(n).padStart(2, "0");

/** A moment with the offset of this machine's clock: `2026-11-22T18:00:00+01:00`. */
export function rfc3339(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const day = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${zone}`;
}

const HOUR = /(?:^|[\sT,])(?:à\s+|at\s+)?(\d{1,2})\s*(?:[:h]\s*(\d{2})?)$/i;
const WORDS: Record<string, number> = { "aujourd'hui": 0, today: 0, demain: 1, tomorrow: 1 };

/**
 * What somebody means by `22/11 18 h`, `22/11/2026 18:30`, `2026-11-22 18:00`, `demain 9h` or `18h`, as RFC 3339;
 * `null` for anything else. A day without a year is the next one, an hour without a day is today's.
 */
export function momentOf(text: string, now: number): string | null {
  const tidy = text
    .trim()
    .replace(/[\s\u00a0\u202f]+/g, " ")
    .replace(/’/g, "'");
  const hour = HOUR.exec(tidy);
  if (!hour) return null;
  const [hours, minutes] = [Number(hour[1]), Number(hour[2] ?? 0)];
  if (hours > 23 || minutes > 59) return null;
  const day = dayOf(tidy.slice(0, hour.index).trim().replace(/,$/, "").toLowerCase(), new Date(now));
  if (!day) return null;
  day.setHours(hours, minutes, 0, 0);
  return rfc3339(day);
}

function dayOf(text: string, today: Date): Date | null {
  const start = new Date(today.getFullYear(), today.getMonth(), today.getDate());
  if (text === "") return start;
  const away = WORDS[text];
  if (away !== undefined) return new Date(start.getFullYear(), start.getMonth(), start.getDate() + away);
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (iso) return real(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const short = /^(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?$/.exec(text);
  if (!short) return null;
  const [date, month] = [Number(short[1]), Number(short[2])];
  if (short[3]) return real(Number(short[3]), month, date);
  const next = real(start.getFullYear(), month, date);
  return next && next < start ? real(start.getFullYear() + 1, month, date) : next;
}

/** A day of the calendar: there is no 31 April. */
function real(year: number, month: number, date: number): Date | null {
  const at = new Date(year, month - 1, date);
  return at.getMonth() === month - 1 && at.getDate() === date ? at : null;
}
