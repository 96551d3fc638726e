//! Versions of an article and how they differ, without a window: the commands that the window calls.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::desk::Desk;

const PIECE: &str = "---\ntitle: Le câble\nstage: draft\n---\nLe câble relie Brest à Boston.\n\nIl a coûté 40 millions d’euros, dit Élise Faure.\n";

fn desk() -> Desk {
    let desk = Desk::with(&[("ville/cable.md", PIECE)]);
    desk.open("ville/cable.md");
    desk
}

fn versions(desk: &Desk) -> Vec<Value> {
    desk.call("versions", json!({"path": "ville/cable.md"})).as_array().unwrap().clone()
}

fn kinds(desk: &Desk) -> Vec<String> {
    versions(desk).iter().map(|item| item["version"]["is"].as_str().unwrap().to_owned()).collect()
}

fn diff(desk: &Desk, old: &Value, new: &Value) -> Value {
    desk.call("diff", json!({"path": "ville/cable.md", "old": old, "new": new}))
}

/// Each change as `class: old -> new`.
fn changes(view: &Value) -> Vec<String> {
    let side = |side: &Value| side["text"].as_str().unwrap_or("").to_owned();
    let line = |change: &Value| {
        format!("{}: {} -> {}", change["class"].as_str().unwrap(), side(&change["old"]), side(&change["new"]))
    };
    view["changes"].as_array().unwrap().iter().map(line).collect()
}

fn retype(desk: &Desk, old: &str, new: &str) {
    let body = desk.body("ville/cable.md");
    desk.replace_body_part("ville/cable.md", &body, old, new);
}

fn draft() -> Value {
    json!({"is": "draft"})
}

fn disk() -> Value {
    json!({"is": "disk"})
}

#[test]
fn the_draft_is_compared_with_the_disk_and_places_are_those_of_the_screen() {
    let desk = desk();
    // History begins beside the first look at the folder.
    desk.wait("the first revision", |desk| kinds(desk) == ["draft", "revision"]);
    assert_eq!(changes(&diff(&desk, &disk(), &draft())), [""; 0]);
    retype(&desk, "40 millions", "45 millions");
    assert_eq!(kinds(&desk), ["draft", "disk", "revision"]);
    let view = diff(&desk, &disk(), &draft());
    assert_eq!(changes(&view), ["figure: 40 -> 45"]);
    assert_eq!(view["counts"], json!([{"class": "figure", "count": 1}]));
    let span = &view["changes"][0]["new"];
    let body: Vec<u16> = desk.body("ville/cable.md").encode_utf16().collect();
    let place = |name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
    assert_eq!(String::from_utf16(&body[place("start")..place("end")]).unwrap(), "45");
    assert_eq!(view["changes"][0]["old"]["start"], json!(null));
    assert_eq!(view["rows"].as_array().unwrap().len(), 4);
}

#[test]
fn what_was_edited_after_publication_is_compared_with_what_was_published() {
    let desk = desk();
    let published = json!({"is": "published"});
    desk.call("set_stage", json!({"path": "ville/cable.md", "stage": "published", "reason": ""}));
    retype(&desk, "Boston", "Cork");
    desk.call("save", json!({"path": "ville/cable.md"}));
    assert_eq!(changes(&diff(&desk, &published, &draft())), ["name: Boston -> Cork"]);
    // Out again: from here on, this is what was published.
    desk.call("set_stage", json!({"path": "ville/cable.md", "stage": "draft", "reason": "une erreur"}));
    desk.call("set_stage", json!({"path": "ville/cable.md", "stage": "published", "reason": ""}));
    retype(&desk, "Cork", "Galway");
    desk.call("save", json!({"path": "ville/cable.md"}));
    assert_eq!(changes(&diff(&desk, &published, &draft())), ["name: Cork -> Galway"]);
}

