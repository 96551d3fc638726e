//! A day's work in the real window: write, be interrupted by an outside edit, come back, export.

use std::ops::Range;
use std::process::Command;

use serde_json::json;

use super::{LIMIT, Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";
const PREVIEW: &str = "[data-testid=\"preview\"]";
const PIECE: &str = "---\ntitle: Le port\nsection: Ville\nlang: fr\n---\n\nPremière phrase du papier.\n\n## Un intertitre\n\nDernier paragraphe.\n";

async fn opened(room: &Room, path: &str, text: &str) -> Window {
    let window = Window::open(room).await;
    window.click(&format!("[data-testid=\"article-item\"][data-path=\"{path}\"]")).await;
    window.wait_text(EDITOR, text).await;
    window
}

/// Types at the very end of the body.
async fn type_at_end(window: &Window, text: &str) {
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.type_text(text).await;
}

#[tokio::test]
async fn a_pause_saves_by_itself() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    window.wait_attr("save-state", "data-state", "saved").await;
    type_at_end(&window, "Une phrase de plus.").await;
    room.wait_file("port.md", |text| text == format!("{PIECE}Une phrase de plus.")).await;
    window.wait_attr("save-state", "data-state", "saved").await;
}

#[tokio::test]
async fn the_furniture_touches_its_line_and_nothing_else() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    window.click("[data-testid=\"field-title\"]").await;
    window.press("ctrl+a").await;
    window.type_text("Le port rouvre").await;
    window.press("ctrl+s").await;
    room.wait_file("port.md", |text| text == PIECE.replace("title: Le port", "title: Le port rouvre")).await;
    window.wait_text("[data-testid=\"article-list\"]", "Le port rouvre").await;
}

#[tokio::test]
async fn an_outside_edit_appears_with_the_caret_kept() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    room.write("port.md", PIECE.replace("Première", "Toute première"));
    window.wait_text(EDITOR, "Toute première phrase").await;
    window.wait_text(PREVIEW, "Toute première phrase").await;
    // The caret stayed at the end: what is typed now comes there.
    window.type_text("Fin.").await;
    window.press("ctrl+s").await;
    let wanted = format!("{}Fin.", PIECE.replace("Première", "Toute première"));
    room.wait_file("port.md", |text| text == wanted).await;
}

#[tokio::test]
async fn a_conflict_keeps_both_sides_and_the_person_chooses() {
    let room = Room::new().with("port.md", "Une phrase.\n").with("autre.md", "Autre.\n");
    let window = opened(&room, "port.md", "Une phrase.").await;
    // Without autosave, so that the typed text is still unsaved when the other program writes.
    window.click(EDITOR).await;
    window.press("ctrl+home").await;
    window.type_text("Ma ").await;
    room.write("port.md", "Leur phrase à eux.\n");
    window.wait_for("[data-testid=\"conflict-bar\"]", LIMIT).await;
    window.wait_attr("save-state", "data-state", "conflict").await;
    window.wait_text("[data-testid=\"conflict-bar\"]", "Leur phrase").await;
    window.wait_text(EDITOR, "Ma ").await;
    window.click("[data-testid=\"conflict-mine\"]").await;
    window.wait_gone("[data-testid=\"conflict-bar\"]").await;
    room.wait_file("port.md", |text| text.starts_with("Ma Une phrase.")).await;
}

#[tokio::test]
async fn a_new_article_is_made_and_found_in_the_list() {
    let room = Room::new().with("port.md", PIECE);
    let window = Window::open(&room).await;
    window.by_testid("article-item").await;
    room.write("outside.md", "# Venu d’ailleurs\n");
    window.wait_text("[data-testid=\"article-list\"]", "Venu d’ailleurs").await;
    window.type_into("[data-testid=\"search-input\"]", "ailleurs").await;
    window.wait_eval("document.querySelectorAll('[data-testid=\"article-item\"]').length", 1).await;
    window
        .wait_eval("document.querySelector('[data-testid=\"article-item\"]').dataset.path", "outside.md")
        .await;
}

#[tokio::test]
async fn an_article_is_renamed_by_keyboard() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    window.click("[data-testid=\"article-item\"][data-path=\"port.md\"]").await;
    window.press("f2").await;
    window.press("ctrl+a").await;
    window.type_text("bassin\n").await;
    window.wait_for("[data-testid=\"article-item\"][data-path=\"bassin.md\"]", LIMIT).await;
    room.wait_file("bassin.md", |text| text == PIECE).await;
    type_at_end(&window, "Suite.").await;
    window.press("ctrl+s").await;
    room.wait_file("bassin.md", |text| text.ends_with("Suite.")).await;
    assert_eq!(room.read("port.md"), "");
}

