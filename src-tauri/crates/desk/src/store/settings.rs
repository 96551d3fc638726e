//! What this machine remembers for the person: settings, recent desks, where they were in each article.
//! All of it is JSON in the data folder; unknown keys stay, a file that cannot be read is set aside.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::atomic::{self, fingerprint, is_plain};
use super::fs::{Fs, RealFs};
use super::journal::hex;
use crate::error::Problem;
use crate::wire::{RecentDesk, Settings};

/// Recent desks that are remembered.
const RECENTS: usize = 12;

/// Key of the settings' file for the names that the person had before.
const FORMER: &str = "former_names";

/// Where a person was in an article.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Caret, UTF-16 units in the body.
    pub caret: u32,
    /// First visible line.
    pub scroll: f64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct DeskMemory {
    last_article: Option<String>,
    suggesting: bool,
    places: BTreeMap<String, Place>,
}

/// The files of the data folder.
pub struct Store {
    fs: Arc<dyn Fs>,
    folder: PathBuf,
    held: Mutex<Held>,
}

struct Held {
    settings: serde_json::Map<String, serde_json::Value>,
    recents: Vec<RecentDesk>,
    desks: BTreeMap<String, DeskMemory>,
}

impl Store {
    /// Reads what is remembered; says what could not be read and was set aside.
    #[must_use]
    pub fn open(fs: Arc<dyn Fs>, folder: &Path) -> (Self, Option<Problem>) {
        let mut trouble = None;
        let settings = read_json(&*fs, &folder.join("settings.json"), &mut trouble);
        let recents = read_json(&*fs, &folder.join("recents.json"), &mut trouble);
        let held = Held { settings, recents, desks: BTreeMap::new() };
        (Self { fs, folder: folder.to_owned(), held: Mutex::new(held) }, trouble)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The person's settings. A value that is not one falls back to the default, alone.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let held = self.held();
        let default = serde_json::to_value(Settings::default()).expect("settings are plain data");
        let serde_json::Value::Object(mut whole) = default else { unreachable!("settings are an object") };
        for (key, value) in &held.settings {
            let mut tried = whole.clone();
            tried.insert(key.clone(), value.clone());
            if serde_json::from_value::<Settings>(tried.clone().into()).is_ok() {
                whole = tried;
            }
        }
        serde_json::from_value(whole.into()).unwrap_or_default()
    }

    /// Keeps new settings.
    ///
    /// # Errors
    /// The system's.
    pub fn set_settings(&self, settings: &Settings) -> io::Result<()> {
        let mut held = self.held();
        if let Ok(serde_json::Value::Object(new)) = serde_json::to_value(settings) {
            held.settings.extend(new);
        }
        write_json(&*self.fs, &self.folder.join("settings.json"), &held.settings)
    }

    /// Names that the person had on this installation before.
    #[must_use]
    pub fn former_names(&self) -> Vec<String> {
        let held = self.held();
        let names = held.settings.get(FORMER).and_then(|names| names.as_array());
        names.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    /// The person has another name from here on; it is kept with the next settings.
    pub fn remember_name(&self, name: &str) {
        let mut names = self.former_names();
        if !name.trim().is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
            self.held().settings.insert(FORMER.to_owned(), names.into());
        }
    }

    /// This installation's random id, made at its first use. Where it cannot be kept, a passing one.
    #[must_use]
    pub fn installation(&self) -> String {
        self.installation_in("installation")
    }

    /// The command line's own id: a review's file is written by one program alone, and the window may be open.
    #[must_use]
    pub fn command_line(&self) -> String {
        self.installation_in("installation-command-line")
    }

    fn installation_in(&self, name: &str) -> String {
        let file = self.folder.join(name);
        let known = self.fs.read(&file).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let is_one = |id: &String| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(known) = known.map(|text| text.trim().to_owned()).filter(is_one) {
            return known;
        }
        let made = hex(&fingerprint(super::ulid::new(jiff::Timestamp::now()).as_bytes())[..8]);
        let _ = atomic::put(&*self.fs, &file, format!("{made}\n").as_bytes());
        made
    }

