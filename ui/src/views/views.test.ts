import { render, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryHost, type MemoryHost } from "../host/memory";
import { Desk, TRASH_WAITS } from "../state/desk.svelte";
import App from "./App.svelte";

let host: MemoryHost;
let desk: Desk;

async function open(wish = "lang=fr") {
  host = memoryHost(wish);
  if (!host.boot) throw new Error("no boot");
  desk = new Desk(host, host.boot);
  render(App, { desk });
  await screen.findByTestId("search-input");
  if (desk.info) await vi.waitFor(() => expect(desk.library.known).toBe(true));
  await tick();
}

/** A key press in the window, where no element has the focus. */
async function press(key: string, some: KeyboardEventInit = {}, target: EventTarget = document.body) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...some }));
  await tick();
}

async function type(field: HTMLElement, value: string) {
  (field as HTMLInputElement).value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
}

/** Types sign by sign in a field of the furniture, at the caret. */
async function write(field: HTMLTextAreaElement, text: string) {
  for (const data of text) {
    field.setRangeText(data, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data }));
    await tick();
  }
}

const items = () => screen.getAllByTestId("article-item").map((item) => item.dataset["path"]);

beforeEach(() => {
  // happy-dom lays nothing out: without a height, the list would draw its margin only.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(2000);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(272);
});
afterEach(() => {
  desk.end();
  vi.useRealTimers();
});

test("the first paint needs no question: the article is there before any answer", () => {
  host = memoryHost("lang=fr");
  if (!host.boot) throw new Error("no boot");
  desk = new Desk(host, host.boot);
  render(App, { desk });
  expect(screen.getByTestId<HTMLTextAreaElement>("field-title").value).toContain("Les câbles sous-marins");
  expect(screen.getByTestId("editor").textContent).toContain("tuyau d’arrosage");
});

test("the list is filtered while one types, and says when nothing is found", async () => {
  await open();
  expect(items()).toHaveLength(9);
  const search = screen.getByTestId("search-input");
  await type(search, "oeuvre");
  expect(items()).toEqual(["oeuvre-reseau.md"]);
  await type(search, "zzz");
  expect(screen.queryByTestId("article-list")).toBeNull();
  screen.getByText("Montrer tous les articles").click();
  await tick();
  expect(items()).toHaveLength(9);
});

test("of a long list only what is seen is drawn", async () => {
  await open("lang=fr&many=5000");
  expect(desk.library.total).toBe(5009);
  expect(items().length).toBeLessThan(80);
  expect(screen.getAllByTestId("article-item")[0]?.getAttribute("aria-setsize")).toBe("5009");
});

test("arrow keys move, Enter opens", async () => {
  await open();
  const list = screen.getByTestId("article-list");
  list.focus();
  await press("ArrowDown", {}, list);
  const active = document.getElementById(list.getAttribute("aria-activedescendant") ?? "");
  expect(active?.dataset["path"]).toBe("brest-fibre.md");
  await press("Enter", {}, list);
  await vi.waitFor(() => expect(desk.article?.path).toBe("brest-fibre.md"));
});

test("the open article stays on the screen until the other is there, and when it cannot be opened", async () => {
  await open();
  const article = desk.article;
  host.failing.set("open_article", { code: "x", message: "Illisible.", hint: "" });
  await desk.open("brest-fibre.md");
  await tick();
  expect(desk.article).toBe(article);
  expect(screen.getByTestId("notice").textContent).toContain("Illisible.");
});

test("after a click the keyboard is in the list, after Enter in the text", async () => {
  await open();
  const list = screen.getByTestId("article-list");
  for (const path of ["cables-sous-marins.md", "brest-fibre.md"]) {
    document.querySelector<HTMLElement>(`[data-path="${path}"]`)?.click();
    await vi.waitFor(() => expect(desk.article?.path).toBe(path));
    expect(document.activeElement).toBe(list);
  }
  await press("Enter", {}, list);
  await vi.waitFor(() => expect(document.activeElement?.closest(".cm-editor")).not.toBeNull());
});

