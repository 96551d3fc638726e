//! Every tab and every sheet of the real window before axe-core, colours included, by day and by night.

use super::{LIMIT, Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";
const PREVIEW: &str = "[data-testid=\"preview\"]";

/// A piece with all that the preview and the editor colour.
const PIECE: &str = "---\ntitle: Le port\nkicker: Ville\nstandfirst: Un chapô.\nbyline: Ada\nsection: Ville\nlang: fr\n\
    stage: review\ndeadline: 2020-01-01T00:00:00Z\nlength: 10\n---\n\nUne *phrase* **du** ~~papier~~ `code`[^1], \
    [un lien](https://example.org/) et ![loin](https://example.invalid/a.png).\n\n## Un intertitre\n\n> Dit-il.\n>\n> — Lui\n\n\
    | a | b |\n|---|--:|\n| 1 | 2 |\n\n- [ ] à faire\n\n```\nbloc\n```\n\n[^1]: Une note.\n";

async fn by(theme: &str) {
    let room = Room::new().with("port.md", PIECE).with("autre.md", "# Autre\n\nTexte.\n");
    std::fs::write(room.folder.path().join("data/settings.json"), format!("{{\"theme\":\"{theme}\"}}"))
        .expect("the settings");
    let window = Window::open(&room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"port.md\"]").await;
    window.wait_text(EDITOR, "Un intertitre").await;
    window.wait_text(PREVIEW, "Une note.").await;
    window.wait_eval("document.documentElement.dataset.theme", theme).await;
    let mut found = Vec::new();
    look(&window, "writing", &mut found).await;
    for number in ["2", "3", "4", "5"] {
        window.press(&format!("ctrl+{number}")).await;
        window
            .wait_eval("document.querySelector('[role=\"tabpanel\"]').textContent.trim() !== ''", true)
            .await;
        look(&window, &format!("tab {number}"), &mut found).await;
    }
    for key in ["ctrl+n", "ctrl+e", "ctrl+,", "ctrl+p", "f1"] {
        window.press(key).await;
        window.wait_for("dialog[open]", LIMIT).await;
        look(&window, key, &mut found).await;
        window.press("escape").await;
        window.wait_gone("dialog[open]").await;
    }
    // A conflict: what is typed here and what comes from outside meet in one sentence.
    window.click(EDITOR).await;
    window.press("ctrl+home").await;
    window.type_text("Ma ").await;
    room.write("port.md", PIECE.replace("Une *phrase*", "Leur *phrase*"));
    window.wait_for("[data-testid=\"conflict-bar\"]", LIMIT).await;
    look(&window, "conflict", &mut found).await;
    assert!(found.is_empty(), "{theme}:\n{}", found.join("\n"));
}

/// Adds what axe-core finds in the window as it stands.
async fn look(window: &Window, what: &str, found: &mut Vec<String>) {
    found.extend(window.axe_violations().await.into_iter().map(|line| format!("{what}: {line}")));
}

#[tokio::test]
async fn every_tab_and_sheet_is_accessible_by_day() {
    by("light").await;
}

#[tokio::test]
async fn every_tab_and_sheet_is_accessible_by_night() {
    by("dark").await;
}