    /// Desks opened before, newest first.
    #[must_use]
    pub fn recents(&self) -> Vec<RecentDesk> {
        self.held().recents.clone()
    }

    /// A desk was opened. What cannot be remembered is no harm.
    pub fn remember_desk(&self, root: &Path) {
        let path = root.display().to_string();
        let name = root.file_name().map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
        let mut held = self.held();
        held.recents.retain(|recent| recent.path != path);
        held.recents.insert(0, RecentDesk { path, name });
        held.recents.truncate(RECENTS);
        let _ = write_json(&*self.fs, &self.folder.join("recents.json"), &held.recents);
    }

    fn memory_file(&self, id: &str) -> PathBuf {
        self.folder.join("desks").join(id).join("places.json")
    }

    fn with_desk<T>(&self, root: &Path, act: impl FnOnce(&mut DeskMemory) -> (T, bool)) -> T {
        let id = desk_id(root);
        let file = self.memory_file(&id);
        let mut held = self.held();
        let memory = held.desks.entry(id).or_insert_with(|| read_json(&*self.fs, &file, &mut None));
        let (answer, changed) = act(memory);
        if changed {
            let _ = write_json(&*self.fs, &file, memory);
        }
        answer
    }

    /// The article that was open last on a desk.
    #[must_use]
    pub fn last_article(&self, root: &Path) -> Option<String> {
        self.with_desk(root, |memory| (memory.last_article.clone(), false))
            .filter(|path| is_plain(path) && root.join(path).is_file())
    }

    /// An article was opened.
    pub fn set_last_article(&self, root: &Path, path: &str) {
        self.with_desk(root, |memory| {
            let changed = memory.last_article.as_deref() != Some(path);
            memory.last_article = Some(path.to_owned());
            ((), changed)
        });
    }

    /// Whether what is typed on a desk is proposed.
    #[must_use]
    pub fn suggesting(&self, root: &Path) -> bool {
        self.with_desk(root, |memory| (memory.suggesting, false))
    }

    /// What is typed on a desk is proposed from here on, or goes into the text.
    pub fn set_suggesting(&self, root: &Path, suggesting: bool) {
        self.with_desk(root, |memory| {
            let changed = memory.suggesting != suggesting;
            memory.suggesting = suggesting;
            ((), changed)
        });
    }

    /// Where the person was in an article.
    #[must_use]
    pub fn place(&self, root: &Path, path: &str) -> Option<Place> {
        self.with_desk(root, |memory| (memory.places.get(path).copied(), false))
    }

    /// The person is here now.
    pub fn set_place(&self, root: &Path, path: &str, place: Place) {
        self.with_desk(root, |memory| {
            let before = memory.places.insert(path.to_owned(), place);
            ((), before != Some(place))
        });
    }

    /// An article has another path now.
    pub fn move_place(&self, root: &Path, from: &str, to: &str) {
        self.with_desk(root, |memory| {
            let place = memory.places.remove(from);
            if let Some(place) = place {
                memory.places.insert(to.to_owned(), place);
            }
            if memory.last_article.as_deref() == Some(from) {
                memory.last_article = Some(to.to_owned());
            }
            ((), true)
        });
    }
}

fn read_json<T: for<'a> Deserialize<'a> + Default>(
    fs: &dyn Fs,
    file: &Path,
    trouble: &mut Option<Problem>,
) -> T {
    let Ok(bytes) = fs.read(file) else { return T::default() };
    serde_json::from_slice(&bytes).unwrap_or_else(|_| {
        let aside = file.with_extension("damaged.json");
        let _ = fs.rename(file, &aside, super::fs::Rename::Replace);
        *trouble = Some(damaged(file, &aside));
        T::default()
    })
}

fn write_json<T: Serialize>(fs: &dyn Fs, file: &Path, value: &T) -> io::Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    atomic::put(fs, file, &bytes)
}