test("F2 renames the file in its line", async () => {
  await open();
  const list = screen.getByTestId("article-list");
  list.focus();
  await press("F2", {}, list);
  const field = screen.getByLabelText<HTMLInputElement>("Nom du fichier");
  expect(field.value).toBe("cables-sous-marins.md");
  field.value = "cables.md";
  await press("Enter", {}, field);
  await vi.waitFor(() => expect(desk.article?.path).toBe("cables.md"));
  expect(items()).toContain("cables.md");
  expect(items()).not.toContain("cables-sous-marins.md");
});

test("a trashed article can be called back, and goes after its time", async () => {
  await open();
  vi.useFakeTimers();
  await desk.trash("brest-fibre.md");
  await tick();
  expect(items()).not.toContain("brest-fibre.md");
  within(screen.getByTestId("notice")).getByText("Rétablir").click();
  await vi.advanceTimersByTimeAsync(TRASH_WAITS);
  expect(host.calls).not.toContain("trash_article");
  expect(items()).toContain("brest-fibre.md");
  await desk.trash("brest-fibre.md");
  await vi.advanceTimersByTimeAsync(TRASH_WAITS);
  expect(host.calls).toContain("trash_article");
});

test("the palette finds commands and articles, and runs them", async () => {
  await open();
  await press("p", { ctrlKey: true });
  const field = await screen.findByRole("combobox");
  const lines = () => screen.getAllByRole("option").map((line) => line.textContent);
  await type(field, "brest");
  expect(lines().some((line) => line?.includes("À Brest"))).toBe(true);
  await press("Enter", {}, field);
  await vi.waitFor(() => expect(desk.article?.path).toBe("brest-fibre.md"));
  expect(screen.queryByRole("combobox")).toBeNull();
});

test("Ctrl 5 shows the history; saves of a sitting are one line that unfolds", async () => {
  await open();
  await press("5", { ctrlKey: true, code: "Digit5" });
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Historique");
  expect(await screen.findAllByTestId("revision")).toHaveLength(3);
  screen.getByLabelText("Montrer chaque enregistrement").click();
  await tick();
  expect(screen.getAllByTestId("revision").map((line) => line.dataset["revision"])).toEqual([
    "100",
    "99",
    "98",
    "97",
    "96",
  ]);
});

test("a conflict shows both versions and ends with a choice", async () => {
  await open();
  host.clash("cables-sous-marins.md", "Version venue du disque.");
  await tick();
  const bar = screen.getByTestId("conflict-bar");
  expect(bar.textContent).toContain("Version venue du disque.");
  expect(bar.textContent).toContain("Ils sont à peine plus épais");
  expect(screen.getByTestId("save-state").dataset["state"]).toBe("conflict");
  screen.getByTestId("conflict-theirs").click();
  await waitFor(() => expect(screen.queryByTestId("conflict-bar")).toBeNull());
  await vi.waitFor(() =>
    expect(screen.getByTestId("editor").textContent).toContain("Version venue du disque."),
  );
});

test("a conflict is answered place by place: nothing is applied before each has its answer", async () => {
  await open();
  host.clash("cables-sous-marins.md", "Version venue du disque.");
  await tick();
  const apply = screen.getByTestId<HTMLButtonElement>("conflict-apply");
  const places = within(screen.getByTestId("conflict-bar")).getAllByRole("group", { name: /^Passage/ });
  expect(places).toHaveLength(2);
  const [first, second] = places as [HTMLElement, HTMLElement];
  expect(within(second).queryByText("Les deux")).toBeNull();
  within(first).getByText("Récrire…").click();
  await tick();
  await type(within(first).getByRole("textbox"), "Ni l’un ni l’autre.");
  expect(apply.disabled).toBe(true);
  within(second).getByText("Le mien").click();
  await tick();
  expect(apply.disabled).toBe(false);
  // A change of mind before the end is free.
  within(second).getByText("Celui du disque").click();
  await tick();
  apply.click();
  await waitFor(() => expect(screen.queryByTestId("conflict-bar")).toBeNull());
  await vi.waitFor(() => expect(screen.getByTestId("editor").textContent).toContain("Ni l’un ni l’autre."));
  expect(screen.getByTestId("editor").textContent).toContain("title: B");
});

