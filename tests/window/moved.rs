//! An article that another program renamed and edited at once, in the real window: the person is asked, answers with
//! keys, and has what the move broke mended.

use super::{Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";
const NOTICE: &str = "[data-testid=\"notice\"]";
const PIECE: &str = "Le conseil municipal a voté mardi soir la rénovation du vieux port, malgré les réserves de \
    l’opposition sur le coût et le calendrier. Voir [le quai](quai.md).\n";

#[tokio::test]
async fn a_rename_is_asked_and_its_links_are_mended_with_keys() {
    let room = Room::new().with("port.md", PIECE).with("quai.md", "Un quai.\n");
    let window = Window::open(&room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"port.md\"]").await;
    window.wait_text(EDITOR, "Le conseil municipal").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.type_text("Une phrase.").await;
    window.press("ctrl+s").await;
    room.wait_file("port.md", |text| text.ends_with("Une phrase.")).await;

    let edited = room.read("port.md").replace("mardi soir", "jeudi");
    std::fs::create_dir(room.desk().join("ville")).unwrap();
    std::fs::remove_file(room.desk().join("port.md")).unwrap();
    std::fs::write(room.desk().join("ville/bassin.md"), &edited).unwrap();
    window.wait_text(NOTICE, "port.md").await;
    window.wait_text(NOTICE, "ville/bassin.md").await;
    press_button(&window, 0).await;
    window.wait_text(EDITOR, "a voté jeudi").await;

    // Its link leads nowhere from there.
    window
        .wait_for("[data-testid=\"notice\"][role=\"status\"] button.link + button.link", super::LIMIT)
        .await;
    press_button(&window, 0).await;
    room.wait_file("ville/bassin.md", |text| text == edited.replace("(quai.md)", "(../quai.md)")).await;
    window.wait_text(EDITOR, "../quai.md").await;
}

/// Puts the focus on a button of the newest notice that asks something, and presses Enter.
async fn press_button(window: &Window, number: usize) {
    let focus = format!(
        "(() => {{ const asking = [...document.querySelectorAll('{NOTICE}')]
            .filter((notice) => notice.querySelectorAll('button.link').length === 2).at(-1);
            const button = asking.querySelectorAll('button.link')[{number}];
            button.focus(); return document.activeElement === button; }})()"
    );
    window.wait_eval(&focus, true).await;
    window.press("enter").await;
}