/// What the text scrolls in.
const SCROLLER: &str = "(() => {
    let box = document.querySelector('[data-testid=\"editor\"] .cm-content');
    const scrolls = (box) => box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY);
    while (box !== null && !scrolls(box)) box = box.parentElement;
    return box; })()";

/// The line of the first paragraph that is seen in the text.
const FIRST_SEEN: &str = "((box) => [...(box?.querySelectorAll('.cm-line') ?? [])]
    .find((line) => line.textContent !== '' && line.getBoundingClientRect().bottom > box.getBoundingClientRect().top + 1))";

/// What the columns measure, CSS pixels.
const WIDTHS: &str =
    "[...document.querySelectorAll('[role=\"separator\"]')].map((line) => line.ariaValueNow)";

/// Waits until it is noted which line stands at the top, as one of these.
async fn wait_noted(room: &Room, lines: Range<f64>) {
    let noted = |text: &str| {
        let line = text.split("\"scroll\": ").nth(1).and_then(|rest| rest.split([',', '\n', '}']).next());
        line.and_then(|line| line.trim().parse().ok()).is_some_and(|line| lines.contains(&line))
    };
    room.wait_kept("where the person is was never noted", noted).await;
}

#[tokio::test]
async fn a_kill_loses_nothing_and_the_place_comes_back() {
    let paragraphs: String = (1..=150).map(|n| format!("Paragraphe {n} du papier.\n\n")).collect();
    let piece = format!("---\ntitle: Le port\nlang: fr\n---\n\n{paragraphs}");
    let room = Room::new().with("port.md", &piece).with("zoo.md", "# Zoo\n");
    let window = opened(&room, "port.md", "Paragraphe 1 du papier.").await;
    type_at_end(&window, "Tapé puis tué.").await;
    room.wait_draft("Tapé puis tué.").await;
    let window = window.restart(&room).await;
    window.wait_text(EDITOR, "du papier.").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.wait_text(EDITOR, "Tapé puis tué.").await;
    window.press("ctrl+s").await;
    room.wait_file("port.md", |text| text == format!("{piece}Tapé puis tué.")).await;

    // Both columns are moved, by keys.
    let before = window.eval(WIDTHS).await;
    for (at, key) in [(0, "right"), (-1, "left")] {
        let separator = "[...document.querySelectorAll('[role=\"separator\"]')]";
        window.eval(&format!("{separator}.at({at}).focus()")).await;
        for _ in 0..3 {
            window.press(key).await;
        }
    }
    window.wait_eval(&format!("{WIDTHS}.some((width, at) => width === {before}[at])"), false).await;
    let widths = window.eval(WIDTHS).await;
    let first = widths[0].as_str().expect("a width").to_owned();
    room.wait_draft(&format!("\"list_width\": {first}")).await;
    // The caret in the beginning, and another part of the text in sight.
    window.click(EDITOR).await;
    window.press("ctrl+home").await;
    for _ in 0..5 {
        window.press("down").await;
    }
    window.press("end").await;
    let line = "Paragraphe 3 du papier.";
    let at_its_end = "[getSelection().anchorNode.textContent, getSelection().anchorOffset]";
    window.wait_eval(at_its_end, json!([line, line.len()])).await;
    // With the middle of a line at the top: a few pixels more or less are the same line.
    let first = format!("{FIRST_SEEN}({SCROLLER})");
    let seen = format!("{first}?.textContent ?? null");
    // The keys bring the caret into sight with the next frame; what scrolls before that is taken back.
    let later =
        format!("requestAnimationFrame(() => requestAnimationFrame(() => {SCROLLER}.scrollTop = 2000))");
    window.eval(&later).await;
    window.wait_eval(&format!("/Paragraphe \\d\\d/.test({seen})"), true).await;
    let half = format!(
        "((box, line) => {{ const {{ top, height }} = line.getBoundingClientRect();\
            box.scrollTop += top + height / 2 - box.getBoundingClientRect().top; }})({SCROLLER}, {first})"
    );
    window.eval(&half).await;
    let top = window.eval(&seen).await;
    let number: f64 = top.as_str().and_then(|top| top.split(' ').nth(1)?.parse().ok()).expect("its number");
    // Every other line is blank, the first one among them.
    wait_noted(&room, 2.0 * number..2.0 * number + 1.0).await;
    let window = window.restart(&room).await;
    window.wait_eval(&seen, top).await;
    window.wait_eval(WIDTHS, widths).await;
    window.eval(&format!("document.querySelector('{EDITOR}').focus()")).await;
    window.type_text("x").await;
    room.wait_file("port.md", |text| {
        text == format!("{piece}Tapé puis tué.").replace(line, &format!("{line}x"))
    })
    .await;
}

