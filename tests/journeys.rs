//! A day at the desk without a window: the same commands that the window calls, on a temporary folder, with a fixed
//! clock and a fixed author.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_desk::app::App;
use copydesk_desk::commands;
use copydesk_desk::env::{FixedClock, Surroundings};
use copydesk_desk::wire::{Event, Lang};
use serde_json::{Value, json};

use crate::desk::{Desk, Notes};

const PIECE: &str = "---\ntitle: \"Le port\"   # titre provisoire\nsection: Ville\nx-note: gardée\n---\n\nPremière phrase. Deuxième phrase.\n\nDernier paragraphe.\n";

#[test]
fn typing_and_saving_changes_the_typed_bytes_and_no_others() {
    let desk = Desk::with(&[("port.md", &PIECE.replace('\n', "\r\n"))]);
    desk.type_at_start("port.md", "Mot ");
    assert_eq!(desk.state("port.md")["save"], json!("dirty"));
    let state = desk.call("save", json!({"path": "port.md"}));
    assert_eq!(state["save"], json!("saved"));
    let expected = PIECE.replace("---\n\nPremière", "---\nMot \nPremière").replace('\n', "\r\n");
    assert_eq!(desk.read("port.md"), expected);
    assert_eq!(desk.origins("port.md").first().map(String::as_str), Some("save"));
}

#[test]
fn a_title_touches_its_line_and_nothing_else() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.open("port.md");
    let state =
        desk.call("set_field", json!({"path": "port.md", "key": "title", "value": "Le port : enfin"}));
    assert_eq!(state["furniture"]["title"]["value"], json!("Le port : enfin"));
    desk.call("save", json!({"path": "port.md"}));
    let saved = desk.read("port.md");
    let changed: Vec<(&str, &str)> = PIECE.lines().zip(saved.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(changed.len(), 1, "{saved}");
    assert!(changed[0].1.starts_with("title:") && changed[0].1.ends_with("# titre provisoire"), "{saved}");
}

#[test]
fn a_title_that_is_emptied_and_typed_anew_keeps_its_line_and_leaves_the_heading() {
    let text = "---\ntitle: Le port # provisoire\nsection: Ville\n---\n# Un intertitre\n";
    let desk = Desk::with(&[("port.md", text)]);
    desk.open("port.md");
    let set = |value: &str| {
        desk.call("set_field", json!({"path": "port.md", "key": "title", "value": value}));
        desk.call("save", json!({"path": "port.md"}));
        desk.read("port.md")
    };
    assert_eq!(set(""), text.replace("Le port # ", "# "));
    assert_eq!(set("Quai"), text.replace("Le port", "Quai"));
    assert_eq!(set("Le port"), text);
}

#[test]
fn nothing_is_written_that_nobody_edited() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    let before = std::fs::metadata(desk.file("port.md")).unwrap().modified().unwrap();
    desk.open("port.md");
    desk.call("save", json!({"path": "port.md"}));
    desk.call("close_article", json!({"path": "port.md"}));
    assert_eq!(std::fs::metadata(desk.file("port.md")).unwrap().modified().unwrap(), before);
    let extra: Vec<_> = std::fs::read_dir(desk.folder.path().join("desk")).unwrap().collect();
    assert_eq!(extra.len(), 1, "{extra:?}");
}

#[test]
fn an_outside_edit_of_an_unedited_article_appears() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.open("port.md");
    let new = PIECE.replace("Dernier", "Ultime");
    desk.write_outside("port.md", &new);
    desk.wait("the outside edit", |desk| desk.body("port.md").contains("Ultime"));
    assert_eq!(desk.state("port.md")["save"], json!("saved"));
    assert!(desk.origins("port.md").contains(&"outside".to_owned()));
}

#[test]
fn edits_apart_are_merged_and_both_are_kept() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.type_at_start("port.md", "Ajout ici.\n\n");
    desk.write_outside("port.md", &PIECE.replace("Dernier", "Ultime"));
    desk.wait("the merge", |desk| desk.body("port.md").contains("Ultime"));
    assert!(desk.body("port.md").contains("Ajout ici."));
    desk.call("save", json!({"path": "port.md"}));
    assert!(desk.read("port.md").contains("Ultime") && desk.read("port.md").contains("Ajout ici."));
    let origins = desk.origins("port.md");
    assert!(origins.contains(&"outside".to_owned()) && origins.contains(&"merge".to_owned()), "{origins:?}");
}

fn conflicting() -> Desk {
    let desk = Desk::with(&[("port.md", "Une phrase.\n")]);
    desk.type_at_start("port.md", "Ma ");
    desk.write_outside("port.md", "Leur phrase.\n");
    desk.wait("the conflict", |desk| desk.state("port.md")["save"] == json!("conflict"));
    desk
}