test("an export runs to its end and can be opened", async () => {
  await open();
  screen.getByTestId("export-open").click();
  const run = await screen.findByTestId<HTMLButtonElement>("export-run");
  await waitFor(() => expect(run.disabled).toBe(false));
  run.click();
  (await screen.findByText("Montrer dans le dossier")).click();
  await vi.waitFor(() => expect(host.calls).toContain("reveal_exported"));
});

test("Escape closes a sheet, and the focus goes back", async () => {
  await open();
  const button = screen.getByTestId("export-open");
  button.focus();
  button.click();
  const format = await screen.findByTestId("export-format");
  await press("Escape", {}, format);
  await waitFor(() => expect(screen.queryByTestId("export-format")).toBeNull());
  expect(document.activeElement).toBe(button);
});

test("the language is switched without a restart", async () => {
  await open();
  screen.getByTestId("lang-switch").click();
  await tick();
  expect(screen.getByTestId("mode-write").textContent).toBe("Write");
  expect(document.documentElement.lang).toBe("en");
});

test("the counts and the length are those of the rendering", async () => {
  await open();
  const counts = await screen.findByTestId("counts");
  expect(Number(counts.dataset["signes"])).toBeGreaterThan(500);
  expect(screen.getByRole("meter").getAttribute("aria-valuemax")).toBe("1000");
});

test("an address is shown before it is opened", async () => {
  await open();
  desk.follow("web", "https://example.org/a");
  const dialog = await screen.findByRole("dialog");
  expect(dialog.textContent).toContain("https://example.org/a");
  expect(host.calls).not.toContain("open_link");
  const call = vi.spyOn(desk.wire, "call");
  within(dialog).getByText("Ouvrir").click();
  await vi.waitFor(() => expect(call).toHaveBeenCalledWith("open_link", { href: "https://example.org/a" }));
});

test("a closing window hands over what was typed last", async () => {
  await open();
  desk.article?.type("title", "Dernier mot");
  host.say({ kind: "closing" });
  await vi.waitFor(() => expect(host.calls).toContain("farewell"));
  const order = host.calls.filter((name) => ["set_field", "save", "farewell"].includes(name));
  expect(order).toEqual(["set_field", "save", "farewell"]);
});

test("a window that is not closed after all goes on hearing the desk", async () => {
  await open();
  host.say({ kind: "closing" });
  await vi.waitFor(() => expect(host.calls).toContain("farewell"));
  host.say({ kind: "saves_weaker", weaker: "network" });
  await tick();
  expect(screen.getByTestId("weaker").textContent).toContain("Dossier réseau");
});

test("a draft that was merged as it came back can be taken back", async () => {
  await open("lang=en");
  const real = desk.wire.call.bind(desk.wire);
  const call = vi.spyOn(desk.wire, "call").mockImplementation(async (name, args) => {
    if (name === "restore_revision") return desk.article?.state as never;
    const answer = await real(name, args);
    return (name === "open_article" ? { ...(answer as object), restored: true, undo: 7 } : answer) as never;
  });
  await desk.open("oeuvre-reseau.md");
  const notice = await screen.findByText(/merged with what changed meanwhile/);
  within(notice.closest<HTMLElement>("[data-testid=notice]") ?? notice)
    .getByText("Back to my text from before")
    .click();
  await vi.waitFor(() =>
    expect(call).toHaveBeenCalledWith("restore_revision", { path: "oeuvre-reseau.md", id: 7 }),
  );
});

test.each(["lang=fr", "lang=en&tab=history", "lang=fr&none=1", "lang=fr&empty=1", "lang=fr&gone=1"])(
  "axe finds nothing in the window: %s",
  async (wish) => {
    await open(wish);
    // Colours need a layout; the real window's tests look at them.
    const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  },
);