fn damaged(file: &Path, aside: &Path) -> Problem {
    let (file, aside) = (file.display(), aside.display());
    Problem::new(
        "settings_damaged",
        (
            format!("Le fichier {file} n’était pas lisible."),
            format!("Il est gardé sous {aside} ; les réglages repartent de zéro."),
        ),
        (
            format!("The file {file} could not be read."),
            format!("It is kept as {aside}; the settings start anew."),
        ),
    )
}

/// The name of a desk's folder in the data folder: readable, and the same for the same path.
#[must_use]
pub fn desk_id(root: &Path) -> String {
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let hash = fingerprint(root.as_os_str().as_encoded_bytes());
    format!("{}-{}", copydesk_core::slug::slugify(&name), hex(&hash[..6]))
}

/// The desk of an article: the nearest folder above with `.copydesk/`, else the nearest known desk, else its folder.
#[must_use]
pub fn desk_of(article: &Path, known: &[&Path]) -> PathBuf {
    let above = || article.ancestors().skip(1);
    above()
        .find(|folder| folder.join(".copydesk").is_dir())
        .or_else(|| above().find(|folder| known.contains(folder)))
        .or_else(|| article.parent())
        .unwrap_or(Path::new("/"))
        .to_owned()
}

/// The default language of a desk's articles: `lang = "fr"` in `.copydesk/house.toml`.
#[must_use]
pub fn house_lang(root: &Path) -> Option<String> {
    let text = String::from_utf8(team_file(root, "house.toml")?).ok()?;
    text.lines().take_while(|line| !line.trim_start().starts_with('[')).find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.split('#').next()?.trim().trim_matches(['"', '\'']);
        (key.trim() == "lang" && !value.is_empty()).then(|| value.to_owned())
    })
}

/// A file of the team's folder. Who sends a desk chooses its links: one that leads out of the desk is not followed, so
/// that no file of this machine gets into an article unasked.
fn team_file(root: &Path, name: &str) -> Option<Vec<u8>> {
    let file = root.join(".copydesk").join(name).canonicalize().ok()?;
    file.starts_with(root.canonicalize().ok()?).then(|| RealFs.read(&file).ok()).flatten()
}

/// A template of the team: `.copydesk/templates/<name>.md`.
#[must_use]
pub fn team_template(root: &Path, name: &str) -> Option<String> {
    if !is_plain(name) || name.contains(['/', '\\']) {
        return None;
    }
    let bytes = team_file(root, &format!("templates/{name}.md"))?;
    copydesk_core::text::decode(&bytes).ok().map(|decoded| decoded.text)
}

/// Most templates of a team that are offered.
const TEMPLATES: usize = 50;

/// The names of the team's templates, in order.
#[must_use]
pub fn team_templates(root: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root.join(".copydesk/templates")) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry.ok()?.file_name().into_string().ok()?.strip_suffix(".md").map(str::to_owned)
        })
        .filter(|name| !name.is_empty() && !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    names.retain(|name| team_template(root, name).is_some());
    names.truncate(TEMPLATES);
    names
}

