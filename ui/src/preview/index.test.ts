import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createPreview, type CopyPreview, type Rendering } from "./index";

let preview: CopyPreview | null = null;
afterEach(() => {
  preview?.destroy();
  document.body.replaceChildren();
});

const labels = {
  preview: "Aperçu",
  remoteImage: "Image distante, non chargée : %",
  refusedImage: "Image refusée : %",
  missingImage: "Image introuvable : %",
  refusedLink: "Lien refusé : %",
  footnotes: "Notes",
  open: "à faire",
  done: "fait",
};

function open() {
  const parent = document.body.appendChild(document.createElement("div"));
  parent.style.overflowY = "auto";
  const heard = { onLink: vi.fn(), onScroll: vi.fn(), onGoTo: vi.fn() };
  preview = createPreview({
    parent,
    imageUrl: (src) => `preview-img://localhost/desk/${encodeURI(src)}`,
    labels,
    ...heard,
  });
  const root = parent.querySelector("article") as HTMLElement;
  return { preview, parent, root, ...heard };
}

let id = 0;
function whole(nodes: unknown[], lines = nodes.map((_, i) => 1 + 2 * i)): Rendering {
  return {
    rendering: ++id,
    version: 0,
    keep_start: 0,
    keep_end: 0,
    blocks: nodes.map((node, i) => ({ key: `${JSON.stringify(node)}-${i}`, node })),
    lines,
  };
}

function rendered(...nodes: unknown[]): HTMLElement {
  const { preview, root } = open();
  preview.apply(whole(nodes));
  return root;
}

const p = (text: string) => ({ t: "p", c: [text] });

/** Elements as an outline: `p(em"x")`. */
function outline(node: Node): string {
  if (!(node instanceof HTMLElement)) return JSON.stringify(node.textContent);
  const name = node.tagName.toLowerCase() + (node.className ? `.${node.className}` : "");
  return `${name}(${[...node.childNodes].map(outline).join(" ")})`;
}