test("a deleted article is recovered from the palette's list", async () => {
  await open();
  vi.useFakeTimers();
  await desk.trash("brest-fibre.md");
  await vi.advanceTimersByTimeAsync(TRASH_WAITS);
  vi.useRealTimers();
  desk.run("recover");
  const again = await screen.findByRole("button", { name: /^Récupérer «/ });
  expect(again.closest("li")?.textContent).toContain("brest-fibre.md");
  again.click();
  await vi.waitFor(() => expect(desk.article?.path).toBe("brest-fibre.md"));
  await vi.waitFor(() => expect(items()).toContain("brest-fibre.md"));
  expect(desk.sheet).toBeNull();
});

test("nothing deleted is said so", async () => {
  await open();
  desk.run("recover");
  await screen.findByText("Aucun article supprimé n’est connu ici.");
});

test("a change is put back by key: a field with Undo, a passage in the text; a passage that moved on is not", async () => {
  await open();
  desk.run("changes");
  await screen.findAllByText("Liste");
  await vi.waitFor(() => expect(desk.changes?.view?.changes.length).toBeGreaterThan(0));
  const changes = desk.changes;
  if (!changes?.view) throw new Error("no changes");
  const title = screen.getByTestId<HTMLTextAreaElement>("field-title");
  const now = title.value;
  const field = changes.view.changes.findIndex((change) => change.field === "title");
  changes.at = field;
  await press("F8", { ctrlKey: true });
  const was = "Les câbles sous-marins, nerf de l’Atlantique";
  await vi.waitFor(() => expect(title.value).toBe(was));
  (await screen.findByText("Annuler", { selector: "[data-testid=notice] button" })).click();
  await vi.waitFor(() => expect(title.value).toBe(now));

  const editor = screen.getByTestId("editor");
  const passage = changes.view.changes.findIndex(({ put_back }) => put_back.length > 0);
  const before = changes.view.changes[passage];
  if (!before?.new || !before.old) throw new Error("a replacement");
  expect(editor.textContent).toContain(before.new.text);
  changes.at = passage;
  await tick();
  screen.getByTestId("put-back").click();
  await vi.waitFor(() => expect(editor.textContent).not.toContain(before.new?.text));
  expect(editor.textContent).toContain(before.old.text);

  changes.view = { ...changes.view, changes: [before], version: 0 };
  changes.at = 0;
  await press("F8", { ctrlKey: true });
  await screen.findByText(/vient de changer/);
});

test("a rename that only the words tell of is asked, answered by keys, and taken back when it does not hold", async () => {
  await open();
  const call = vi.spyOn(host, "call");
  const offer = { from: "port.md", to: "quai.md" };
  host.say({ kind: "rename_offers", offers: [offer, { from: "a.md", to: "b.md" }] });
  await tick();
  expect(screen.getAllByTestId("notice").map((notice) => notice.getAttribute("role"))).toEqual([
    "alert",
    "alert",
  ]);
  expect(screen.getAllByTestId("notice")[0]?.textContent).toContain("port.md a disparu et quai.md");
  host.say({ kind: "rename_offers", offers: [offer] });
  await tick();
  const notice = screen.getByTestId("notice");
  const yes = within(notice).getByRole("button", { name: "Oui, le même" });
  yes.focus();
  expect(document.activeElement).toBe(yes);
  yes.click();
  await vi.waitFor(() => expect(call).toHaveBeenCalledWith("answer_rename", { ...offer, follow: true }));
  expect((await screen.findByTestId("notice")).textContent).toContain("quai.md a repris l’historique");
});

test("an offered rename that was closed is not asked again, and a refusal is handed on", async () => {
  await open();
  const call = vi.spyOn(host, "call");
  const offer = { from: "port.md", to: "quai.md" };
  host.say({ kind: "rename_offers", offers: [offer] });
  await tick();
  within(screen.getByTestId("notice")).getByRole("button", { name: "Fermer" }).click();
  host.say({ kind: "rename_offers", offers: [offer, { from: "a.md", to: "b.md" }] });
  await tick();
  const notice = screen.getByTestId("notice");
  expect(notice.textContent).toContain("a.md a disparu");
  within(notice).getByRole("button", { name: "Non, un autre" }).click();
  await vi.waitFor(() =>
    expect(call).toHaveBeenCalledWith("answer_rename", { from: "a.md", to: "b.md", follow: false }),
  );
});