/// The person's name as Git or the system knows it; empty where neither does.
#[must_use]
pub fn system_author() -> String {
    let git = std::process::Command::new("git")
        .args(["config", "--global", "user.name"])
        .stdin(std::process::Stdio::null())
        .output()
        .ok()
        .filter(|out| out.status.success())
        .map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
        .filter(|name| !name.is_empty());
    git.or_else(|| std::env::var("USER").ok()).or_else(|| std::env::var("USERNAME").ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path) -> (Store, Option<Problem>) {
        Store::open(Arc::new(RealFs), folder)
    }

    #[test]
    fn settings_come_back_with_the_keys_of_others() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("settings.json"),
            r#"{"text_size": 20, "theme": "mauve", "of_a_later_version": 1}"#,
        )
        .unwrap();
        let (kept, trouble) = store(folder.path());
        assert!(trouble.is_none());
        let settings = kept.settings();
        assert_eq!((settings.text_size, settings.theme), (20, crate::wire::Theme::System));
        kept.set_settings(&Settings { text_size: 22, ..settings }).unwrap();
        let text = std::fs::read_to_string(folder.path().join("settings.json")).unwrap();
        assert!(text.contains("of_a_later_version"));
        assert_eq!(store(folder.path()).0.settings().text_size, 22);
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.json"), "{").unwrap();
        let (kept, trouble) = store(folder.path());
        assert_eq!(trouble.unwrap().code, "settings_damaged");
        assert_eq!(kept.settings(), Settings::default());
        assert_eq!(std::fs::read_to_string(folder.path().join("settings.damaged.json")).unwrap(), "{");
    }

    #[test]
    fn places_and_recents_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("desk");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("b.md"), "x").unwrap();
        let place = Place { caret: 3, scroll: 1.5 };
        {
            let (kept, _) = store(folder.path());
            kept.remember_desk(&root);
            kept.set_last_article(&root, "a.md");
            kept.set_place(&root, "a.md", place);
            kept.move_place(&root, "a.md", "b.md");
        }
        let (kept, _) = store(folder.path());
        assert_eq!(kept.recents()[0].path, root.display().to_string());
        assert_eq!(kept.last_article(&root).as_deref(), Some("b.md"));
        assert_eq!(kept.place(&root, "b.md"), Some(place));
        assert_eq!(kept.place(&root, "a.md"), None);
    }

    #[test]
    fn the_desk_of_an_article_is_the_nearest() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("desk/rubrique");
        std::fs::create_dir_all(&deep).unwrap();
        let article = deep.join("a.md");
        assert_eq!(desk_of(&article, &[]), deep);
        assert_eq!(desk_of(&article, &[&folder.path().join("desk")]), folder.path().join("desk"));
        std::fs::create_dir(folder.path().join(".copydesk")).unwrap();
        assert_eq!(desk_of(&article, &[&folder.path().join("desk")]), folder.path());
    }

    #[test]
    fn the_house_language_is_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(house_lang(folder.path()), None);
        std::fs::create_dir(folder.path().join(".copydesk")).unwrap();
        std::fs::write(
            folder.path().join(".copydesk/house.toml"),
            "# maison\nlang = \"fr\" # défaut\n[x]\nlang='en'\n",
        )
        .unwrap();
        assert_eq!(house_lang(folder.path()).as_deref(), Some("fr"));
    }

    #[cfg(unix)]
    #[test]
    fn what_belongs_to_the_team_comes_from_the_desk_alone() {
        use std::os::unix::fs::symlink;
        let (desk, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (at, away) = (|name: &str| desk.path().join(name), |name: &str| other.path().join(name));
        std::fs::create_dir_all(at(".copydesk/templates")).unwrap();
        std::fs::write(at("modele.md"), "Un modèle.").unwrap();
        std::fs::write(away("secret.md"), "lang = \"xx\"").unwrap();
        symlink(away("secret.md"), at(".copydesk/templates/news.md")).unwrap();
        symlink("../../modele.md", at(".copydesk/templates/brief.md")).unwrap();
        symlink(away("secret.md"), at(".copydesk/house.toml")).unwrap();
        assert_eq!(team_template(desk.path(), "news"), None);
        assert_eq!(team_template(desk.path(), "brief").as_deref(), Some("Un modèle."));
        assert_eq!(team_templates(desk.path()), ["brief"]);
        assert_eq!(house_lang(desk.path()), None);
        std::fs::remove_dir_all(at(".copydesk")).unwrap();
        symlink(other.path(), at(".copydesk")).unwrap();
        std::fs::create_dir(away("templates")).unwrap();
        std::fs::write(away("templates/news.md"), "Ailleurs.").unwrap();
        assert_eq!(team_template(desk.path(), "news"), None);
    }
}
