// Elements from the core's typed tree. Article text is data: elements come from an allow-list,
// text goes in as text, no address becomes a `src` or `href` but a desk picture's, and nothing is
// ever parsed as HTML.

/** What making elements asks of its surroundings. */
export interface NodeContext {
  /** Address of a picture of the desk; empty where it may not be shown. */
  imageUrl(src: string): string;
  /** Sentences of `previewLabels`. */
  labels: Record<string, string>;
  /** A picture already loaded for this address, to be moved rather than loaded again. */
  loaded?: (url: string) => HTMLImageElement | undefined;
}

type Fields = Record<string, unknown>;

const INLINE: ReadonlySet<string> = new Set(["em", "strong", "del", "code"]);
/** Tags of the tree whose element has another name. */
const BLOCKS: ReadonlyMap<string, string> = new Map([
  ["p", "p"],
  ["td", "td"],
  ["tr", "tr"],
]);

function make(name: string, className?: string): HTMLElement {
  const element = document.createElement(name);
  if (className !== undefined) element.className = className;
  return element;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isInteger(value) ? value : otherwise;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What turns the direction of a line, takes no room or has no shape, but for joiners, which some scripts need. */
const TRICKY =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** A sentence with the address in the place of its `%`, its tricks written as their numbers. */
function sentence(context: NodeContext, label: string, address: string): string {
  const number = (c: string) => `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  return (context.labels[label] ?? "%").replace("%", () => address.replace(TRICKY, number));
}

function fill(element: HTMLElement, children: unknown, context: NodeContext, inline: boolean): void {
  for (const child of list(children)) element.append(makeNode(child, context, inline));
}

/** What stands where a picture is not shown: its address, and why. */
export function placeholder(label: string, src: string, alt: string, context: NodeContext) {
  const box = make("span", "no-image");
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", alt === "" ? src : alt);
  box.textContent = sentence(context, label, src);
  return box;
}

function picture(fields: Fields, context: NodeContext): HTMLElement {
  const src = text(fields["src"]);
  const alt = text(fields["alt"]);
  if (fields["k"] === "remote") return placeholder("remoteImage", src, alt, context);
  const url = fields["k"] === "desk" ? context.imageUrl(src) : "";
  if (url === "") return placeholder("refusedImage", src, alt, context);
  const image = context.loaded?.(url) ?? document.createElement("img");
  image.alt = alt;
  image.decoding = "async";
  image.dataset["src"] = src;
  if (image.getAttribute("src") !== url) image.setAttribute("src", url);
  return image;
}

function link(fields: Fields, context: NodeContext): HTMLElement {
  const kind = text(fields["k"]);
  const href = text(fields["href"]);
  if (kind !== "web" && kind !== "article" && kind !== "anchor") {
    const span = make("span", "link-refused");
    span.title = sentence(context, "refusedLink", href);
    fill(span, fields["c"], context, true);
    return span;
  }
  // Without an `href` there is nothing that the window could follow.
  const a = make("a", `link-${kind}`);
  a.setAttribute("role", "link");
  a.tabIndex = 0;
  a.title = href;
  a.dataset["kind"] = kind;
  a.dataset["href"] = href;
  fill(a, fields["c"], context, true);
  return a;
}

function quotation(fields: Fields, context: NodeContext): HTMLElement {
  const quote = make("blockquote");
  fill(quote, fields["c"], context, false);
  const by = list(fields["by"]);
  if (by.length === 0) return quote;
  const figure = make("figure", "quote");
  const caption = make("figcaption");
  caption.append("— ");
  fill(caption, by, context, true);
  figure.append(quote, caption);
  return figure;
}

function figure(fields: Fields, context: NodeContext): HTMLElement {
  const element = make("figure");
  element.append(picture(fields, context));
  const caption = text(fields["caption"]);
  const credit = text(fields["credit"]);
  if (caption === "" && credit === "") return element;
  const line = make("figcaption");
  if (caption !== "") line.append(caption);
  if (credit !== "") {
    const by = make("small", "credit");
    by.textContent = `© ${credit}`;
    if (caption !== "") line.append(" ");
    line.append(by);
  }
  element.append(line);
  return element;
}

function item(fields: Fields, context: NodeContext): HTMLElement {
  const li = make("li");
  if (typeof fields["task"] === "boolean") {
    const box = make("span", "task");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", context.labels[fields["task"] ? "done" : "open"] ?? "");
    box.textContent = fields["task"] ? "☑" : "☐";
    li.append(box, " ");
  }
  // The items of a tight list hold running text without a paragraph.
  const running = list(fields["c"]).some((child) => typeof child === "string");
  fill(li, fields["c"], context, running);
  return li;
}

function table(fields: Fields, context: NodeContext): HTMLElement {
  const align = list(fields["align"]);
  const element = make("table");
  const head = make("thead");
  const body = make("tbody");
  for (const child of list(fields["c"])) {
    const row = (typeof child === "object" && child !== null ? child : {}) as Fields;
    const tr = make("tr");
    list(row["c"]).forEach((entry, column) => {
      const cell = make(row["head"] === true ? "th" : "td");
      if (row["head"] === true) cell.setAttribute("scope", "col");
      const side = align[column];
      if (side === "left" || side === "center" || side === "right") {
        cell.className = side;
      }
      const content = typeof entry === "object" && entry !== null ? (entry as Fields)["c"] : [];
      fill(cell, content, context, true);
      tr.append(cell);
    });
    (row["head"] === true ? head : body).append(tr);
  }
  if (head.childNodes.length > 0) element.append(head);
  if (body.childNodes.length > 0) element.append(body);
  return element;
}

function reference(fields: Fields): HTMLElement {
  const sup = make("sup", "mention");
  const a = make("a");
  a.setAttribute("role", "link");
  a.tabIndex = 0;
  const n = String(number(fields["n"], 0));
  a.dataset["note"] = n;
  a.textContent = n;
  sup.append(a);
  return sup;
}

function footnotes(fields: Fields, context: NodeContext): HTMLElement {
  const section = make("section", "notes");
  section.setAttribute("role", "doc-endnotes");
  section.setAttribute("aria-label", context.labels["footnotes"] ?? "");
  const ol = document.createElement("ol");
  for (const child of list(fields["c"])) {
    const note = (typeof child === "object" && child !== null ? child : {}) as Fields;
    const li = document.createElement("li");
    const n = number(note["n"], ol.childNodes.length + 1);
    if (n !== ol.childNodes.length + 1) li.value = n;
    li.dataset["noteNumber"] = String(n);
    fill(li, note["c"], context, false);
    ol.append(li);
  }
  section.append(ol);
  return section;
}

function code(fields: Fields): HTMLElement {
  const pre = make("pre");
  const inner = make("code");
  inner.textContent = text(fields["text"]);
  pre.append(inner);
  return pre;
}

/** HTML is shown as it was written: an article holds none. */
function source(fields: Fields, inline: boolean): Node {
  if (inline) return document.createTextNode(text(fields["text"]));
  const pre = make("pre", "source");
  pre.textContent = text(fields["text"]);
  // Nothing but comments, which no reader sees; the element keeps the block's place.
  pre.hidden = pre.textContent === "";
  return pre;
}

/** A list says so where its items are tasks. */
function markTasks(element: HTMLElement): HTMLElement {
  if (element.querySelector(":scope > li > .task")) element.className = "tasks";
  return element;
}

/** The element or text of one node of the tree. `inline` says that it stands in running text. */
export function makeNode(node: unknown, context: NodeContext, inline = false): Node {
  if (typeof node === "string") return document.createTextNode(node);
  if (typeof node !== "object" || node === null) return document.createTextNode("");
  const fields = node as Fields;
  const tag = text(fields["t"]);
  switch (tag) {
    case "br":
    case "hr":
      return make(tag);
    case "h": {
      // Level 1 is the title's, above.
      const level = Math.min(6, Math.max(2, number(fields["l"], 2)));
      const heading = make(`h${level}`);
      fill(heading, fields["c"], context, true);
      return heading;
    }
    case "a":
      return link(fields, context);
    case "img":
      return picture(fields, context);
    case "figure":
      return figure(fields, context);
    case "quote":
      return quotation(fields, context);
    case "ol": {
      const ol = document.createElement("ol");
      const start = number(fields["start"], 1);
      if (start !== 1) ol.start = start;
      fill(ol, fields["c"], context, false);
      return markTasks(ol);
    }
    case "ul": {
      const ul = make("ul");
      fill(ul, fields["c"], context, false);
      return markTasks(ul);
    }
    case "li":
      return item(fields, context);
    case "table":
      return table(fields, context);
    case "pre":
      return code(fields);
    case "html":
      return source(fields, inline);
    case "fnref":
      return reference(fields);
    case "footnotes":
      return footnotes(fields, context);
    default: {
      const running = INLINE.has(tag);
      // A tag that is not on the list keeps its text and gets no meaning.
      const element = make(running ? tag : (BLOCKS.get(tag) ?? "span"));
      if ("text" in fields) element.textContent = text(fields["text"]);
      fill(element, fields["c"], context, running || tag === "p" || inline);
      return element;
    }
  }
}