describe("elements", () => {
  it.each<[unknown, string]>([
    [p("mot"), 'p("mot")'],
    [{ t: "h", l: 3, c: ["Inter"] }, 'h3("Inter")'],
    [{ t: "h", l: 1, c: ["Inter"] }, 'h2("Inter")'],
    [{ t: "h", l: 9, c: ["x"] }, 'h6("x")'],
    [
      {
        t: "p",
        c: [
          { t: "em", c: ["a"] },
          { t: "strong", c: ["b"] },
          { t: "del", c: ["c"] },
        ],
      },
      'p(em("a") strong("b") del("c"))',
    ],
    [{ t: "p", c: [{ t: "code", c: ["<b>"] }] }, 'p(code("<b>"))'],
    [{ t: "p", c: [{ t: "code", text: "<b>" }] }, 'p(code("<b>"))'],
    [{ t: "p", c: ["a", { t: "br" }, "b"] }, 'p("a" br() "b")'],
    [{ t: "hr" }, "hr()"],
    [{ t: "quote", c: [p("q")] }, 'blockquote(p("q"))'],
    [
      { t: "quote", c: [p("q")], by: ["Une élue"] },
      'figure.quote(blockquote(p("q")) figcaption("— " "Une élue"))',
    ],
    [
      { t: "figure", src: "a.png", alt: "A", k: "desk", caption: "Légende", credit: "AFP" },
      'figure(img() figcaption("Légende" " " small.credit("© AFP")))',
    ],
    [
      {
        t: "ul",
        c: [
          { t: "li", task: true, c: [p("a")] },
          { t: "li", task: null, c: [p("b")] },
        ],
      },
      'ul.tasks(li(span.task("☑") " " p("a")) li(p("b")))',
    ],
    [{ t: "ol", start: 3, c: [{ t: "li", c: [p("a")] }] }, 'ol(li(p("a")))'],
    [{ t: "pre", text: "let x", lang: "js" }, 'pre(code("let x"))'],
    [{ t: "html", text: "<script>" }, 'pre.source("<script>")'],
    [{ t: "html", text: "" }, "pre.source()"],
    [{ t: "p", c: [{ t: "html", text: "<i>" }] }, 'p("<i>")'],
    [{ t: "ul", c: [{ t: "li", task: null, c: ["a", { t: "html", text: "<i>" }] }] }, 'ul(li("a" "<i>"))'],
    [
      {
        t: "table",
        align: ["left", null, "right"],
        c: [
          {
            t: "tr",
            head: true,
            c: [
              { t: "td", c: ["a"] },
              { t: "td", c: ["b"] },
            ],
          },
          { t: "tr", head: false, c: [{ t: "td", c: ["1"] }, { t: "td" }, { t: "td", c: ["3"] }] },
        ],
      },
      'table(thead(tr(th.left("a") th("b"))) tbody(tr(td.left("1") td() td.right("3"))))',
    ],
    [{ t: "p", c: [{ t: "fnref", n: 2, id: "c-fnref-2" }] }, 'p(sup.mention(a("2")))'],
    [
      { t: "footnotes", c: [{ t: "fn", n: 1, id: "c-fn-1", refs: 1, c: [p("note")] }] },
      'section.notes(ol(li(p("note"))))',
    ],
  ])("%j", (node, result) => {
    expect(outline(rendered(node).firstChild as Node)).toBe(result);
  });

  it("start an ordered list where it starts", () => {
    expect(rendered({ t: "ol", start: 3, c: [] }).querySelector("ol")?.start).toBe(3);
  });

  it("from tags that are not on the list keep their text and lose the tag", () => {
    for (const t of ["script", "iframe", "style", "svg", "object", "form", "__proto__"]) {
      const root = rendered({ t, c: ["alert(1)"], src: "https://a.fr", onclick: "x" });
      expect(outline(root.firstChild as Node)).toBe('span("alert(1)")');
      expect(root.firstElementChild?.attributes).toHaveLength(0);
      preview?.destroy();
    }
  });

  it("never get an address that loads or an attribute that runs, whatever the tree says", () => {
    const bad = "javascript:alert(1)//https://evil.test/x.png";
    const value = fc.oneof(fc.constant(bad), fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.constant(bad),
        fc.record(
          {
            t: fc.oneof(
              fc.constantFrom(
                ..."p h em strong del code br fnref a img quote figure ul ol li pre table tr td hr footnotes fn html script iframe".split(
                  " ",
                ),
              ),
              fc.string(),
            ),
            c: fc.array(tie("tree"), { maxLength: 4 }),
            by: fc.array(tie("tree"), { maxLength: 2 }),
            href: value,
            src: value,
            k: fc.constantFrom("web", "article", "anchor", "refused", "remote", "desk", "other"),
            l: value,
            text: value,
            lang: value,
            align: value,
            start: value,
            task: value,
            onclick: value,
            style: value,
          },
          { requiredKeys: ["t"] },
        ),
      ),
    }));
    fc.assert(
      fc.property(tree, (node) => {
        const root = rendered(node);
        for (const element of root.querySelectorAll("*")) {
          expect(element.tagName).not.toMatch(/script|iframe|style|object|embed|form|link|meta/i);
          for (const { name, value: content } of [...element.attributes]) {
            expect(name).not.toMatch(/^on|^href$|^style$|^srcdoc$|^action$/);
            if (name === "src") expect(content).toMatch(/^preview-img:\/\/localhost\/desk\//);
          }
        }
        preview?.destroy();
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe("pictures", () => {
  it.each([
    ["remote", "https://a.fr/x.png", "Image distante, non chargée : https://a.fr/x.png"],
    ["refused", "../../etc/passwd", "Image refusée : ../../etc/passwd"],
    ["refused", "\u202egpj.exe\u200b", "Image refusée : ⟨U+202E⟩gpj.exe⟨U+200B⟩"],
  ])("%s ones are named and not loaded", (k, src, words) => {
    const root = rendered({ t: "figure", src, alt: "x", k, caption: "", credit: "" });
    expect(root.querySelector("img")).toBeNull();
    expect(root.textContent).toBe(words);
  });

  it("that cannot be loaded are named", () => {
    const root = rendered({ t: "p", c: [{ t: "img", src: "a b.png", alt: "A", k: "desk" }] });
    const image = root.querySelector("img") as HTMLImageElement;
    expect(image.getAttribute("src")).toBe("preview-img://localhost/desk/a%20b.png");
    image.dispatchEvent(new Event("error"));
    expect(root.textContent).toBe("Image introuvable : a b.png");
  });

  it("stay when the caption below them changes", () => {
    const { preview, root } = open();
    const figure = (caption: string) => ({
      t: "figure",
      src: "a.png",
      alt: "",
      k: "desk",
      caption,
      credit: "",
    });
    preview.apply(whole([figure("un")]));
    const image = root.querySelector("img");
    preview.apply(whole([figure("deux")]));
    expect(root.querySelector("img")).toBe(image);
    expect(root.textContent).toBe("deux");
  });
});

describe("a patch", () => {
  it("replaces the middle and touches nothing else", () => {
    const { preview, root } = open();
    preview.apply(whole([p("a"), p("b"), p("c")]));
    const [a, , c] = [...root.children];
    preview.apply({
      version: 0,
      rendering: 77,
      keep_start: 1,
      keep_end: 1,
      blocks: [
        { key: "x", node: p("x") },
        { key: "y", node: p("y") },
      ],
      lines: [1, 3, 5, 7],
    });
    expect([...root.children].map((e) => e.textContent)).toEqual(["a", "x", "y", "c"]);
    expect(root.children[0]).toBe(a);
    expect(root.children[3]).toBe(c);
    expect(preview.rendering).toBe(77);
  });

  it("that builds on another rendering is refused, and changes nothing", () => {
    const { preview, root } = open();
    preview.apply(whole([p("a")]));
    const before = preview.rendering;
    expect(() =>
      preview.apply({ rendering: 9, version: 0, keep_start: 1, keep_end: 1, blocks: [], lines: [1, 2] }),
    ).toThrow();
    expect(root.textContent).toBe("a");
    expect(preview.rendering).toBe(before);
  });

  it("any sequence of patches shows what a whole rendering would", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(5), { maxLength: 12 }), { maxLength: 8 }), (texts) => {
        const { preview, root } = open();
        let old: string[] = [];
        for (const numbers of texts) {
          const seen = new Map<number, number>();
          const keys = numbers.map((n) => {
            const k = seen.get(n) ?? 0;
            seen.set(n, k + 1);
            return `${n}.${k}`;
          });
          let start = 0;
          while (start < Math.min(old.length, keys.length) && old[start] === keys[start]) start++;
          let end = 0;
          while (
            end < Math.min(old.length, keys.length) - start &&
            old[old.length - 1 - end] === keys[keys.length - 1 - end]
          ) {
            end++;
          }
          preview.apply({
            version: 0,
            rendering: ++id,
            keep_start: start,
            keep_end: end,
            blocks: keys
              .slice(start, keys.length - end)
              .map((key) => ({ key, node: p(key.split(".")[0] ?? "") })),
            lines: keys.map((_, i) => i + 1),
          });
          old = keys;
          expect([...root.children].map((e) => e.textContent)).toEqual(numbers.map(String));
        }
        preview.destroy();
      }),
    );
  }, 60_000);
});