test("links that a move broke are offered, mended by a key, and put back", async () => {
  await open("lang=en");
  const call = vi.spyOn(host, "call");
  const offer = { from: "port.md", to: "ville/port.md", moves: 1, links: 3, articles: 2 };
  host.say({ kind: "links_offer", offer });
  await tick();
  expect(screen.getByTestId("notice").textContent).toContain(
    "3 links or pictures no longer lead where they should",
  );
  host.say({ kind: "links_offer", offer: null });
  await tick();
  expect(screen.queryByTestId("notice")).toBeNull();
  host.say({ kind: "links_offer", offer });
  await tick();
  screen.getByRole("button", { name: "Mend links" }).click();
  await screen.findByText(/3 links mended in 2 articles/);
  expect(screen.getByTestId("notice").textContent).toContain("Left as they are: loin.md.");
  within(screen.getByTestId("notice")).getByRole("button", { name: "Undo" }).click();
  await screen.findByText(/3 links are as before/);
  expect(call).toHaveBeenCalledWith("undo_mended_links", {});
});

test("a weaker file system is named in the status bar, with the reason", async () => {
  await open();
  expect(screen.queryByTestId("weaker")).toBeNull();
  host.say({ kind: "saves_weaker", weaker: "network" });
  await tick();
  expect(screen.getByTestId("weaker").textContent).toContain("Dossier réseau");
  host.say({ kind: "saves_weaker", weaker: "no_exchange" });
  await tick();
  expect(screen.getByTestId("weaker").textContent).toContain("Enregistrement moins sûr ici");
  expect(screen.getByTestId("weaker").title).toContain("peut être remplacé");
});

test("the furniture has the typing aids, and one Backspace takes the last one back", async () => {
  await open();
  const title = screen.getByTestId<HTMLTextAreaElement>("field-title");
  title.focus();
  title.value = "";
  await write(title, 'L\'été : "oui" ?');
  expect(title.value).toBe("L’été\u00a0: «\u00a0oui\u00a0»\u202f?");
  await press("Backspace", {}, title);
  expect(title.value).toBe("L’été\u00a0: «\u00a0oui\u00a0» ?");
  await vi.waitFor(() => expect(desk.article?.state.furniture.title.value).toBe(title.value));
  const slug = screen.getByTestId<HTMLTextAreaElement>("field-slug");
  slug.focus();
  slug.value = "";
  await write(slug, "l'a");
  expect(slug.value).toBe("l'a");
});

test("one letter of a standfirst in several lines leaves its lines; a pasted line end is a blank", async () => {
  await open();
  const article = desk.article;
  if (!article) throw new Error("no article");
  article.type("standfirst", "Un.\nDeux.");
  await article.settle();
  await tick();
  const field = screen.getByTestId<HTMLTextAreaElement>("field-standfirst");
  field.setSelectionRange(2, 2);
  await write(field, "e");
  expect(article.field("standfirst")).toBe("Une.\nDeux.");
  await type(field, "Une.\nDeux\ntrois.");
  expect(article.field("standfirst")).toBe("Une.\nDeux trois.");
  expect(field.value).toBe("Une.\nDeux trois.");
});

test("a refused field says why beside it, the article can be left, and the words are said once more", async () => {
  await open();
  host.failing.set("set_field", { code: "cannot_set", message: "Pas sans le reste.", hint: "" });
  const field = screen.getByTestId<HTMLTextAreaElement>("field-byline");
  await type(field, "Anna");
  await desk.article?.settle();
  await tick();
  expect(field.getAttribute("aria-invalid")).toBe("true");
  const note = document.getElementById(field.getAttribute("aria-describedby") ?? "");
  expect(note?.textContent).toContain("Pas sans le reste.");
  await desk.open("brest-fibre.md");
  expect(desk.article?.path).toBe("brest-fibre.md");
  await tick();
  expect(screen.getByTestId("notice").textContent).toContain("Anna");
});

