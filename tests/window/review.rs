//! The review in the real window: comments, suggestions, sign-off, and what outlives a kill.

use copydesk_core::review::{Anchor, By, Event, Kind};
use serde_json::json;

use super::{LIMIT, Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";
const BOX: &str = "[data-testid=\"comment-input\"]";
const PIECE: &str = "---\ntitle: Le câble\nlang: fr\n---\n\nLe câble relie Brest à Boston.\n\nIl a coûté 40 millions d’euros.\n";

/// A window on the review of an article.
async fn reviewing(room: &Room) -> Window {
    let window = Window::open(room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"cable.md\"]").await;
    window.wait_text(EDITOR, "Brest à Boston").await;
    window.press("ctrl+3").await;
    window.wait_for(BOX, LIMIT).await;
    window
}

#[tokio::test]
async fn a_comment_outlives_a_kill_is_sent_answered_and_resolved() {
    let room = Room::new().with("cable.md", PIECE);
    let window = reviewing(&room).await;
    window.click(BOX).await;
    window.type_text("Quelle source").await;
    room.wait_draft("Quelle source").await;
    let window = window.restart(&room).await;
    window.wait_text(EDITOR, "Brest à Boston").await;
    window.press("ctrl+3").await;
    window
        .wait_eval("document.querySelector('[data-testid=\"comment-input\"]')?.value", "Quelle source")
        .await;
    window.click(BOX).await;
    window.press("ctrl+end").await;
    window.type_text(" ?").await;
    window.press("ctrl+enter").await;
    window.wait_text("[data-testid=\"comment\"]", "Quelle source ?").await;
    window.wait_eval("document.querySelector('[data-testid=\"comment-input\"]')?.value", "").await;
    assert_eq!(room.read("cable.md"), PIECE, "a comment touches no byte of the article");
    click_words(&window, "[data-testid=\"comment\"]", "Résoudre").await;
    window.wait_gone("section > [role=\"feed\"] [data-testid=\"comment\"]").await;
}

#[tokio::test]
async fn a_changed_byte_breaks_the_seal_visibly() {
    let room = Room::new().with("cable.md", PIECE);
    let window = reviewing(&room).await;
    window.click("[data-testid=\"sign-off\"]").await;
    window.wait_for("[role=\"menu\"]", LIMIT).await;
    window.click("[role=\"menuitem\"]").await;
    window.wait_attr("seal", "data-holds", "true").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.type_text("Un mot de trop.").await;
    window.wait_attr("seal", "data-holds", "false").await;
    for _ in 0.."Un mot de trop.".len() {
        window.press("backspace").await;
    }
    window.wait_attr("seal", "data-holds", "true").await;
}

#[tokio::test]
async fn what_is_typed_in_suggest_mode_is_proposed_accepted_and_taken_back() {
    let room = Room::new().with("cable.md", PIECE);
    let window = reviewing(&room).await;
    window.click("[data-testid=\"mode-suggest\"]").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.type_text("Il tient.").await;
    window.wait_text("[data-testid=\"suggestion\"]", "Il tient.").await;
    assert_eq!(room.read("cable.md"), PIECE, "a proposal touches no byte of the article");
    // A kill a moment after the last key loses none of it.
    room.wait_draft("Il tient.").await;
    let window = window.restart(&room).await;
    // What is typed is still proposed, and Undo takes an acceptance back there as well.
    window.wait_attr("mode-suggest", "aria-checked", "true").await;
    window.wait_text(EDITOR, "Il tient.").await;
    window.press("ctrl+3").await;
    window.wait_text("[data-testid=\"suggestion\"]", "Il tient.").await;
    window.click("[data-testid=\"suggestion-accept\"]").await;
    room.wait_file("cable.md", |text| text == format!("{PIECE}Il tient.")).await;
    window.wait_gone("section > [role=\"feed\"] [data-testid=\"suggestion\"]").await;
    window.click(EDITOR).await;
    window.press("ctrl+z").await;
    room.wait_file("cable.md", |text| text == PIECE).await;
    window.wait_text("section > [role=\"feed\"] [data-testid=\"suggestion\"]", "Il tient.").await;
    window.click("[data-testid=\"suggestion-reject\"]").await;
    window.wait_gone("section > [role=\"feed\"] [data-testid=\"suggestion\"]").await;
    assert_eq!(room.read("cable.md"), PIECE);
}

#[tokio::test]
async fn struck_words_stay_in_the_text_until_somebody_accepts() {
    let room = Room::new().with("cable.md", PIECE);
    let window = reviewing(&room).await;
    window.press("ctrl+shift+e").await;
    window.wait_attr("mode-suggest", "aria-checked", "true").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    for _ in 0.."d’euros.\n".chars().count() {
        window.press("backspace").await;
    }
    window.wait_text(".cm-editor del", "d’euros.").await;
    window.type_text("de livres.").await;
    window.wait_text("[data-testid=\"suggestion\"]", "de livres.").await;
    window.wait_text("[data-testid=\"suggestion\"] del", "d’euros.").await;
    // As many steps as there were pauses.
    for _ in 0..30 {
        window.press("ctrl+z").await;
    }
    window.wait_gone("section > [role=\"feed\"] [data-testid=\"suggestion\"]").await;
    window.click("[data-testid=\"mode-write\"]").await;
    window.wait_text(EDITOR, "40 millions d’euros.").await;
    assert_eq!(room.read("cable.md"), PIECE);
}

#[tokio::test]
async fn a_comment_is_typed_into_its_box_and_never_over_the_words_it_is_about() {
    let room = Room::new().with("cable.md", PIECE);
    let window = Window::open(&room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"cable.md\"]").await;
    window.wait_text(EDITOR, "Brest à Boston").await;
    window.press("ctrl+1").await;
    window.click(EDITOR).await;
    // Below the blank line that follows the front matter.
    window.press("ctrl+home").await;
    window.press("down").await;
    window.press("shift+right").await;
    window.press("shift+right").await;
    window.wait_eval("getSelection().toString()", "Le").await;
    window.press("ctrl+shift+m").await;
    // At once, whether or not the tab is there.
    window.type_text("x").await;
    window
        .wait_eval(
            "document.activeElement === document.querySelector('[data-testid=\"comment-input\"]')",
            true,
        )
        .await;
    window.type_text("Lequel").await;
    window.wait_text(".composer-on q", "Le").await;
    window.press("ctrl+enter").await;
    window.wait_text("[data-testid=\"comment\"] blockquote", "Le").await;
    window.wait_text(EDITOR, "Le câble relie").await;
    assert_eq!(room.read("cable.md"), PIECE);
}

/// What a colleague wrote into the record of `cable.md`, in a file of their own.
fn colleague(room: &Room, name: &str, kinds: Vec<Kind>) {
    let by = By { name: name.to_owned(), installation: name.bytes().map(|b| format!("{b:02x}")).collect() };
    let path = Kind::Path { path: Some("cable.md".to_owned()) };
    let lines: String = std::iter::once(path)
        .chain(kinds)
        .zip(1..)
        .map(|(kind, n)| {
            let id = format!("{}-{n}", by.installation);
            Event { id, n, by: by.clone(), at: "2026-11-27T09:00:00Z".to_owned(), kind }.line()
        })
        .collect();
    room.write(&format!(".copydesk/review/01JD8Z3W0V5Q4N6T7R9S2X1Y0A/{}.jsonl", by.installation), lines);
}

/// The place of some words in the body of an article.
fn place(article: &str, words: &str) -> Anchor {
    let body = article.rsplit_once("---\n").expect("front matter").1;
    let at = body.find(words).unwrap_or_else(|| panic!("{words} is in the article"));
    Anchor::of(body, at..at + words.len())
}

/// A suggestion of other words; it is called by the old ones.
fn instead(article: &str, old: &str, new: &str) -> Kind {
    Kind::Suggest { suggestion: format!("{old} > {new}"), anchor: place(article, old), new: new.to_owned() }
}

/// Clicks the first button within what a selector finds whose words begin with these.
async fn click_words(window: &Window, css: &str, words: &str) {
    let (css, words) = (json!(css), json!(words));
    let click = format!(
        "(() => {{ const button = [...document.querySelectorAll({css})].flatMap((part) => [...part.querySelectorAll('button')])\
            .find((one) => one.textContent.trim().startsWith({words}) && !one.disabled);\
            button?.click(); return button !== undefined; }})()"
    );
    window.wait_eval(&click, true).await;
}

/// Decides about several suggestions by the menu above them.
async fn accept_many(window: &Window, line: &str) {
    click_words(window, ".review-head", "Accepter…").await;
    window.wait_for("[role=\"menu\"]", LIMIT).await;
    click_words(window, "[role=\"menu\"]", line).await;
    window.wait_gone("[role=\"menu\"]").await;
}

/// Waits until the suggestions that are open are these, in any order.
async fn wait_open(window: &Window, mut wanted: Vec<&str>) {
    wanted.sort_unstable();
    let open = "[...document.querySelectorAll('[data-testid=\"suggestion\"][data-verdict=\"open\"]')].map((card) => card.dataset.id).sort()";
    window.wait_eval(open, json!(wanted)).await;
}

#[tokio::test]
async fn suggestions_of_colleagues_are_decided_alone_and_in_bulk() {
    let piece = "---\ntitle: Le câble\nlang: fr\n---\n\nLe vieux câble relie Brest à Boston.\n\n\
        Il a coûté 40 millions d’euros et mesure 6000 mètres.\n\n\
        Le navire part sans bruit vers le large.\n\nUn grand port attend la suite des travaux.\n";
    let room = Room::new().with("cable.md", piece);
    let noe = vec![
        instead(piece, "40", "45"),
        instead(piece, "vieux", "lourd"),
        instead(piece, "grand port", "vaste bassin"),
        Kind::Note { suggestion: "vieux > lourd".to_owned(), text: "Il en vient un autre.".to_owned() },
    ];
    colleague(&room, "Noé Petit", noe);
    let zoe = vec![
        instead(piece, "6000", "6200"),
        instead(piece, "sans bruit", "en silence"),
        instead(piece, "grand port", "petit quai"),
        instead(piece, "travaux", "chantiers"),
    ];
    colleague(&room, "Zoé Roux", zoe);
    let window = reviewing(&room).await;
    let (rival, other) = ("grand port > vaste bassin", "grand port > petit quai");
    let card = |id: &str| format!("[data-testid=\"suggestion\"][data-id=\"{id}\"]");
    window.wait_text(&card("vieux > lourd"), "Il en vient un autre.").await;

    // By class: both figures, of two authors, and nothing else.
    accept_many(&window, "Chiffre (2)").await;
    let text = piece.replace("40", "45").replace("6000", "6200");
    room.wait_file("cable.md", |now| now == text).await;
    wait_open(&window, vec!["vieux > lourd", rival, other, "sans bruit > en silence", "travaux > chantiers"])
        .await;

    // By what is selected: the last paragraph but one.
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    for _ in 0..3 {
        window.press("up").await;
    }
    window.press("home").await;
    window.press("shift+end").await;
    window.wait_eval("getSelection().toString().includes('vers le large')", true).await;
    accept_many(&window, "Dans la sélection (1)").await;
    let text = text.replace("sans bruit", "en silence");
    room.wait_file("cable.md", |now| now == text).await;
    wait_open(&window, vec!["vieux > lourd", rival, other, "travaux > chantiers"]).await;

    // Of two for one place each names the other; one is taken, and the other says so.
    window.wait_text(&card(rival), "Même passage que la suggestion de Zoé Roux").await;
    window.wait_text(&card(other), "Même passage que la suggestion de Noé Petit").await;
    window.click(&format!("{} [data-testid=\"suggestion-accept\"]", card(rival))).await;
    let text = text.replace("grand port", "vaste bassin");
    room.wait_file("cable.md", |now| now == text).await;
    window.wait_text(&card(other), "Une autre suggestion a été prise au même endroit.").await;
    window
        .wait_eval(
            &format!("document.querySelector('{}').textContent.includes('Même passage')", card(other)),
            false,
        )
        .await;

    // By author: what was overtaken is not taken along, and stays open.
    accept_many(&window, "Zoé Roux (2)").await;
    let text = text.replace("travaux", "chantiers");
    room.wait_file("cable.md", |now| now == text).await;
    wait_open(&window, vec!["vieux > lourd", other]).await;
    window.wait_text(".review [role=\"status\"].unseen", "1\u{a0}reste ouverte").await;

    // A suggestion of one's own is given its reason.
    window.click("[data-testid=\"mode-suggest\"]").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.type_text("Il tient.").await;
    let own = "[data-testid=\"suggestion\"][data-class]:has(.card-who):not([data-id*=\" > \"])";
    window.wait_text(own, "Il tient.").await;
    click_words(&window, own, "Ajouter une note").await;
    let field = format!("{own} textarea");
    window.wait_eval(&format!("document.activeElement === document.querySelector('{field}')"), true).await;
    window.type_text("Vérifié au port.").await;
    window.press("ctrl+enter").await;
    window.wait_text(&format!("{own} .card-note"), "Vérifié au port.").await;
    window.wait_gone(&field).await;

    // A colleague is called by name, with keys alone.
    window.click(BOX).await;
    window.type_text("@").await;
    let names = "[...document.querySelectorAll('.mention-list [role=\"option\"]')].map((name) => name.textContent.trim())";
    let colleagues = format!("{names}.filter((name) => name !== 'Ada')");
    window.wait_eval(&colleagues, json!(["Noé Petit", "Zoé Roux"])).await;
    window.type_text("petit").await;
    window.wait_text(".mention-list [aria-selected=\"true\"]", "Noé Petit").await;
    window.press("enter").await;
    window.wait_eval(&format!("document.querySelector('{BOX}').value"), "@Noé Petit ").await;
    window.wait_gone(".mention-list").await;
    window.type_text("à relire").await;
    window.press("ctrl+enter").await;
    window.wait_text("[data-testid=\"comment\"] .mention", "@Noé Petit").await;
    window.wait_text("[data-testid=\"comment\"] .message-text", "@Noé Petit à relire").await;
    assert_eq!(room.read("cable.md"), text, "neither a note nor a comment touches the article");
}

#[tokio::test]
async fn a_lost_comment_finds_a_place_and_a_broken_seal_shows_what_was_signed() {
    let piece = "---\ntitle: Le câble\nlang: fr\nstage: review\n---\n\nLe câble relie Brest à Boston.\n\n\
        Il a coûté 40 millions d’euros.\n\nIl sert déjà.\n";
    let room = Room::new().with("cable.md", piece);
    let before = piece.replace("Il sert déjà.", "La mise en service est repoussée à l’automne.");
    let comment = Kind::Comment {
        thread: "t".to_owned(),
        anchor: Some(place(&before, "est repoussée")),
        text: "Par qui ?".to_owned(),
        off_record: false,
    };
    colleague(&room, "Noé Petit", vec![comment]);
    let window = reviewing(&room).await;
    let orphan = "[data-testid=\"orphan\"]";
    window.wait_text(orphan, "est repoussée").await;
    window.wait_text(orphan, "Par qui ?").await;

    // The last words of the last paragraph are its new place, until that is taken back.
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.press("left").await;
    for _ in 0.."déjà.".chars().count() {
        window.press("shift+left").await;
    }
    window.wait_eval("getSelection().toString()", "déjà.").await;
    click_words(&window, orphan, "Rattacher à la sélection").await;
    window.wait_gone(orphan).await;
    let comment = "section > [role=\"feed\"] [data-testid=\"comment\"]";
    window.wait_text(comment, "Par qui ?").await;
    window.wait_text(".cm-editor .cm-said", "déjà.").await;
    click_words(&window, comment, "Rendre sa place d’avant").await;
    window.wait_text(orphan, "est repoussée").await;

    // Signed, then changed: what was signed is beside what is on the screen, paragraph by paragraph.
    window.click("[data-testid=\"sign-off\"]").await;
    window.click("[role=\"menuitem\"]").await;
    window.wait_attr("seal", "data-holds", "true").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.type_text("\nUn mot de trop.").await;
    window.press("ctrl+home").await;
    window.press("down").await;
    window.press("end").await;
    window.press("left").await;
    window.type_text(" hier").await;
    window.wait_attr("seal", "data-holds", "false").await;
    click_words(&window, "[data-testid=\"seal\"]", "Comparer avec le texte signé").await;
    window.wait_text("[data-testid=\"diff-old\"]", "Bon à tirer (chef de desk)").await;
    window.wait_text("[data-testid=\"diff\"] ins", "hier").await;
    window.click("[data-look=\"side\"]").await;
    let table = "dialog[open] table.sides";
    window.wait_text(&format!("{table} th:first-child"), "Bon à tirer (chef de desk)").await;
    window.wait_text(&format!("{table} th:last-child"), "À l’écran").await;
    window.wait_text(&format!("{table} td:last-child ins"), "hier").await;
    let rows = format!(
        "[...document.querySelectorAll('{table} tbody tr[data-row]')].map((row) => [...row.cells].map((cell) =>\
            cell.classList.contains('void') ? null : cell.querySelector('.diff-words').innerText.includes('trop') ? 'added'\
            : cell.querySelector('.diff-words').innerText.includes('hier') ? 'changed'\
            : cell.querySelector('.diff-words').innerText.includes('Boston') ? 'as it was' : 'kept'))\
            .filter((row) => row.some((cell) => cell !== 'kept'))"
    );
    window.wait_eval(&rows, json!([["as it was", "changed"], [null, "added"]])).await;
    // Two columns as wide as each other; each paragraph begins at the height of the one across from it.
    let columns = format!(
        "(() => {{ const rows = [...document.querySelectorAll('{table} tbody tr[data-row]')]\
            .map((row) => [...row.cells].map((cell) => cell.getBoundingClientRect()));\
            const [old, now] = rows[0];\
            return rows.every(([a, b]) => a.top === b.top && a.left === old.left && b.left === now.left)\
                && Math.abs(old.width - now.width) < 2 && old.right <= now.left + 1; }})()"
    );
    window.wait_eval(&columns, true).await;
    window.press("escape").await;
    window.wait_gone("dialog[open]").await;

    // A step back on the way to the reader has a reason, which the record keeps.
    window.press("ctrl+3").await;
    window.click("[data-testid=\"stage\"]").await;
    click_words(&window, "[role=\"menu\"]", "Brouillon").await;
    window.by_testid("stage-reason").await;
    window.wait_eval("document.querySelector('dialog[open] .primary').disabled", true).await;
    window.type_text("Il manque une source").await;
    assert!(room.read("cable.md").contains("stage: review"), "nothing moves before its reason is said");
    window.press("enter").await;
    window.wait_gone("dialog[open]").await;
    room.wait_file("cable.md", |now| now.contains("stage: draft")).await;
    window.wait_attr("stage", "data-stage", "draft").await;
    window.wait_text(".stage-list", "Il manque une source").await;
}