#[test]
fn edits_that_touch_are_a_conflict_and_nothing_is_lost() {
    let desk = conflicting();
    let conflict = desk.state("port.md")["conflict"].clone();
    assert_eq!(conflict["mine"], json!("Ma Une phrase.\n"));
    assert_eq!(conflict["theirs"], json!("Leur phrase.\n"));
    // A save does not decide for the person.
    desk.call("save", json!({"path": "port.md"}));
    assert_eq!(desk.read("port.md"), "Leur phrase.\n");
    assert_eq!(desk.body("port.md"), "Ma Une phrase.\n");
}

#[test]
fn mine_is_saved_and_theirs_stays_in_history() {
    let desk = conflicting();
    let resolved = desk.call("resolve_conflict", json!({"path": "port.md", "choice": "mine"}));
    assert_eq!(resolved["state"]["save"], json!("saved"));
    assert_eq!(desk.read("port.md"), "Ma Une phrase.\n");
    assert!(texts(&desk).contains(&"Leur phrase.\n".to_owned()));
}

#[test]
fn theirs_is_shown_and_mine_stays_in_history() {
    let desk = conflicting();
    let resolved = desk.call("resolve_conflict", json!({"path": "port.md", "choice": "theirs"}));
    assert_eq!(resolved["state"]["save"], json!("saved"));
    assert_eq!(desk.body("port.md"), "Leur phrase.\n");
    assert!(texts(&desk).contains(&"Ma Une phrase.\n".to_owned()));
    // And back again.
    desk.call("restore_revision", json!({"path": "port.md", "id": resolved["undo"]}));
    assert_eq!(desk.read("port.md"), "Ma Une phrase.\n");
}

const TWO: &str = "---\ntitle: Port\n---\n\nUn début calme.\n\nLe milieu reste.\n\nUne fin calme.\n";

/// Three conflicts: the title, the first and the last paragraph; the middle merges.
fn conflicting_in_three_places() -> (Desk, u64) {
    let desk = Desk::with(&[("port.md", TWO)]);
    desk.call("open_article", json!({"path": "port.md"}));
    desk.call("set_field", json!({"path": "port.md", "key": "title", "value": "Mon port"}));
    let mine = TWO.replace("title: Port", "title: Mon port").replace("calme", "agité");
    desk.replace_body("port.md", mine.rsplit_once("---\n").unwrap().1);
    let theirs =
        TWO.replace("title: Port", "title: Leur port").replace("calme", "triste").replace("milieu", "centre");
    desk.write_outside("port.md", &theirs);
    desk.wait("the conflict", |desk| desk.state("port.md")["save"] == json!("conflict"));
    let conflict = desk.state("port.md")["conflict"].clone();
    let hunks = conflict["hunks"].as_array().unwrap();
    assert_eq!(hunks.len(), 3, "{hunks:?}");
    assert_eq!((&hunks[0]["key"], &hunks[0]["both"]), (&json!("title"), &json!(false)));
    assert_eq!((&hunks[1]["key"], &hunks[1]["both"]), (&json!(null), &json!(true)));
    (desk, conflict["edition"].as_u64().unwrap())
}

#[test]
fn a_conflict_is_answered_place_by_place_and_can_be_taken_back() {
    let (desk, edition) = conflicting_in_three_places();
    let answers = json!([{"choice": "theirs"}, {"choice": "both"}, {"choice": "edited", "text": "Fin."}]);
    let resolved =
        desk.call("resolve_hunks", json!({"path": "port.md", "edition": edition, "answers": answers}));
    assert_eq!(resolved["state"]["save"], json!("saved"));
    assert_eq!(
        desk.read("port.md"),
        "---\ntitle: Leur port\n---\n\nUn début agité.\n\nUn début triste.\n\nLe centre reste.\n\nFin.\n"
    );
    desk.call("restore_revision", json!({"path": "port.md", "id": resolved["undo"]}));
    assert!(desk.read("port.md").contains("Une fin agité") && desk.read("port.md").contains("Le milieu"));
    assert!(texts(&desk).iter().any(|text| text.contains("Une fin triste")));
}

#[test]
fn answers_for_a_text_that_moved_on_are_not_applied() {
    let (desk, edition) = conflicting_in_three_places();
    let body = desk.body("port.md").replace("début agité", "début fou");
    desk.replace_body("port.md", &body);
    let answers = json!([{"choice": "mine"}, {"choice": "mine"}, {"choice": "mine"}]);
    let args = json!({"path": "port.md", "edition": edition, "answers": answers});
    // The person's first paragraph is another one now.
    assert_eq!(desk.try_call("resolve_hunks", args).unwrap_err().code, "conflict_moved");
    assert_eq!(desk.state("port.md")["save"], json!("conflict"));
    assert!(desk.read("port.md").contains("Leur port"));
    assert!(desk.body("port.md").contains("Un début fou."));
}