test("Escape in the rename field renames nothing", async () => {
  await open();
  const list = screen.getByTestId("article-list");
  list.focus();
  await press("F2", {}, list);
  const field = screen.getByLabelText<HTMLInputElement>("Nom du fichier");
  field.value = "autre.md";
  await press("Escape", {}, field);
  await tick();
  expect(screen.queryByLabelText("Nom du fichier")).toBeNull();
  expect(host.calls).not.toContain("rename_article");
  await press("F2", {}, list);
  const again = screen.getByLabelText<HTMLInputElement>("Nom du fichier");
  again.value = "cables.md";
  await press("Enter", {}, again);
  await vi.waitFor(() => expect(desk.article?.path).toBe("cables.md"));
});

test("the palette's Rename shows its field while the review of the desk is shown", async () => {
  await open();
  desk.run("deskReview");
  await tick();
  expect(screen.queryByTestId("article-list")).toBeNull();
  desk.run("rename");
  await tick();
  expect(screen.getByLabelText("Nom du fichier")).toBe(document.activeElement);
});

test("before another desk is opened, all that waits is done on the one that is left", async () => {
  await open();
  await desk.trash("brest-fibre.md");
  desk.article?.type("kicker", "Mer");
  await desk.openDesk("/srv/desk/Grands formats");
  const order = host.calls.filter((name) =>
    ["set_field", "save", "trash_article", "open_desk", "close_article"].includes(name),
  );
  expect(order.slice(0, 4)).toEqual(["set_field", "save", "trash_article", "open_desk"]);
  expect(desk.notices.list.map(({ text }) => text).join()).not.toContain("corbeille");
});

test("F6 leads to the newest notice and back; while one is there the article does not go to the trash", async () => {
  await open();
  vi.useFakeTimers();
  const list = screen.getByTestId("article-list");
  list.focus();
  await desk.trash("brest-fibre.md");
  await tick();
  await press("F6", {}, list);
  expect(document.activeElement?.textContent).toBe("Rétablir");
  await vi.advanceTimersByTimeAsync(10 * TRASH_WAITS);
  expect(host.calls).not.toContain("trash_article");
  await press("F6", {}, document.activeElement ?? list);
  expect(document.activeElement).toBe(list);
  await press("F6", {}, list);
  (document.activeElement as HTMLElement).click();
  await vi.advanceTimersByTimeAsync(0);
  expect(document.activeElement).toBe(list);
  expect(items()).toContain("brest-fibre.md");
  await vi.advanceTimersByTimeAsync(10 * TRASH_WAITS);
  expect(host.calls).not.toContain("trash_article");
});

test("in read mode what was typed is saved, and Ctrl F and Enter come to a text that can be seen", async () => {
  await open();
  desk.article?.type("kicker", "Mer");
  desk.run("read");
  await tick();
  await press("s", { ctrlKey: true });
  await vi.waitFor(() => expect(desk.article?.saveState).toBe("saved"));
  const hiddenAtFocus: boolean[] = [];
  const editor = desk.article?.editor;
  if (!editor) throw new Error("no editor");
  const scroll = document.querySelector<HTMLElement>(".copy-scroll");
  const focus = vi.spyOn(editor, "focus").mockImplementation(() => {
    hiddenAtFocus.push(scroll?.hasAttribute("hidden") ?? true);
  });
  await press("f", { ctrlKey: true });
  await vi.waitFor(() => expect(focus).toHaveBeenCalled());
  desk.run("read");
  await tick();
  const pane = screen.getByRole("region", { name: "Aperçu de l’article" });
  await press("Enter", {}, pane);
  await vi.waitFor(() => expect(hiddenAtFocus).toEqual([false, false]));
});

test("folding brings the columns back as they were, and leaves the side alone in a narrow window", async () => {
  await open();
  const folded = () => [desk.prefs.value.list_folded, desk.prefs.value.side_folded];
  desk.run("foldList");
  desk.run("fold");
  expect(folded()).toEqual([true, true]);
  desk.run("fold");
  expect(folded()).toEqual([true, false]);
  desk.run("foldList");
  desk.narrow = true;
  desk.run("fold");
  expect(folded()).toEqual([true, false]);
  desk.run("fold");
  expect(folded()).toEqual([false, false]);
});

