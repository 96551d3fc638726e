//! What each command does: the application behind the window, on one open desk at a time.

mod review;

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use copydesk_core::furniture;
use copydesk_core::link;
use copydesk_core::reconcile::Choice;
use copydesk_core::slug::slugify;
use copydesk_core::text;

use crate::env::Surroundings;
use crate::error::Problem;
use crate::export;
use crate::host::Host;
use crate::instance::{self, Claim, Held};
use crate::library::{Entry, identity};
use crate::newsroom::{Answer, Newsroom, Opening, Person};
use crate::store::atomic;
use crate::store::fs::{Fs, RealFs};
use crate::store::history::{Departed, History};
use crate::store::images;
use crate::store::sample;
use crate::store::settings::{self, Place, Store};
use crate::wire::{
    ArticleItem, ArticleState, ArticleView, Boot, ConflictAnswer, DeletedItem, DeskInfo, DeskOpened, Event,
    ExportFormat, ExportOptions, Exported, Lang, Library, LinksMended, Pages, Placed, Preview, Pushed,
    Resolved, RevisionItem, RevisionText, Settings, TemplateItem, Update, WindowBox,
};
use crate::{preview, template, words};

/// How long a preview waits for the text it was asked for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The application.
pub struct App {
    surroundings: Surroundings,
    host: Arc<dyn Host>,
    fs: Arc<dyn Fs>,
    store: Store,
    desk: Mutex<Option<Arc<Newsroom>>>,
    settings: Mutex<Settings>,
    /// What the environment gave in the place of the settings, until the person chooses something else.
    given: Mutex<Given>,
    /// A sample desk that came with the program.
    sample: Option<PathBuf>,
    problems: Mutex<Vec<Problem>>,
    first: Mutex<Option<String>>,
    /// The article that this start was asked for by name.
    asked: Mutex<Option<String>>,
    /// This window's hold on its desk.
    held: Mutex<Option<Held>>,
    /// Files that this run exported: the only ones that are opened outside.
    exported: Mutex<HashSet<String>>,
    jobs: Mutex<HashMap<u32, Arc<AtomicBool>>>,
    pages: export::PageShelf,
    farewell: (Mutex<bool>, Condvar),
}

/// What the environment says for this run; it is never kept.
#[derive(Default)]
struct Given {
    author: Option<String>,
    lang: Option<Lang>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Starts on a folder or an article, or on the desk that was open last. `sample` is offered where there is none.
    #[must_use]
    pub fn start(
        surroundings: Surroundings,
        host: Arc<dyn Host>,
        target: Option<&Path>,
        sample: Option<&Path>,
    ) -> Self {
        let fs: Arc<dyn Fs> = Arc::new(RealFs);
        let (store, trouble) = Store::open(Arc::clone(&fs), &surroundings.data_dir);
        let mut settings = store.settings();
        let given = Given { author: surroundings.author.clone(), lang: surroundings.lang };
        if let Some(author) = &given.author {
            settings.author.clone_from(author);
            settings.author_confirmed = true;
        }
        settings.lang = given.lang.or(settings.lang);
        let app = Self {
            surroundings,
            host,
            fs,
            store,
            desk: Mutex::default(),
            settings: Mutex::new(settings),
            given: Mutex::new(given),
            sample: sample.map(Path::to_owned),
            problems: Mutex::new(trouble.into_iter().collect()),
            first: Mutex::default(),
            asked: Mutex::default(),
            held: Mutex::default(),
            exported: Mutex::default(),
            jobs: Mutex::default(),
            pages: export::PageShelf::default(),
            farewell: (Mutex::new(false), Condvar::new()),
        };
        app.open_first(target);
        app
    }

    fn open_first(&self, target: Option<&Path>) {
        let (folder, article) = match target {
            Some(path) if path.is_file() => {
                // Its folder alone: a link to outside stays an article of the desk that it lies in, read-only.
                let path = in_real_folder(path);
                let folder = self.desk_of(&path);
                let article = path.strip_prefix(&folder).ok().map(identity);
                (*lock(&self.asked)).clone_from(&article);
                (Some(folder), article)
            }
            Some(path) => (Some(path.to_owned()), None),
            None => {
                let last = self.store.recents().first().map(|recent| PathBuf::from(&recent.path));
                (last.filter(|path| path.is_dir()), None)
            }
        };
        let Some(folder) = folder else { return };
        match self.enter(&folder) {
            Ok(desk) => {
                let last = article.or_else(|| self.store.last_article(desk.root()));
                *lock(&self.first) = last.or_else(|| first_article(desk.root(), self.lang()));
            }
            Err(problem) => lock(&self.problems).push(problem),
        }
    }

    /// The desk of an article: the nearest folder above with `.copydesk/`, else the nearest known desk, else its folder.
    fn desk_of(&self, article: &Path) -> PathBuf {
        let recents = self.store.recents();
        let known: Vec<&Path> = recents.iter().map(|recent| Path::new(&recent.path)).collect();
        settings::desk_of(article, &known)
    }

