import { defaultKeymap, history, undo } from "@codemirror/commands";
import { EditorSelection, EditorState, Transaction } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { afterEach, describe, expect, it } from "vitest";
import { typingAids } from "./aids";
import { FieldAids } from "./fieldAids";
import type { Aids } from "./host";
import { copyMarkdown } from "./language";
import { press, typeText } from "./typing.testing";

const ALL: Aids = { quotes: true, apostrophe: true, spaces: true, ellipsis: true, dash: true };

let view: EditorView | null = null;
afterEach(() => view?.destroy());

function open(doc = "", lang = "fr", aids: Aids = ALL, raw = false): EditorView {
  view = new EditorView({
    parent: document.body,
    state: EditorState.create({
      doc,
      selection: { anchor: doc.length },
      extensions: [
        history(),
        copyMarkdown(),
        EditorState.allowMultipleSelections.of(true),
        typingAids({ lang, aids, raw }),
        keymap.of(defaultKeymap),
      ],
    }),
  });
  return view;
}

/** No-break spaces by sight: `~` for U+00A0, `^` for U+202F. */
const shown = (v: EditorView) => v.state.doc.toString().replaceAll("\u00a0", "~").replaceAll("\u202f", "^");
const plain = (text: string) => text.replaceAll("~", "\u00a0").replaceAll("^", "\u202f");

/** [what is there, what is typed, what stands in the end] */
const FRENCH: [string, string, string][] = [
  // Guillemets
  ["", '"Bonjour"', "«~Bonjour~»"],
  ["", 'Il dit : "Oui."', "Il dit~: «~Oui.~»"],
  ["", '("mot")', "(«~mot~»)"],
  ["", 'l\'"arbre"', "l’«~arbre~»"],
  ["", '"a" et "b"', "«~a~» et «~b~»"],
  ["", '"il a dit "oui" hier"', "«~il a dit “oui” hier~»"],
  ["", '*"mot"*', "*«~mot~»*"],
  ["", '**gras** "mot"', "**gras** «~mot~»"],
  ["> ", '"Citation"', "> «~Citation~»"],
  ["- ", '"Point"', "- «~Point~»"],
  ["", '— "Non"', "— «~Non~»"],
  ["", '"Vraiment ?"', "«~Vraiment^?~»"],
  ["", "« mot »", "«~mot~»"],
  ["", "«mot»", "«~mot~»"],
  ["", '" mot"', "«~mot~»"],
  // Apostrophes
  ["", "l'été", "l’été"],
  ["", "aujourd'hui", "aujourd’hui"],
  ["", "l'an 2000", "l’an 2000"],
  ["", "C'est ça", "C’est ça"],
  ["", "qu'«", "qu’«~"],
  // Spaces before the double marks
  ["", "Quoi ?", "Quoi^?"],
  ["", "Quoi?", "Quoi^?"],
  ["", "Quoi ?!", "Quoi^?!"],
  ["", "Non !!!", "Non^!!!"],
  ["", "un ; deux", "un^; deux"],
  ["", "un; deux", "un^; deux"],
  ["", "Voici : tout", "Voici~: tout"],
  ["", "Voici: tout", "Voici~: tout"],
  ["", "10 % ?", "10 %^?"],
  ["", "fin… !", "fin…^!"],
  ["", "(ah) !", "(ah)^!"],
  ["", "**Note** : x", "**Note**~: x"],
  ["", "**Note**: x", "**Note**~: x"],
  ["", "*non* !", "*non*^!"],
  ["«~mot~»", " :", "«~mot~»~:"],
  ["", "(?)", "(?)"],
  ["", "?", "?"],
  ["> ", "!", "> !"],
  ["- ", "?", "- ?"],
  ["mot~", ":", "mot~:"],
  ["mot^", "?", "mot^?"],
  ["", "à 12:30", "à 12:30"],
  ["", "en 2024 : rien", "en 2024~: rien"],
  ["", "![légende](a.jpg)", "![légende](a.jpg)"],
  ["Voici", " ![x](a.jpg)", "Voici ![x](a.jpg)"],
  // Ellipsis and dash
  ["", "Et alors...", "Et alors…"],
  ["", "....", "…."],
  ["", "../images", "../images"],
  ["", "un -- deux", "un — deux"],
  ["", "un--deux", "un—deux"],
  ["", "-- Bonjour", "— Bonjour"],
  ["", "---", "---"],
  ["Titre\n", "---", "Titre\n---"],
  ["| a | b |\n| ", "--- | :-- |", "| a | b |\n| --- | :-- |"],
  ["", "<!-- note", "<!-- note"],
  // Capitals and accents stay as typed
  ["", "À l'État, Çà", "À l’État, Çà"],
  // Off: code, addresses, targets, HTML, definitions
  ["", "`l'été ?`", "`l'été ?`"],
  ["```\n", "l'x ? ...", "```\nl'x ? ..."],
  ["```\n", '"a" -- b', '```\n"a" -- b'],
  ["Texte\n\n    ", "a 'b' ?", "Texte\n\n    a 'b' ?"],
  ["", "https://lemonde.fr/a?b=c;d'e", "https://lemonde.fr/a?b=c;d'e"],
  ["", "http:", "http:"],
  ["", "mailto:a@b.fr?x", "mailto:a@b.fr?x"],
  ["", "www.a.fr?x", "www.a.fr?x"],
  ["", "lemonde.fr/a?b", "lemonde.fr/a?b"],
  ["", "[x](a'b?c;d", "[x](a'b?c;d"],
  ["", '![x](a.jpg "L\'été"', '![x](a.jpg "L’été"'],
  ["", "<a href=\"x'y\" title='?'", "<a href=\"x'y\" title='?'"],
  ["", "a &amp; b", "a &amp; b"],
  ["", "[^1]: note", "[^1]: note"],
  ["", "[ref]: x", "[ref]: x"],
  ["", "Voir https://a.fr/b ; puis", "Voir https://a.fr/b^; puis"],
  ["", "`code` : l'été", "`code`~: l’été"],
];