test("keys of the front matter have the names of the interface", async () => {
  await open();
  host.clash("cables-sous-marins.md", "Version venue du disque.");
  await tick();
  expect(screen.getByTestId("conflict-bar").textContent).toContain("Ma version · Titre");
  expect(["deadline", "x-note"].map((key) => desk.fieldName(key))).toEqual(["Échéance", "x-note"]);
});

/** The window takes another width, CSS pixels. */
async function resize(width: number) {
  vi.stubGlobal("innerWidth", width);
  window.innerWidth = width;
  window.dispatchEvent(new Event("resize"));
  await tick();
  await tick();
}

test("the copy keeps 45 characters: columns narrow, then the side and the list lie over it", async () => {
  await open();
  const columns = () => document.querySelector<HTMLElement>(".columns");
  const width = (name: string) => parseFloat(columns()?.style.getPropertyValue(name) ?? "");
  desk.prefs.change({ list_width: 500, side_width: 900 });
  for (const size of [14, 18, 32]) {
    desk.prefs.change({ text_size: size });
    for (const room of [1920, 1440, 1100, 961, 900, 720, 640, 480]) {
      await resize(room);
      const beside = (desk.crowded ? 0 : width("--list")) + width("--side");
      const copy = Math.min(room, size * 35.6 * (45 / 68) + 64);
      expect(room - beside, `${size} px in ${room}`).toBeGreaterThanOrEqual(Math.floor(copy));
    }
  }
  expect(desk.crowded).toBe(true);
  expect(screen.queryByTestId("article-list")).toBeNull();
  screen.getByLabelText("Montrer la liste").click();
  await tick();
  expect(screen.getByTestId("article-list")).toBeTruthy();
  await press("Escape");
  expect(screen.queryByTestId("article-list")).toBeNull();
  desk.run("search");
  await tick();
  expect(desk.prefs.value.list_folded).toBe(false);
  await desk.open("brest-fibre.md");
  await tick();
  expect(screen.queryByTestId("article-list")).toBeNull();
  await resize(1440);
  expect(screen.getByTestId("article-list")).toBeTruthy();
});

test("the team's templates are offered, and an article is made beside the open one", async () => {
  await open();
  const call = vi.spyOn(host, "call");
  desk.run("new");
  const portrait = await screen.findByRole("radio", { name: /portrait/ });
  portrait.click();
  await type(screen.getByLabelText("Titre", { selector: "input" }), "Ada");
  screen.getByText("Créer").click();
  await vi.waitFor(() => expect(desk.article?.path).toBe("ada.md"));
  expect(call).toHaveBeenCalledWith("new_article", { template: "portrait", title: "Ada", folder: "" });
  desk.article?.moved("ville/ada.md");
  await desk.create("blank", "Bob");
  expect(call).toHaveBeenCalledWith("new_article", { template: "blank", title: "Bob", folder: "ville" });
});

test("without a desk a copy of the sample is offered, and opens with its article", async () => {
  await open("lang=fr&none=1");
  screen.getByTestId("open-sample").click();
  await vi.waitFor(() => expect(desk.info?.name).toBe("Copydesk"));
  expect(desk.article).not.toBeNull();
});

test("the interface is sized by keys, and the size is kept", async () => {
  await open();
  await press("+", { ctrlKey: true, shiftKey: true });
  await press("=", { ctrlKey: true });
  expect(desk.prefs.value.zoom).toBe(125);
  await press("-", { ctrlKey: true });
  expect(desk.prefs.value.zoom).toBe(110);
  await press("0", { ctrlKey: true, code: "Digit0" });
  expect(desk.prefs.value.zoom).toBe(100);
  await vi.waitFor(() => expect(host.calls.filter((name) => name === "set_settings")).toHaveLength(4));
});

test("a name that was found is said to the interface, and prefills the question", async () => {
  await open("lang=fr&nameless=1");
  await desk.painted();
  expect(desk.prefs.value.author).toBe("camille");
  desk.review.naming = () => {};
  expect((await screen.findByTestId<HTMLInputElement>("author-name")).value).toBe("camille");
});