    fn enter(&self, folder: &Path) -> Result<Arc<Newsroom>, Problem> {
        let root = folder.canonicalize().map_err(|error| words::cannot_open_desk(folder, &error))?;
        // What is open in the desk that is left is safe first, or it is not left.
        if let Ok(before) = self.desk() {
            before.settle();
            if let Some(path) = before.undrafted().first() {
                return Err(words::cannot_close(path));
            }
        }
        let local = self.surroundings.data_dir.join("desks").join(settings::desk_id(&root));
        let settings = lock(&self.settings).clone();
        let newsroom = Newsroom::open(Opening {
            root: root.clone(),
            local,
            fs: Arc::clone(&self.fs),
            clock: Arc::clone(&self.surroundings.clock),
            host: Arc::clone(&self.host),
            person: self.person(),
            installation: self.store.installation(),
            keep_days: settings.keep_days,
        })?;
        // Where this window keeps desks to itself, another window that has this one comes to the front instead.
        let same = lock(&self.desk).as_ref().is_some_and(|desk| desk.local() == newsroom.local());
        if lock(&self.held).is_some() && !same && !self.claim(&newsroom, None) {
            return Err(words::open_elsewhere(&root));
        }
        self.store.remember_desk(&root);
        let before = lock(&self.desk).replace(Arc::clone(&newsroom));
        if let Some(before) = before {
            before.settle();
        }
        Ok(newsroom)
    }

    fn desk(&self) -> Result<Arc<Newsroom>, Problem> {
        lock(&self.desk).clone().ok_or_else(words::no_desk)
    }

    /// The interface's language in force.
    #[must_use]
    pub fn lang(&self) -> Lang {
        lock(&self.settings).lang.unwrap_or(self.surroundings.system_lang)
    }

    fn person(&self) -> Person {
        let settings = lock(&self.settings);
        Person {
            lang: settings.lang.unwrap_or(self.surroundings.system_lang),
            author: settings.author.clone(),
            confirmed: settings.author_confirmed,
            former: self.store.former_names(),
        }
    }

    /// The window has painted: the library, the watch and the history may start. Answers the person's name, which may have
    /// been found only now.
    pub fn painted(&self) -> Result<String, Problem> {
        if lock(&self.settings).author.is_empty() {
            // Asking Git takes a process: not before the first paint.
            let name = settings::system_author();
            lock(&self.settings).author = name;
            if let Ok(desk) = self.desk() {
                desk.set_person(self.person());
            }
        }
        if let Ok(desk) = self.desk() {
            desk.start();
        }
        Ok(lock(&self.settings).author.clone())
    }

    /// Another window of this machine has the desk: it was brought to the front with what was asked for, and nothing
    /// is left to do here. Otherwise the desk is this window's until [`App::leave`].
    #[must_use]
    pub fn hand_over(&self) -> bool {
        let Ok(desk) = self.desk() else { return false };
        let asked = lock(&self.asked).clone();
        !self.claim(&desk, asked)
    }

    /// The window closes: the next start has a window of its own.
    pub fn leave(&self) {
        lock(&self.held).take();
    }

    fn claim(&self, desk: &Newsroom, article: instance::Knock) -> bool {
        let host = Arc::clone(&self.host);
        let heard = move |article: instance::Knock| {
            if let Some(path) = article {
                host.emit(Event::OpenArticle { path });
            }
            host.raise();
        };
        match instance::claim(desk.local(), &article, heard) {
            Claim::Ours(held) => {
                *lock(&self.held) = Some(held);
                true
            }
            Claim::Theirs => false,
        }
    }

    /// Before the program ends: every unsaved text is in its draft, every setting on the disk.
    pub fn settle(&self) {
        if let Ok(desk) = self.desk() {
            desk.settle();
        }
    }

    /// The open articles whose unsaved text is in no draft after [`App::settle`]: an end would lose it.
    #[must_use]
    pub fn undrafted(&self) -> Vec<String> {
        self.desk().map(|desk| desk.undrafted()).unwrap_or_default()
    }

    /// The window closes after all not: its desk is its own again.
    pub fn stay(&self) {
        *lock(&self.farewell.0) = false;
        if let Ok(desk) = self.desk() {
            self.claim(&desk, None);
        }
    }