#[test]
fn a_conflict_that_was_typed_away_is_merged() {
    let desk = conflicting();
    desk.replace_body("port.md", "Leur phrase.\n");
    desk.wait("the end of the conflict", |desk| desk.state("port.md")["save"] == json!("saved"));
    assert_eq!(desk.state("port.md")["conflict"], json!(null));
}

fn texts(desk: &Desk) -> Vec<String> {
    desk.call("history", json!({"path": "port.md"}))
        .as_array()
        .unwrap()
        .iter()
        .map(|revision| {
            desk.call("revision", json!({"path": "port.md", "id": revision["id"]}))["text"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn unsaved_text_is_back_after_the_program_died() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.type_at_start("port.md", "Jamais enregistré. ");
    let drafts = desk.folder.path().join("data");
    desk.wait("the draft", |_| holds(&drafts, "Jamais enregistré."));
    let desk = desk.restart();
    let view = desk.open("port.md");
    assert!(view["body"].as_str().unwrap().contains("Jamais enregistré."));
    assert_eq!(view["restored"], json!(true));
    assert_eq!(view["state"]["save"], json!("dirty"));
    assert_eq!(desk.read("port.md"), PIECE);
    let unsaved = desk.call("library", json!({"since": 0.0}))["changed"][0]["unsaved"].clone();
    assert_eq!(unsaved, json!(true));
}

fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                holds(&path, text)
            } else {
                std::fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
            }
        })
    })
}

#[test]
fn a_draft_meets_what_the_disk_says_now() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.type_at_start("port.md", "Mon ajout.\n\n");
    desk.app.settle();
    let folder = desk.folder.path().to_owned();
    let Desk { folder: kept, app, .. } = desk;
    drop(app);
    std::fs::write(folder.join("desk/port.md"), PIECE.replace("Dernier", "Ultime")).unwrap();
    let desk = Desk::on(kept);
    let body = desk.body("port.md");
    assert!(body.contains("Mon ajout.") && body.contains("Ultime"), "{body}");
}

#[test]
fn a_desk_with_text_that_is_kept_nowhere_is_not_left() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    let other = desk.folder.path().join("autre");
    std::fs::create_dir(&other).unwrap();
    // Where drafts would lie is a file: none can be written.
    let desks = desk.folder.path().join("data/desks");
    let local = std::fs::read_dir(desks).unwrap().flatten().next().expect("the desk's local folder").path();
    std::fs::write(local.join("drafts"), "").unwrap();
    desk.type_at_start("port.md", "Mon ajout.\n\n");
    let elsewhere = json!({ "path": other });
    let refused = desk.try_call("open_desk", elsewhere.clone()).unwrap_err();
    assert_eq!(refused.code, "cannot_close");
    assert!(desk.body("port.md").contains("Mon ajout."));
    assert_eq!(desk.app.undrafted(), ["port.md"]);
    std::fs::remove_file(local.join("drafts")).unwrap();
    desk.call("open_desk", elsewhere);
    assert!(holds(&local.join("drafts"), "Mon ajout."));
}

#[test]
fn an_article_deleted_outside_keeps_its_text_on_the_screen() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.open("port.md");
    std::fs::remove_file(desk.file("port.md")).unwrap();
    desk.wait("the deletion", |desk| desk.state("port.md")["deleted"] == json!(true));
    assert!(desk.body("port.md").contains("Dernier"));
    assert!(!desk.file("port.md").exists(), "nothing is written anew unasked");
    desk.call("keep_deleted", json!({"path": "port.md"}));
    assert_eq!(desk.read("port.md"), PIECE);
}

#[test]
fn a_text_that_cannot_be_saved_can_be_written_elsewhere() {
    let desk = Desk::with(&[("ville/port.md", "Premier.\r\n")]);
    desk.type_at_start("ville/port.md", "Tapé. ");
    std::fs::remove_dir_all(desk.file("ville")).unwrap();
    let written = desk.call("save_elsewhere", json!({"path": "ville/port.md"}));
    assert_eq!(
        written,
        json!(desk.folder.path().canonicalize().unwrap().join("port.md").display().to_string())
    );
    let copy = std::fs::read_to_string(desk.folder.path().join("port.md")).unwrap();
    assert_eq!(copy, "Tapé. Premier.\r\n", "with the ends of lines that the article had");
    assert!(desk.body("ville/port.md").contains("Tapé."), "it stays on the screen");
}