/// Takes the next pauses away: what is saved from now on is saved for another reason.
const NO_PAUSE: &str = "(() => { const later = window.setTimeout;
    window.setTimeout = (run, rest, ...more) => (rest >= 1000 ? 0 : later(run, rest, ...more)); return true; })()";

#[tokio::test]
async fn an_article_is_made_duplicated_trashed_and_saved_as_the_window_is_left_by_keys_alone() {
    let room = Room::new().with("port.md", PIECE);
    let (window, screen) = Window::open_alone(&room).await;
    window.wait_text("[data-testid=\"article-list\"]", "Le port").await;
    let paths = "[...document.querySelectorAll('[data-testid=\"article-item\"]')].map((row) => row.dataset.path).sort()";
    let palette = async |words: &str| {
        window.press("ctrl+p").await;
        window.wait_eval("document.activeElement.role", "combobox").await;
        window.type_text(words).await;
        window.wait_text("dialog[open] [role=\"option\"][aria-selected=\"true\"]", words).await;
        window.press("enter").await;
        window.wait_gone("dialog[open]").await;
    };

    // New: the headline, and one is in the text.
    window.press("ctrl+n").await;
    window.wait_eval("document.activeElement.closest('dialog') !== null", true).await;
    window.type_text("Le bassin\n").await;
    window.wait_eval(&format!("document.activeElement === document.querySelector('{EDITOR}')"), true).await;
    window.wait_eval(paths, json!(["le-bassin.md", "port.md"])).await;
    room.wait_file("le-bassin.md", |text| text.contains("title: Le bassin")).await;

    // A second one like it.
    palette("Dupliquer l’article").await;
    window.wait_eval(&format!("{paths}.length"), 3).await;
    let copy =
        window.eval(&format!("{paths}.find((path) => !['le-bassin.md', 'port.md'].includes(path))")).await;
    let copy = copy.as_str().expect("its path").to_owned();
    assert!(room.read(&copy).contains("title: Le bassin"), "{copy}: {}", room.read(&copy));

    // The one that is open goes to the trash, once it cannot be called back any more.
    palette("Mettre l’article à la corbeille").await;
    window.wait_eval(paths, json!([copy, "port.md"])).await;
    let said = "[...document.querySelectorAll('[data-testid=\"notice\"]')].some((notice) => notice.textContent.includes('corbeille'))";
    window.wait_eval(said, true).await;

    // The list by keys; what is typed is saved as the window is left, long before a pause.
    window.press("ctrl+shift+f").await;
    window.wait_eval("document.activeElement.dataset.testid", "search-input").await;
    window.type_text("port").await;
    window.wait_eval(paths, json!(["port.md"])).await;
    window.press("enter").await;
    window.wait_text(EDITOR, "Dernier paragraphe.").await;
    window.wait_eval(&format!("document.activeElement === document.querySelector('{EDITOR}')"), true).await;
    window.eval(NO_PAUSE).await;
    window.press("ctrl+end").await;
    window.type_text("Fin.").await;
    window.wait_attr("save-state", "data-state", "dirty").await;
    screen.unfocus().expect("the keyboard goes");
    room.wait_file("port.md", |text| text == format!("{PIECE}Fin.")).await;
    room.wait_file("le-bassin.md", str::is_empty).await;
}

#[tokio::test]
async fn both_formats_are_exported_and_hold_the_text() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    for format in ["html", "pdf"] {
        window.click("[data-testid=\"export-open\"]").await;
        window.by_testid("export-format").await;
        window.choose("[data-testid=\"export-format\"]", format).await;
        window.click("[data-testid=\"export-run\"]").await;
        let name = format!("port.{format}");
        let found = room.wait_export(&name).await;
        window.press("escape").await;
        if format == "html" {
            let html = std::fs::read_to_string(&found).unwrap();
            assert!(html.contains("<h1") && html.contains("Un intertitre") && html.contains("lang=\"fr\""));
        } else {
            let text = run("pdftotext", &[found.to_str().unwrap(), "-"]);
            assert!(text.contains("Le port") && text.contains("Dernier paragraphe"), "{text}");
            let info = run("pdfinfo", &[found.to_str().unwrap()]);
            assert!(info.contains("Tagged:") && info.contains("yes"), "{info}");
            run("qpdf", &["--check", found.to_str().unwrap()]);
        }
    }
}