#[test]
fn revisions_read_ones_and_published_ones_are_compared() {
    let desk = desk();
    desk.call("mark_read", json!({"path": "ville/cable.md", "version": disk()}));
    desk.call("set_stage", json!({"path": "ville/cable.md", "stage": "published", "reason": ""}));
    retype(&desk, "Boston", "Cork");
    desk.call("set_stage", json!({"path": "ville/cable.md", "stage": "draft", "reason": "une erreur"}));
    desk.call("save", json!({"path": "ville/cable.md"}));
    let kinds = kinds(&desk);
    assert_eq!(kinds[..3], ["draft", "read", "published"]);
    let published = json!({"is": "published"});
    assert_eq!(
        changes(&diff(&desk, &published, &draft())),
        ["name: Boston -> Cork", "furniture: published -> draft"]
    );
    let read = json!({"is": "read"});
    assert_eq!(changes(&diff(&desk, &read, &draft())), ["name: Boston -> Cork"]);
    // It survives the program's end, and the article's new name.
    let desk = desk.restart();
    desk.open("ville/cable.md");
    assert_eq!(changes(&diff(&desk, &read, &draft())), ["name: Boston -> Cork"]);
    let first = versions(&desk).last().unwrap()["version"].clone();
    assert_eq!(first["is"], json!("revision"));
    assert_eq!(changes(&diff(&desk, &first, &disk())), ["name: Boston -> Cork"]);
    // What is on the screen and nowhere else becomes a revision when it is read.
    retype(&desk, "Cork", "Galway");
    desk.call("mark_read", json!({"path": "ville/cable.md", "version": draft()}));
    assert_eq!(changes(&diff(&desk, &read, &draft())), [""; 0]);
    assert_eq!(changes(&diff(&desk, &disk(), &read)), ["name: Cork -> Galway"]);
    let renamed = desk.call("rename_article", json!({"path": "ville/cable.md", "name": "liaison"}));
    let args = json!({"path": renamed["path"], "old": read, "new": draft()});
    assert_eq!(changes(&desk.call("diff", args)), [""; 0]);
}

#[test]
fn what_was_signed_is_compared_with_what_would_be_published() {
    let desk = desk();
    let signed = json!({"is": "signed", "id": null});
    let args = json!({"path": "ville/cable.md", "old": signed, "new": draft()});
    assert_eq!(desk.try_call("diff", args).unwrap_err().code, "no_version");
    desk.call("sign_off", json!({"path": "ville/cable.md", "role": "desk"}));
    desk.call("set_stage", json!({"path": "ville/cable.md", "stage": "review", "reason": ""}));
    assert_eq!(changes(&diff(&desk, &signed, &draft())), [""; 0], "the stage is not signed");
    retype(&desk, "dit Élise", "affirme Élise");
    let view = diff(&desk, &signed, &draft());
    assert_eq!(changes(&view), ["attribution: dit -> affirme"]);
    assert_eq!(view["old"]["label"], json!("desk"));
    let body: Vec<u16> = desk.body("ville/cable.md").encode_utf16().collect();
    let start = usize::try_from(view["changes"][0]["new"]["start"].as_u64().unwrap()).unwrap();
    assert_eq!(String::from_utf16(&body[start..start + 7]).unwrap(), "affirme");
}

#[test]
fn a_commit_is_compared_where_the_desk_is_in_a_work_tree() {
    let desk = desk();
    let git = |args: &[&str]| {
        let identity =
            ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"];
        let status = Command::new("git")
            .args(identity)
            .args(args)
            .current_dir(desk.folder.path().join("desk"))
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "git {args:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "câble : premier jet"]);
    retype(&desk, "Boston", "Cork");
    let items = versions(&desk);
    let commit = items.last().unwrap();
    assert_eq!(
        (&commit["version"]["is"], &commit["label"]),
        (&json!("commit"), &json!("câble : premier jet"))
    );
    assert_eq!(changes(&diff(&desk, &commit["version"], &draft())), ["name: Boston -> Cork"]);
    assert_eq!(
        changes(&diff(&desk, &json!({"is": "commit", "name": "HEAD"}), &draft())),
        ["name: Boston -> Cork"]
    );
    let args = json!({"path": "ville/cable.md", "old": {"is": "commit", "name": "--help"}, "new": draft()});
    assert_eq!(desk.try_call("diff", args).unwrap_err().code, "no_version");
    desk.call("mark_read", json!({"path": "ville/cable.md", "version": {"is": "commit", "name": "HEAD"}}));
    assert_eq!(changes(&diff(&desk, &json!({"is": "read"}), &draft())), ["name: Boston -> Cork"]);
}

fn desk_review(desk: &Desk) -> Vec<Value> {
    desk.call("desk_review", json!({})).as_array().unwrap().clone()
}

fn paths(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["path"].as_str().unwrap()).collect()
}