#[test]
fn a_deleted_article_comes_back_with_its_history() {
    let desk = Desk::with(&[("ville/port.md", PIECE), ("zoo.md", "# Zoo\n")]);
    desk.type_at_start("ville/port.md", "Tapé. ");
    desk.call("save", json!({"path": "ville/port.md"}));
    desk.call("close_article", json!({"path": "ville/port.md"}));
    assert_eq!(desk.call("deleted_articles", json!({})), json!([]));
    std::fs::remove_dir_all(desk.file("ville")).unwrap();
    let gone = desk.call("deleted_articles", json!({}));
    assert_eq!((&gone[0]["path"], &gone[0]["title"]), (&json!("ville/port.md"), &json!("Le port")));
    let view = desk.call("recover_article", json!({"key": gone[0]["key"]}));
    assert_eq!(view["state"]["path"], "ville/port.md");
    assert!(desk.read("ville/port.md").contains("Tapé."));
    let revisions = desk.call("history", json!({"path": "ville/port.md"}));
    assert!(revisions.as_array().unwrap().len() >= 2, "{revisions}");
    assert_eq!(desk.call("deleted_articles", json!({})), json!([]));

    // Another article has the path by now: the old one comes back beside it, each with its own history.
    desk.call("close_article", json!({"path": "ville/port.md"}));
    std::fs::remove_file(desk.file("ville/port.md")).unwrap();
    desk.wait("the deletion", |desk| desk.list() == ["zoo.md"]);
    desk.open("zoo.md");
    desk.call("rename_article", json!({"path": "zoo.md", "name": "port.md"}));
    std::fs::create_dir_all(desk.file("ville")).unwrap();
    std::fs::rename(desk.file("port.md"), desk.file("ville/port.md")).unwrap();
    desk.wait("the move", |desk| desk.list() == ["ville/port.md"]);
    desk.wait("its history", |desk| {
        desk.call("deleted_articles", json!({}))[0]["path"] == json!("ville/port.md")
    });
    let gone = desk.call("deleted_articles", json!({}));
    let view = desk.call("recover_article", json!({"key": gone[0]["key"]}));
    assert_eq!(view["state"]["path"], "ville/port-2.md");
    assert!(desk.read("ville/port-2.md").contains("Tapé.") && desk.read("ville/port.md").contains("Zoo"));
    assert!(desk.call("history", json!({"path": "ville/port-2.md"})).as_array().unwrap().len() >= 2);
}

#[test]
fn a_rename_outside_is_followed() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.type_at_start("port.md", "Tapé. ");
    std::fs::rename(desk.file("port.md"), desk.file("quai.md")).unwrap();
    desk.wait("the rename", |desk| desk.list() == ["quai.md"]);
    desk.wait("the session", |desk| desk.body("quai.md").contains("Tapé."));
    desk.call("save", json!({"path": "quai.md"}));
    assert!(desk.read("quai.md").contains("Tapé."));
    assert!(!desk.file("port.md").exists());
}

#[test]
fn what_was_moved_while_the_program_was_closed_is_followed() {
    let desk =
        Desk::with(&[("port.md", PIECE), ("ville/quai.md", "Un quai.\n"), ("ville/pont.md", "Un pont.\n")]);
    for path in ["port.md", "ville/quai.md", "ville/pont.md"] {
        desk.open(path);
    }
    desk.type_at_start("ville/quai.md", "Jamais enregistré. ");
    let comment =
        json!({"path": "port.md", "version": 0, "passage": null, "text": "À relire.", "off_record": false});
    desk.call("comment", comment);
    desk.call("save", json!({"path": "ville/pont.md"}));
    desk.wait("their histories", |desk| {
        ["port.md", "ville/quai.md", "ville/pont.md"].iter().all(|path| !desk.origins(path).is_empty())
    });
    desk.app.settle();
    let folder = desk.folder.path().join("desk");
    let Desk { folder: kept, app, .. } = desk;
    drop(app);
    std::fs::rename(folder.join("port.md"), folder.join("quai-rouvert.md")).unwrap();
    std::fs::rename(folder.join("ville"), folder.join("cite")).unwrap();
    std::fs::remove_file(folder.join("cite/pont.md")).unwrap();

    let desk = Desk::on(kept);
    desk.wait("the histories", |desk| {
        !desk.origins("quai-rouvert.md").is_empty() && !desk.origins("cite/quai.md").is_empty()
    });
    let threads = desk.call("review", json!({"path": "quai-rouvert.md"}))["threads"].clone();
    assert_eq!(threads[0]["messages"][0]["text"], json!("À relire."));
    assert_eq!(desk.body("cite/quai.md"), "Jamais enregistré. Un quai.\n");
    let gone = desk.call("deleted_articles", json!({}));
    let gone: Vec<&str> =
        gone.as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap()).collect();
    assert_eq!(gone, ["ville/pont.md"]);
}