describe("links", () => {
  it("within the article: its heading comes into sight, by the id of an export", () => {
    const { preview, root, onLink } = open();
    const heading = (text: string) => ({ t: "h", l: 2, c: [text] });
    const link = { t: "p", c: [{ t: "a", href: "#l%C3%A9t%C3%A9--brest-1", k: "anchor", c: ["mot"] }] };
    preview.apply(whole([heading("L’été, à Brest"), link, heading("L’été  Brest"), heading("L’été  Brest")]));
    const seen: Element[] = [];
    for (const one of root.querySelectorAll("h2")) one.scrollIntoView = () => seen.push(one);
    root.querySelector("a")?.click();
    expect(seen).toEqual([root.querySelectorAll("h2")[2]]);
    expect(onLink).not.toHaveBeenCalled();
  });

  const a = (k: string, href: string) => ({ t: "p", c: [{ t: "a", href, k, c: ["mot"] }] });

  it.each([
    ["web", "https://a.fr"],
    ["article", "autre.md"],
  ])("%s: told, never followed, by mouse and by Enter", (kind, href) => {
    const { preview, root, onLink } = open();
    preview.apply(whole([a(kind, href)]));
    const link = root.querySelector("a") as HTMLAnchorElement;
    expect(link.hasAttribute("href")).toBe(false);
    expect(link.getAttribute("role")).toBe("link");
    expect(link.tabIndex).toBe(0);
    link.click();
    link.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    link.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
    expect(onLink.mock.calls).toEqual([
      [kind, href],
      [kind, href],
    ]);
  });

  it("refused ones are text that says so", () => {
    const { preview, root, onLink } = open();
    preview.apply(whole([a("refused", "javascript:alert(1)")]));
    const span = root.querySelector<HTMLElement>(".link-refused");
    expect(span?.textContent).toBe("mot");
    expect(span?.title).toBe("Lien refusé : javascript:alert(1)");
    span?.click();
    expect(onLink).not.toHaveBeenCalled();
  });

  it("to a footnote show it", () => {
    const { preview, root, onLink } = open();
    preview.apply(
      whole([
        { t: "p", c: [{ t: "fnref", n: 1, id: "c-fnref-1" }] },
        { t: "footnotes", c: [{ t: "fn", n: 1, id: "c-fn-1", refs: 1, c: [p("note")] }] },
      ]),
    );
    const note = root.querySelector("li") as HTMLElement;
    note.scrollIntoView = vi.fn();
    root.querySelector<HTMLElement>(".mention a")?.click();
    expect(note.scrollIntoView).toHaveBeenCalled();
    expect(onLink).not.toHaveBeenCalled();
  });
});

