// Markdown from what other programs put on the clipboard: Word, Google Docs, web pages. The HTML
// is parsed by DOMParser, whose document runs nothing and loads nothing, and is only read here.
// What has no place in an article (scripts, forms, styles, hidden text) is left out.

/** What was found on the clipboard. */
export interface Converted {
  markdown: string;
  /** One stretch of text without any look: the plain text of the clipboard says the same. */
  plain: boolean;
}

type Style = "strong" | "em" | "del" | "code";

/** A stretch of text with one look. */
interface Run {
  text: string;
  styles: ReadonlySet<Style>;
  href: string;
  /** Already Markdown: a picture. */
  raw?: boolean;
}

const SKIPPED = new Set(
  "script style head title meta link noscript template iframe frame object embed applet svg math canvas audio video source track form input button select textarea option datalist dialog base area map".split(
    " ",
  ),
);

const BLOCK = new Set(
  "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);

function name(node: Node): string {
  return node instanceof Element ? node.tagName.toLowerCase() : "";
}

/** Declarations of a style attribute that say how text looks. */
function css(element: Element): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of (element.getAttribute("style") ?? "").split(";")) {
    const colon = part.indexOf(":");
    if (colon > 0) {
      found.set(
        part.slice(0, colon).trim().toLowerCase(),
        part
          .slice(colon + 1)
          .trim()
          .toLowerCase(),
      );
    }
  }
  return found;
}

function hidden(element: Element): boolean {
  const style = css(element);
  return (
    style.get("display") === "none" ||
    style.get("mso-hide") === "all" ||
    /ignore/.test(style.get("mso-list") ?? "") ||
    element.hasAttribute("hidden")
  );
}

