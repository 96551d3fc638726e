// Text folded for searching: `Œuvre` and `oeuvre`, `À` and `a` are the same to somebody who looks for them.

const MARKS = /\p{M}+/gu;
const LIGATURES: Record<string, string> = {
  œ: "oe",
  æ: "ae",
  ß: "ss",
  "’": "'",
  "\u00a0": " ",
  "\u202f": " ",
};

/** Lower case, without diacritics, ligatures taken apart, one kind of apostrophe and space. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(MARKS, "")
    .toLowerCase()
    .replace(/[œæß’\u00a0\u202f]/g, (sign) => LIGATURES[sign] ?? sign);
}

/** The words of a query; every one of them must be found. */
export function terms(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}
