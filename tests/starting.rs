//! How a start goes: what the environment says, what is asked of the person, which desk and article come on the screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_desk::app::App;
use copydesk_desk::commands;
use copydesk_desk::env::{FixedClock, Surroundings};
use copydesk_desk::host::Host;
use copydesk_desk::wire::{Event, Lang};
use serde_json::{Value, json};

use crate::desk::{Desk, Notes};

fn start(data: &Path, author: Option<&str>, lang: Option<Lang>, target: Option<&Path>) -> (App, Arc<Notes>) {
    start_with(data, author, lang, target, None)
}

fn start_with(
    data: &Path,
    author: Option<&str>,
    lang: Option<Lang>,
    target: Option<&Path>,
    sample: Option<&Path>,
) -> (App, Arc<Notes>) {
    let host = Arc::new(Notes::default());
    let surroundings = Surroundings {
        data_dir: data.to_owned(),
        author: author.map(str::to_owned),
        lang,
        system_lang: Lang::En,
        clock: Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap())),
    };
    (App::start(surroundings, Arc::clone(&host) as Arc<dyn Host>, target, sample), host)
}

fn call(app: &App, name: &str, args: Value) -> Value {
    let text = commands::dispatch(app, name, args).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    serde_json::from_str(&text).unwrap()
}

/// The settings in force with some of them changed, as the window sends them.
fn change(app: &App, some: Value) {
    let mut settings = call(app, "boot", json!({}))["settings"].clone();
    settings.as_object_mut().unwrap().extend(some.as_object().unwrap().clone());
    call(app, "set_settings", json!({"settings": settings}));
}

fn kept(data: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(data.join("settings.json")).unwrap()).unwrap()
}

fn desk_with(folder: &Path, files: &[(&str, &str)]) -> PathBuf {
    for (path, text) in files {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder.to_owned()
}

#[test]
fn what_the_environment_says_holds_for_a_run_and_is_not_kept() {
    let data = tempfile::tempdir().unwrap();
    {
        let (app, _) = start(data.path(), Some("Essai"), Some(Lang::Fr), None);
        let boot = call(&app, "boot", json!({}));
        assert_eq!((&boot["settings"]["author"], &boot["settings"]["lang"]), (&json!("Essai"), &json!("fr")));
        assert_eq!(app.lang(), Lang::Fr);
        change(&app, json!({"list_width": 300}));
        assert_eq!((&kept(data.path())["author"], &kept(data.path())["lang"]), (&json!(""), &Value::Null));
    }
    let (app, _) = start(data.path(), Some("Essai"), Some(Lang::Fr), None);
    // A switch by hand reaches both sides, and stays.
    change(&app, json!({"lang": "en", "author": "Ada"}));
    assert_eq!(app.lang(), Lang::En);
    assert_eq!((&kept(data.path())["author"], &kept(data.path())["lang"]), (&json!("Ada"), &json!("en")));
    change(&app, json!({"lang": "fr"}));
    assert_eq!(kept(data.path())["lang"], json!("fr"));
    change(&app, json!({"lang": null}));
    assert_eq!((app.lang(), &call(&app, "boot", json!({}))["lang"]), (Lang::En, &json!("en")));
}

#[test]
fn a_name_that_was_only_found_signs_no_remark_before_the_person_says_that_it_is_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let desk = desk_with(&folder.path().join("desk"), &[("a.md", "Un texte.\n")]);
    let (app, _) = start(&data, None, None, Some(&desk));
    let found = call(&app, "painted", json!({}));
    call(&app, "open_article", json!({"path": "a.md"}));
    let comment = json!({"path": "a.md", "version": 0, "passage": null, "text": "Vu.", "off_record": false});
    assert_eq!(commands::dispatch(&app, "comment", comment.clone()).unwrap_err().code, "no_author");
    change(&app, json!({"list_width": 300}));
    assert_eq!((&kept(&data)["author"], &kept(&data)["author_confirmed"]), (&json!(""), &json!(false)));
    let name = found.as_str().filter(|name| !name.is_empty()).unwrap_or("Ada");
    change(&app, json!({"author": name, "author_confirmed": true}));
    let review = call(&app, "comment", comment);
    assert_eq!(review["threads"][0]["messages"][0]["author"], json!(name));
    assert_eq!(kept(&data)["author"], json!(name));
}

