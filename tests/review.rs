//! The review of an article without a window: the commands that the window calls, and two desks through Git.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::desk::Desk;

const PIECE: &str = "---\ntitle: Le câble\nstage: draft\n---\nLe câble relie Brest à Boston.\n\nIl a coûté 40 millions d’euros, dit Élise Faure.\n";

fn desk() -> Desk {
    Desk::with(&[("cable.md", PIECE)])
}

/// UTF-16 offsets of some words in the body.
fn passage(desk: &Desk, words: &str) -> Value {
    let body = desk.body("cable.md");
    let at = body.find(words).unwrap();
    let start = body[..at].encode_utf16().count();
    json!({"start": start, "end": start + words.encode_utf16().count()})
}

fn version(desk: &Desk) -> Value {
    desk.state("cable.md")["version"].clone()
}

fn proposal(desk: &Desk, id: &str, old: &str, new: &str) -> Value {
    json!({"id": id, "passage": passage(desk, old), "new": new})
}

fn suggest(desk: &Desk, proposals: &[Value], settled: bool) -> Value {
    take_back(desk, proposals, &[], settled)
}

/// What is in the editor, and what was taken out of it.
fn take_back(desk: &Desk, proposals: &[Value], gone: &[&str], settled: bool) -> Value {
    desk.call(
        "suggest",
        json!({
            "path": "cable.md",
            "version": version(desk),
            "proposals": proposals,
            "gone": gone,
            "settled": settled,
        }),
    )
}

fn review(desk: &Desk) -> Value {
    desk.call("review", json!({"path": "cable.md"}))
}

fn comment(desk: &Desk, words: Option<&str>, text: &str) -> Value {
    let passage = words.map(|words| passage(desk, words));
    let args = json!({"path": "cable.md", "version": version(desk), "passage": passage, "text": text, "off_record": false});
    desk.call("comment", args)
}

/// Keeps what is in the box of a new comment; a place that is not named stays what it was.
fn keep(desk: &Desk, text: &str, words: Option<&str>, off_record: bool) {
    let place = words.map_or(Value::Null, |words| passage(desk, words));
    let version = words.map_or(Value::Null, |_| version(desk));
    let item = json!({"key": "new", "text": text, "passage": place, "quote": "", "off_record": off_record});
    desk.call("keep_unsent", json!({"path": "cable.md", "item": item, "version": version}));
}

/// Replaces words of the body as the window does.
fn retype(desk: &Desk, old: &str, new: &str) {
    let body = desk.body("cable.md");
    desk.replace_body_part("cable.md", &body, old, new);
}

fn only<'a>(review: &'a Value, list: &str) -> &'a Value {
    let items = review[list].as_array().unwrap();
    assert_eq!(items.len(), 1, "{review}");
    &items[0]
}

#[test]
fn a_suggestion_changes_no_byte_until_it_is_accepted_and_undo_opens_it_again() {
    let desk = desk();
    let review = suggest(&desk, &[proposal(&desk, "s1", "40 millions", "45 millions")], true);
    let item = only(&review, "suggestions");
    assert_eq!((&item["old"], &item["new"]), (&json!("40 millions"), &json!("45 millions")));
    assert_eq!((&item["verdict"], &item["standing"]), (&json!("open"), &json!("placed")));
    assert_eq!(
        (&item["author"], &item["mine"], &item["class"]),
        (&json!("Ada"), &json!(true), &json!("figure"))
    );
    assert_eq!(desk.read("cable.md"), PIECE);
    // The window applies it, then records it.
    retype(&desk, "40 millions", "45 millions");
    let review = desk.call("decide", json!({"path": "cable.md", "ids": ["s1"], "accept": true}));
    let item = only(&review, "suggestions");
    assert_eq!((&item["verdict"], &item["decided_by"]), (&json!("accepted"), &json!("Ada")));
    assert_eq!(item["edited_since"], json!(false));
    desk.call("save", json!({"path": "cable.md"}));
    assert_eq!(desk.read("cable.md"), PIECE.replace("40", "45"));
    assert_eq!(desk.origins("cable.md")[0], "accept");
    // Edited afterwards, it says so.
    retype(&desk, "45 millions", "46 millions");
    assert_eq!(only(&self::review(&desk), "suggestions")["edited_since"], json!(true));
    retype(&desk, "46 millions", "40 millions");
    let review = desk.call("undecide", json!({"path": "cable.md", "ids": ["s1"]}));
    let item = only(&review, "suggestions");
    assert_eq!((&item["verdict"], &item["standing"]), (&json!("open"), &json!("placed")));
}