/** A link's target that may stand in an article; empty otherwise. */
export function safeHref(value: string): string {
  // Control characters and blanks are dropped as browsers do, so that they hide no scheme.
  const text = value.replace(/[\u0000-\u0020\u007f]/g, "");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "";
  }
  if (/^(?:www\.)?google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url") {
    const target = url.searchParams.get("q") ?? url.searchParams.get("url");
    if (target !== null && target !== text) return safeHref(target);
  }
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return "";
  return text.replace(/[()<>\\]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function bold(style: string | undefined): boolean | undefined {
  if (style === undefined) return undefined;
  if (/^(?:bold|bolder)$/.test(style)) return true;
  const weight = Number.parseInt(style, 10);
  return Number.isNaN(weight) ? false : weight >= 600;
}

function stylesOf(element: Element, outer: ReadonlySet<Style>): ReadonlySet<Style> {
  const styles = new Set(outer);
  const tag = name(element);
  if (tag === "b" || tag === "strong") styles.add("strong");
  if (tag === "i" || tag === "em" || tag === "cite" || tag === "dfn") styles.add("em");
  if (tag === "s" || tag === "del" || tag === "strike") styles.add("del");
  if (tag === "code" || tag === "kbd" || tag === "samp" || tag === "tt") styles.add("code");
  const style = css(element);
  const set = (of: Style, on: boolean | undefined) => {
    if (on === true) styles.add(of);
    if (on === false) styles.delete(of);
  };
  set("strong", bold(style.get("font-weight")));
  const slant = style.get("font-style");
  set("em", slant === undefined ? undefined : /italic|oblique/.test(slant));
  const line = style.get("text-decoration-line") ?? style.get("text-decoration");
  if (line !== undefined && /line-through/.test(line)) styles.add("del");
  return styles;
}

// Text that means something to Markdown.

/** Escapes what Markdown would read as a mark, anywhere in running text. */
function escapeInline(text: string): string {
  // An address is a link as it stands, and escapes would change it.
  return text
    .split(/(https?:\/\/[^\s<>*[\]|\\`]+)/)
    .map((part, i) => (i % 2 === 1 ? part : escapePart(part)))
    .join("");
}

function escapePart(text: string): string {
  return text
    .replace(/[\\`*[\]]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, (m) => m.replaceAll("_", "\\_"))
    .replace(/~/g, "\\~")
    .replace(/<(?=[a-z/!?])/gi, "\\<")
    .replace(/&(?=#?\w+;)/g, "\\&");
}

/** Escapes what Markdown would read as the start of another block. */
function escapeLineStart(line: string): string {
  return line
    .replace(/^(\s*)(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|={1,}\s*$|-{2,}|\+{3,})/, "$1\\$2")
    .replace(/^(\s*\d{1,9})([.)](?=\s|$))/, "$1\\$2")
    .replace(/^(\s*)\|/, "$1\\|");
}

const WRAP: Record<Style, string> = { strong: "**", em: "*", del: "~~", code: "`" };
const ORDER: readonly Style[] = ["strong", "em", "del", "code"];

function isWordy(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}

/** Whether a mark between these neighbours opens (or, mirrored, closes), as CommonMark has it. */
function flanks(outside: string, inside: string): boolean {
  if (inside === "" || /\s/.test(inside)) return false;
  return isWordy(inside) || outside === "" || /\s/.test(outside) || !isWordy(outside);
}

function codeSpan(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((m) => m.length));
  const fence = "`".repeat(longest + 1);
  const pad = /^`|`$/.test(text) ? " " : "";
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** Markdown of runs, the styles in `ORDER` from `depth` on still to be written. */
function write(runs: readonly Run[], depth: number, before: string, after: string): string {
  const style = ORDER[depth];
  if (style === undefined) {
    return runs.map((run) => (run.raw === true ? run.text : escapeInline(run.text))).join("");
  }
  let out = "";
  for (let i = 0; i < runs.length;) {
    const on = runs[i]?.styles.has(style) ?? false;
    let j = i + 1;
    while (j < runs.length && (runs[j]?.styles.has(style) ?? false) === on) j++;
    const part = runs.slice(i, j);
    const next = runs[j]?.text ?? after;
    if (!on) {
      out += write(part, depth + 1, out || before, next);
    } else if (style === "code") {
      out += codeSpan(part.map((run) => run.text).join(""));
    } else {
      out += wrap(part, depth, style, out || before, next);
    }
    i = j;
  }
  return out;
}

function wrap(part: readonly Run[], depth: number, style: Style, before: string, after: string): string {
  const text = part.map((run) => run.text).join("");
  const lead = /^\s*/.exec(text)?.[0] ?? "";
  const trail = text.trim() === "" ? "" : (/\s*$/.exec(text)?.[0] ?? "");
  const inner = write(trimRuns(part), depth + 1, "", "");
  const outerBefore = lead === "" ? before.slice(-1) : " ";
  const outerAfter = trail === "" ? after.slice(0, 1) : " ";
  const core = text.trim();
  const works =
    core !== "" &&
    flanks(outerBefore, core.slice(0, 1)) &&
    flanks(outerAfter, core.slice(-1)) &&
    // Two marks of the same kind would run into one another.
    outerBefore !== "*" &&
    outerBefore !== "~";
  return works ? `${lead}${WRAP[style]}${inner}${WRAP[style]}${trail}` : `${lead}${inner}${trail}`;
}

function trimRuns(runs: readonly Run[]): Run[] {
  const out = runs.map((run) => ({ ...run }));
  while (out[0] && out[0].text.trim() === "") out.shift();
  while (out.length > 0 && out[out.length - 1]?.text.trim() === "") out.pop();
  const first = out[0];
  if (first) first.text = first.text.trimStart();
  const last = out[out.length - 1];
  if (last) last.text = last.text.trimEnd();
  return out;
}

/** Blanks become one, as they are shown; no-break spaces are the writer's and stay. */
function collapse(runs: readonly Run[]): Run[] {
  const out: Run[] = [];
  let blank = true;
  for (const run of runs) {
    let text = run.text;
    if (run.raw !== true && text !== "\n") {
      text = text.replace(/[ \t\r\n\f]+/g, " ");
      if (blank) text = text.replace(/^ /, "");
    }
    if (text === "") continue;
    blank = / $|\n$/.test(text);
    const last = out[out.length - 1];
    const same =
      last !== undefined &&
      last.href === run.href &&
      last.raw !== true &&
      run.raw !== true &&
      last.styles.size === run.styles.size &&
      [...last.styles].every((s) => run.styles.has(s));
    if (same) last.text += text;
    else out.push({ ...run, text });
  }
  return trimRuns(out);
}

function writeLinks(runs: readonly Run[]): string {
  let out = "";
  for (let i = 0; i < runs.length;) {
    const href = runs[i]?.href ?? "";
    let j = i + 1;
    while (j < runs.length && (runs[j]?.href ?? "") === href) j++;
    const part = runs.slice(i, j);
    const text = part.map((run) => run.text).join("");
    const after = runs[j]?.text ?? "";
    if (href === "") {
      out += write(part, 0, out, after);
    } else if (text.trim() !== "") {
      const lead = /^\s*/.exec(text)?.[0] ?? "";
      const trail = /\s*$/.exec(text)?.[0] ?? "";
      const same = text.trim() === href && /^https?:/.test(href) && /[\w/]$/.test(href);
      out += same
        ? `${lead}<${href}>${trail}`
        : `${lead}[${write(trimRuns(part), 0, "", "")}](${href})${trail}`;
    }
    i = j;
  }
  return out;
}

/** One paragraph's Markdown; lines that were broken by hand stay broken. */
function paragraph(runs: readonly Run[]): string {
  return writeLinks(collapse(runs))
    .split(/[ \t]*\n[ \t]*/)
    .map(escapeLineStart)
    .join("\\\n");
}

function heading(runs: readonly Run[], level: number): string {
  // A heading is bold by itself.
  const bare = runs.map((run) => ({
    ...run,
    text: run.text === "\n" ? " " : run.text,
    styles: new Set([...run.styles].filter((s) => s !== "strong")),
  }));
  const text = writeLinks(collapse(bare)).replace(/(#+)$/, "\\$1");
  return text === "" ? "" : `${"#".repeat(level)} ${text}`;
}

function indent(text: string, by: string): string {
  return text
    .split("\n")
    .map((line, i) => (i === 0 || line === "" ? line : by + line))
    .join("\n");
}

/** A list written by Word: a paragraph with its level and its mark. */
interface WordItem {
  level: number;
  ordered: boolean;
  start: number;
  text: string;
}

/** Nesting beyond which only the text is taken: nobody writes it, and the stack is finite. */
const DEEPEST = 150;

/** The text below a node, without what is never shown. */
function textBelow(root: Node): string {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    SKIPPED.has(name(node)) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  let text = "";
  while (walker.nextNode()) {
    if (walker.currentNode.nodeType === Node.TEXT_NODE) text += walker.currentNode.nodeValue ?? "";
  }
  return text;
}

class Walker {
  readonly blocks: string[] = [];
  private runs: Run[] = [];
  private words: WordItem[] = [];

  /** `without`: a look that the place has by itself, as the head of a table is bold. */
  constructor(
    private readonly without?: Style,
    private depth = 0,
  ) {}

  /** Inside a heading, which is one line whatever it holds. */
  private flat = false;
  /** Something was found that plain text does not say. */
  structure = false;

  /** Closes the paragraph under way. */
  flush(): void {
    const runs = this.runs;
    this.runs = [];
    if (runs.every((run) => run.text.trim() === "" && run.raw !== true)) return;
    // Two breaks in a row were meant as a new paragraph.
    let part: Run[] = [];
    const parts: Run[][] = [];
    runs.forEach((run, i) => {
      if (run.text === "\n" && runs[i + 1]?.text === "\n") {
        parts.push(part);
        part = [];
      } else if (!(run.text === "\n" && part.length === 0)) {
        part.push(run);
      }
    });
    parts.push(part);
    for (const p of parts) this.block(paragraph(p));
  }

  block(markdown: string): void {
    this.endWordList();
    if (markdown.trim() !== "") this.blocks.push(markdown);
  }

  finish(): string {
    this.flush();
    this.endWordList();
    return this.blocks.join("\n\n");
  }

  children(node: Node, styles: ReadonlySet<Style>, href: string): void {
    if (this.depth > DEEPEST) {
      this.runs.push({ text: textBelow(node), styles, href });
      return;
    }
    this.depth++;
    for (const child of [...node.childNodes]) this.visit(child, styles, href);
    this.depth--;
  }

  /** A walker for what is inside an element and stands by itself. */
  inner(without?: Style): Walker {
    return new Walker(without, this.depth);
  }

  visit(node: Node, styles: ReadonlySet<Style>, href: string): void {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent ?? "";
      if (text !== "") this.runs.push({ text, styles: this.kept(styles), href });
      return;
    }
    if (!(node instanceof Element) || SKIPPED.has(name(node)) || hidden(node)) return;
    if (BLOCK.has(name(node))) this.visitBlock(node, styles, href);
    else this.visitInline(node, styles, href);
  }

  private kept(styles: ReadonlySet<Style>): ReadonlySet<Style> {
    if (this.without === undefined || !styles.has(this.without)) return styles;
    return new Set([...styles].filter((style) => style !== this.without));
  }

  private visitInline(element: Element, styles: ReadonlySet<Style>, href: string): void {
    const tag = name(element);
    const inner = stylesOf(element, styles);
    if (inner.size > styles.size) this.structure = true;
    if (tag === "br") {
      if (!/Apple-interchange-newline/.test(element.className)) {
        this.runs.push({ text: "\n", styles: new Set(), href: "" });
      }
    } else if (tag === "img") {
      this.picture(element);
    } else if (tag === "a") {
      const target = safeHref(element.getAttribute("href") ?? "");
      if (target !== "") this.structure = true;
      this.children(element, inner, target === "" ? href : target);
    } else if (tag === "q") {
      this.runs.push({ text: "« ", styles: inner, href });
      this.children(element, inner, href);
      this.runs.push({ text: " »", styles: inner, href });
    } else if (css(element).get("mso-spacerun") === "yes" || css(element).has("mso-tab-count")) {
      this.runs.push({ text: " ", styles, href });
    } else {
      this.children(element, inner, href);
    }
  }

  private picture(element: Element): void {
    const src = element.getAttribute("src") ?? "";
    const small = ["width", "height"].some((side) => {
      const size = Number.parseInt(element.getAttribute(side) ?? "", 10);
      return !Number.isNaN(size) && size <= 2;
    });
    if (small || !/^https?:/i.test(src)) return;
    const target = safeHref(src);
    if (target === "") return;
    this.structure = true;
    const alt = escapeInline((element.getAttribute("alt") ?? "").replace(/\s+/g, " ").trim());
    this.runs.push({ text: `![${alt}](${target})`, styles: new Set(), href: "", raw: true });
  }

  private visitBlock(element: Element, styles: ReadonlySet<Style>, href: string): void {
    const tag = name(element);
    const inner = stylesOf(element, styles);
    if (this.flat) {
      this.runs.push({ text: " ", styles, href });
      this.children(element, inner, href);
      return;
    }
    this.flush();
    const level = headingLevel(element);
    if (level > 0) {
      this.structure = true;
      this.flat = true;
      this.children(element, new Set(), href);
      this.flat = false;
      const runs = this.runs;
      this.runs = [];
      this.block(heading(runs, level));
    } else if (wordLevel(element) > 0) {
      this.wordItem(element, inner);
    } else if (tag === "hr") {
      this.structure = true;
      this.block("---");
    } else if (tag === "ul" || tag === "ol") {
      this.list(element, inner);
    } else if (tag === "blockquote" || /MsoQuote|MsoIntenseQuote/i.test(element.className)) {
      this.structure = true;
      const text = convertInto(element, inner, this);
      this.block(
        text
          .split("\n")
          .map((line) => (line === "" ? ">" : `> ${line}`))
          .join("\n"),
      );
    } else if (tag === "pre") {
      this.structure = true;
      this.block(fence(element.textContent ?? ""));
    } else if (tag === "table") {
      this.table(element, inner);
    } else {
      this.children(element, inner, href);
      this.flush();
    }
  }

  private list(element: Element, styles: ReadonlySet<Style>): void {
    this.structure = true;
    const ordered = name(element) === "ol";
    const items: string[] = [];
    let n = Number.parseInt(element.getAttribute("start") ?? "1", 10);
    if (Number.isNaN(n) || n < 0) n = 1;
    let loose = false;
    for (const child of [...element.children]) {
      if (SKIPPED.has(name(child)) || hidden(child)) continue;
      const nested = name(child) === "ul" || name(child) === "ol";
      const text = nested ? listOnly(child, styles, this) : convertInto(child, styles, this);
      if (text.trim() === "") continue;
      // Google Docs puts a deeper list beside the item it belongs to.
      if (nested && items.length > 0) {
        const last = items.length - 1;
        const by = " ".repeat(/^\S+ /.exec(items[last] ?? "")?.[0].length ?? 2);
        items[last] += `\n${by}${indent(text, by)}`;
        continue;
      }
      const mark = ordered ? `${n++}. ` : "- ";
      const tight = text.replace(/\n\n(?=[ \t]*(?:[-*+]|\d+\.) )/g, "\n");
      if (tight.includes("\n\n")) loose = true;
      items.push(mark + indent(tight, " ".repeat(mark.length)));
    }
    this.block(items.join(loose ? "\n\n" : "\n"));
  }

  private wordItem(element: Element, styles: ReadonlySet<Style>): void {
    this.structure = true;
    const mark = markOf(element);
    const number = /^\(?(\d+)[.)]/.exec(mark);
    const ordered = number !== null || /^\(?[a-z]{1,4}[.)]/i.test(mark);
    const text = convertInto(element, styles, this);
    if (text.trim() === "") return;
    const start = number ? Number(number[1]) : 1;
    this.words.push({ level: wordLevel(element), ordered, start, text });
  }

  private endWordList(): void {
    const items = this.words;
    this.words = [];
    if (items.length === 0) return;
    const lines: string[] = [];
    /** For each open level: its number, and where the text of its items begins. */
    const open: { level: number; ordered: boolean; n: number; column: number }[] = [];
    for (const item of items) {
      while (open.length > 0 && (open[open.length - 1]?.level ?? 0) > item.level) open.pop();
      let top = open[open.length - 1];
      if (top && top.level === item.level && top.ordered !== item.ordered) {
        open.pop();
        top = undefined;
        if (open.length === 0) lines.push("");
      }
      if (top?.level === item.level) {
        top.n++;
      } else {
        top = { level: item.level, ordered: item.ordered, n: item.start, column: 0 };
        open.push(top);
      }
      const outer = open[open.length - 2]?.column ?? 0;
      const mark = item.ordered ? `${top.n}. ` : "- ";
      top.column = outer + mark.length;
      lines.push(" ".repeat(outer) + mark + indent(item.text, " ".repeat(top.column)));
    }
    this.blocks.push(lines.join("\n"));
  }

  private table(element: Element, styles: ReadonlySet<Style>): void {
    const rows = [...element.querySelectorAll("tr")].filter((tr) => tr.closest("table") === element);
    const grid = rows.map((tr) =>
      [...tr.children].filter((cell) => name(cell) === "td" || name(cell) === "th"),
    );
    const width = grid[0]?.length ?? 0;
    const simple =
      width > 1 &&
      grid.every((row) => row.length === width) &&
      grid.flat().every((cell) => {
        const spans = ["colspan", "rowspan"].some((a) => Number(cell.getAttribute(a) ?? 1) > 1);
        return !spans && cell.querySelector("table, ul, ol, blockquote, pre, h1, h2, h3") === null;
      });
    if (!simple) {
      // A table that only lays out, or more than Markdown can say: its text, in order.
      for (const cell of grid.flat()) {
        this.children(cell, stylesOf(cell, styles), "");
        this.flush();
      }
      return;
    }
    this.structure = true;
    const texts = grid.map((row, r) =>
      row.map((cell) => {
        const text = convertInto(cell, new Set(), this, r === 0 ? "strong" : undefined);
        return text.replace(/\\?\n+/g, " ").replace(/(?<!\\)\|/g, "\\|");
      }),
    );
    const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
    const [head = [], ...body] = texts;
    this.block([line(head), line(head.map(() => "---")), ...body.map(line)].join("\n"));
  }
}

function convertInto(element: Element, styles: ReadonlySet<Style>, outer: Walker, without?: Style): string {
  const walker = outer.inner(without);
  walker.children(element, styles, "");
  const text = walker.finish();
  outer.structure ||= walker.structure;
  return text;
}

function listOnly(element: Element, styles: ReadonlySet<Style>, outer: Walker): string {
  const walker = outer.inner();
  walker.visit(element, styles, "");
  const text = walker.finish();
  outer.structure = true;
  return text;
}

function headingLevel(element: Element): number {
  const tag = /^h([1-6])$/.exec(name(element));
  if (tag) return Number(tag[1]);
  const outline = element.getAttribute("role") === "heading" ? element.getAttribute("aria-level") : null;
  if (outline !== null && /^[1-6]$/.test(outline)) return Number(outline);
  if (/(?:^|\s)MsoTitle(?:\s|$)/.test(element.className)) return 1;
  if (/(?:^|\s)MsoSubtitle(?:\s|$)/.test(element.className)) return 2;
  return 0;
}

/** Level of a list paragraph of Word, from 1; 0 for any other. */
function wordLevel(element: Element): number {
  const list = css(element).get("mso-list");
  if (list === undefined || list === "none") return 0;
  return Number(/level(\d)/.exec(list)?.[1] ?? 1);
}

/** What Word shows before a list paragraph: a bullet or a number. */
function markOf(element: Element): string {
  for (const span of element.querySelectorAll("[style]")) {
    if (/ignore/.test(css(span).get("mso-list") ?? "")) return (span.textContent ?? "").trim();
  }
  return "";
}

function fence(text: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((m) => m.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}\n${text.replace(/\r\n?/g, "\n").replace(/\n$/, "")}\n${mark}`;
}

/** Markdown of an HTML clipboard. */
export function htmlToMarkdown(html: string): Converted {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const only = [...body.childNodes].filter(
    (n) => n.nodeType !== Node.COMMENT_NODE && (n.textContent ?? "").trim() !== "",
  );
  // A page that is one preformatted text is a text file in a browser.
  if (only.length === 1 && only[0] && name(only[0]) === "pre") return { markdown: "", plain: true };
  const walker = new Walker();
  walker.children(body, new Set(), "");
  const markdown = walker.finish();
  return { markdown, plain: !walker.structure && walker.blocks.length <= 1 };
}