#[test]
fn in_another_language_an_open_article_says_its_sentences_anew() {
    let desk = Desk::with(&[("a.md", "---\ntitle: [\n---\nTexte.\n")]);
    desk.open("a.md");
    change(&desk.app, json!({"lang": "en"}));
    let said = |desk: &Desk| {
        desk.host.events.lock().unwrap().iter().any(|event| {
            matches!(event, Event::ArticleChanged { state, .. }
                if state.remarks.iter().any(|remark| remark.message.contains("front matter")))
        })
    };
    desk.wait("the remark in English", said);
}

#[test]
fn another_desk_comes_with_its_article_and_gives_the_window_its_name() {
    let desk = Desk::with(&[("a.md", "Un.\n")]);
    let other = desk_with(
        &desk.folder.path().join("Autre desk"),
        &[("bienvenue.md", "Ici.\n"), ("welcome.md", "Here.\n"), ("a.md", "Là.\n")],
    );
    let opened = desk.call("open_desk", json!({"path": other}));
    assert_eq!(opened["desk"]["name"], json!("Autre desk"));
    assert_eq!(opened["article"]["state"]["path"], json!("bienvenue.md"));
    assert_eq!(*desk.host.shown.lock().unwrap(), ["Autre desk"]);
    desk.open("a.md");
    desk.call("open_desk", json!({"path": desk.folder.path().join("desk")}));
    let again = desk.call("open_desk", json!({"path": other}));
    assert_eq!(again["article"]["state"]["path"], json!("a.md"), "the one that was open last");
    // An article that nobody saved in this run was saved at its file's time.
    assert!(again["article"]["state"]["saved_at"].is_string());
}

#[test]
fn without_a_desk_a_copy_of_the_sample_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let sample =
        desk_with(&folder.path().join("sample"), &[("bienvenue.md", "Ici.\n"), ("welcome.md", "Here.\n")]);
    let (app, host) = start_with(&folder.path().join("data"), None, None, None, Some(&sample));
    let boot = call(&app, "boot", json!({}));
    assert_eq!((&boot["sample"], &boot["desk"]), (&json!(true), &Value::Null));
    let documents = folder.path().join("Documents");
    *host.documents.lock().unwrap() = Some(documents.clone());
    let opened = call(&app, "open_sample", json!({}));
    assert_eq!(opened["article"]["state"]["path"], json!("welcome.md"), "in the person's language");
    assert!(documents.join("Copydesk/bienvenue.md").is_file());
    // The next start goes on with it.
    let (app, _) = start_with(&folder.path().join("data"), None, None, None, Some(&sample));
    assert_eq!(call(&app, "boot", json!({}))["desk"]["name"], json!("Copydesk"));
}

#[test]
fn the_size_of_the_interface_is_kept_within_bounds_and_told_to_the_window() {
    let desk = Desk::with(&[]);
    change(&desk.app, json!({"zoom": 200}));
    change(&desk.app, json!({"zoom": 200, "list_width": 300}));
    change(&desk.app, json!({"zoom": 900}));
    assert_eq!(*desk.host.shown.lock().unwrap(), ["200 %", "300 %"]);
}

#[test]
fn the_teams_templates_are_offered_and_an_article_is_made_in_its_folder() {
    let text = "---\ntitle:\nkicker: Portrait\n---\nTrois questions.\n";
    let desk = Desk::with(&[("ville/a.md", "Un.\n"), (".copydesk/templates/portrait.md", text)]);
    let names = desk.call("templates", json!({}));
    let own = |name: &str| json!({"name": name, "team": false});
    let team = json!({"name": "portrait", "team": true});
    assert_eq!(names, json!([own("news"), own("brief"), own("interview"), own("blank"), team]));
    let args = json!({"template": "portrait", "title": "Ada", "folder": "ville"});
    assert_eq!(desk.call("new_article", args)["state"]["path"], json!("ville/ada.md"));
    assert!(desk.read("ville/ada.md").contains("Trois questions."));
    for folder in ["../x", "/tmp", "a/../b"] {
        let args = json!({"template": "blank", "title": "x", "folder": folder});
        assert_eq!(desk.try_call("new_article", args).unwrap_err().code, "not_an_article", "{folder}");
    }
}