#[test]
fn a_proposal_grows_is_taken_back_and_survives_a_kill() {
    let desk = desk();
    suggest(&desk, &[proposal(&desk, "s1", "Boston", "Bos")], false);
    suggest(&desk, &[proposal(&desk, "s1", "Boston", "Cork")], false);
    let records = desk.folder.path().join("desk/.copydesk");
    assert!(!records.exists(), "what is still typed is no event");
    let desk = desk.restart();
    assert_eq!(only(&review(&desk), "suggestions")["new"], json!("Cork"));
    assert!(records.exists());
    suggest(&desk, &[proposal(&desk, "s1", "Boston", "New York")], true);
    assert_eq!(only(&review(&desk), "suggestions")["new"], json!("New York"));
    take_back(&desk, &[], &["s1"], false);
    let desk = desk.restart();
    assert_eq!(only(&review(&desk), "suggestions")["verdict"], json!("withdrawn"));
    // Undo in the editor brings it in again.
    let now = suggest(&desk, &[proposal(&desk, "s1", "Boston", "Galway")], true);
    let item = only(&now, "suggestions");
    assert_eq!((&item["verdict"], &item["new"]), (&json!("open"), &json!("Galway")));
    let review = take_back(&desk, &[], &["s1"], true);
    assert_eq!(only(&review, "suggestions")["verdict"], json!("withdrawn"));
    // A proposal of what stands there already proposes nothing.
    let review = suggest(&desk, &[proposal(&desk, "s2", "Boston", "Boston")], true);
    assert_eq!(review["suggestions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_proposal_that_the_editor_does_not_hold_is_not_taken_back_by_what_is_typed_elsewhere() {
    let desk = desk();
    suggest(&desk, &[proposal(&desk, "s1", "Boston", "Cork")], true);
    desk.call("decide", json!({"path": "cable.md", "ids": ["s1"], "accept": false}));
    desk.call("undecide", json!({"path": "cable.md", "ids": ["s1"]}));
    let now = suggest(&desk, &[proposal(&desk, "s2", "40 millions", "45 millions")], true);
    let verdicts: Vec<&Value> =
        now["suggestions"].as_array().unwrap().iter().map(|item| &item["verdict"]).collect();
    assert_eq!(verdicts, [&json!("open"), &json!("open")]);
    // Nor one that somebody decided about, by a name that is named all the same.
    desk.call("decide", json!({"path": "cable.md", "ids": ["s1"], "accept": false}));
    let now = take_back(&desk, &[proposal(&desk, "s2", "40 millions", "45 millions")], &["s1"], true);
    let first = now["suggestions"].as_array().unwrap().iter().find(|item| item["id"] == "s1").unwrap();
    assert_eq!(first["verdict"], json!("rejected"));
}

#[test]
fn two_suggestions_on_one_place_name_each_other_and_one_outlives_the_other_changed() {
    let desk = desk();
    let both =
        [proposal(&desk, "s1", "40 millions", "45 millions"), proposal(&desk, "s2", "millions", "milliards")];
    let review = suggest(&desk, &both, true);
    let rivals: Vec<&Value> =
        review["suggestions"].as_array().unwrap().iter().map(|item| &item["rivals"][0]).collect();
    assert_eq!(rivals.len(), 2);
    assert!(rivals.contains(&&json!("s1")) && rivals.contains(&&json!("s2")), "{review}");
    retype(&desk, "40 millions", "45 livres");
    let review = desk.call("decide", json!({"path": "cable.md", "ids": ["s1"], "accept": true}));
    let left = review["suggestions"].as_array().unwrap().iter().find(|item| item["id"] == "s2").unwrap();
    assert_eq!(left["verdict"], json!("open"));
    assert_ne!(left["standing"], json!("placed"));
}

#[test]
fn a_conversation_is_begun_answered_edited_settled_and_begun_again() {
    let desk = desk();
    keep(&desk, "Quelle sour", Some("40 millions"), false);
    let desk = desk.restart();
    assert_eq!(only(&review(&desk), "unsent")["text"], json!("Quelle sour"));
    let sent = comment(&desk, Some("40 millions"), " Quelle source, @Ada ? ");
    assert_eq!(sent["unsent"], json!([]));
    let thread = only(&sent, "threads").clone();
    assert_eq!((&thread["quote"], &thread["mentions_me"]), (&json!("40 millions"), &json!(true)));
    assert_eq!(thread["messages"][0]["text"], json!("Quelle source, @Ada ?"));
    let id = &thread["id"];
    desk.call("reply", json!({"path": "cable.md", "thread": id, "text": "Le port."}));
    let message = &review(&desk)["threads"][0]["messages"][1]["id"];
    desk.call("edit_message", json!({"path": "cable.md", "message": message, "text": "Le port de Brest."}));
    desk.call("keep_off_record", json!({"path": "cable.md", "thread": id, "off": true}));
    let now = desk.call("resolve_thread", json!({"path": "cable.md", "thread": id, "resolved": true}));
    let thread = only(&now, "threads");
    assert_eq!((&thread["resolved"], &thread["off_record"]), (&json!(true), &json!(true)));
    let last = &thread["messages"][1];
    assert_eq!((&last["text"], &last["edited"]), (&json!("Le port de Brest."), &json!(true)));
    let now = desk.call("resolve_thread", json!({"path": "cable.md", "thread": id, "resolved": false}));
    assert_eq!(only(&now, "threads")["resolved"], json!(false));
    for (text, code) in [("  ", "nothing_said"), ("x", "remark_gone")] {
        let args = json!({"path": "cable.md", "thread": "personne", "text": text});
        assert_eq!(desk.try_call("reply", args).unwrap_err().code, code);
    }
}

#[test]
fn a_comment_that_is_being_typed_stays_with_its_words_and_off_the_record() {
    let desk = desk();
    keep(&desk, "Quelle", Some("40 millions"), true);
    retype(&desk, "Le câble relie", "Long de 6 000 km, le câble relie");
    keep(&desk, "Quelle source", None, true);
    let unsent = |desk: &Desk| only(&review(desk), "unsent").clone();
    let now = unsent(&desk);
    assert_eq!((&now["passage"], &now["off_record"]), (&passage(&desk, "40 millions"), &json!(true)));
    desk.call("save", json!({"path": "cable.md"}));
    // The program ends, and somebody edits the article meanwhile.
    let Desk { folder, app, .. } = desk;
    drop(app);
    let file = folder.path().join("desk/cable.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("Long de 6 000 km, le", "Il y a longtemps déjà, le long")).unwrap();
    let desk = Desk::on(folder);
    let now = unsent(&desk);
    assert_eq!((&now["text"], &now["off_record"]), (&json!("Quelle source"), &json!(true)));
    assert_eq!(now["passage"], passage(&desk, "40 millions"));
    // Its words are taken out: it says what they were, and is about nothing else.
    retype(&desk, "Il a coûté 40 millions d’euros, dit Élise Faure.", "Rien sur le prix.");
    let now = unsent(&desk);
    assert_eq!((&now["passage"], &now["quote"]), (&Value::Null, &json!("40 millions")));
    keep(&desk, "Quelle source", Some("le prix"), false);
    let now = unsent(&desk);
    assert_eq!((&now["passage"], &now["off_record"]), (&passage(&desk, "le prix"), &json!(false)));
}

#[test]
fn a_place_holds_through_edits_here_and_outside_and_an_orphan_is_attached_again() {
    let desk = desk();
    comment(&desk, Some("40 millions"), "?");
    comment(&desk, None, "Tout relire.");
    retype(&desk, "Le câble relie", "Long de 6 000 km, le câble relie");
    desk.call("save", json!({"path": "cable.md"}));
    let outside = desk.read("cable.md").replace("à Boston", "à Boston et à Cork");
    desk.write_outside("cable.md", &outside);
    desk.wait("the outside edit", |desk| desk.body("cable.md").contains("Cork"));
    let now = review(&desk);
    assert_eq!(now["threads"][0]["passage"], passage(&desk, "40 millions"));
    assert_eq!(now["threads"][1]["quote"], json!(""));
    // Its words are taken out: it is listed with its quote.
    retype(&desk, "Il a coûté 40 millions d’euros, dit Élise Faure.", "Rien sur le prix.");
    let now = review(&desk);
    let orphan =
        now["threads"].as_array().unwrap().iter().find(|thread| thread["quote"] == "40 millions").unwrap();
    assert_eq!((&orphan["standing"], &orphan["passage"]), (&json!("orphaned"), &Value::Null));
    let place = passage(&desk, "le prix");
    let args = json!({"path": "cable.md", "id": orphan["id"], "version": version(&desk), "passage": place});
    let now = desk.call("attach", args);
    assert_eq!(now["threads"][0]["passage"], place);
    desk.call("save", json!({"path": "cable.md"}));
    let desk = desk.restart();
    assert_eq!(review(&desk)["threads"][0]["passage"], place);
}

#[test]
fn a_suggestion_that_is_attached_stays_what_it_was_and_gets_its_place_back() {
    let desk = desk();
    suggest(&desk, &[proposal(&desk, "s1", "40 millions", "45 millions")], true);
    let after = passage(&desk, "Brest")["end"].clone();
    let insert = json!({"id": "s2", "passage": {"start": after, "end": after}, "new": " et Roscoff"});
    suggest(&desk, &[insert], true);
    let item = |review: &Value, id: &str| {
        review["suggestions"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone()
    };
    retype(&desk, "Il a coûté 40 millions d’euros, dit Élise Faure.", "Rien sur le prix.");
    assert_eq!(item(&review(&desk), "s1")["standing"], json!("orphaned"));
    let attach = |id: &str, words: &str| {
        let passage = passage(&desk, words);
        desk.call(
            "attach",
            json!({"path": "cable.md", "id": id, "version": version(&desk), "passage": passage}),
        )
    };
    let now = item(&attach("s1", "le prix"), "s1");
    assert_eq!((&now["old"], &now["standing"]), (&json!("40 millions"), &json!("changed")));
    assert_eq!((&now["passage"], &now["attached"]), (&passage(&desk, "le prix"), &json!(true)));
    let now = desk.call("detach", json!({"path": "cable.md", "id": "s1"}));
    assert_eq!(item(&now, "s1")["standing"], json!("orphaned"));
    // What is to be put in replaces nothing, also where words were selected.
    let now = item(&attach("s2", "Boston"), "s2");
    let end = passage(&desk, "Boston")["end"].clone();
    assert_eq!(now["passage"], json!({"start": end, "end": end}));
    assert_eq!((&now["old"], &now["standing"]), (&json!(""), &json!("placed")));
    assert_eq!(
        desk.try_call("detach", json!({"path": "cable.md", "id": "s9"})).unwrap_err().code,
        "remark_gone"
    );
}

#[test]
fn whether_typing_proposes_is_remembered_for_the_desk() {
    let desk = desk();
    let suggesting = |desk: &Desk| desk.app.boot().unwrap().desk.unwrap().suggesting;
    assert!(!suggesting(&desk));
    desk.call("set_suggesting", json!({"suggesting": true}));
    assert!(suggesting(&desk), "a page that is loaded again");
    let desk = desk.restart();
    assert!(suggesting(&desk));
}

#[test]
fn a_stage_has_its_reason_and_its_line() {
    let desk = desk();
    let set = |stage: &str, reason: &str| {
        desk.try_call("set_stage", json!({"path": "cable.md", "stage": stage, "reason": reason}))
    };
    set("approved", "").unwrap();
    assert_eq!(desk.read("cable.md"), PIECE.replace("stage: draft", "stage: approved"));
    assert_eq!(set("hold", " ").unwrap_err().code, "reason_due");
    assert_eq!(set("draft", "").unwrap_err().code, "reason_due");
    set("hold", "La préfecture rappelle demain.").unwrap();
    let stages = review(&desk)["stages"].clone();
    assert_eq!((&stages[0]["stage"], &stages[1]["stage"]), (&json!("hold"), &json!("approved")));
    assert_eq!(stages[0]["reason"], json!("La préfecture rappelle demain."));
}

#[test]
fn one_byte_breaks_a_seal_and_it_holds_again() {
    let desk = desk();
    retype(&desk, "40", "41");
    let sign = |role: &str| desk.try_call("sign_off", json!({"path": "cable.md", "role": role}));
    assert_eq!(only(&sign("desk").unwrap(), "sign_offs")["holds"], json!(true));
    assert!(desk.read("cable.md").contains("41"), "what is signed is saved first");
    desk.call("set_field", json!({"path": "cable.md", "key": "tags", "value": "mer"}));
    assert_eq!(only(&review(&desk), "sign_offs")["holds"], json!(true));
    retype(&desk, "41", "42");
    assert_eq!(only(&review(&desk), "sign_offs")["holds"], json!(false));
    retype(&desk, "42", "41");
    let now = review(&desk);
    let seal = only(&now, "sign_offs");
    assert_eq!((&seal["holds"], &seal["role"]), (&json!(true), &json!("desk")));
    let args = json!({"path": "cable.md", "id": seal["id"]});
    assert_eq!(only(&desk.call("withdraw_sign_off", args), "sign_offs")["withdrawn"], json!(true));
    assert!(sign("pape").is_err());
}

#[test]
fn the_review_goes_with_its_article_and_a_new_one_has_none() {
    let desk = desk();
    comment(&desk, Some("Boston"), "Ou Cork ?");
    desk.call("rename_article", json!({"path": "cable.md", "name": "fil"}));
    let moved = desk.call("review", json!({"path": "fil.md"}));
    assert_eq!(only(&moved, "threads")["quote"], json!("Boston"));
    let view = desk.call("new_article", json!({"template": "news", "title": "Cable"}));
    assert_eq!(view["state"]["path"], json!("cable.md"));
    assert_eq!(review(&desk)["threads"], json!([]));
    // Also when it was moved by another program.
    std::fs::create_dir(desk.file("mer")).unwrap();
    std::fs::rename(desk.file("fil.md"), desk.file("mer/fil.md")).unwrap();
    desk.wait("the move", |desk| desk.list().contains(&"mer/fil.md".to_owned()));
    desk.wait("its review", |desk| {
        desk.call("review", json!({"path": "mer/fil.md"}))["threads"].as_array().unwrap().len() == 1
    });
}

#[test]
fn without_a_name_nothing_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("desk")).unwrap();
    std::fs::write(folder.path().join("desk/cable.md"), PIECE).unwrap();
    let desk = Desk::of(" ", folder);
    let args = json!({"path": "cable.md", "version": 0, "passage": null, "text": "?", "off_record": false});
    assert_eq!(desk.try_call("comment", args).unwrap_err().code, "no_author");
    assert!(!desk.file(".copydesk").exists());
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@exemple.fr", "-c", "init.defaultBranch=main"])
        .args(args)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .output()
        .expect("git");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What both machines must agree on.
fn shared(review: &Value) -> Value {
    let mut review = review.clone();
    let strip = |list: &mut Value, keys: &[&str]| {
        for item in list.as_array_mut().unwrap() {
            keys.iter().for_each(|key| {
                item.as_object_mut().unwrap().remove(*key);
            });
        }
    };
    strip(&mut review["suggestions"], &["mine"]);
    strip(&mut review["threads"], &["mentions_me"]);
    strip(&mut review["sign_offs"], &["mine"]);
    for thread in review["threads"].as_array_mut().unwrap() {
        strip(&mut thread["messages"], &["mine"]);
    }
    json!([review["suggestions"], review["threads"], review["sign_offs"], review["stages"]])
}

#[test]
fn two_desks_over_two_clones_end_with_the_same_review() {
    let ada = desk();
    let root = ada.folder.path().join("desk");
    comment(&ada, Some("Boston"), "Ou Cork ?");
    suggest(&ada, &[proposal(&ada, "s1", "40 millions", "45 millions")], true);
    git(&root, &["init", "-q"]);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "un"]);

    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("desk");
    git(folder.path(), &["clone", "-q", &root.display().to_string(), "desk"]);
    let noe = Desk::of("Noé", folder);
    let thread = review(&noe)["threads"][0]["id"].clone();
    noe.call("reply", json!({"path": "cable.md", "thread": thread, "text": "Cork, oui."}));
    noe.call("decide", json!({"path": "cable.md", "ids": ["s1"], "accept": false}));
    git(&clone, &["add", "-A"]);
    git(&clone, &["commit", "-qm", "deux"]);

    // Meanwhile, on the first machine.
    ada.call("resolve_thread", json!({"path": "cable.md", "thread": thread, "resolved": true}));
    comment(&ada, None, "Titre à revoir.");
    ada.call("sign_off", json!({"path": "cable.md", "role": "legal"}));
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "trois"]);
    git(&root, &["pull", "-q", "--no-rebase", "--no-edit", &clone.display().to_string(), "main"]);
    git(&clone, &["pull", "-q", "--no-rebase", "--no-edit", &root.display().to_string(), "main"]);

    ada.app.focused().unwrap();
    noe.app.focused().unwrap();
    let (hers, his) = (review(&ada), review(&noe));
    assert_eq!(shared(&hers), shared(&his));
    assert_eq!(hers["threads"].as_array().unwrap().len(), 2);
    assert_eq!(hers["threads"][0]["messages"].as_array().unwrap().len(), 2);
    assert_eq!(only(&hers, "suggestions")["verdict"], json!("rejected"));
    assert_eq!(only(&hers, "sign_offs")["holds"], json!(true));
    assert_eq!(hers["people"], json!(["Ada", "Noé"]));
}

