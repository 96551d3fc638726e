import { GFM, parser } from "@lezer/markdown";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { htmlToMarkdown, safeHref } from "./html-to-markdown";
import { GOOGLE_DOCS, HOSTILE, WEB_PAGE, WORD } from "./clipboard.testing";

const md = (html: string) => htmlToMarkdown(html).markdown;

describe("samples of real clipboards", () => {
  it("Word", () => {
    expect(md(WORD.html)).toBe(WORD.markdown);
  });

  it("Google Docs", () => {
    expect(md(GOOGLE_DOCS.html)).toBe(GOOGLE_DOCS.markdown);
  });

  it("a web page", () => {
    expect(md(WEB_PAGE.html)).toBe(WEB_PAGE.markdown);
  });
});

describe("markup", () => {
  it.each([
    ["<p>un <b>mot</b></p>", "un **mot**"],
    ["<p>un<b> mot </b>ici</p>", "un **mot** ici"],
    ["<p><b>a <i>b</i> c</b></p>", "**a *b* c**"],
    ["<p><b>a</b><b>b</b></p>", "**ab**"],
    ["<p><s>non</s> oui</p>", "~~non~~ oui"],
    ["<p><code>a`b</code></p>", "``a`b``"],
    ["<p>m<b>ot</b>s</p>", "m**ot**s"],
    // Marks that could not work are left out rather than shown as stars.
    ["<p>mot<b>«x»</b>mot</p>", "mot«x»mot"],
    ["<p><b>a<br>b</b></p>", "**a**\\\n**b**"],
    ["<p>a<br><br>b</p>", "a\n\nb"],
    ["<p>a</p>\n<p>&nbsp;</p>\n<p>b</p>", "a\n\nb"],
    ["<p>a\n  b</p>", "a b"],
    ["<p>«&nbsp;a&nbsp;»</p>", "«\u00a0a\u00a0»"],
    ["<h2><b>Inter</b></h2><p>a</p>", "## Inter\n\na"],
    ["<h2><div>a</div><div>b</div></h2>", "## a b"],
    ['<div role="heading" aria-level="3">Inter</div>', "### Inter"],
    ['<a href="https://a.fr/b_c">un lien</a>', "[un lien](https://a.fr/b_c)"],
    ['<a href="https://a.fr/(b)">x</a>', "[x](https://a.fr/%28b%29)"],
    ['<a href="https://a.fr/">https://a.fr/</a>', "<https://a.fr/>"],
    ['<a href="mailto:a@b.fr">a</a>', "[a](mailto:a@b.fr)"],
    ['<b><a href="https://a.fr">x</a></b>', "[**x**](https://a.fr)"],
    ['<a href="#_ftn1">[1]</a>', "\\[1\\]"],
    ['<a href="https://a.fr"></a>b', "b"],
    ["<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"],
    ["<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>", "- a\n  - b\n- c"],
    ["<ol><li>a<ol><li>b</li></ol></li></ol>", "1. a\n   1. b"],
    ['<ol start="4"><li>a</li><li>b</li></ol>', "4. a\n5. b"],
    ["<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c"],
    ["<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"],
    ["<p>a</p><hr><p>b</p>", "a\n\n---\n\nb"],
    ["<p>x</p><pre>a\n  b</pre>", "x\n\n```\na\n  b\n```"],
    [
      "<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td><i>3</i></td></tr></table>",
      "| a | b |\n| --- | --- |\n| 1\\|2 | *3* |",
    ],
    ['<table><tr><td colspan="2">a</td></tr><tr><td>b</td><td>c</td></tr></table>', "a\n\nb\n\nc"],
    ['<p>a <img src="https://a.fr/x.png" alt="X"></p>', "a ![X](https://a.fr/x.png)"],
    ['<p>a<img src="https://a.fr/x.png" width="1" height="1"></p>', "a"],
    ['<p>a<img src="file:///C:/x.png"></p>', "a"],
    ['<span style="font-weight:700;font-style:italic">x</span>', "***x***"],
    ['<b style="font-weight:normal">x</b>', "x"],
    ['<p style="display:none">x</p><p>y</p>', "y"],
    ["<p>1. a</p>", "1\\. a"],
    ["<p># a</p>", "\\# a"],
    ["<p>- a</p>", "\\- a"],
    ["<p>&gt; a</p>", "\\> a"],
    ["<p>a * b _c_ [d] `e` \\f</p>", "a \\* b \\_c\\_ \\[d\\] \\`e\\` \\\\f"],
    ["<p>snake_case et 3 &lt; 4</p>", "snake_case et 3 < 4"],
    ["<p>&lt;b&gt; &amp;amp;</p>", "\\<b> \\&amp;"],
  ])("%s", (html, markdown) => {
    expect(md(html)).toBe(markdown);
  });

  it("says when the plain text says the same", () => {
    expect(htmlToMarkdown("<meta charset='utf-8'><span>un mot * ici</span>").plain).toBe(true);
    expect(htmlToMarkdown("<pre style='word-wrap: break-word'># Titre</pre>").plain).toBe(true);
    expect(htmlToMarkdown("<p>un</p><p>deux</p>").plain).toBe(false);
    expect(htmlToMarkdown("<b>un</b>").plain).toBe(false);
  });
});

