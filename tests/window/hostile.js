// What the tests of hostile articles do inside the page: it opens articles, touches everything, and looks for marks.
(() => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const one = (css) => document.querySelector(css);
  const preview = () => one('[data-testid="preview"]');

  /** Waits until something is there; what it says after 10 s is left to the caller. */
  async function until(thing) {
    const end = Date.now() + 10_000;
    for (;;) {
      const found = thing();
      if (found || Date.now() > end) return found;
      await frame();
    }
  }

  const refused = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    refused.push(`${event.effectiveDirective} ${event.blockedURI}`),
  );

  /** Everything that an article must not bring about, as found now. */
  function marks() {
    const found = [];
    if (window.__pwned !== undefined) found.push(`ran: ${window.__pwned}`);
    if (window.length > 0) found.push(`${window.length} frames`);
    if (/pwned/.test(document.title)) found.push(`the title ${document.title}`);
    for (const element of document.body.querySelectorAll("*")) {
      const name = element.localName;
      const ours = element.closest('[data-testid="preview"]') === null;
      if (/^(?:script|iframe|frame|object|embed|base|meta|link|template|portal|audio|video)$/.test(name)) found.push(`an element ${name}`);
      if (!ours && /^(?:svg|math|form|style|input|button)$/.test(name)) found.push(`an element ${name}`);
      for (const { name: attribute, value } of element.attributes) {
        if (/^(?:on|srcdoc$|formaction$|action$|ping$|background$)/.test(attribute)) found.push(`${attribute} on ${name}`);
        if (/^(?:href|xlink:href)$/.test(attribute)) found.push(`${attribute} ${value}`);
        if (attribute === "src" && !/^(?:preview-img:\/\/localhost\/|http:\/\/preview-img\.localhost\/)/.test(value)) found.push(`src ${value}`);
        if (attribute === "id" && /^(?:__|body|cookie|location|forms)/.test(value)) found.push(`the id ${value}`);
      }
    }
    for (const { name } of performance.getEntriesByType("resource")) {
      if (!/^(?:tauri|preview-img|ipc):\/\/localhost\//.test(name)) found.push(`loaded ${name}`);
    }
    return found;
  }

  /** Goes to the next article of the list, waits for its preview, and clicks on all that is in it. */
  async function next(key, expected) {
    const list = one('[data-testid="article-list"]');
    const press = (key) => list.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    press(key);
    await frame();
    const row = () => document.getElementById(list.getAttribute("aria-activedescendant") ?? "");
    const path = (await until(row))?.dataset.path ?? "";
    press("Enter");
    const last = expected[path];
    if (last === undefined) return { path, problems: ["not an article of the test"], links: [] };
    // A name that no article can have on every system is refused, and named.
    const notices = () => [...document.querySelectorAll('[data-testid="notice"]')];
    const there = () =>
      (row()?.getAttribute("aria-selected") === "true" && preview().textContent.includes(last)) ||
      (path.includes("\\") && notices().some((notice) => notice.textContent.includes(path)));
    const problems = (await until(there)) ? [] : ["never shown"];
    problems.push(...(await touch()).problems);
    return { path, problems, links: seen.splice(0), refused: refused.splice(0) };
  }

  const seen = [];

  /** Clicks on everything in the preview, by mouse and by keyboard, and looks for marks. */
  async function touch() {
    const problems = [];
    for (const element of preview().querySelectorAll("*")) {
      const { kind, href } = element.dataset ?? {};
      // A link to another article would open it.
      if (element.closest('[data-kind="article"]')) continue;
      for (const type of ["pointerover", "mouseover", "pointerdown", "mousedown", "focus", "mouseup", "auxclick", "contextmenu"]) {
        element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
      }
      if (element instanceof HTMLElement) element.click();
      if (kind !== "web") continue;
      const shown = await until(() => one("dialog .address"));
      if (!shown) problems.push(`${href} opened without a question`);
      else {
        seen.push(shown.textContent);
        if (shown.textContent !== href) problems.push(`${href} is shown as ${shown.textContent}`);
        one("dialog [data-first]").click();
        await until(() => one("dialog .address") === null);
      }
    }
    await frame();
    problems.push(...marks());
    return { problems };
  }

  /** Pastes HTML into the copy, one piece after the other, as it would come if the engine did not clean it before. */
  async function paste(pieces) {
    const content = one('[data-testid="editor"] .cm-content');
    for (const html of pieces) {
      const event = new Event("paste", { bubbles: true, cancelable: true });
      const held = { "text/html": html, "text/plain": "x" };
      const clipboardData = { types: Object.keys(held), files: [], items: [], getData: (type) => held[type] ?? "" };
      Object.defineProperty(event, "clipboardData", { value: clipboardData });
      content.dispatchEvent(event);
      await frame();
    }
    return pieces.length;
  }

  /** As if the layers before the page's own policy had failed: the article's markup is parsed as HTML. */
  async function inject(html) {
    const box = preview().appendChild(document.createElement("div"));
    box.innerHTML = html;
    // What innerHTML alone does not start: scripts made by a script.
    for (const script of box.querySelectorAll("script")) {
      const again = document.createElement("script");
      for (const { name, value } of script.attributes) {
        try {
          again.setAttribute(name, value);
        } catch {
          // Names that only the parser can make.
        }
      }
      again.textContent = script.textContent;
      script.replaceWith(again);
    }
    await frame();
    for (const element of box.querySelectorAll("*")) {
      for (const type of ["pointerover", "mouseover", "mouseenter", "pointerdown", "mousedown", "focus", "toggle", "load", "error"]) {
        element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
      }
      if (typeof element.click === "function") element.click();
      if (element.localName === "form") {
        try {
          element.requestSubmit();
        } catch {
          element.submit?.();
        }
      }
    }
    await frame();
    await frame();
    const ran = window.__pwned;
    delete window.__pwned;
    box.remove();
    one("dialog [data-first]")?.click();
    return { ran: ran === undefined ? null : String(ran), refused: refused.splice(0) };
  }

  /** Waits until a view that was opened stands still, and looks for marks in the whole window. */
  async function views() {
    let before = -1;
    await until(() => {
      const now = document.body.querySelectorAll("*").length;
      const still = now === before;
      before = now;
      return still;
    });
    return [...marks(), ...refused.splice(0)];
  }

  window.__test = { next, touch, views, paste, inject };
})();