    fn info(&self, desk: &Newsroom) -> DeskInfo {
        DeskInfo {
            path: desk.root().display().to_string(),
            name: desk
                .root()
                .file_name()
                .map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned()),
            article_lang: settings::house_lang(desk.root()).unwrap_or_else(|| match self.lang() {
                Lang::Fr => "fr".to_owned(),
                Lang::En => "en".to_owned(),
            }),
            watch: desk.watch_state(),
            weaker: desk.weaker(),
            suggesting: self.store.suggesting(desk.root()),
        }
    }

    /// Everything that a page needs that was loaded again: it goes on with the article that was open.
    pub fn boot(&self) -> Result<Boot, Problem> {
        if let Ok(desk) = self.desk()
            && let Some(last) = self.store.last_article(desk.root())
        {
            *lock(&self.first) = Some(last);
        }
        Ok(self.first_paint())
    }

    /// The page ended without warning and is loaded again: what it had sent is in drafts, and the person is told.
    pub fn page_died(&self) {
        self.settle();
        let told = words::page_died();
        let mut problems = lock(&self.problems);
        if !problems.contains(&told) {
            problems.push(told);
        }
    }

    /// Everything that the first paint needs.
    #[must_use]
    pub fn first_paint(&self) -> Boot {
        let desk = self.desk().ok();
        let lang = self.lang();
        let clock = &self.surroundings.clock;
        let first = lock(&self.first).clone();
        let article = first.and_then(|path| self.open_article(path).ok());
        let settings = lock(&self.settings).clone();
        let problems = lock(&self.problems).iter().map(|problem| problem.wire(lang)).collect();
        Boot {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings,
            lang: self.surroundings.system_lang,
            desk: desk.map(|desk| self.info(&desk)),
            recents: self.store.recents(),
            article,
            sample: self.sample.is_some(),
            problems,
            #[allow(
                clippy::cast_precision_loss,
                reason = "milliseconds since 1970 fit a double for 285,000 years"
            )]
            fixed_now_ms: clock.is_fixed().then(|| clock.now().as_millisecond() as f64),
        }
    }

    /// Keeps the window's box for the next start.
    pub fn set_window(&self, window: WindowBox) {
        let mut settings = lock(&self.settings);
        settings.window = Some(window);
        // A box that is not kept is no harm: the window opens where the system puts it.
        let _ = self.store.set_settings(&self.to_keep(&settings));
    }

    /// The settings for the disk: without what the environment said, and without a name that nobody said is theirs.
    fn to_keep(&self, settings: &Settings) -> Settings {
        let kept = self.store.settings();
        let given = lock(&self.given);
        let mut settings = settings.clone();
        if given.author.is_some() || !settings.author_confirmed {
            settings.author = kept.author;
            settings.author_confirmed = kept.author_confirmed;
        }
        if given.lang.is_some() {
            settings.lang = kept.lang;
        }
        settings
    }

    /// The closing window has handed everything over.
    pub fn farewell(&self) -> Result<(), Problem> {
        *lock(&self.farewell.0) = true;
        self.farewell.1.notify_all();
        Ok(())
    }

    /// Waits until the closing window has handed everything over, for so long at most.
    pub fn wait_for_farewell(&self, limit: Duration) {
        let said = lock(&self.farewell.0);
        let _ = self.farewell.1.wait_timeout_while(said, limit, |said| !*said);
    }

    /// Opens another desk.
    pub fn open_desk(&self, path: String) -> Result<DeskOpened, Problem> {
        self.open_folder(Path::new(&path))
    }

    fn open_folder(&self, folder: &Path) -> Result<DeskOpened, Problem> {
        let desk = self.enter(folder)?;
        let first = self.store.last_article(desk.root()).or_else(|| first_article(desk.root(), self.lang()));
        lock(&self.first).clone_from(&first);
        let article = first.and_then(|path| self.open_article(path).ok());
        desk.start();
        let info = self.info(&desk);
        self.host.named(&info.name);
        Ok(DeskOpened { desk: info, article })
    }

    /// Opens a copy of the sample desk among the person's documents.
    pub fn open_sample(&self) -> Result<DeskOpened, Problem> {
        let (Some(sample), Some(documents)) = (&self.sample, self.host.documents()) else {
            return Err(words::no_desk());
        };
        let copy = sample::copy(sample, &documents)
            .map_err(|error| words::cannot_copy_sample(&documents, &error))?;
        self.open_folder(&copy)
    }

    /// Asks for a folder and opens it.
    pub fn choose_desk(&self) -> Result<Option<DeskOpened>, Problem> {
        let start = self.desk().ok().map(|desk| desk.root().to_owned());
        match self.host.pick_folder(start.as_deref()) {
            Some(folder) => self.open_desk(folder.display().to_string()).map(Some),
            None => Ok(None),
        }
    }

    /// The list since a generation.
    pub fn library(&self, since: f64) -> Result<Library, Problem> {
        let desk = self.desk()?;
        if since <= 0.0 {
            // A window that has just begun to listen has missed what was said before.
            self.host.emit(Event::WatchChanged { watch: desk.watch_state() });
            desk.tell_offers();
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count that this side made"
        )]
        let snapshot = desk.library.since(since.max(0.0) as u64);
        let marks = desk.marks();
        let now = self.surroundings.clock.now();
        #[allow(clippy::cast_precision_loss, reason = "counts changes of the list")]
        let generation = snapshot.generation as f64;
        Ok(Library {
            generation,
            complete: snapshot.complete,
            changed: snapshot.changed.iter().map(|entry| item(entry, &marks, now)).collect(),
            removed: snapshot.removed,
        })
    }

    fn item_of(&self, desk: &Newsroom, path: &str) -> Result<ArticleItem, Problem> {
        let entry = desk.library.get(path).ok_or_else(|| words::not_an_article(path))?;
        Ok(item(&entry, &desk.marks(), self.surroundings.clock.now()))
    }

    /// Opens an article.
    pub fn open_article(&self, path: String) -> Result<ArticleView, Problem> {
        let path = article_path(&path)?;
        let desk = self.desk()?;
        let (session, restored) = desk.open_article(&path)?;
        if !restored && let Some(place) = self.store.place(desk.root(), &path) {
            session.set_place(place.caret, place.scroll);
        }
        self.store.set_last_article(desk.root(), &path);
        Ok(session.view(self.lang(), restored))
    }

    /// Closes an article; unsaved text stays in its draft.
    pub fn close_article(&self, path: String) -> Result<(), Problem> {
        self.desk()?.close_article(&path)
    }

    /// Takes what the window typed.
    pub fn push(&self, path: String, version: u32, updates: Vec<Update>) -> Result<Pushed, Problem> {
        let desk = self.desk()?;
        let pushed = desk.session(&path)?.push(version, &updates)?;
        desk.typed();
        Ok(pushed)
    }

    /// Updates since a version.
    pub fn pull(&self, path: String, version: u32) -> Result<Pushed, Problem> {
        self.desk()?.session(&path)?.pull(version)
    }

    /// Sets one key of the furniture.
    pub fn set_field(&self, path: String, key: String, value: String) -> Result<ArticleState, Problem> {
        let desk = self.desk()?;
        let session = desk.session(&path)?;
        session.set_field(&key, &value)?;
        desk.typed();
        Ok(session.state(self.lang()))
    }

    /// From raw front matter back to fields.
    pub fn leave_raw(&self, path: String) -> Result<ArticleState, Problem> {
        let session = self.desk()?.session(&path)?;
        session.leave_raw()?;
        Ok(session.state(self.lang()))
    }

    /// What changed in the preview.
    pub fn preview(&self, path: String, version: u32, known: u32) -> Result<Preview, Problem> {
        let session = self.desk()?.session(&path)?;
        let snapshot = session.snapshot_at(version, PATIENCE);
        let mut rendering = lock(&session.rendering);
        Ok(preview::render(&mut rendering, &snapshot, known, self.lang()))
    }

    /// Saves an article.
    pub fn save(&self, path: String) -> Result<ArticleState, Problem> {
        let desk = self.desk()?;
        let session = desk.session(&path)?;
        // A save that fails is part of the state; the window shows it where the save is shown.
        let _ = desk.save(&path);
        Ok(session.state(self.lang()))
    }

    /// Ends a conflict.
    pub fn resolve_conflict(&self, path: String, choice: String) -> Result<Resolved, Problem> {
        self.resolve(&path, &if choice == "theirs" { Answer::Theirs } else { Answer::Mine })
    }

    /// Ends a conflict place by place.
    pub fn resolve_hunks(
        &self,
        path: String,
        edition: u32,
        answers: Vec<ConflictAnswer>,
    ) -> Result<Resolved, Problem> {
        let choices = answers
            .into_iter()
            .map(|answer| match answer {
                ConflictAnswer::Mine => Choice::Mine,
                ConflictAnswer::Theirs => Choice::Theirs,
                ConflictAnswer::Both => Choice::Both,
                ConflictAnswer::Edited { text } => Choice::Edited(text),
            })
            .collect();
        self.resolve(&path, &Answer::Pieces { edition: edition.into(), choices })
    }

    fn resolve(&self, path: &str, answer: &Answer) -> Result<Resolved, Problem> {
        let desk = self.desk()?;
        let undo = desk.resolve(path, answer)?.and_then(|id| u32::try_from(id).ok());
        Ok(Resolved { state: desk.session(path)?.state(self.lang()), undo })
    }

    /// Writes the text on the screen to a file that the person chooses: the way out where the desk cannot be written.
    /// The article stays unsaved. `None` where the person changed their mind.
    pub fn save_elsewhere(&self, path: String) -> Result<Option<String>, Problem> {
        let desk = self.desk()?;
        let snapshot = desk.session(&path)?.snapshot();
        let name = Path::new(&path).file_name().unwrap_or_default();
        let suggestion = desk.root().parent().unwrap_or(desk.root()).join(name);
        let Some(file) = self.host.pick_file(&suggestion) else { return Ok(None) };
        let bytes = text::encode(&snapshot.base.bytes, &snapshot.text());
        let shown = file.display().to_string();
        atomic::put(desk.fs(), &file, &bytes).map_err(|error| words::cannot_save(&shown, &error, true))?;
        Ok(Some(shown))
    }

    /// Writes a deleted article anew.
    pub fn keep_deleted(&self, path: String) -> Result<ArticleState, Problem> {
        let desk = self.desk()?;
        desk.keep_deleted(&path)?;
        Ok(desk.session(&path)?.state(self.lang()))
    }

    /// Throws unsaved text away.
    pub fn discard_draft(&self, path: String) -> Result<(), Problem> {
        self.desk()?.discard_draft(&path)
    }

    /// What a new article can start with.
    pub fn templates(&self) -> Result<Vec<TemplateItem>, Problem> {
        let team = settings::team_templates(self.desk()?.root());
        let own = template::NAMES.iter().map(|&name| TemplateItem {
            name: name.to_owned(),
            team: team.iter().any(|other| other == name),
        });
        let others = team.iter().filter(|name| !template::NAMES.contains(&name.as_str()));
        Ok(own.chain(others.map(|name| TemplateItem { name: name.clone(), team: true })).collect())
    }

    /// Makes an article from a template, in a folder of the desk.
    pub fn new_article(
        &self,
        template: String,
        title: String,
        folder: Option<String>,
    ) -> Result<ArticleView, Problem> {
        let desk = self.desk()?;
        let folder = folder.unwrap_or_default();
        if !folder.is_empty() {
            article_path(&format!("{folder}/a.md"))?;
        }
        let title = title.trim();
        let house = self.info(&desk).article_lang;
        let lang = if house.starts_with("fr") { Lang::Fr } else { Lang::En };
        let text = settings::team_template(desk.root(), &template)
            .unwrap_or_else(|| template::text(&template, lang).to_owned());
        let (front, body) = copydesk_core::front::split(&text);
        let mut front = front.to_owned();
        let author = lock(&self.settings).author.clone();
        for (key, value) in [("title", title), ("byline", author.as_str())] {
            let wanted = key == "title" || template != "blank";
            if wanted
                && !value.is_empty()
                && let Ok(edit) = furniture::set(&front, body, key, value)
                && let Some(edited) = edit.front
            {
                front = edited;
            }
        }
        let untitled = match self.lang() {
            Lang::Fr => "sans-titre",
            Lang::En => "untitled",
        };
        let stem = if title.is_empty() { untitled.to_owned() } else { slugify(title) };
        let session = desk.create_article(&folder, &stem, &format!("{front}{body}"))?;
        if title.is_empty() {
            session.set_fresh();
        }
        self.store.set_last_article(desk.root(), &session.path());
        Ok(session.view(self.lang(), false))
    }

    /// Renames an article's file, in its folder.
    pub fn rename_article(&self, path: String, name: String) -> Result<ArticleItem, Problem> {
        let desk = self.desk()?;
        let to = renamed(&path, &name)?;
        if to != path {
            desk.move_article(&path, &to).map_err(|error| words::cannot_rename(&path, &to, &error))?;
            if let Ok(session) = desk.session(&to) {
                session.settle_name();
            }
            self.store.move_place(desk.root(), &path, &to);
        }
        self.item_of(&desk, &to)
    }

    /// Answers an offered rename: the two paths are one article, or they are not.
    pub fn answer_rename(&self, from: String, to: String, follow: bool) -> Result<(), Problem> {
        let desk = self.desk()?;
        desk.answer_rename(&from, &to, follow)?;
        if follow {
            self.store.move_place(desk.root(), &from, &to);
        }
        Ok(())
    }

    /// Mends the links that lost what they led to when articles moved.
    pub fn mend_links(&self) -> Result<LinksMended, Problem> {
        self.desk()?.mend_links()
    }

    /// Leaves these links as they are.
    pub fn leave_links(&self) -> Result<(), Problem> {
        self.desk()?.leave_links();
        Ok(())
    }

    /// Puts the links back that were mended last.
    pub fn undo_mended_links(&self) -> Result<LinksMended, Problem> {
        self.desk()?.undo_mended_links()
    }

    /// Copies an article, as it stands on the screen, beside itself.
    pub fn duplicate_article(&self, path: String) -> Result<ArticleItem, Problem> {
        let path = article_path(&path)?;
        let desk = self.desk()?;
        let was_open = desk.session(&path).is_ok();
        let (session, _) = desk.open_article(&path)?;
        let text = session.snapshot().text();
        if !was_open {
            desk.close_article(&path)?;
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let suffix = match self.lang() {
            Lang::Fr => "copie",
            Lang::En => "copy",
        };
        let copy = desk.create_article(folder, &format!("{stem}-{suffix}"), &text)?;
        let copied = copy.path();
        desk.close_article(&copied)?;
        self.item_of(&desk, &copied)
    }

    /// Moves an article to the system's trash.
    pub fn trash_article(&self, path: String) -> Result<(), Problem> {
        self.desk()?.trash_article(&article_path(&path)?)
    }

    /// Articles that are gone and have a history, those that went last first.
    pub fn deleted_articles(&self) -> Result<Vec<DeletedItem>, Problem> {
        let desk = self.desk()?;
        let history = desk.history()?;
        let departed = history.departed(&|path| is_there(&desk, path), DELETED_SHOWN)?;
        Ok(departed.into_iter().map(|gone| deleted_item(history, gone)).collect())
    }

    /// Writes a deleted article anew from its newest revision, beside what has its path by now, and opens it.
    pub fn recover_article(&self, key: String) -> Result<ArticleView, Problem> {
        let desk = self.desk()?;
        let history = desk.history()?;
        let departed = history.departed(&|path| is_there(&desk, path), usize::MAX)?;
        let gone = departed
            .into_iter()
            .find(|gone| gone.key == key)
            .ok_or_else(|| words::nothing_to_recover(&key))?;
        let path = desk.recover(&gone)?;
        self.open_article(path)
    }

    /// The revisions of an article, newest first.
    pub fn history(&self, path: String) -> Result<Vec<RevisionItem>, Problem> {
        let desk = self.desk()?;
        Ok(desk.history()?.list(&path)?.iter().map(export::revision_item).collect())
    }

    /// The text of a revision beside the text now.
    pub fn revision(&self, path: String, id: u32) -> Result<RevisionText, Problem> {
        let desk = self.desk()?;
        let history = desk.history()?;
        let revisions = history.list(&path)?;
        let revision = revisions
            .iter()
            .find(|revision| revision.id == i64::from(id))
            .ok_or_else(|| words::no_revision(&path, id))?;
        let bytes = history.content(revision.id)?;
        let text = copydesk_core::text::decode(&bytes)
            .map_or_else(|reason| words::readable(&bytes, &reason), |decoded| decoded.text);
        let current = desk.session(&path).map_or_else(|_| String::new(), |session| session.snapshot().text());
        Ok(RevisionText { item: export::revision_item(revision), text, current })
    }

    /// Puts a revision back; restoring is a new revision.
    pub fn restore_revision(&self, path: String, id: u32) -> Result<ArticleState, Problem> {
        let desk = self.desk()?;
        desk.restore(&path, i64::from(id))?;
        Ok(desk.session(&path)?.state(self.lang()))
    }

    /// Names a revision; an empty name takes the name away.
    pub fn name_revision(&self, path: String, id: u32, name: String) -> Result<RevisionItem, Problem> {
        let desk = self.desk()?;
        let history = desk.history()?;
        let name = name.trim();
        history.name(i64::from(id), (!name.is_empty()).then_some(name))?;
        let revisions = history.list(&path)?;
        let revision = revisions
            .iter()
            .find(|revision| revision.id == i64::from(id))
            .ok_or_else(|| words::no_revision(&path, id))?;
        Ok(export::revision_item(revision))
    }

    /// Copies a pasted or dropped image beside the article.
    pub fn add_image(&self, path: String, name: String, data: String) -> Result<Placed, Problem> {
        use base64::Engine as _;
        let path = article_path(&path)?;
        let desk = self.desk()?;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(data.as_bytes())
            .map_err(|_| words::bad_image(&name))?;
        let src = images::add_image(desk.fs(), desk.root(), &path, &name, &bytes)?;
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        Ok(Placed { src, alt: stem.replace(['-', '_'], " ").trim().to_owned() })
    }

    /// Where an export would go by itself.
    pub fn suggest_export_path(&self, path: String, options: ExportOptions) -> Result<String, Problem> {
        let desk = self.desk()?;
        Ok(export::suggest_path(desk.root(), &article_path(&path)?, &options).display().to_string())
    }

    /// Asks where an export goes.
    pub fn choose_export_path(
        &self,
        path: String,
        options: ExportOptions,
    ) -> Result<Option<String>, Problem> {
        let suggestion = self.suggest_export_path(path, options)?;
        Ok(self.host.pick_file(Path::new(&suggestion)).map(|file| file.display().to_string()))
    }

    /// Exports an article as it stands on the screen, after saving it; `past` is the reason to pass gates that are shut.
    pub fn export_article(
        &self,
        path: String,
        options: ExportOptions,
        out: String,
        job: u32,
        past: Option<String>,
    ) -> Result<Exported, Problem> {
        let desk = self.desk()?;
        let (session, _) = desk.open_article(&article_path(&path)?)?;
        if session.save_state() != crate::wire::SaveState::Conflict {
            desk.save(&path)?;
        }
        let snapshot = session.snapshot();
        desk.pass_gates(&snapshot.path, &snapshot.text(), past.as_deref())?;
        let stop = Arc::new(AtomicBool::new(false));
        lock(&self.jobs).insert(job, Arc::clone(&stop));
        let result = export::export_text(
            &export::Piece { desk: desk.root(), path: &snapshot.path, text: &snapshot.text() },
            &options,
            Path::new(&out),
            self.lang(),
            &mut |step| self.host.emit(Event::ExportProgress { job, step: step.to_owned() }),
            &|| stop.load(Ordering::Relaxed),
        );
        lock(&self.jobs).remove(&job);
        if let Ok(exported) = &result {
            lock(&self.exported).insert(exported.out.clone());
            desk.pin(&snapshot, "exported");
        }
        result
    }

    /// Stops an export.
    pub fn cancel_export(&self, job: u32) -> Result<(), Problem> {
        if let Some(stop) = lock(&self.jobs).get(&job) {
            stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Opens a file that this run exported in the system's program for it.
    pub fn open_exported(&self, out: String) -> Result<(), Problem> {
        self.was_exported(&out)?;
        self.host.open(&out).map_err(|error| words::cannot_open(&out, &error))
    }

    /// Shows a file that this run exported in its folder.
    pub fn reveal_exported(&self, out: String) -> Result<(), Problem> {
        self.was_exported(&out)?;
        let folder = Path::new(&out).parent().unwrap_or(Path::new("/")).display().to_string();
        self.host.open(&folder).map_err(|error| words::cannot_open(&folder, &error))
    }

    /// A window that was taken over must not start a program with any file.
    fn was_exported(&self, out: &str) -> Result<(), Problem> {
        if lock(&self.exported).contains(out) { Ok(()) } else { Err(words::not_exported(out)) }
    }

    /// Sets the article on pages, as pictures that [`App::page_picture`] then serves.
    pub fn pages(&self, path: String, version: u32, options: ExportOptions) -> Result<Pages, Problem> {
        let desk = self.desk()?;
        let snapshot = desk.session(&path)?.snapshot_at(version, PATIENCE);
        let piece = export::Piece { desk: desk.root(), path: &snapshot.path, text: &snapshot.text() };
        let options = ExportOptions { format: ExportFormat::Pdf, ..options };
        self.pages.set(&piece, &options, snapshot.version, self.lang())
    }

    /// A page's picture (PNG) by the address that [`App::pages`] gave.
    #[must_use]
    pub fn page_picture(&self, address: &str) -> Option<Arc<Vec<u8>>> {
        self.pages.picture(address)
    }

    /// An image of the open desk, confined to it.
    #[must_use]
    pub fn desk_image(&self, path: &str) -> Option<images::Image> {
        images::read_image(self.desk().ok()?.root(), path).ok()
    }

    /// Takes new settings.
    pub fn set_settings(&self, settings: Settings) -> Result<Settings, Problem> {
        let (settings, zoomed) = {
            let mut held = lock(&self.settings);
            let author =
                if settings.author.trim().is_empty() { held.author.clone() } else { settings.author };
            // What the person changes by hand is theirs from then on, and no longer the environment's.
            let named = author != held.author;
            let mut given = lock(&self.given);
            if named {
                self.store.remember_name(&held.author);
                given.author = None;
            }
            if settings.lang != held.lang {
                given.lang = None;
            }
            let author_confirmed = settings.author_confirmed || held.author_confirmed || named;
            let text_size = settings.text_size.clamp(12, 32);
            let zoom = settings.zoom.clamp(50, 300);
            let zoomed = zoom != held.zoom;
            // The window's box is the shell's to know.
            let window = held.window;
            *held = Settings { author, author_confirmed, text_size, zoom, window, ..settings };
            (held.clone(), zoomed)
        };
        if zoomed {
            self.host.zoom(settings.zoom);
        }
        if let Ok(desk) = self.desk() {
            desk.set_person(self.person());
        }
        let kept = self.to_keep(&settings);
        self.store.set_settings(&kept).map_err(|error| words::cannot_keep_settings(&error))?;
        Ok(settings)
    }

    /// Where the person is in an article.
    pub fn set_place(&self, path: String, caret: u32, scroll: f64) -> Result<(), Problem> {
        let desk = self.desk()?;
        if let Ok(session) = desk.session(&path) {
            session.set_place(caret, scroll);
        }
        self.store.set_place(desk.root(), &path, Place { caret, scroll });
        Ok(())
    }

    /// What is typed on the open desk is proposed from here on, or goes into the text.
    pub fn set_suggesting(&self, suggesting: bool) -> Result<(), Problem> {
        self.store.set_suggesting(self.desk()?.root(), suggesting);
        Ok(())
    }

    /// The window got the focus.
    pub fn focused(&self) -> Result<(), Problem> {
        if let Ok(desk) = self.desk() {
            desk.focused();
        }
        Ok(())
    }

    /// Opens a web or mail address outside, after the window showed it.
    pub fn open_link(&self, href: String) -> Result<(), Problem> {
        let Some(url) = link::outside(&href) else { return Err(words::link_refused(&href)) };
        self.host.open(&url).map_err(|error| words::cannot_open(&url, &error))
    }
}

/// Whether the desk has an article; what no article of a desk can be named counts as there, and is left alone.
fn is_there(desk: &Newsroom, path: &str) -> bool {
    article_path(path).is_err() || atomic::on_disk(desk.root(), path).symlink_metadata().is_ok()
}

/// How many deleted articles are listed.
const DELETED_SHOWN: usize = 200;

fn deleted_item(history: &History, gone: Departed) -> DeletedItem {
    let name = gone.path.rsplit('/').next().unwrap_or(&gone.path).to_owned();
    let decoded = history.content(gone.last).ok().and_then(|bytes| text::decode(&bytes).ok());
    // What cannot be read any more is listed by its name: the person is told why when they ask for it.
    let title = decoded.map_or_else(
        || name.clone(),
        |decoded| {
            let (front, body) = copydesk_core::front::split(&decoded.text);
            furniture::resolve(front, body, &name).title.value
        },
    );
    DeletedItem { key: gone.key, path: gone.path, title, time: gone.time }
}

/// What no path of an article holds. A backslash is a letter like any other, but for Windows.
const NOT_IN_PATHS: &[char] = if cfg!(windows) { &['\\', '\0'] } else { &['\0'] };

/// A path from the window, which is data: relative, plain, an article's.
fn article_path(path: &str) -> Result<String, Problem> {
    let plain = !path.is_empty()
        && !path.contains(NOT_IN_PATHS)
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
        && is_article_name(path);
    if plain { Ok(identity(Path::new(path))) } else { Err(words::not_an_article(path)) }
}

fn is_article_name(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("markdown"))
}

/// The path that a new name gives, in the same folder, with the same ending unless the name has one.
fn renamed(path: &str, name: &str) -> Result<String, Problem> {
    let path = article_path(path)?;
    let name = name.trim();
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) || name.len() > 200 {
        return Err(words::bad_name(name));
    }
    let ending = path.rsplit_once('.').map_or("md", |(_, ending)| ending);
    let name = if is_article_name(name) { name.to_owned() } else { format!("{name}.{ending}") };
    Ok(match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name,
    })
}

