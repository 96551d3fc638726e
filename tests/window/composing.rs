//! Signs that are composed of several keys, by the input method that GTK brings itself: Ctrl+Shift+U, then the number of
//! the sign, then Return. Until then it stands underlined in the text and belongs to the input method.

use copydesk_bench::screen::Screen;

use super::{LIMIT, Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";
const NOTICE: &str = "[data-testid=\"notice\"]";
const PIECE: &str = "Une phrase.\n\nUne autre.\n\n";

// keysymdef.h
const CONTROL: u32 = 0xffe3;
const SHIFT: u32 = 0xffe1;
const RETURN: u32 = 0xff0d;

/// Begins to compose é, U+00E9.
fn begin(screen: &Screen) {
    screen.chord(&[CONTROL, SHIFT, u32::from('u')]).expect("the keys");
    for key in ['e', '9'] {
        screen.key(u32::from(key)).expect("a key");
    }
}

/// A window with the caret at the end of the article.
async fn writing(room: &Room) -> (Window, Screen) {
    let (window, screen) = Window::open_alone(room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"a.md\"]").await;
    window.wait_text(EDITOR, "Une phrase.").await;
    (window, screen)
}

fn room() -> Room {
    Room::new().with("a.md", PIECE).env("GTK_IM_MODULE", "simple")
}

#[tokio::test]
async fn an_outside_edit_waits_until_a_sign_is_composed() {
    let room = room();
    let (window, screen) = writing(&room).await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    begin(&screen);
    window.wait_text(EDITOR, "ue9").await;
    std::fs::write(room.desk().join("a.md"), PIECE.replace("Une phrase.", "Une phrase changée.")).unwrap();
    // The desk has taken it in; the editor has not.
    window.wait_for(NOTICE, LIMIT).await;
    let shown = window.eval(&format!("document.querySelector('{EDITOR}').textContent")).await;
    assert!(
        shown.as_str().is_some_and(|text| text.contains("Une phrase.") && text.contains("ue9")),
        "{shown}"
    );
    screen.key(RETURN).expect("a key");
    window.wait_text(EDITOR, "Une phrase changée.").await;
    window.wait_text(EDITOR, "é").await;
    let both = PIECE.replace("Une phrase.", "Une phrase changée.") + "é";
    room.wait_file("a.md", |text| text == both).await;
}

#[tokio::test]
async fn a_composed_sign_is_proposed_whole_in_suggest_mode() {
    let room = room();
    let (window, screen) = writing(&room).await;
    window.press("ctrl+3").await;
    window.wait_for("[data-testid=\"comment-input\"]", LIMIT).await;
    window.click("[data-testid=\"mode-suggest\"]").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    begin(&screen);
    window.wait_text(EDITOR, "ue9").await;
    screen.key(RETURN).expect("a key");
    screen.key(u32::from('t')).expect("a key");
    window.wait_text("[data-testid=\"suggestion\"]", "ét").await;
    let suggested = window.eval("document.querySelector('[data-testid=\"suggestion\"]').textContent").await;
    assert!(!suggested.as_str().unwrap_or_default().contains("ue9"), "{suggested}");
    assert_eq!(room.read("a.md"), PIECE, "a proposal touches no byte of the article");
    window.click("[data-testid=\"suggestion-accept\"]").await;
    room.wait_file("a.md", |text| text == format!("{PIECE}ét")).await;
}