#[test]
fn the_review_of_the_desk_shows_what_changed_since_one_looked_by_risk() {
    let text =
        |words: &str| format!("---\ntitle: Un titre\nstage: draft\n---\nLe vieux pont {words} la rive.\n");
    let desk = Desk::with(&[
        ("a.md", &text("relie")),
        ("b.md", &text("borde")),
        ("c.md", "---\nstage: review\n---\nÀ relire.\n"),
        ("d.md", &text("longe")),
        ("e.md", &text("signe")),
    ]);
    // Of a new desk, only what waits for somebody counts as never read.
    let items = desk_review(&desk);
    assert_eq!(paths(&items), ["c.md"]);
    assert_eq!((&items[0]["never_read"], &items[0]["title"]), (&json!(true), &json!("c")));
    for path in ["a.md", "b.md", "c.md", "d.md"] {
        desk.call("mark_read", json!({"path": path, "version": {"is": "disk"}}));
    }
    assert_eq!(desk_review(&desk), [json!(null); 0]);
    desk.open("e.md");
    desk.call("sign_off", json!({"path": "e.md", "role": "desk"}));
    desk.call("mark_read", json!({"path": "e.md", "version": {"is": "disk"}}));
    assert_eq!(desk_review(&desk), [json!(null); 0]);
    desk.replace_body_part("e.md", &desk.body("e.md"), "signe", "cerne");
    // One is open, the other is not; both were written by another program.
    desk.call("close_article", json!({"path": "b.md"}));
    desk.write_outside("b.md", &text("borde 12 fois"));
    desk.write_outside("a.md", &text("joint"));
    let args = json!({"path": "d.md", "version": desk.state("d.md")["version"], "passage": null, "text": "@Ada ?", "off_record": false});
    desk.call("comment", args);
    desk.wait("the outside changes", |desk| paths(&desk_review(desk)) == ["e.md", "b.md", "a.md", "d.md"]);
    let items = desk_review(&desk);
    assert_eq!(items[0]["broken_seals"], json!(["desk"]));
    assert_eq!(items[1]["unread"], json!([{"class": "figure", "count": 1}]));
    assert_eq!(items[2]["unread"], json!([{"class": "words", "count": 1}]));
    assert_eq!((&items[3]["threads"], &items[3]["mentions"]), (&json!(1), &json!(1)));
    let desk = desk.restart();
    let items = desk_review(&desk);
    let figure = items.iter().find(|item| item["path"] == "b.md").unwrap();
    assert_eq!(figure["unread"], json!([{"class": "figure", "count": 1}]));
    desk.call("mark_read", json!({"path": "b.md", "version": {"is": "disk"}}));
    assert!(!paths(&desk_review(&desk)).contains(&"b.md"));
}

#[test]
fn a_draft_that_waits_is_unread_as_it_was_while_its_article_was_open() {
    let text = |words: &str| format!("---\ntitle: Un titre\n---\nLe vieux pont {words} la rive.\n");
    let desk = Desk::with(&[("a.md", &text("relie")), ("b.md", &text("borde"))]);
    for path in ["a.md", "b.md"] {
        desk.open(path);
        desk.replace_body_part(path, &desk.body(path), "pont", "pont de 1898");
    }
    // The draft of the one was read, of the other the file beneath it.
    desk.call("mark_read", json!({"path": "a.md", "version": {"is": "draft"}}));
    desk.call("mark_read", json!({"path": "b.md", "version": {"is": "disk"}}));
    let shown = desk_review(&desk);
    assert_eq!(paths(&shown), ["b.md"]);
    assert_eq!(shown[0]["unread"], json!([{"class": "figure", "count": 1}]));
    for path in ["a.md", "b.md"] {
        desk.call("close_article", json!({"path": path}));
    }
    assert_eq!(desk_review(&desk), shown);
    let desk = desk.restart();
    desk.wait("the list", |desk| desk_review(desk) == shown);
    // What somebody else writes is not hidden by the draft; once that is gone, its words are no part of the article.
    desk.write_outside("a.md", &text("cerne"));
    desk.wait("the outside change", |desk| paths(&desk_review(desk)).contains(&"a.md"));
    desk.call("discard_draft", json!({"path": "b.md"}));
    desk.wait("the file alone", |desk| !paths(&desk_review(desk)).contains(&"b.md"));
}