test("a deadline is typed as people write it, and a moment that is one already is left", async () => {
  await open();
  desk.run("details");
  await tick();
  const field = screen.getByTestId<HTMLInputElement>("field-deadline");
  await type(field, "22/11/2026 18h30");
  field.dispatchEvent(new Event("blur"));
  await vi.waitFor(() =>
    expect(desk.article?.state.furniture.deadline.value).toMatch(/^2026-11-22T18:30:00[+-]/),
  );
  const written = "2026-11-22T18:00:00.000+09:00";
  await type(field, written);
  field.dispatchEvent(new Event("blur"));
  await vi.waitFor(() => expect(desk.article?.state.furniture.deadline.value).toBe(written));
});

test("a line of the list counts open suggestions, and keeps its signes beside its flags", async () => {
  await open();
  await desk.watchReview();
  await tick();
  const row = (path: string) => document.querySelector(`[data-path="${path}"]`);
  const waiting = desk.deskReview?.suggestions.get("cables-sous-marins.md") ?? 0;
  expect(waiting).toBeGreaterThan(0);
  expect(row("cables-sous-marins.md")?.querySelector(".suggested")?.getAttribute("aria-label")).toContain(
    String(waiting),
  );
  const flagged = screen.getAllByTestId("article-item").filter((item) => item.querySelector(".flag.warn"));
  expect(flagged.length).toBeGreaterThan(0);
  for (const item of flagged) expect(item.textContent).toContain("signes");
});

test("an embargo has a line of its own in the list, and the row below makes room for it", async () => {
  await open();
  const rows = screen.getAllByTestId("article-item");
  const lines = (row: HTMLElement) => [...row.querySelectorAll(".row-line")];
  const height = (row: HTMLElement) => Number.parseFloat(row.style.height);
  const top = (row: HTMLElement) => Number(/translateY\((.+)px\)/.exec(row.style.transform)?.[1]);
  const two = (row: HTMLElement) => row.classList.contains("two");
  const held = rows.filter((row) => row.textContent.includes("embargo"));
  expect(held.length).toBeGreaterThan(0);
  for (const row of held) {
    expect(lines(row)).toHaveLength(2);
    const [facts, flags] = lines(row);
    expect(facts?.textContent).toContain("signes");
    expect(facts?.textContent).not.toContain("embargo");
    expect(facts?.querySelector(".flag")).toBeNull();
    expect(flags?.querySelector(".flag.warn")?.textContent).toContain("embargo");
  }
  // Another flag stays beside the facts. Both titles take the same lines: what is left is the line of the embargo.
  const named = (path: string) =>
    rows.find((row) => row.dataset["path"] === path) ?? expect.fail(`no row for ${path}`);
  const [embargo, legal] = [named("brest-fibre.md"), named("entretien-nuage.md")];
  expect(held).toContain(embargo);
  expect(lines(legal)).toHaveLength(1);
  expect(lines(legal)[0]?.textContent).toContain(desk.t.list.legal);
  expect(two(embargo)).toBe(two(legal));
  expect(height(embargo)).toBe(height(legal) + 22);
  const below = rows[rows.indexOf(embargo) + 1] ?? expect.fail("no row below");
  expect(top(below)).toBe(top(embargo) + height(embargo));
  // By as many lines of facts and as many of its title, each is as tall; none begins before the last has ended.
  const tall = new Map<string, Set<number>>();
  let end = 0;
  for (const row of rows) {
    expect(top(row)).toBeGreaterThanOrEqual(end);
    end = top(row) + height(row);
    const kind = `${two(row)} ${lines(row).length}`;
    tall.set(kind, (tall.get(kind) ?? new Set()).add(height(row)));
  }
  for (const heights of tall.values()) expect(heights.size).toBe(1);
  for (const title of [true, false]) {
    const [one] = tall.get(`${title} 1`) ?? [];
    const [more] = tall.get(`${title} 2`) ?? [];
    // 18 is the height of a line of facts in the style sheet.
    if (one !== undefined && more !== undefined) expect(more - one).toBeGreaterThanOrEqual(18);
  }
  expect([...tall.keys()].filter((kind) => kind.endsWith(" 2")).length).toBeGreaterThan(0);
});
