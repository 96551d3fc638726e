//! The window opens on a desk, and what is typed is seen, counted and saved.

use super::{Room, Window};

const ARTICLE: &str = "---\ntitle: Le pont\nstage: draft\n---\n\nLe pont rouvre lundi.\n";

#[tokio::test]
async fn an_article_is_opened_edited_previewed_and_saved() {
    let room = Room::new().with("ville/pont.md", ARTICLE);
    let window = Window::open(&room).await;

    window.click("[data-testid=\"article-item\"][data-path=\"ville/pont.md\"]").await;
    window.wait_text("[data-testid=\"editor\"] .cm-content", "Le pont rouvre lundi.").await;
    window.wait_text("[data-testid=\"preview\"]", "Le pont rouvre lundi.").await;

    window.click("[data-testid=\"editor\"] .cm-content").await;
    window.press("ctrl+end").await;
    window.type_text("La mairie confirme.").await;
    window.wait_text("[data-testid=\"preview\"]", "La mairie confirme.").await;
    window.press("ctrl+s").await;
    window.wait_attr("save-state", "data-state", "saved").await;

    room.wait_file("ville/pont.md", |text| text == format!("{ARTICLE}La mairie confirme.")).await;
}

#[tokio::test]
async fn the_program_comes_to_rest() {
    let room = Room::new().with("ville/pont.md", ARTICLE);
    let window = Window::open(&room).await;
    window.wait_rest().await;
    // Every watch has seen an event now: none may answer its own looks for ever.
    room.write("ville/pont.md", ARTICLE.replace("lundi", "mardi"));
    window.click("[data-testid=\"article-item\"][data-path=\"ville/pont.md\"]").await;
    window.wait_text("[data-testid=\"editor\"] .cm-content", "mardi").await;
    window.type_into("[data-testid=\"editor\"] .cm-content", "Vu. ").await;
    window.press("ctrl+s").await;
    window.wait_attr("save-state", "data-state", "saved").await;
    window.wait_rest().await;
}