describe("the scroll", () => {
  /** Blocks of 100 px each, in a window of 250 px. */
  function laidOut(count: number, lines: number[]) {
    const setting = open();
    setting.preview.apply(
      whole(
        Array.from({ length: count }, (_, i) => p(String(i))),
        lines,
      ),
    );
    let scrolled = 0;
    Object.defineProperty(setting.parent, "scrollTop", {
      get: () => scrolled,
      set: (value: number) => {
        scrolled = Math.max(0, value);
      },
    });
    const box = (top: number, height: number) => () => new DOMRect(0, top, 300, height);
    setting.parent.getBoundingClientRect = box(50, 250);
    [...setting.root.children].forEach((child, i) => {
      child.getBoundingClientRect = () => box(50 + 100 * i - scrolled, 100)();
    });
    return { ...setting, top: () => scrolled };
  }

  it.each([
    [1, 0],
    [2, 50],
    [3, 100],
    [5, 200],
    [6, 225],
    [9, 300],
  ])("shows line %d at %d px", (line, top) => {
    const { preview, top: at } = laidOut(5, [1, 3, 5, 9, 10]);
    preview.scrollToLine(line);
    expect(at()).toBe(top);
  });

  it("says which line is at the top, and not when it scrolled by itself", async () => {
    const { preview, parent, onScroll } = laidOut(5, [1, 3, 5, 9, 10]);
    preview.scrollToLine(9);
    parent.dispatchEvent(new Event("scroll"));
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(onScroll).not.toHaveBeenCalled();
    parent.dispatchEvent(new Event("wheel"));
    parent.scrollTop = 225;
    parent.dispatchEvent(new Event("scroll"));
    await vi.waitFor(() => expect(onScroll.mock.calls).toEqual([[6]]), { timeout: 5000 });
  });

  it("goes there and back", async () => {
    const { preview, parent, onScroll } = laidOut(5, [1, 3, 5, 9, 10]);
    for (const line of [1, 2.5, 4, 7.25, 9.5]) {
      onScroll.mockClear();
      preview.scrollToLine(line);
      parent.dispatchEvent(new Event("wheel"));
      parent.dispatchEvent(new Event("scroll"));
      await vi.waitFor(() => expect(onScroll.mock.calls[0]?.[0]).toBeCloseTo(line), { timeout: 5000 });
    }
  });

  it("finds the text around footnotes that are written above it", () => {
    const { preview, top } = laidOut(3, [1, 7, 3]);
    preview.scrollToLine(8);
    expect(top()).toBe(200);
    preview.scrollToLine(3);
    expect(top()).toBe(200);
  });

  it("a double click asks for the line in the copy", () => {
    const { root, onGoTo } = laidOut(5, [1, 3, 5, 9, 10]);
    root.children[2]?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true, clientY: 50 + 250 + 30 }));
    expect(onGoTo.mock.calls).toEqual([[8]]);
  });
});