#[test]
fn a_proposal_whose_words_changed_is_not_taken_back_by_what_is_typed_elsewhere() {
    let desk = desk();
    suggest(&desk, &[proposal(&desk, "s1", "40 millions", "45 millions")], true);
    retype(&desk, "40 millions", "41 millions");
    assert_eq!(only(&review(&desk), "suggestions")["standing"], json!("changed"));
    let review = suggest(&desk, &[proposal(&desk, "s2", "Boston", "Cork")], true);
    let first = review["suggestions"].as_array().unwrap().iter().find(|item| item["id"] == "s1").unwrap();
    assert_eq!(first["verdict"], json!("open"));
}

#[test]
fn of_two_sign_offs_of_one_role_the_last_one_counts() {
    let desk = desk();
    desk.call("sign_off", json!({"path": "cable.md", "role": "desk"}));
    retype(&desk, "Boston", "Cork");
    let signed = desk.call("sign_off", json!({"path": "cable.md", "role": "desk"}));
    let seals = signed["sign_offs"].as_array().unwrap();
    let told: Vec<_> = seals.iter().map(|seal| (&seal["holds"], &seal["counts"], &seal["mine"])).collect();
    let (yes, no) = (&json!(true), &json!(false));
    assert_eq!(told, [(yes, yes, yes), (no, no, yes)]);
    assert_eq!(desk.call("desk_review", json!({}))[0]["broken_seals"], json!([]));
    let last = seals[0]["id"].clone();
    retype(&desk, "Cork", "Galway");
    let item = desk.call("desk_review", json!({}))[0].clone();
    assert_eq!((&item["broken_seals"], &item["broken_seal"]), (&json!(["desk"]), &last));
}