#[test]
fn the_list_follows_the_folder() {
    let desk = Desk::with(&[("a.md", "# A\n"), ("node_modules/x.md", "x"), (".hidden/y.md", "y")]);
    assert_eq!(desk.list(), ["a.md"]);
    desk.write_outside("b.md", "# B\n");
    desk.wait("the new article", |desk| desk.list() == ["a.md", "b.md"]);
    std::fs::remove_file(desk.file("a.md")).unwrap();
    desk.wait("the removal", |desk| {
        desk.list().len() == 1 || desk.call("library", json!({"since": 0.0}))["removed"] != json!([])
    });
}

#[test]
fn a_new_article_is_named_after_its_title_and_overwrites_nothing() {
    let desk = Desk::with(&[("l-ete-a-brest.md", "déjà là\n")]);
    let view = desk.call("new_article", json!({"template": "news", "title": "L’été à Brest"}));
    let path = view["state"]["path"].as_str().unwrap().to_owned();
    assert_ne!(path, "l-ete-a-brest.md");
    assert!(path.starts_with("l-ete-a-brest"), "{path}");
    assert_eq!(desk.read("l-ete-a-brest.md"), "déjà là\n");
    assert!(desk.read(&path).contains("title: L’été à Brest"));
    assert!(desk.read(&path).contains("byline: Ada"));
}

#[test]
fn an_untitled_article_takes_the_name_of_its_title() {
    let desk = Desk::with(&[]);
    let view = desk.call("new_article", json!({"template": "news", "title": ""}));
    let path = view["state"]["path"].as_str().unwrap().to_owned();
    assert_eq!(path, "sans-titre.md");
    desk.call("set_field", json!({"path": path, "key": "title", "value": "Le vent tourne"}));
    desk.call("save", json!({"path": path}));
    assert!(desk.read("le-vent-tourne.md").contains("title: Le vent tourne"));
    assert!(!desk.file("sans-titre.md").exists());
    // Once it has a text, its name stays.
    desk.type_at_start("le-vent-tourne.md", "Du texte. ");
    desk.call("save", json!({"path": "le-vent-tourne.md"}));
    desk.call("set_field", json!({"path": "le-vent-tourne.md", "key": "title", "value": "Autre titre"}));
    desk.call("save", json!({"path": "le-vent-tourne.md"}));
    assert!(desk.file("le-vent-tourne.md").exists());
}

#[test]
fn rename_duplicate_and_their_history() {
    let desk = Desk::with(&[("port.md", PIECE), ("quai.md", "x\n")]);
    desk.type_at_start("port.md", "Tapé. ");
    desk.call("save", json!({"path": "port.md"}));
    let taken = desk.try_call("rename_article", json!({"path": "port.md", "name": "quai"})).unwrap_err();
    assert_eq!(taken.code, "name_taken");
    let item = desk.call("rename_article", json!({"path": "port.md", "name": "bassin"}));
    assert_eq!(item["path"], json!("bassin.md"));
    assert!(desk.origins("bassin.md").contains(&"save".to_owned()));
    let copy = desk.call("duplicate_article", json!({"path": "bassin.md"}));
    assert_eq!(desk.read(copy["path"].as_str().unwrap()), desk.read("bassin.md"));
}

#[test]
fn history_begins_with_the_article_as_it_was_opened() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.open("port.md");
    desk.wait("the first revision", |desk| desk.origins("port.md") == ["open"]);
    desk.call("close_article", json!({"path": "port.md"}));
    desk.open("port.md");
    assert_eq!(desk.origins("port.md"), ["open"]);
}

#[test]
fn restoring_is_a_new_revision() {
    let desk = Desk::with(&[("port.md", "Un.\n")]);
    desk.type_at_start("port.md", "Deux. ");
    desk.call("save", json!({"path": "port.md"}));
    let revisions = desk.call("history", json!({"path": "port.md"}));
    let first = revisions.as_array().unwrap().last().unwrap()["id"].clone();
    desk.call("restore_revision", json!({"path": "port.md", "id": first}));
    assert_eq!(desk.read("port.md"), "Un.\n");
    let after = desk.call("history", json!({"path": "port.md"}));
    assert_eq!(after.as_array().unwrap().len(), revisions.as_array().unwrap().len() + 1);
    assert_eq!(after[0]["origin"], json!("restore"));
}

#[test]
fn bad_bytes_open_for_reading_only_and_stay_as_they_are() {
    let desk = Desk::with(&[]);
    for (name, bytes) in [
        ("latin1.md", &b"caf\xe9\n"[..]),
        ("utf16.md", &b"\xff\xfec\0a\0f\0\xe9\0"[..]),
        ("random.md", &[0x80, 0xfe, 0x00, 0xc3][..]),
    ] {
        std::fs::write(desk.file(name), bytes).unwrap();
        let state = desk.state(name);
        assert_eq!(state["read_only"]["code"], json!("not_text"), "{name}");
        assert!(state["read_only"]["message"].as_str().unwrap().contains(name));
        let refused = desk.try_call("push", json!({"path": name, "version": 0, "updates": []})).unwrap_err();
        assert_eq!(refused.code, "not_text");
        desk.call("save", json!({"path": name}));
        assert_eq!(std::fs::read(desk.file(name)).unwrap(), bytes);
    }
    assert_eq!(desk.body("utf16.md"), "café");
}

