//! Articles that get another path outside the program: what only their words say is offered, never assumed.

use copydesk_desk::wire::{BrokenLinks, Event, RenameOffer};
use serde_json::json;

use crate::desk::Desk;

const PIECE: &str = "---\ntitle: Le port\n---\n\nLe conseil municipal a voté mardi soir la rénovation du vieux port, \
    malgré les réserves de l'opposition sur le coût des travaux et leur calendrier.\n";
const OTHER: &str =
    "La fanfare du quartier a joué dimanche devant la mairie, sous la pluie, pour les enfants.\n";

fn edited() -> String {
    PIECE.replace("mardi soir", "jeudi").replace("vieux port", "quai nord")
}

/// What the window was told last that is offered.
fn offers(desk: &Desk) -> Vec<RenameOffer> {
    let events = desk.host.events.lock().unwrap();
    let last = events.iter().rev().find_map(|event| match event {
        Event::RenameOffers { offers } => Some(offers.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}

fn offer(from: &str, to: &str) -> RenameOffer {
    RenameOffer { from: from.into(), to: to.into() }
}

fn remark(path: &str) -> serde_json::Value {
    json!({"path": path, "version": 0, "passage": null, "text": "À relire.", "off_record": false})
}

/// An article with a history and a review, next to another one.
fn desk() -> Desk {
    let desk = Desk::with(&[("port.md", PIECE), ("fanfare.md", OTHER)]);
    desk.open("port.md");
    desk.wait("the history", |desk| !desk.origins("port.md").is_empty());
    desk.call("comment", remark("port.md"));
    desk
}

fn answer(from: &str, to: &str, follow: bool) -> serde_json::Value {
    json!({"from": from, "to": to, "follow": follow})
}

#[test]
fn an_article_renamed_and_edited_at_once_is_offered_and_takes_all_along() {
    let desk = desk();
    desk.type_at_start("port.md", "Tapé. ");
    std::fs::remove_file(desk.file("port.md")).unwrap();
    desk.wait("the loss", |desk| desk.state("port.md")["deleted"] == json!(true));
    desk.write_outside("quai.md", &edited());
    desk.wait("the offer", |desk| offers(desk) == [offer("port.md", "quai.md")]);
    // Nothing is assumed.
    assert!(desk.state("port.md")["deleted"] == json!(true) && desk.origins("quai.md").is_empty());
    desk.call("answer_rename", answer("port.md", "quai.md", true));
    desk.wait("the merge", |desk| desk.body("quai.md").contains("quai nord"));
    assert!(desk.body("quai.md").contains("Tapé."), "{}", desk.body("quai.md"));
    desk.call("save", json!({"path": "quai.md"}));
    assert!(desk.read("quai.md").contains("Tapé. ") && desk.read("quai.md").contains("jeudi"));
    let origins = desk.origins("quai.md");
    assert!(origins.ends_with(&["open".into()]) && origins.contains(&"outside".into()), "{origins:?}");
    let review = desk.call("review", json!({"path": "quai.md"}));
    assert_eq!(review["threads"][0]["messages"][0]["text"], json!("À relire."));
    assert_eq!(desk.call("deleted_articles", json!({})), json!([]));
    assert!(offers(&desk).is_empty());
    assert_eq!(
        desk.try_call("answer_rename", answer("port.md", "quai.md", true)).unwrap_err().code,
        "not_offered"
    );
}

#[test]
fn the_text_that_is_open_goes_on_and_the_other_is_in_the_history() {
    let desk = desk();
    desk.type_at_start("port.md", "Ancien. ");
    desk.call("close_article", json!({"path": "port.md"}));
    std::fs::rename(desk.file("port.md"), desk.folder.path().join("away")).unwrap();
    desk.write_outside("quai.md", &edited());
    desk.wait("the offer", |desk| offers(desk) == [offer("port.md", "quai.md")]);
    desk.type_at_start("quai.md", "Nouveau. ");
    desk.call("answer_rename", answer("port.md", "quai.md", true));
    assert!(desk.body("quai.md").starts_with("Nouveau. "), "{}", desk.body("quai.md"));
    let history = desk.call("history", json!({"path": "quai.md"}));
    let texts: Vec<String> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|revision| {
            let shown = desk.call("revision", json!({"path": "quai.md", "id": revision["id"]}));
            shown["text"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(
        texts.contains(&PIECE.to_owned()) && texts.iter().any(|text| text.contains("Ancien. ")),
        "{texts:?}"
    );
    assert_eq!(desk.call("review", json!({"path": "quai.md"}))["threads"].as_array().unwrap().len(), 1);
}

#[test]
fn two_candidates_are_no_offer_and_an_offer_that_does_not_hold_is_taken_back() {
    let desk = desk();
    std::fs::remove_file(desk.file("port.md")).unwrap();
    desk.write_outside("quai.md", &edited());
    desk.wait("the offer", |desk| offers(desk).len() == 1);
    desk.write_outside("mole.md", &edited().replace("jeudi", "lundi"));
    desk.wait("the second candidate", |desk| offers(desk).is_empty());
    std::fs::remove_file(desk.file("mole.md")).unwrap();
    desk.wait("the offer again", |desk| offers(desk).len() == 1);
    desk.write_outside("port.md", PIECE);
    desk.wait("its return", |desk| offers(desk).is_empty());
    assert_eq!(desk.origins("quai.md"), Vec::<String>::new());
}

#[test]
fn what_happened_while_the_program_was_closed_is_offered_and_a_refusal_is_remembered() {
    let mut desk = desk();
    for round in 0..2 {
        desk.app.settle();
        let Desk { folder, app, .. } = desk;
        drop(app);
        std::fs::remove_file(folder.path().join("desk/port.md")).unwrap();
        std::fs::write(folder.path().join("desk/quai.md"), edited()).unwrap();
        desk = Desk::on(folder);
        if round == 0 {
            desk.wait("the offer", |desk| offers(desk) == [offer("port.md", "quai.md")]);
            desk.call("answer_rename", answer("port.md", "quai.md", false));
            assert!(offers(&desk).is_empty());
            // As it was before, for another time.
            std::fs::remove_file(desk.file("quai.md")).unwrap();
            desk.write_outside("port.md", PIECE);
            desk.wait("the return", |desk| desk.list() == ["fanfare.md", "port.md"]);
        } else {
            std::fs::remove_file(desk.file("fanfare.md")).unwrap();
            desk.wait("the next look", |desk| desk.list() == ["quai.md"]);
            assert!(offers(&desk).is_empty());
        }
    }
    assert_eq!(desk.call("deleted_articles", json!({}))[0]["path"], json!("port.md"));
}

/// What the window was told last of links that can be mended.
fn broken(desk: &Desk) -> Option<BrokenLinks> {
    let events = desk.host.events.lock().unwrap();
    let last = events.iter().rev().find_map(|event| match event {
        Event::LinksOffer { offer } => Some(offer.clone()),
        _ => None,
    });
    last.flatten()
}

const MOVED: &str = "---\r\ntitle: Port # [x](quai.md)\r\n---\r\n\r\nLe [quai](quai.md#est), ![vue](vue%20du%20port.png) et \
    `[quai](quai.md)`, [loin](https://x.example/quai.md).\r\n";
const MENDED: &str = "---\r\ntitle: Port # [x](quai.md)\r\n---\r\n\r\nLe [quai](../quai.md#est), \
    ![vue](../vue%20du%20port.png) et `[quai](quai.md)`, [loin](https://x.example/quai.md).\r\n";

fn linked() -> Desk {
    let desk = Desk::with(&[
        ("port.md", MOVED),
        ("quai.md", "Voir le [port][p].\n\n[p]: <port.md>\n"),
        ("loin.md", "Rien vers le port.md ici.\n"),
        ("vue du port.png", "une image"),
    ]);
    std::fs::create_dir(desk.file("ville")).unwrap();
    std::fs::rename(desk.file("port.md"), desk.file("ville/port.md")).unwrap();
    desk.wait("the offer", |desk| broken(desk).is_some());
    desk
}

#[test]
fn links_of_a_moved_article_are_mended_on_request_and_put_back() {
    let desk = linked();
    let offer = broken(&desk).unwrap();
    assert_eq!((offer.from.as_str(), offer.to.as_str(), offer.moves), ("port.md", "ville/port.md", 1));
    assert_eq!((offer.links, offer.articles), (3, 2));
    // Nothing was written unasked.
    assert_eq!(desk.read("ville/port.md"), MOVED);
    desk.open("quai.md");
    let mended = desk.call("mend_links", json!({}));
    assert_eq!(mended, json!({"links": 3, "articles": 2, "left": []}));
    assert_eq!(desk.read("ville/port.md"), MENDED);
    assert_eq!(desk.read("quai.md"), "Voir le [port][p].\n\n[p]: <ville/port.md>\n");
    assert!(desk.body("quai.md").contains("<ville/port.md>") && broken(&desk).is_none());
    assert_eq!(desk.origins("ville/port.md"), ["save", "open"]);
    assert_eq!(desk.origins("loin.md"), Vec::<String>::new());
    // What is typed afterwards survives the way back.
    desk.type_at_start("quai.md", "Tapé depuis.\n\n");
    let undone = desk.call("undo_mended_links", json!({}));
    assert_eq!(undone, json!({"links": 3, "articles": 2, "left": []}));
    assert_eq!(desk.read("ville/port.md"), MOVED);
    assert_eq!(desk.read("quai.md"), "Tapé depuis.\n\nVoir le [port][p].\n\n[p]: <port.md>\n");
    assert_eq!(desk.call("undo_mended_links", json!({}))["articles"], json!(0));
}

#[test]
fn links_that_nobody_wants_mended_stay_and_a_draft_is_not_saved_for_them() {
    let desk = linked();
    desk.call("leave_links", json!({}));
    assert!(broken(&desk).is_none());
    assert_eq!(desk.call("mend_links", json!({}))["links"], json!(0));
    assert_eq!(desk.read("ville/port.md"), MOVED);
    desk.type_at_start("quai.md", "Brouillon.\n\n");
    desk.call("close_article", json!({"path": "quai.md"}));
    desk.call("rename_article", json!({"path": "ville/port.md", "name": "mole"}));
    std::fs::rename(desk.file("ville/mole.md"), desk.file("port.md")).unwrap();
    desk.wait("the way back", |desk| desk.list().contains(&"port.md".into()));
    std::fs::rename(desk.file("port.md"), desk.file("ville/port.md")).unwrap();
    desk.wait("the offer", |desk| broken(desk).is_some_and(|offer| offer.articles == 2));
    desk.call("mend_links", json!({}));
    assert!(desk.read("quai.md").ends_with("<port.md>\n"));
    assert!(
        desk.body("quai.md").starts_with("Brouillon.") && desk.body("quai.md").ends_with("<ville/port.md>\n")
    );
}

fn comments(desk: &Desk, path: &str) -> Vec<String> {
    desk.open(path);
    let review = desk.call("review", json!({"path": path}));
    let threads = review["threads"].as_array().unwrap();
    threads.iter().map(|thread| thread["messages"][0]["text"].as_str().unwrap().to_owned()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_review_of_an_article_in_the_trash_is_not_its_successors_and_comes_back_with_it() {
    let desk = desk();
    desk.open("fanfare.md");
    desk.wait("its history", |desk| !desk.origins("fanfare.md").is_empty());
    let unsent = json!({
        "key": "whole", "text": "Pas encore envoyé", "passage": null, "quote": "", "off_record": false,
    });
    desk.call("keep_unsent", json!({"path": "port.md", "item": unsent, "version": 0}));
    desk.call("trash_article", json!({"path": "port.md"}));
    let trashed = trash::os_limited::list().unwrap();
    let mine = trashed.into_iter().filter(|item| item.original_parent == desk.file(""));
    trash::os_limited::purge_all(mine).unwrap();
    desk.call("rename_article", json!({"path": "fanfare.md", "name": "port"}));
    assert_eq!(comments(&desk, "port.md"), [""; 0]);
    assert_eq!(desk.call("review", json!({"path": "port.md"}))["unsent"], json!([]));
    desk.call("comment", remark("port.md"));
    let gone = desk.call("deleted_articles", json!({}))[0].clone();
    let back = desk.call("recover_article", json!({"key": gone["key"]}));
    assert_eq!(back["state"]["path"], json!("port-2.md"));
    assert_eq!(comments(&desk, "port-2.md"), ["À relire."]);
    let review = desk.call("review", json!({"path": "port-2.md"}));
    assert_eq!(review["unsent"][0]["text"], json!("Pas encore envoyé"));
    assert_eq!(comments(&desk, "port.md").len(), 1);
}

#[test]
fn another_article_at_a_deleted_ones_path_has_no_review_and_the_same_one_keeps_its_own() {
    let desk = desk();
    desk.call("close_article", json!({"path": "port.md"}));
    let leave = || {
        std::fs::remove_file(desk.file("port.md")).unwrap();
        desk.wait("the loss", |desk| !desk.list().contains(&"port.md".to_owned()));
    };
    let come = |text: &str| {
        desk.write_outside("port.md", text);
        desk.wait("the article", |desk| desk.list().contains(&"port.md".to_owned()));
    };
    leave();
    come(&edited());
    assert_eq!(comments(&desk, "port.md"), ["À relire."]);
    desk.call("close_article", json!({"path": "port.md"}));
    leave();
    come("Tout autre chose, qui n’a rien du port ni de la fanfare.\n");
    desk.wait("a review of its own", |desk| comments(desk, "port.md").is_empty());
}

#[test]
fn an_article_moved_over_another_leaves_that_ones_review_behind() {
    let desk = desk();
    desk.open("fanfare.md");
    std::fs::remove_file(desk.file("port.md")).unwrap();
    desk.wait("the loss", |desk| !desk.list().contains(&"port.md".to_owned()));
    std::fs::rename(desk.file("fanfare.md"), desk.file("port.md")).unwrap();
    desk.wait("the move", |desk| desk.list() == ["port.md"]);
    desk.wait("a review of its own", |desk| comments(desk, "port.md").is_empty());
}