#[test]
fn what_one_said_under_an_earlier_name_is_still_ones_own() {
    let desk = desk();
    let sent = comment(&desk, None, "À vérifier.");
    let message = only(&sent, "threads")["messages"][0]["id"].clone();
    desk.call("sign_off", json!({"path": "cable.md", "role": "desk"}));
    let mut settings = desk.call("boot", json!({}))["settings"].clone();
    settings["author"] = json!("Ada Lovelace");
    desk.call("set_settings", json!({"settings": settings}));
    let edited =
        desk.call("edit_message", json!({"path": "cable.md", "message": message, "text": "Vérifié."}));
    let said = &only(&edited, "threads")["messages"][0];
    assert_eq!(
        (&said["text"], &said["author"], &said["mine"]),
        (&json!("Vérifié."), &json!("Ada"), &json!(true))
    );
    let seal = only(&edited, "sign_offs").clone();
    assert_eq!(seal["mine"], json!(true));
    let without = desk.call("withdraw_sign_off", json!({"path": "cable.md", "id": seal["id"]}));
    assert_eq!(only(&without, "sign_offs")["withdrawn"], json!(true));
}

#[test]
fn no_stage_goes_on_record_that_is_not_in_the_file() {
    let desk = desk();
    desk.open("cable.md");
    retype(&desk, "Boston", "Cork");
    desk.write_outside("cable.md", &PIECE.replace("Boston", "Galway"));
    desk.wait("the conflict", |desk| desk.state("cable.md")["save"] == json!("conflict"));
    let set = json!({"path": "cable.md", "stage": "approved", "reason": ""});
    assert_eq!(desk.try_call("set_stage", set.clone()).unwrap_err().code, "stage_unsaved");
    let sign = json!({"path": "cable.md", "role": "desk"});
    assert_eq!(desk.try_call("sign_off", sign).unwrap_err().code, "sign_unsaved");
    assert_eq!(desk.state("cable.md")["furniture"]["stage"]["value"], json!("draft"));
    assert_eq!(review(&desk)["stages"], json!([]));
    desk.call("resolve_conflict", json!({"path": "cable.md", "choice": "mine"}));
    desk.call("set_stage", set);
    assert_eq!(only(&review(&desk), "stages")["stage"], json!("approved"));
}