const ENGLISH: [string, string, string][] = [
  ["", '"Hello," she said.', "“Hello,” she said."],
  ["", 'He said "no".', "He said “no”."],
  ["", '("word")', "(“word”)"],
  ["", "\"She said 'no'\"", "“She said ‘no’”"],
  ["", "it's", "it’s"],
  ["", "the boys' toys", "the boys’ toys"],
  ["", "rock 'n' roll", "rock ’n’ roll"],
  ["", "the '90s", "the ’90s"],
  ["", "'tis so", "’tis so"],
  ["", "get 'em.", "get ’em."],
  ["", "'quoted'", "‘quoted’"],
  ["", '"I was--"', "“I was—”"],
  ["", 'yes--"no"', "yes—“no”"],
  ["", '*"word"*', "*“word”*"],
  ["", "Really?", "Really?"],
  ["", "Note: this; that!", "Note: this; that!"],
  ["", "wait...", "wait…"],
  ["", "one--two", "one—two"],
  ["", "at 12:30", "at 12:30"],
  ["", '`it\'s "x"`', '`it\'s "x"`'],
  ["", 'https://a.com/it\'s?"x"', 'https://a.com/it\'s?"x"'],
  ["", '[x](a.jpg "y', '[x](a.jpg "y'],
];

describe("in French", () => {
  it.each(FRENCH)("%j then %j gives %j", (there, typed, result) => {
    const v = open(plain(there));
    typeText(v, typed);
    expect(shown(v)).toBe(result);
  });
});

describe("in English", () => {
  it.each(ENGLISH)("%j then %j gives %j", (there, typed, result) => {
    const v = open(there, "en-GB");
    typeText(v, typed);
    expect(shown(v)).toBe(result);
  });
});

describe("in a field of the furniture", () => {
  const type = (there: string, typed: string) => {
    const field = document.body.appendChild(document.createElement("textarea"));
    const aids = new FieldAids();
    field.value = there;
    for (const sign of typed) {
      field.setRangeText(sign, field.value.length, field.value.length, "end");
      aids.typed(field, sign, { lang: "fr", aids: ALL });
    }
    return { field, aids };
  };
  const show = (field: HTMLTextAreaElement) =>
    field.value.replaceAll("\u00a0", "~").replaceAll("\u202f", "^");

  // What only the tree knows (code blocks) does not stand in a field.
  it.each(FRENCH.filter(([there]) => !there.includes("\n")))(
    "%j then %j gives %j",
    (there, typed, result) => {
      expect(show(type(plain(there), typed).field)).toBe(result);
    },
  );

  it("is undone by one Backspace, until the caret moves or something is typed", () => {
    const { field, aids } = type("", "Quoi ?");
    expect(aids.takeBack(field)).toBe(true);
    expect(show(field)).toBe("Quoi ?");
    expect(aids.takeBack(field)).toBe(false);
    const other = type("", "l'");
    other.field.setSelectionRange(0, 0);
    other.aids.moved(other.field);
    other.field.setSelectionRange(2, 2);
    expect(other.aids.takeBack(other.field)).toBe(false);
  });
});

