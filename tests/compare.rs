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
    let versions = desk.call("versions", json!({"path": "ville/cable.md", "all": false}));
    versions["items"].as_array().unwrap().clone()
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
    desk.call("set_stage", json!({"path": "ville/cable.md", "stage": "published", "reason": ""}));
    desk.mark_read("ville/cable.md", &disk());
    // Somebody else goes on.
    let other = desk.read("ville/cable.md").replace("Boston", "Cork").replace("published", "draft");
    desk.write_outside("ville/cable.md", &other);
    desk.wait("the outside edit", |desk| desk.body("ville/cable.md").contains("Cork"));
    let kinds = kinds(&desk);
    assert_eq!(kinds[..3], ["draft", "read", "published"]);
    let published = json!({"is": "published"});
    assert_eq!(
        changes(&diff(&desk, &published, &draft())),
        ["name: Boston -> Cork", "furniture: published -> draft"]
    );
    let read = json!({"is": "read"});
    assert_eq!(changes(&diff(&desk, &read, &draft())).len(), 2);
    // It survives the program's end, and the article's new name.
    let desk = desk.restart();
    desk.open("ville/cable.md");
    assert_eq!(changes(&diff(&desk, &read, &draft())).len(), 2);
    let first = versions(&desk).last().unwrap()["version"].clone();
    assert_eq!(first["is"], json!("revision"));
    assert_eq!(changes(&diff(&desk, &first, &disk())), ["name: Boston -> Cork"]);
    // What is on the screen and nowhere else becomes a revision when it is read.
    retype(&desk, "Cork", "Galway");
    desk.mark_read("ville/cable.md", &draft());
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
    desk.mark_read("ville/cable.md", &json!({"is": "commit", "name": "HEAD"}));
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
        desk.mark_read(path, &json!({"is": "disk"}));
    }
    assert_eq!(desk_review(&desk), [json!(null); 0]);
    desk.open("e.md");
    desk.call("sign_off", json!({"path": "e.md", "role": "desk"}));
    desk.mark_read("e.md", &json!({"is": "disk"}));
    assert_eq!(desk_review(&desk), [json!(null); 0]);
    desk.replace_body_part("e.md", &desk.body("e.md"), "signe", "cerne");
    // One is open, the other is not; both were written by another program.
    desk.call("close_article", json!({"path": "b.md"}));
    desk.write_outside("b.md", &text("borde 12 fois"));
    desk.write_outside("a.md", &text("joint"));
    let args = json!({"path": "d.md", "version": desk.state("d.md")["version"], "passage": null, "text": "@Ada ?", "off_record": false});
    desk.call("comment", args);
    desk.wait("the outside changes", |desk| paths(&desk_review(desk)) == ["e.md", "d.md", "b.md", "a.md"]);
    let items = desk_review(&desk);
    assert_eq!(items[0]["broken_seals"], json!(["desk"]));
    assert_eq!(items[2]["unread"], json!([{"class": "figure", "count": 1}]));
    assert_eq!(items[3]["unread"], json!([{"class": "words", "count": 1}]));
    assert_eq!((&items[1]["threads"], &items[1]["mentions"]), (&json!(1), &json!(1)));
    let desk = desk.restart();
    let items = desk_review(&desk);
    let figure = items.iter().find(|item| item["path"] == "b.md").unwrap();
    assert_eq!(figure["unread"], json!([{"class": "figure", "count": 1}]));
    desk.mark_read("b.md", &json!({"is": "disk"}));
    assert!(!paths(&desk_review(&desk)).contains(&"b.md"));
}

#[test]
fn a_draft_that_waits_is_unread_as_it_was_while_its_article_was_open() {
    let text = |words: &str| format!("---\ntitle: Un titre\n---\nLe vieux pont {words} la rive.\n");
    let desk = Desk::with(&[("a.md", &text("relie")), ("b.md", &text("borde"))]);
    for path in ["a.md", "b.md"] {
        desk.mark_read(path, &disk());
        // Nobody here read what another wrote, and one's own words lie over it.
        desk.write_outside(path, &text("longe"));
        desk.wait("the outside change", |desk| desk.body(path).contains("longe"));
        desk.replace_body_part(path, &desk.body(path), "pont", "pont de 1898");
    }
    desk.mark_read("a.md", &draft());
    let shown = desk_review(&desk);
    assert_eq!(paths(&shown), ["b.md"]);
    assert_eq!(shown[0]["unread"][0], json!({"class": "figure", "count": 1}));
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
    let words = json!([{"class": "words", "count": 1}]);
    let of = |desk: &Desk, path: &str| {
        let items = desk_review(desk);
        items.iter().find(|item| item["path"] == path).map(|item| item["unread"].clone())
    };
    desk.wait("the file alone", |desk| of(desk, "b.md") == Some(words.clone()));
}