#[test]
fn a_suggestion_that_another_overtook_names_it() {
    let desk = desk();
    let both =
        [proposal(&desk, "s1", "40 millions", "45 livres"), proposal(&desk, "s2", "millions", "milliards")];
    suggest(&desk, &both, true);
    retype(&desk, "40 millions", "45 livres");
    let review = desk.call("decide", json!({"path": "cable.md", "ids": ["s1"], "accept": true}));
    let left = review["suggestions"].as_array().unwrap().iter().find(|item| item["id"] == "s2").unwrap();
    assert_ne!(left["standing"], json!("placed"));
    assert_eq!(left["rivals"], json!(["s1"]), "{review}");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn a_review_goes_out_for_others_and_comes_back_with_what_is_new_alone() {
    let desk = desk();
    suggest(&desk, &[proposal(&desk, "s1", "40 millions", "45 millions")], true);
    comment(&desk, Some("Boston"), "Le port ?");
    for (form, name) in [("criticmarkup", "sent.critic.txt"), ("docx", "sent.docx")] {
        let out = desk.folder.path().join(name);
        let args = json!({"path": "cable.md", "form": form, "out": out});
        assert_eq!(desk.call("export_review", args)["left_out"], json!([]));
        let data = base64(&std::fs::read(&out).unwrap());
        let came = desk.call("import_review", json!({"path": "cable.md", "name": name, "data": data}));
        assert_eq!((&came["taken"], &came["left_out"]), (&json!(0), &json!([])), "{form}: {came}");
    }
    // Answered, marked further, changed without a mark, and marked where no review is.
    let sent = std::fs::read_to_string(desk.folder.path().join("sent.critic.txt")).unwrap();
    let back = sent
        .replace("title: Le câble", "title: Le {~~câble~>fil~~}")
        .replace("Le port ?<<}", "Le port ?<<}{>>{\"author\":\"Noé\"}@@Oui, le port.<<}")
        .replace("dit Élise", "affirme Élise")
        .replace("Le câble relie", "Le {--câble--} relie");
    let data = base64(back.as_bytes());
    let came = desk.call("import_review", json!({"path": "cable.md", "name": "back.md", "data": data}));
    assert_eq!(came["taken"], json!(3), "{came}");
    let review = &came["review"];
    assert_eq!(only(review, "threads")["messages"][1]["text"], json!("Oui, le port."));
    let mut new: Vec<(&str, &str)> = review["suggestions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["old"].as_str().unwrap(), item["new"].as_str().unwrap()))
        .collect();
    new.sort_unstable();
    assert_eq!(new, [("40 millions", "45 millions"), ("câble", ""), ("dit", "affirme")]);
    let left: Vec<&str> =
        came["left_out"].as_array().unwrap().iter().map(|words| words.as_str().unwrap()).collect();
    assert!(left.len() == 1 && left[0].contains("câble → fil"), "{left:?}");
    assert_eq!(desk.read("cable.md"), PIECE);
    // A file that is none, and an article that would be lost.
    for (name, bytes) in [("odd.docx", &b"PK\x03\x04"[..]), ("odd.txt", &b"\xff\xfe\x00"[..])] {
        let args = json!({"path": "cable.md", "name": name, "data": base64(bytes)});
        assert_eq!(desk.try_call("import_review", args).unwrap_err().code, "not_text", "{name}");
    }
    let args = json!({"path": "cable.md", "form": "criticmarkup", "out": desk.file("cable.md")});
    assert_eq!(desk.try_call("export_review", args).unwrap_err().code, "bad_out");
    assert_eq!(desk.read("cable.md"), PIECE);
}

#[test]
fn what_is_said_on_one_side_of_a_rename_on_the_other_stays_with_the_article() {
    let ada = desk();
    let root = ada.folder.path().join("desk");
    comment(&ada, Some("Boston"), "Ou Cork ?");
    git(&root, &["init", "-q"]);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "un"]);
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("desk");
    git(folder.path(), &["clone", "-q", &root.display().to_string(), "desk"]);
    let noe = Desk::of("Noé", folder);
    let thread = review(&noe)["threads"][0]["id"].clone();
    noe.call("reply", json!({"path": "cable.md", "thread": thread, "text": "Cork, oui."}));
    git(&clone, &["add", "-A"]);
    git(&clone, &["commit", "-qm", "deux"]);

    ada.call("rename_article", json!({"path": "cable.md", "name": "liaison"}));
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "trois"]);
    git(&root, &["pull", "-q", "--no-rebase", "--no-edit", &clone.display().to_string(), "main"]);
    git(&clone, &["pull", "-q", "--no-rebase", "--no-edit", &root.display().to_string(), "main"]);
    for desk in [&ada, &noe] {
        desk.wait("the rename", |desk| desk.list() == ["liaison.md"]);
        desk.app.focused().unwrap();
        let said = |desk: &Desk| {
            let review = desk.call("review", json!({"path": "liaison.md"}));
            review["threads"][0]["messages"].as_array().map_or(0, Vec::len)
        };
        desk.wait("both messages", |desk| said(desk) == 2);
    }
}

#[test]
fn a_record_whose_article_is_gone_troubles_nobody() {
    let desk = desk();
    comment(&desk, Some("Boston"), "Ou Cork ?");
    desk.call("close_article", json!({"path": "cable.md"}));
    std::fs::remove_file(desk.file("cable.md")).unwrap();
    desk.wait("the loss", |desk| desk.list().is_empty());
    assert_eq!(desk.call("desk_review", json!({})), json!([]));
    assert!(desk.try_call("review", json!({"path": "cable.md"})).is_err());
    let desk = desk.restart();
    assert_eq!(desk.call("desk_review", json!({})), json!([]));
    desk.write_outside("cable.md", PIECE);
    desk.wait("the article", |desk| desk.list() == ["cable.md"]);
    assert_eq!(only(&review(&desk), "threads")["quote"], json!("Boston"));
}