describe("elsewhere", () => {
  it("only knows what no language disputes", () => {
    const v = open("", "de");
    typeText(v, 'Er sagt\'s: "so" -- ja...?');
    expect(shown(v)).toBe('Er sagt’s: "so" — ja…?');
  });
});

describe("an aid", () => {
  /** [typed, with the aid, after one Backspace, after undo instead] */
  const UNDONE: [string, string, string][] = [
    ['"', "«~", '"'],
    ['"a"', "«~a~»", '«~a"'],
    ["l'", "l’", "l'"],
    ["a ?", "a^?", "a ?"],
    ["a!", "a^!", "a!"],
    ["a :", "a~:", "a :"],
    ["a...", "a…", "a..."],
    ["a --", "a —", "a --"],
    ["-- ", "— ", "-- "],
    ["« ", "«~", "«~ "],
    ["12:3", "12:3", "12~:3"],
  ];

  it.each(UNDONE)("%j is undone by one Backspace", (typed, aided, before) => {
    const v = open();
    typeText(v, typed);
    expect(shown(v)).toBe(aided);
    expect(press(v, "Backspace")).toBe(true);
    expect(shown(v)).toBe(before);
    expect(v.state.selection.main.head).toBe(v.state.doc.length);
  });

  it.each(UNDONE)("%j is undone by undo", (typed, aided, before) => {
    const v = open();
    typeText(v, typed);
    expect(shown(v)).toBe(aided);
    undo(v);
    expect(shown(v)).toBe(before);
  });

  it("does not come back after it was taken back", () => {
    const v = open();
    typeText(v, "l'");
    press(v, "Backspace");
    typeText(v, "a");
    expect(shown(v)).toBe("l'a");
  });

  it("is not taken back once the caret moved or something was typed", () => {
    const v = open();
    typeText(v, "l'a");
    press(v, "Backspace");
    expect(shown(v)).toBe("l’");
    typeText(v, "'");
    v.dispatch({ selection: { anchor: 0 } });
    v.dispatch({ selection: { anchor: v.state.doc.length } });
    press(v, "Backspace");
    expect(shown(v)).toBe("l’");
  });

  it("is taken back after an outside change moved it", () => {
    const v = open("abc ");
    typeText(v, "l'");
    v.dispatch({
      changes: { from: 0, insert: "xx " },
      annotations: Transaction.remote.of(true),
    });
    press(v, "Backspace");
    expect(shown(v)).toBe("xx abc l'");
  });

  it("comes at each caret", () => {
    const v = open("un\ndeux");
    v.dispatch({
      selection: EditorSelection.create([EditorSelection.cursor(2), EditorSelection.cursor(7)]),
    });
    typeText(v, " ?");
    expect(shown(v)).toBe("un^?\ndeux^?");
    press(v, "Backspace");
    expect(shown(v)).toBe("un ?\ndeux ?");
  });

  it("never touches pasted text", () => {
    const v = open();
    v.dispatch({ ...v.state.replaceSelection("l'été ?"), userEvent: "input.paste" });
    expect(shown(v)).toBe("l'été ?");
  });

  it("waits for the end of a composition", async () => {
    const v = open("l");
    v.contentDOM.dispatchEvent(new Event("compositionstart"));
    typeText(v, "'");
    expect(shown(v)).toBe("l'");
    v.contentDOM.dispatchEvent(Object.assign(new Event("compositionend"), { data: "'" }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(shown(v)).toBe("l’");
    press(v, "Backspace");
    expect(shown(v)).toBe("l'");
  });

  it.each([
    ["quotes", '"a"', '"a"'],
    ["apostrophe", "l'a", "l'a"],
    ["spaces", "a ?", "a ?"],
    ["ellipsis", "a...", "a..."],
    ["dash", "a--b", "a--b"],
  ] as const)("can be switched off: %s", (name, typed, result) => {
    const v = open("", "fr", { ...ALL, [name]: false });
    typeText(v, typed);
    expect(shown(v)).toBe(result);
  });

  it("stays out of front matter, and only there", () => {
    const raw = "---\ntitle: [\n";
    const v = open(raw, "fr", ALL, true);
    typeText(v, "l'a ?");
    expect(v.state.doc.toString()).toBe(`${raw}l'a ?`);
    const after = open("---\ntitle: [\n---\n", "fr", ALL, true);
    typeText(after, "l'a ?");
    expect(shown(after)).toBe("---\ntitle: [\n---\nl’a^?");
  });
});