#[test]
fn what_was_typed_before_the_bytes_went_bad_is_shown() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.type_at_start("port.md", "Mes mots. ");
    desk.app.settle();
    let bad = b"caf\xe9\n".as_slice();
    std::fs::write(desk.file("port.md"), bad).unwrap();
    desk.wait("reading only", |desk| !desk.state("port.md")["read_only"].is_null());
    assert_eq!(desk.state("port.md")["save"], json!("error"), "nothing that is unsaved is called saved");
    let desk = desk.restart();
    assert!(desk.body("port.md").contains("Mes mots."));
    assert_eq!(desk.state("port.md")["read_only"]["code"], json!("not_text"));
    assert_eq!(std::fs::read(desk.file("port.md")).unwrap(), bad);
}

#[test]
fn a_save_faster_than_the_draft_leaves_none() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    desk.type_at_start("port.md", "Vite. ");
    desk.call("save", json!({"path": "port.md"}));
    // Another program takes it back while this one is closed: no draft of ours brings it up again.
    let desk = desk.restart();
    std::fs::write(desk.file("port.md"), PIECE).unwrap();
    let view = desk.open("port.md");
    assert!(!view["body"].as_str().unwrap().contains("Vite."), "{view}");
    assert_eq!(view["restored"], json!(false));
}

#[test]
fn a_nul_byte_is_kept_like_any_other() {
    let desk = Desk::with(&[("nul.md", "a\0b\n")]);
    desk.type_at_start("nul.md", "x");
    desk.call("save", json!({"path": "nul.md"}));
    assert_eq!(desk.read("nul.md"), "xa\0b\n");
}

#[test]
fn broken_front_matter_is_edited_as_text() {
    let broken = "---\ntitle: [\n---\n\nCorps.\n";
    let desk = Desk::with(&[("casse.md", broken)]);
    let view = desk.open("casse.md");
    assert_eq!(view["state"]["raw"], json!(true));
    assert_eq!(view["body"], json!(broken));
    assert_eq!(view["state"]["remarks"][0]["code"], json!("front_broken"));
    assert!(desk.try_call("set_field", json!({"path": "casse.md", "key": "title", "value": "x"})).is_err());
    // Mended by typing, it goes back to fields when asked.
    let length = broken.encode_utf16().count();
    desk.call(
        "push",
        json!({"path": "casse.md", "version": 0, "updates": [{"client": "w", "changes": [11, [1, "Titre"], length - 12]}]}),
    );
    let state = desk.call("leave_raw", json!({"path": "casse.md"}));
    assert_eq!(
        (state["raw"].clone(), state["furniture"]["title"]["value"].clone()),
        (json!(false), json!("Titre"))
    );
    desk.call("save", json!({"path": "casse.md"}));
    assert_eq!(desk.read("casse.md"), broken.replace('[', "Titre"));
}

#[test]
fn the_preview_sends_only_what_changed() {
    let body = (0..50).map(|n| format!("Paragraphe {n}.\n\n")).collect::<String>();
    let desk = Desk::with(&[("long.md", &body)]);
    desk.open("long.md");
    let whole = desk.call("preview", json!({"path": "long.md", "version": 0, "known": 0}));
    assert_eq!(whole["blocks"].as_array().unwrap().len(), 50);
    desk.type_at_start("long.md", "Mot ");
    let patch = desk.call("preview", json!({"path": "long.md", "version": 1, "known": whole["rendering"]}));
    assert_eq!(patch["blocks"].as_array().unwrap().len(), 1);
    assert_eq!((patch["keep_start"].clone(), patch["keep_end"].clone()), (json!(0), json!(49)));
    assert_eq!(patch["lines"].as_array().unwrap().len(), 50);
    // A window that holds another rendering gets everything.
    let again = desk.call("preview", json!({"path": "long.md", "version": 1, "known": 999}));
    assert_eq!(again["blocks"].as_array().unwrap().len(), 50);
}

#[test]
fn a_text_too_complex_is_refused_in_words_and_can_still_be_written() {
    let desk = Desk::with(&[("deep.md", &(">".repeat(10_000) + " x\n"))]);
    desk.open("deep.md");
    let preview = desk.call("preview", json!({"path": "deep.md", "version": 0, "known": 0}));
    assert!(preview["refused"]["message"].as_str().is_none_or(|message| message.contains("deep.md")));
    desk.type_at_start("deep.md", "x");
    desk.call("save", json!({"path": "deep.md"}));
    assert!(desk.read("deep.md").starts_with("x>"));
}

