//! A desk without a window, for the tests that call the window's commands: a temporary folder, a fixed clock and a
//! fixed author.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use copydesk_desk::app::App;
use copydesk_desk::commands;
use copydesk_desk::env::{FixedClock, Surroundings};
use copydesk_desk::error::Problem;
use copydesk_desk::host::Host;
use copydesk_desk::wire::{Event, Lang};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(10);

/// A host that notes what it was told and asked.
#[derive(Default)]
pub struct Notes {
    /// What the window was told.
    pub events: Mutex<Vec<Event>>,
    /// What was opened outside.
    pub opened: Mutex<Vec<String>>,
    /// The desks that the window was told to bear, and the sizes of the interface.
    pub shown: Mutex<Vec<String>>,
    /// The person's documents.
    pub documents: Mutex<Option<PathBuf>>,
}

impl Host for Notes {
    fn emit(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }

    fn pick_folder(&self, _start: Option<&Path>) -> Option<PathBuf> {
        None
    }

    fn pick_file(&self, suggestion: &Path) -> Option<PathBuf> {
        Some(suggestion.to_owned())
    }

    fn open(&self, target: &str) -> std::io::Result<()> {
        self.opened.lock().unwrap().push(target.to_owned());
        Ok(())
    }

    fn named(&self, desk: &str) {
        self.shown.lock().unwrap().push(desk.to_owned());
    }

    fn zoom(&self, percent: u32) {
        self.shown.lock().unwrap().push(format!("{percent} %"));
    }

    fn documents(&self) -> Option<PathBuf> {
        self.documents.lock().unwrap().clone()
    }
}

pub struct Desk {
    /// Holds the desk (`desk`) and the data folder (`data`).
    pub folder: tempfile::TempDir,
    pub host: Arc<Notes>,
    pub app: App,
}

impl Desk {
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("desk")).unwrap();
        for (path, text) in files {
            let file = folder.path().join("desk").join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Self::on(folder)
    }

    pub fn on(folder: tempfile::TempDir) -> Self {
        Self::of("Ada", folder)
    }

    /// The desk of somebody else.
    pub fn of(author: &str, folder: tempfile::TempDir) -> Self {
        let host = Arc::new(Notes::default());
        let surroundings = Surroundings {
            data_dir: folder.path().join("data"),
            author: Some(author.into()),
            lang: Some(Lang::Fr),
            system_lang: Lang::Fr,
            clock: Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap())),
        };
        let app = App::start(
            surroundings,
            Arc::clone(&host) as Arc<dyn Host>,
            Some(&folder.path().join("desk")),
            None,
        );
        app.painted().unwrap();
        let desk = Self { folder, host, app };
        desk.wait("the list", |desk| desk.call("library", json!({"since": 0.0}))["complete"] == json!(true));
        desk
    }

    /// The program ends without a word, and starts again.
    pub fn restart(self) -> Self {
        let Self { folder, host: _, app } = self;
        drop(app);
        Self::on(folder)
    }

    pub fn try_call(&self, name: &str, args: Value) -> Result<Value, Problem> {
        commands::dispatch(&self.app, name, args).map(|text| serde_json::from_str(&text).unwrap())
    }

    pub fn call(&self, name: &str, args: Value) -> Value {
        self.try_call(name, args).unwrap_or_else(|problem| panic!("{name}: {problem}"))
    }

    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join("desk").join(path)
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.file(path)).unwrap_or_default()
    }

    /// As most programs write: a new file that takes the place of the old.
    pub fn write_outside(&self, path: &str, text: &str) {
        let temp = self.folder.path().join("outside.tmp");
        std::fs::write(&temp, text).unwrap();
        std::fs::rename(temp, self.file(path)).unwrap();
    }

    pub fn wait(&self, what: &str, until: impl Fn(&Self) -> bool) {
        let end = Instant::now() + LIMIT;
        while !until(self) {
            assert!(Instant::now() < end, "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn open(&self, path: &str) -> Value {
        self.call("open_article", json!({"path": path}))
    }

    pub fn body(&self, path: &str) -> String {
        self.open(path)["body"].as_str().unwrap().to_owned()
    }

    pub fn state(&self, path: &str) -> Value {
        self.open(path)["state"].clone()
    }

    /// Types text at the start of the body.
    pub fn type_at_start(&self, path: &str, text: &str) {
        let view = self.open(path);
        let length = view["body"].as_str().unwrap().encode_utf16().count();
        let mut insertion = vec![json!(0)];
        insertion.extend(text.split('\n').map(|line| json!(line)));
        let pushed = self.call(
            "push",
            json!({
                "path": path,
                "version": view["state"]["version"],
                "updates": [{"client": "w", "changes": [insertion, length]}],
            }),
        );
        assert_eq!(pushed["accepted"], json!(true));
    }

    pub fn replace_body(&self, path: &str, text: &str) {
        let view = self.open(path);
        let length = view["body"].as_str().unwrap().encode_utf16().count();
        let mut put = vec![json!(length)];
        put.extend(text.split('\n').map(|line| json!(line)));
        let updates = json!([{"client": "w", "changes": [put]}]);
        let args = json!({"path": path, "version": view["state"]["version"], "updates": updates});
        assert_eq!(self.call("push", args)["accepted"], json!(true));
    }

    /// Replaces the first of some words of a body, as the window does: that part alone.
    pub fn replace_body_part(&self, path: &str, body: &str, old: &str, new: &str) {
        let at = body.find(old).unwrap();
        let units = |text: &str| text.encode_utf16().count();
        let mut put = vec![json!(units(old))];
        if !new.is_empty() {
            put.extend(new.split('\n').map(|line| json!(line)));
        }
        let mut changes = vec![Value::Array(put)];
        if at > 0 {
            changes.insert(0, json!(units(&body[..at])));
        }
        if at + old.len() < body.len() {
            changes.push(json!(units(&body[at + old.len()..])));
        }
        let updates = json!([{"client": "w", "changes": changes}]);
        let version = &self.state(path)["version"];
        let args = json!({"path": path, "version": version, "updates": updates});
        assert_eq!(self.call("push", args)["accepted"], json!(true));
    }

    /// Marks a version as read, as the window does: with what it showed of it.
    pub fn mark_read(&self, path: &str, version: &Value) {
        let seen = self.call("diff", json!({"path": path, "old": version, "new": version}))["seen"].clone();
        self.call("mark_read", json!({"path": path, "version": version, "seen": seen}));
    }

    pub fn origins(&self, path: &str) -> Vec<String> {
        self.call("history", json!({"path": path}))
            .as_array()
            .unwrap()
            .iter()
            .map(|revision| revision["origin"].as_str().unwrap().to_owned())
            .collect()
    }

    pub fn list(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.call("library", json!({"since": 0.0}))["changed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["path"].as_str().unwrap().to_owned())
            .collect();
        paths.sort();
        paths
    }
}
