//! What changed, in the real window: the differences by risk, a passage put back, what is left to read on the desk.

use serde_json::json;

use super::{LIMIT, Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";
const PIECE: &str = "---\ntitle: Le câble\nlang: fr\n---\n\nLe câble relie Brest à Boston.\n\n« Il a coûté 40 millions d’euros », dit l’armateur.\n\nIl sert déjà.\n";
const EDITED: &str = "---\ntitle: Le câble\nlang: fr\n---\n\nLe câble relie Brest à Boston.\n\n« Il a coûté 60 millions d’euros », dit l’armateur.\n\nIl ne sert pas.\n";

/// A window on an article that another program edited, with its changes shown.
async fn edited(room: &Room) -> Window {
    let window = Window::open(room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"cable.md\"]").await;
    window.wait_text(EDITOR, "40 millions").await;
    room.write("cable.md", EDITED);
    window.wait_text(EDITOR, "60 millions").await;
    window.press("ctrl+4").await;
    window.wait_text("[data-testid=\"diff\"] del", "40").await;
    window
}

#[tokio::test]
async fn changes_are_listed_by_risk_and_one_is_put_back_by_key() {
    let room = Room::new().with("cable.md", PIECE);
    let window = edited(&room).await;
    window.click("[data-look=\"list\"]").await;
    window
        .wait_eval(
            "[...document.querySelectorAll('.diff-line')].map(line => line.dataset.class)",
            json!(["quote", "negation", "negation"]),
        )
        .await;
    window.press("f8").await;
    window.wait_text("[data-testid=\"diff\"] .at", "60").await;
    window.press("ctrl+f8").await;
    window.wait_text(EDITOR, "40 millions").await;
    // The person is at the next change; the other one is as it was.
    window.wait_text("[data-testid=\"diff\"] .at", "ne").await;
    room.wait_file("cable.md", |text| text == EDITED.replace("60", "40")).await;
    // Undo in the text takes it back.
    window.click(EDITOR).await;
    window.press("ctrl+z").await;
    room.wait_file("cable.md", |text| text == EDITED).await;
    assert_eq!(window.axe_violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_passage_put_back_in_suggest_mode_is_a_proposal() {
    let room = Room::new().with("cable.md", PIECE);
    let window = edited(&room).await;
    window.press("ctrl+shift+e").await;
    window.wait_attr("mode-suggest", "aria-checked", "true").await;
    window.press("f8").await;
    window.click("[data-testid=\"put-back\"]").await;
    window.wait_text(".cm-editor del", "60").await;
    window.press("ctrl+3").await;
    window.wait_text("[data-testid=\"suggestion\"] ins", "40").await;
    assert_eq!(room.read("cable.md"), EDITED, "a proposal touches no byte of the article");
}

#[tokio::test]
async fn what_changed_since_it_was_read_waits_on_the_desk_until_it_is_read() {
    let room = Room::new().with("cable.md", PIECE).with("autre.md", "# Autre\n\nRien.\n");
    let window = Window::open(&room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"cable.md\"]").await;
    window.wait_text(EDITOR, "40 millions").await;
    window.press("ctrl+4").await;
    window.click("[data-testid=\"mark-read\"]").await;
    window.wait_text("[data-testid=\"diff-old\"]", "Ma dernière lecture").await;
    // What the window says is there to be read: no word of it is cut off.
    window.wait_text("[data-testid=\"notice\"] p", "C’est lu").await;
    let whole = "(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth <= clientWidth && scrollHeight <= clientHeight)(document.querySelector('[data-testid=\"notice\"]'))";
    window.wait_eval(whole, true).await;
    window.click("[data-testid=\"article-item\"][data-path=\"autre.md\"]").await;
    window.wait_text(EDITOR, "Rien.").await;
    room.write("cable.md", EDITED);
    window.press("ctrl+shift+l").await;
    let item = "[data-testid=\"review-item\"][data-path=\"cable.md\"]";
    window.wait_text(item, "Le câble").await;
    // It waits after a restart, too.
    let window = window.restart(&room).await;
    window.click("[data-testid=\"list-review\"]").await;
    window.click(item).await;
    window.wait_text(EDITOR, "60 millions").await;
    window.press("ctrl+4").await;
    window.wait_text("[data-testid=\"diff\"] del", "40").await;
    window.click("[data-testid=\"mark-read\"]").await;
    window.wait_gone(item).await;
    window.wait_for("[data-testid=\"diff\"] .empty", LIMIT).await;
}