#[test]
fn only_web_and_mail_addresses_leave_the_program() {
    let desk = Desk::with(&[]);
    desk.call("open_link", json!({"href": "https://example.org/a?b=c#d"}));
    desk.call("open_link", json!({"href": "mailto:desk@example.org"}));
    for href in [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "-x",
        "ssh://h",
        "",
        " https",
        "//h/x",
    ] {
        assert_eq!(
            desk.try_call("open_link", json!({"href": href})).unwrap_err().code,
            "link_refused",
            "{href:?}"
        );
    }
    assert_eq!(
        *desk.host.opened.lock().unwrap(),
        ["https://example.org/a?b=c#d".to_owned(), "mailto:desk@example.org".to_owned()]
    );
}

#[test]
fn images_come_from_the_desk_only() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let desk = Desk::with(&[("rubrique/port.md", PIECE)]);
    std::fs::write(desk.file("rubrique/photo.png"), png).unwrap();
    std::fs::write(desk.folder.path().join("secret.png"), png).unwrap();
    std::os::unix::fs::symlink(desk.folder.path().join("secret.png"), desk.file("lien.png")).unwrap();
    assert!(desk.app.desk_image("rubrique/photo.png").is_some());
    for path in [
        "../secret.png",
        "rubrique/../../secret.png",
        "lien.png",
        "/etc/passwd",
        "rubrique/port.md",
        "rubrique",
        "",
    ] {
        assert!(desk.app.desk_image(path).is_none(), "{path:?}");
    }
}

#[test]
fn a_pasted_image_lies_beside_the_article() {
    use base64::Engine as _;
    let png = base64::engine::general_purpose::STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let desk = Desk::with(&[("rubrique/port.md", PIECE)]);
    let placed =
        desk.call("add_image", json!({"path": "rubrique/port.md", "name": "Été à quai.png", "data": png}));
    let src = placed["src"].as_str().unwrap();
    assert!(desk.file("rubrique").join(src).is_file(), "{src}");
    let other = base64::engine::general_purpose::STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDX");
    let second =
        desk.call("add_image", json!({"path": "rubrique/port.md", "name": "Été à quai.png", "data": other}));
    assert_ne!(second["src"], placed["src"]);
    assert!(
        desk.try_call("add_image", json!({"path": "rubrique/port.md", "name": "x.png", "data": "%%"}))
            .is_err()
    );
}

#[test]
fn settings_are_kept_and_the_window_box_is_the_shells() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    let mut settings = desk.call("boot", json!({}))["settings"].clone();
    settings["text_size"] = json!(99);
    settings["theme"] = json!("dark");
    let kept = desk.call("set_settings", json!({"settings": settings}));
    assert_eq!(kept["text_size"], json!(32));
    desk.call("set_place", json!({"path": "port.md", "caret": 7, "scroll": 3.5}));
    let desk = desk.restart();
    assert_eq!(desk.call("boot", json!({}))["settings"]["theme"], json!("dark"));
    let view = desk.open("port.md");
    assert_eq!((view["caret"].clone(), view["scroll"].clone()), (json!(7), json!(3.5)));
}

#[test]
fn calls_of_another_shape_are_refused_in_words() {
    let desk = Desk::with(&[]);
    for (name, args) in [("nonsense", json!({})), ("save", json!({})), ("open_article", json!({"path": 3}))] {
        assert_eq!(desk.try_call(name, args).unwrap_err().code, "bad_call", "{name}");
    }
    assert!(desk.try_call("open_article", json!({"path": "../../etc/passwd"})).is_err());
}

#[cfg(unix)]
#[test]
fn a_second_start_on_a_desk_hands_its_article_to_the_first_window() {
    let desk = Desk::with(&[("port.md", PIECE), ("other/quai.md", "Un quai.\n")]);
    assert!(!desk.app.hand_over());
    let second = |target: PathBuf| {
        let surroundings = Surroundings {
            data_dir: desk.folder.path().join("data"),
            author: None,
            lang: Some(Lang::Fr),
            system_lang: Lang::Fr,
            clock: Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap())),
        };
        App::start(surroundings, Arc::new(Notes::default()), Some(&target), None)
    };
    // A folder above with a known desk: the article belongs to the same desk.
    assert!(second(desk.file("other/quai.md")).hand_over());
    desk.wait("the article", |desk| {
        desk.host
            .events
            .lock()
            .unwrap()
            .iter()
            .any(|event| matches!(event, Event::OpenArticle { path } if path == "other/quai.md"))
    });
    // Its own folder again is no other window's.
    let folder = desk.folder.path().join("desk");
    desk.call("open_desk", json!({"path": folder}));
    // Once it leaves, the next start stays.
    desk.app.leave();
    assert!(!second(desk.file("port.md")).hand_over());
}