/// A file by its own name in its folder, with no link on the way to the folder.
fn in_real_folder(file: &Path) -> PathBuf {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (parent.canonicalize(), file.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => file.to_owned(),
    }
}

/// What a desk shows when it is opened for the first time: its welcome article in the person's language, else the first by
/// name.
fn first_article(root: &Path, lang: Lang) -> Option<String> {
    let mut names: Vec<String> = std::fs::read_dir(root)
        .ok()?
        .filter_map(|entry| Some(identity(Path::new(&entry.ok()?.file_name()))))
        .filter(|name| is_article_name(name) && !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    let begins = |word: &str| names.iter().position(|name| name.starts_with(word));
    let (own, other) = match lang {
        Lang::Fr => ("bienvenue", "welcome"),
        Lang::En => ("welcome", "bienvenue"),
    };
    let welcome = begins(own).or_else(|| begins(other));
    (!names.is_empty()).then(|| names.swap_remove(welcome.unwrap_or(0)))
}

fn item(entry: &Entry, marks: &HashMap<String, (bool, bool)>, now: jiff::Timestamp) -> ArticleItem {
    let (unsaved, conflict) = marks.get(&entry.path).copied().unwrap_or_default();
    let holds = |time: &String| time.parse::<jiff::Timestamp>().is_ok_and(|time| time > now);
    #[allow(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit a double until the year 287396"
    )]
    let modified_ms = entry.modified_ms as f64;
    ArticleItem {
        path: entry.path.clone(),
        title: entry.head.title.clone(),
        section: entry.head.section.clone(),
        byline: entry.head.byline.clone(),
        slug: entry.head.slug.clone(),
        stage: entry.head.stage.clone(),
        lang: entry.head.lang.clone(),
        signes: entry.signes,
        modified_ms,
        embargo: entry.head.embargo.clone().filter(holds),
        legal_hold: entry.head.legal == "needs_check",
        deadline: entry.head.deadline.clone(),
        unsaved,
        conflict,
        read_only: entry.read_only,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_the_window_are_data() {
        for path in ["a.md", "rubrique/été.markdown", "x/y/z.MD"] {
            assert_eq!(article_path(path).unwrap(), path);
        }
        for path in ["", "/etc/passwd.md", "../a.md", "a/../b.md", "a.txt", "a\0.md", "."] {
            assert!(article_path(path).is_err(), "{path:?}");
        }
        assert_eq!(article_path("a\\b.md").is_ok(), !cfg!(windows));
    }

    #[test]
    fn a_rename_stays_in_its_folder() {
        assert_eq!(renamed("a/b.md", "c").unwrap(), "a/c.md");
        assert_eq!(renamed("b.markdown", "c").unwrap(), "c.markdown");
        assert_eq!(renamed("b.md", "c.markdown").unwrap(), "c.markdown");
        for name in ["", " ", "../c", "c/d", ".c", "c\\d"] {
            assert!(renamed("a/b.md", name).is_err(), "{name:?}");
        }
    }
}