fn run(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(out.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[tokio::test]
async fn a_hostile_article_runs_nothing() {
    let hostile = "# Hostile\n\n<script>window.pwned = 1</script>\n\n<img src=x onerror=\"window.pwned = 2\">\n\n\
        [lien](javascript:window.pwned=3) [data](data:text/html,<script>window.pwned=4</script>)\n\n\
        ![traversée](../../../../etc/passwd) ![loin](https://example.invalid/t.png)\n\n\
        <svg onload=\"window.pwned = 5\"></svg>\n\nFin du texte.\n";
    let room = Room::new().with("hostile.md", hostile);
    let window = opened(&room, "hostile.md", "Fin du texte.").await;
    window.wait_text(PREVIEW, "Fin du texte.").await;
    assert_eq!(window.eval("window.pwned ?? null").await, json!(null));
    let bad = "[...document.querySelectorAll('[data-testid=\"preview\"] *')].filter((e) => \
        ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'FORM', 'svg'].includes(e.tagName) || \
        [...e.attributes].some((a) => a.name.startsWith('on')) || e.hasAttribute('href') || \
        (e.tagName === 'IMG' && !e.src.startsWith('preview-img:'))).length";
    window.wait_eval(bad, 0).await;
    // The policy of the page itself: neither eval nor inline script runs.
    let evaluated = "(() => { try { return (0, eval)('1') } catch { return 'refused' } })()";
    assert_eq!(window.eval(evaluated).await, json!("refused"));
}

#[tokio::test]
async fn no_view_breaks_a_rule_of_accessibility() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    window.wait_text(PREVIEW, "Dernier paragraphe.").await;
    assert_eq!(window.axe_violations().await, Vec::<String>::new(), "writing");
    window.click("[data-testid=\"export-open\"]").await;
    window.by_testid("export-run").await;
    assert_eq!(window.axe_violations().await, Vec::<String>::new(), "export");
    window.press("escape").await;
    for number in ["2", "3", "4", "5"] {
        window.press(&format!("ctrl+{number}")).await;
        window.wait_for("[role=\"tabpanel\"]", LIMIT).await;
        assert_eq!(window.axe_violations().await, Vec::<String>::new(), "tab {number}");
    }
}

#[tokio::test]
async fn the_language_changes_without_a_restart() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    window.wait_eval("document.documentElement.lang", "fr").await;
    window.click("[data-testid=\"lang-switch\"]").await;
    window.wait_eval("document.documentElement.lang", "en").await;
    window.wait_text("[data-testid=\"export-open\"]", "Export").await;
}

/// At 200 % a window of 1440 pixels has 720 of them: nothing of the bars runs out of it, and the copy stands.
#[tokio::test]
async fn twice_the_size_runs_out_of_nothing_and_comes_back_with_the_next_start() {
    let room = Room::new().with("port.md", PIECE);
    let window = opened(&room, "port.md", "Dernier paragraphe.").await;
    let whole = window.eval("innerWidth").await.as_f64().expect("a width");
    for _ in 0..5 {
        window.press("ctrl+=").await;
    }
    window
        .wait_eval("Math.abs(innerWidth * 2 - PART) < 4".replace("PART", &whole.to_string()).as_str(), true)
        .await;
    let outside = "[...document.querySelectorAll('.top button, .status span, .status button')]\
        .filter((part) => part.getClientRects().length > 0)\
        .filter((part) => part.getBoundingClientRect().right > innerWidth + 1).length";
    window.wait_eval(outside, 0).await;
    window.wait_eval("document.documentElement.scrollWidth <= innerWidth", true).await;
    window.wait_eval("document.querySelector('.cm-content').getBoundingClientRect().width > 300", true).await;
    let again = window.restart(&room).await;
    again
        .wait_eval("Math.abs(innerWidth * 2 - PART) < 4".replace("PART", &whole.to_string()).as_str(), true)
        .await;
}