#[test]
fn what_one_writes_oneself_does_not_wait_to_be_read() {
    let text = |words: &str| format!("---\ntitle: Un titre\n---\nLe vieux pont {words} la rive.\n");
    let desk = Desk::with(&[("a.md", &text("relie"))]);
    desk.open("a.md");
    desk.mark_read("a.md", &disk());
    desk.replace_body_part("a.md", &desk.body("a.md"), "pont", "pont de 1898");
    assert_eq!(desk_review(&desk), [json!(null); 0]);
    desk.call("save", json!({"path": "a.md"}));
    assert_eq!(desk_review(&desk), [json!(null); 0]);
    let listed = desk.call("versions", json!({"path": "a.md", "all": false}));
    assert_eq!(listed["items"][1]["label"], json!("own"));
    // The words of another do, and one's own typing over them changes nothing about that.
    desk.write_outside("a.md", &desk.read("a.md").replace("relie", "joint"));
    desk.wait("the outside change", |desk| desk.body("a.md").contains("joint"));
    let words = json!([{"class": "words", "count": 1}]);
    assert_eq!(desk_review(&desk)[0]["unread"], words);
    desk.replace_body_part("a.md", &desk.body("a.md"), "la rive", "la berge");
    desk.call("save", json!({"path": "a.md"}));
    assert_eq!(desk_review(&desk)[0]["unread"][0]["class"], json!("words"));
    // What one began oneself was never unread.
    let made = desk.call("new_article", json!({"template": "news", "title": "Un pont"}));
    let path = made["state"]["path"].as_str().unwrap().to_owned();
    desk.replace_body(&path, "Il tient toujours.\n");
    desk.call("save", json!({"path": path}));
    desk.call("set_stage", json!({"path": path, "stage": "review", "reason": ""}));
    assert_eq!(paths(&desk_review(&desk)), ["a.md"]);
}

#[test]
fn only_what_was_shown_is_marked_as_read() {
    let desk = desk();
    let shown = diff(&desk, &disk(), &draft());
    retype(&desk, "Boston", "Cork");
    let args = |seen: &Value| json!({"path": "ville/cable.md", "version": draft(), "seen": seen});
    assert_eq!(desk.try_call("mark_read", args(&shown["seen"])).unwrap_err().code, "read_moved");
    assert!(!kinds(&desk).contains(&"read".to_owned()));
    let now = diff(&desk, &disk(), &draft());
    desk.call("mark_read", args(&now["seen"]));
    assert!(kinds(&desk).contains(&"read".to_owned()));
}

#[test]
fn another_article_is_compared_and_none_outside_of_the_desk() {
    let desk = Desk::with(&[("ville/cable.md", PIECE), ("copie.md", &PIECE.replace("Boston", "Cork"))]);
    std::fs::write(desk.folder.path().join("dehors.md"), PIECE).unwrap();
    desk.open("ville/cable.md");
    let file = |path: &str| json!({"is": "file", "path": path});
    let view = diff(&desk, &file("copie.md"), &draft());
    assert_eq!(changes(&view), ["name: Cork -> Boston"]);
    for (path, code) in
        [("../dehors.md", "not_an_article"), ("absent.md", "no_version"), ("x.txt", "not_an_article")]
    {
        let args = json!({"path": "ville/cable.md", "old": file(path), "new": draft()});
        assert_eq!(desk.try_call("diff", args).unwrap_err().code, code, "{path}");
    }
}

#[test]
fn a_long_history_is_offered_in_part_and_whole_on_demand() {
    let desk = desk();
    for turn in 0..210 {
        desk.replace_body("ville/cable.md", &format!("Tour {turn}.\n"));
        desk.call("save", json!({"path": "ville/cable.md"}));
    }
    let listed = |all: bool| {
        let versions = desk.call("versions", json!({"path": "ville/cable.md", "all": all}));
        let items = versions["items"].as_array().unwrap();
        let revisions = items.iter().filter(|item| item["version"]["is"] == "revision").count();
        (revisions, versions["more"].clone())
    };
    assert_eq!(listed(false), (200, json!(true)));
    assert_eq!(listed(true), (211, json!(false)));
}

#[test]
fn the_language_of_the_house_is_that_of_articles_that_name_none() {
    // “not” is a negation in English alone.
    let desk = Desk::with(&[("a.md", "La chorale chante love me demain.\n")]);
    desk.open("a.md");
    desk.replace_body_part("a.md", &desk.body("a.md"), "love me", "love me not");
    let class = || {
        let view = desk.call("diff", json!({"path": "a.md", "old": disk(), "new": draft()}));
        view["changes"][0]["class"].as_str().unwrap().to_owned()
    };
    assert_eq!(class(), "negation");
    std::fs::create_dir(desk.file(".copydesk")).unwrap();
    std::fs::write(desk.file(".copydesk/house.toml"), "lang = \"fr\"\n").unwrap();
    assert_eq!(class(), "words");
}