/// A link leads out of the desk: the article is one of the desk that it lies in, read-only, and the folder that it leads
/// to is no desk.
#[cfg(unix)]
#[test]
fn a_window_opened_on_a_link_to_outside_stays_in_the_links_folder() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["desk", "far"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("far/port.md"), PIECE).unwrap();
    std::fs::write(folder.path().join("far/secret.md"), PIECE).unwrap();
    let link = folder.path().join("desk/link.md");
    std::os::unix::fs::symlink(folder.path().join("far/port.md"), &link).unwrap();
    let surroundings = Surroundings {
        data_dir: folder.path().join("data"),
        author: None,
        lang: Some(Lang::Fr),
        system_lang: Lang::Fr,
        clock: Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap())),
    };
    let app = App::start(surroundings, Arc::new(Notes::default()), Some(&link), None);
    let boot = commands::dispatch(&app, "boot", json!({})).unwrap();
    assert!(boot.contains("link.md") && !boot.contains("secret.md") && !boot.contains("/far"), "{boot}");
    let view = commands::dispatch(&app, "open_article", json!({"path": "link.md"})).unwrap();
    let view: Value = serde_json::from_str(&view).unwrap();
    assert!(!view["state"]["read_only"].is_null(), "{view}");
}

#[test]
fn a_gate_holds_an_export_back_until_somebody_says_why() {
    let held = "---\ntitle: T\nlegal: needs_check\nembargo: 2026-12-24T20:00:00+01:00\n---\nTexte.\n";
    let desk = Desk::with(&[("port.md", held)]);
    let out = desk.folder.path().join("port.html");
    let export = |past: Value| {
        let options = json!({"format": "html", "columns": 2});
        desk.try_call(
            "export_article",
            json!({"path": "port.md", "options": options, "out": out, "job": 1, "past": past}),
        )
    };
    for past in [Value::Null, json!("  ")] {
        let problem = export(past).unwrap_err();
        assert_eq!(problem.code, "gate");
        let said = &problem.words(Lang::Fr).0;
        assert!(said.contains("embargo") && said.contains("juridique"), "{said}");
        assert!(!out.exists());
    }
    export(json!("accord de la source")).unwrap();
    assert!(out.exists());
    let review = desk.call("review", json!({"path": "port.md"})).to_string();
    assert!(review.contains("accord de la source") && review.contains("Ada"), "{review}");
}

#[test]
fn only_what_was_exported_is_opened_outside() {
    let desk = Desk::with(&[("port.md", PIECE)]);
    let out = desk.folder.path().join("port.html");
    let named = json!({"out": out});
    std::fs::write(&out, "<p>D’un autre.</p>").unwrap();
    for name in ["open_exported", "reveal_exported"] {
        for out in [json!({"out": "/bin/sh"}), json!({"out": ""}), named.clone()] {
            assert_eq!(desk.try_call(name, out).unwrap_err().code, "not_exported");
        }
    }
    assert!(desk.host.opened.lock().unwrap().is_empty());
    std::fs::remove_file(&out).unwrap();
    let options = json!({"format": "html", "columns": 1});
    let exported =
        desk.call("export_article", json!({"path": "port.md", "options": options, "out": out, "job": 1}));
    assert_eq!(exported["out"], named["out"]);
    desk.call("open_exported", named.clone());
    desk.call("reveal_exported", named);
    let opened = desk.host.opened.lock().unwrap().clone();
    assert_eq!(opened, [out.display().to_string(), desk.folder.path().display().to_string()]);
}

#[cfg(unix)]
#[test]
fn a_name_with_a_backslash_is_a_name() {
    let path = "ville\\vieux\\port.md";
    let desk = Desk::with(&[(path, PIECE)]);
    assert_eq!(desk.list(), [path]);
    desk.type_at_start(path, "Tapé. ");
    assert_eq!(desk.call("save", json!({"path": path}))["save"], json!("saved"));
    assert!(desk.read(path).contains("Tapé. "));
    desk.call(
        "comment",
        json!({"path": path, "version": 1, "passage": null, "text": "À relire.", "off_record": false}),
    );
    let item = desk.call("rename_article", json!({"path": path, "name": "port"}));
    assert_eq!(item["path"], json!("port.md"));
    assert!(desk.read("port.md").contains("Tapé. ") && !desk.file(path).exists());
    assert_eq!(desk.call("review", json!({"path": "port.md"}))["threads"].as_array().unwrap().len(), 1);
    assert!(desk.try_call("rename_article", json!({"path": "port.md", "name": "a\\b"})).is_err());
}
