//! The review in the real window: comments, suggestions, sign-off, and what outlives a kill.

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
    let button = |word: &str| {
        format!(
            "[...document.querySelectorAll('[data-testid=\"comment\"] button')].find(b => b.textContent.includes('{word}'))?.click() ?? true"
        )
    };
    window.eval(&button("Résoudre")).await;
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