describe("hostile HTML", () => {
  it.each(HOSTILE)("%s", (html) => {
    const result = md(html);
    expect(result).not.toMatch(/javascript:|vbscript:|data:|file:|onerror|onload|alert/i);
    expect(result).not.toMatch(/(?<!\\)<[a-z/!]/i);
    expect(result).toContain("texte");
  });

  it.each([
    ["javascript:alert(1)", ""],
    ["java\nscript:alert(1)", ""],
    [" \u0001javascript:alert(1)", ""],
    ["data:text/html,x", ""],
    ["file:///etc/passwd", ""],
    ["//a.fr", ""],
    ["/a", ""],
    ["https://a.fr/é b", "https://a.fr/éb"],
    ["https://www.google.com/url?q=https://a.fr/x&sa=D", "https://a.fr/x"],
    ["https://www.google.com/url?q=javascript:alert(1)", ""],
    ["HTTPS://A.fr", "HTTPS://A.fr"],
  ])("safeHref(%j)", (href, result) => {
    expect(safeHref(href)).toBe(result);
  });

  it("survives 2,000 nested elements", () => {
    expect(md(`${"<div>".repeat(2000)}texte${"</div>".repeat(2000)}`)).toBe("texte");
  });
});

describe("any text", () => {
  const markdown = parser.configure(GFM);
  const PLAIN = new Set(["Document", "Paragraph", "Escape", "Entity", "URL", "HardBreak"]);

  it("comes through as text, whatever marks it contains", () => {
    const word = fc.oneof(
      fc.constantFrom(
        ..."* ** _ __ ` ``` # ## > - + 1. 2) [ ] ( ) ! ~ ~~ < <b> </b> & &amp; &lt; | --- === \\ a b é 12 : [x] [a](b) ![c](d) [^1] [^1]: [r]: *a* _b_ x_y".split(
          " ",
        ),
      ),
    );
    const line = fc
      .array(fc.tuple(word, fc.constantFrom("", " ")), { minLength: 1, maxLength: 12 })
      .map((parts) =>
        parts
          .map((part) => part.join(""))
          .join("")
          .trim(),
      );
    fc.assert(
      fc.property(line, (text) => {
        fc.pre(text !== "");
        const p = document.createElement("p");
        p.textContent = text;
        const b = document.createElement("b");
        b.textContent = "x";
        const result = md(`<p>${escape(text)}</p><p><b>x</b></p>`).replace(/\n\n\*\*x\*\*$/, "");
        const names: string[] = [];
        markdown.parse(result).iterate({ enter: (node) => void names.push(node.name) });
        expect(names.filter((name) => !PLAIN.has(name))).toEqual([]);
        expect(result.replace(/\\([!-/:-@[-`{-~])/g, "$1")).toBe(text.replace(/ +/g, " "));
      }),
      { numRuns: 2000 },
    );
  }, 60_000);
});

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
