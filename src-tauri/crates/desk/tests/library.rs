//! The list of articles against a real folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use copydesk_desk::library::{Change, Library};
use xxhash_rust::xxh3::xxh3_128;

struct Desk {
    root: PathBuf,
    library: Library,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("desk");
        fs::create_dir(&root).unwrap();
        let desk = Self { library: Library::new(root.clone()), _folder: folder, root };
        files.iter().for_each(|(path, text)| desk.write(path, text));
        desk.library.scan(&|| {});
        desk
    }

    fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.file(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.file(from), self.file(to)).unwrap();
    }

    fn refresh(&self, paths: &[&str]) -> Vec<Change> {
        self.library.refresh(&paths.iter().map(|path| self.file(path)).collect::<Vec<_>>())
    }

    fn rescan(&self) -> Vec<Change> {
        self.library.rescan(&self.root)
    }

    /// Walks, and looks again at what is in doubt, as the watch does.
    fn look(&self) -> Vec<Change> {
        let mut changes = self.rescan();
        changes.extend(self.library.refresh(&self.library.doubts()));
        changes
    }

    fn title(&self, path: &str) -> String {
        self.library.get(path).unwrap().head.title
    }
}

fn created(path: &str) -> Change {
    Change::Created { path: path.into() }
}

fn changed(path: &str) -> Change {
    Change::Changed { path: path.into() }
}

fn removed(path: &str) -> Change {
    Change::Removed { path: path.into() }
}

fn renamed(from: &str, to: &str) -> Change {
    Change::Renamed { from: from.into(), to: to.into() }
}

/// In an order that says nothing.
fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|change| format!("{change:?}"));
    changes
}

/// Sets the time of a file's last change.
fn date(file: &Path, time: std::time::SystemTime) {
    fs::File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

/// Waits for a condition, no longer than a limit.
fn until(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + limit;
    while !holds() {
        assert!(Instant::now() < end, "not within {limit:?}: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_is_an_article() {
    let desk = Desk::with(&[
        ("a.md", "Un mot.\n"),
        ("b/c.MARKDOWN", "# Titre\n"),
        ("notes.txt", "x"),
        ("md", "x"),
        (".hidden/d.md", "x"),
        (".e.md", "x"),
        ("node_modules/f.md", "x"),
        ("b/node_modules/f.md", "x"),
        ("node_modules.md", "x"),
        ("out/g.md", "x"),
        ("b/out/g.md", "x"),
        ("b/keep.md", "x"),
        ("b/drop.md", "x"),
        ("b/deep/drop.md", "x"),
        ("b/deep/down/drop.md", "x"),
        ("folder.md/inside.md", "x"),
        (".copydeskignore", "/out/\n[\n"),
        ("b/.copydeskignore", "drop.md\n"),
        ("b/deep/down/.copydeskignore", "!drop.md\n"),
    ]);
    let articles = [
        "a.md",
        "b/c.MARKDOWN",
        "b/deep/down/drop.md",
        "b/keep.md",
        "b/out/g.md",
        "folder.md/inside.md",
        "node_modules.md",
    ];
    assert_eq!(desk.library.paths(), articles);
    // The rules change, and so does the list, at once: nothing is gone.
    desk.write("b/.copydeskignore", "keep.md\n");
    let changes = sorted(desk.refresh(&["b/.copydeskignore"]));
    assert_eq!(changes, [created("b/deep/drop.md"), created("b/drop.md"), removed("b/keep.md")]);
}

#[test]
fn the_furniture_is_read_from_the_front_matter() {
    let desk = Desk::with(&[
        (
            "a.md",
            "---\ntitle: Le port\nauthor: [Ada Lovelace, Jean Bart]\nsection: Mer\nstage: review\nlang: fr\n\
             slug: port\nembargo: 2026-01-02T10:00\nlegal: approved\n---\nUn mot.\n",
        ),
        ("b.md", "# Titre\n\nTexte.\n"),
        ("c.md", "Texte.\n"),
        ("d.md", "---\ntitle: [\n---\nTexte.\n"),
    ]);
    let entry = desk.library.get("a.md").unwrap();
    let head = &entry.head;
    assert_eq!((head.title.as_str(), head.section.as_str()), ("Le port", "Mer"));
    assert_eq!(head.byline, "Ada Lovelace, Jean Bart");
    assert_eq!((head.stage.as_str(), head.lang.as_str(), head.slug.as_str()), ("review", "fr", "port"));
    assert_eq!((head.embargo.as_deref(), head.legal.as_str()), (Some("2026-01-02T10:00"), "approved"));
    assert_eq!((entry.signes, entry.read_only), (Some(7), false));
    assert_eq!((desk.title("b.md").as_str(), desk.title("c.md").as_str()), ("Titre", "c"));
    assert_eq!(desk.library.get("b.md").unwrap().head.stage, "draft");
    assert!(desk.library.get("d.md").is_some(), "broken front matter is listed");
    desk.write("a.md", "---\ntitle: Le quai\nstage: published\n---\nUn mot.\n");
    desk.refresh(&["a.md"]);
    assert_eq!(desk.title("a.md"), "Le quai");
    assert_eq!(desk.library.get("a.md").unwrap().head.stage, "published");
}

#[test]
fn what_is_no_text_is_listed_read_only() {
    let desk = Desk::with(&[("a.md", "x"), ("nul.md", "a\0b"), ("empty.md", "")]);
    fs::write(desk.file("latin.md"), b"Un \xe9t\xe9.\n").unwrap();
    fs::write(desk.file("utf16.md"), b"\xff\xfea\0b\0").unwrap();
    assert_eq!(desk.look(), [created("latin.md"), created("utf16.md")]);
    for (path, read_only) in
        [("a.md", false), ("nul.md", false), ("empty.md", false), ("latin.md", true), ("utf16.md", true)]
    {
        assert_eq!(desk.library.get(path).unwrap().read_only, read_only, "{path}");
    }
    // It becomes text, and can be written.
    fs::write(desk.file("latin.md"), "Un été.\n").unwrap();
    assert_eq!(desk.refresh(&["latin.md"]), [changed("latin.md")]);
    assert!(!desk.library.get("latin.md").unwrap().read_only);
}

#[cfg(unix)]
#[test]
fn links_are_listed_but_linked_folders_are_not_followed() {
    use std::os::unix::fs::symlink;
    let desk = Desk::with(&[("a.md", "x"), ("f/b.md", "y")]);
    symlink(&desk.root, desk.file("loop")).unwrap();
    symlink("..", desk.file("f/up")).unwrap();
    symlink("f", desk.file("folder.md")).unwrap();
    symlink("self.md", desk.file("self.md")).unwrap();
    symlink("nowhere.md", desk.file("dangling.md")).unwrap();
    symlink("a.md", desk.file("link.md")).unwrap();
    symlink("link.md", desk.file("chain.md")).unwrap();
    symlink("/dev/zero", desk.file("device.md")).unwrap();
    let outside = desk.root.with_file_name("outside.md");
    fs::write(&outside, "y").unwrap();
    symlink(&outside, desk.file("out.md")).unwrap();
    // A chain that is longer than the system follows.
    symlink("a.md", desk.file("hop0.md")).unwrap();
    for hop in 1..50 {
        symlink(format!("hop{}.md", hop - 1), desk.file(&format!("hop{hop}.md"))).unwrap();
    }
    // It ends: the runner would end it otherwise.
    desk.look();
    let mut paths = desk.library.paths();
    paths.retain(|path| !path.starts_with("hop"));
    assert_eq!(paths, ["a.md", "chain.md", "f/b.md", "link.md", "out.md"]);
    assert!(desk.library.get("hop10.md").is_some());
    assert!(desk.library.get("hop49.md").is_none(), "more links in a row than the system follows");
    assert!(!desk.library.get("link.md").unwrap().read_only);
    assert!(desk.library.get("out.md").unwrap().read_only);
    // A link that leaves is not its target that moves.
    fs::remove_file(desk.file("link.md")).unwrap();
    assert_eq!(desk.refresh(&["link.md"]), [removed("link.md")]);
    assert!(desk.library.get("a.md").is_some());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_opened() {
    let desk = Desk::with(&[("a.md", "one")]);
    for name in ["f.md", "g.md"] {
        let made = std::process::Command::new("mkfifo").arg(desk.file(name)).status().unwrap();
        assert!(made.success());
    }
    std::os::unix::fs::symlink("f.md", desk.file("link.md")).unwrap();
    // Nobody ever writes into the pipe: a look that waited for it would not end.
    assert_eq!(desk.look(), []);
    assert_eq!(desk.refresh(&["f.md", "link.md", "g.md"]), []);
    // An article that is replaced by a pipe, or by a folder, is gone.
    desk.rename("f.md", "a.md");
    assert_eq!(desk.look(), [removed("a.md")]);
    desk.write("b.md", "two");
    assert_eq!(desk.refresh(&["b.md"]), [created("b.md")]);
    fs::remove_file(desk.file("b.md")).unwrap();
    desk.write("b.md/c.md", "three");
    assert_eq!(sorted(desk.refresh(&["b.md"])), [created("b.md/c.md"), removed("b.md")]);
}

#[cfg(target_os = "linux")]
#[test]
fn odd_names_are_found_and_opened() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::with(&[]);
    let long = format!("{}.md", "l".repeat(252));
    let names: [(&[u8], &str); 7] = [
        ("e\u{301}te\u{301}.md".as_bytes(), "\u{e9}t\u{e9}.md"),
        ("d\u{e9}j\u{e0}.md".as_bytes(), "d\u{e9}j\u{e0}.md"),
        (b"caf\xe9.md", "caf\u{fffd}.md"),
        (long.as_bytes(), &long),
        (b" blank .md", " blank .md"),
        (b"back\\slash\n.md", "back\\slash\n.md"),
        ("\u{1f4f0}.md".as_bytes(), "\u{1f4f0}.md"),
    ];
    for (name, path) in names {
        fs::write(desk.root.join(std::ffi::OsStr::from_bytes(name)), path).unwrap();
    }
    desk.write("re\u{301}dac/a.md", "in a folder");
    let deep = vec!["d".repeat(200); 5].join("/") + "/deep.md";
    desk.write(&deep, "deep");
    desk.look();
    assert_eq!(desk.library.paths().len(), 9);
    for (_, path) in names {
        let file = desk.library.file(path).unwrap_or_else(|| panic!("{path} is not listed"));
        assert_eq!(fs::read_to_string(file).unwrap(), path);
    }
    assert_eq!(fs::read_to_string(desk.library.file("r\u{e9}dac/a.md").unwrap()).unwrap(), "in a folder");
    assert!(desk.library.get(&deep).is_some());
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_spelt_in_two_ways_is_one_article() {
    let (nfd, nfc) = ("e\u{301}.md", "\u{e9}.md");
    let desk = Desk::with(&[(nfd, "one")]);
    assert_eq!(desk.library.paths(), [nfc]);
    // A hint in either spelling finds the file.
    desk.write(nfd, "two");
    assert_eq!(desk.refresh(&[nfc]), [changed(nfc)]);
    desk.write(nfd, "three");
    assert_eq!(desk.refresh(&[nfd]), [changed(nfc)]);
    // Renamed on the disk to the other spelling: the same article, opened by its new name.
    desk.rename(nfd, nfc);
    assert_eq!(desk.look(), []);
    assert_eq!(desk.library.file(nfc).unwrap(), desk.file(nfc));
    // A twin waits behind the first, and takes its place.
    desk.write(nfd, "twin");
    assert_eq!(desk.look(), []);
    assert_eq!(desk.refresh(&[nfd]), []);
    assert_eq!(fs::read_to_string(desk.library.file(nfc).unwrap()).unwrap(), "three");
    fs::remove_file(desk.file(nfc)).unwrap();
    assert_eq!(desk.refresh(&[nfc]), [changed(nfc)]);
    assert_eq!(desk.library.file(nfc).unwrap(), desk.file(nfd));
    fs::remove_file(desk.file(nfd)).unwrap();
    assert_eq!(desk.refresh(&[nfd]), [removed(nfc)]);
}

#[test]
fn content_decides() {
    let desk = Desk::with(&[("a.md", "one"), ("b.md", "two"), ("c.md", "three")]);
    let then = std::time::SystemTime::now() - Duration::from_secs(60);
    for path in ["a.md", "b.md", "c.md"] {
        date(&desk.file(path), then);
    }
    assert_eq!(desk.look(), []);
    // The same size and the same time: a hint finds it.
    desk.write("a.md", "eno");
    date(&desk.file("a.md"), then);
    assert_eq!(desk.refresh(&["a.md"]), [changed("a.md")]);
    // An older time: a walk finds it.
    desk.write("c.md", "THREE");
    date(&desk.file("c.md"), then - Duration::from_secs(86_400));
    assert_eq!(desk.rescan(), [changed("c.md")]);
    // The same bytes are no change, however they came there.
    desk.write("b.md", "two");
    assert_eq!(desk.refresh(&["b.md"]), []);
    assert_eq!(desk.look(), []);
    fs::remove_file(desk.file("b.md")).unwrap();
    desk.write("b.md", "three");
    assert_eq!(desk.refresh(&["b.md"]), [changed("b.md")]);
}

#[test]
fn what_was_read_while_it_was_fresh_is_read_again() {
    let desk = Desk::with(&[("a.md", "one")]);
    // A later write in the same tick of the clock would bear the same times: the next walk reads once more.
    let generation = desk.library.generation();
    until(Duration::from_secs(2), "the second reading", || {
        desk.rescan();
        desk.library.doubts().is_empty() && !desk.library.since(generation).changed.is_empty()
    });
    // Then the times are believed.
    let generation = desk.library.generation();
    assert_eq!(desk.rescan(), []);
    assert!(desk.library.since(generation).changed.is_empty());
}

#[test]
fn moves_are_followed() {
    let desk = Desk::with(&[("a.md", "one"), ("b.md", "two"), ("f/c.md", "three"), ("f/d.md", "four")]);
    desk.rename("a.md", "z.md");
    assert_eq!(desk.refresh(&["z.md"]), [renamed("a.md", "z.md")]);
    assert_eq!(desk.refresh(&["a.md"]), []);
    fs::copy(desk.file("b.md"), desk.file("y.md")).unwrap();
    fs::remove_file(desk.file("b.md")).unwrap();
    assert_eq!(desk.refresh(&["b.md", "y.md"]), [renamed("b.md", "y.md")]);
    desk.rename("f", "g");
    assert_eq!(desk.refresh(&["f", "g"]), [renamed("f/c.md", "g/c.md"), renamed("f/d.md", "g/d.md")]);
    // The same by a walk, without a hint, into a deeper folder.
    fs::create_dir_all(desk.file("h/i")).unwrap();
    desk.rename("g", "h/i/g");
    assert_eq!(desk.rescan(), [renamed("g/c.md", "h/i/g/c.md"), renamed("g/d.md", "h/i/g/d.md")]);
    // Moved and edited in one step: the inode says so.
    desk.rename("z.md", "w.md");
    desk.write("w.md", "one, and more");
    assert_eq!(desk.refresh(&["w.md", "z.md"]), [renamed("z.md", "w.md"), changed("w.md")]);
    fs::remove_dir_all(desk.file("h")).unwrap();
    assert_eq!(desk.look(), [removed("h/i/g/c.md"), removed("h/i/g/d.md")]);
    assert_eq!(desk.library.paths(), ["w.md", "y.md"]);
}

#[test]
fn a_move_between_file_systems_is_told_by_its_bytes() {
    let desk = Desk::with(&[("a.md", "one"), ("b.md", "same"), ("c.md", "same")]);
    // First the copy, then the deletion, in two looks.
    fs::copy(desk.file("a.md"), desk.file("z.md")).unwrap();
    assert_eq!(desk.refresh(&["z.md"]), [created("z.md")]);
    fs::remove_file(desk.file("a.md")).unwrap();
    assert_eq!(desk.refresh(&["a.md"]), [renamed("a.md", "z.md")]);
    // First the deletion, then the copy, in two looks.
    fs::copy(desk.file("z.md"), desk.root.with_file_name("aside")).unwrap();
    fs::remove_file(desk.file("z.md")).unwrap();
    assert_eq!(desk.refresh(&["z.md"]), [removed("z.md")]);
    fs::copy(desk.root.with_file_name("aside"), desk.file("y.md")).unwrap();
    assert_eq!(desk.refresh(&["y.md"]), [renamed("z.md", "y.md")]);
    // Two with the same bytes: nobody can say which.
    fs::write(desk.file("x.md"), "same").unwrap();
    for name in ["b.md", "c.md"] {
        fs::remove_file(desk.file(name)).unwrap();
    }
    let changes = sorted(desk.refresh(&["b.md", "c.md", "x.md"]));
    assert_eq!(changes, [created("x.md"), removed("b.md"), removed("c.md")]);
    // Empty files are all alike.
    desk.write("e.md", "");
    assert_eq!(desk.refresh(&["e.md"]), [created("e.md")]);
    desk.write("f.md", "");
    fs::remove_file(desk.file("e.md")).unwrap();
    assert_eq!(sorted(desk.refresh(&["e.md", "f.md"])), [created("f.md"), removed("e.md")]);
}

#[test]
fn a_path_that_came_back_is_not_moved_away() {
    let desk = Desk::with(&[("a.md", "one")]);
    fs::remove_file(desk.file("a.md")).unwrap();
    assert_eq!(desk.refresh(&["a.md"]), [removed("a.md")]);
    desk.write("a.md", "another");
    assert_eq!(desk.refresh(&["a.md"]), [created("a.md")]);
    desk.write("b.md", "one");
    assert_eq!(desk.refresh(&["b.md"]), [created("b.md")]);
    assert_eq!(desk.library.paths(), ["a.md", "b.md"]);
}

#[test]
fn thousands_leave_and_come_at_once() {
    let desk = Desk::with(&[]);
    let names = |folder: &str, which: std::ops::Range<usize>| -> Vec<String> {
        which.map(|at| format!("{folder}/{at:04}.md")).collect()
    };
    names("f", 0..3_000).iter().for_each(|path| desk.write(path, path));
    assert_eq!(desk.rescan().len(), 3_000);
    // A thousand are copied and deleted, a thousand deleted, a thousand moved.
    let began = Instant::now();
    for at in 0..1_000 {
        let file = |folder: &str, at: usize| desk.file(&format!("{folder}/{at:04}.md"));
        fs::create_dir_all(desk.file("g")).unwrap();
        fs::copy(file("f", at), file("g", at)).unwrap();
        fs::remove_file(file("f", at)).unwrap();
        fs::remove_file(file("f", at + 1_000)).unwrap();
        fs::rename(file("f", at + 2_000), file("g", at + 2_000)).unwrap();
    }
    let changes = desk.look();
    println!("3,000 articles moved and deleted: {:?}", began.elapsed());
    let moved = changes.iter().filter(|change| matches!(change, Change::Renamed { .. })).count();
    let gone = changes.iter().filter(|change| matches!(change, Change::Removed { .. })).count();
    assert_eq!((changes.len(), moved, gone), (3_000, 2_000, 1_000));
    assert_eq!(desk.library.paths(), [names("g", 0..1_000), names("g", 2_000..3_000)].concat());
}

#[test]
fn a_path_that_stays_keeps_its_article() {
    let desk = Desk::with(&[("a.md", "one"), ("b.md", "two")]);
    // Swapped: both paths stand, with other bytes.
    desk.rename("a.md", "aside");
    desk.rename("b.md", "a.md");
    desk.rename("aside", "b.md");
    assert_eq!(desk.refresh(&["a.md", "b.md"]), [changed("a.md"), changed("b.md")]);
    // Replaced in one step, as editors do.
    desk.write("a.md.tmp", "three");
    desk.rename("a.md.tmp", "a.md");
    assert_eq!(desk.refresh(&["a.md"]), [changed("a.md")]);
    // Moved aside and written anew, as vim does.
    desk.rename("a.md", "a.md~");
    desk.write("a.md", "four");
    assert_eq!(desk.refresh(&["a.md~", "a.md"]), [changed("a.md")]);
    // Another article moved over it.
    desk.rename("b.md", "a.md");
    assert_eq!(desk.refresh(&["a.md", "b.md"]), [changed("a.md"), removed("b.md")]);
    assert_eq!(desk.library.paths(), ["a.md"]);
}

#[test]
fn what_is_gone_for_a_moment_was_not_deleted() {
    let desk = Desk::with(&[("a.md", "one"), ("f/b.md", "two")]);
    fs::remove_file(desk.file("a.md")).unwrap();
    fs::remove_dir_all(desk.file("f")).unwrap();
    let began = Instant::now();
    assert_eq!(desk.rescan(), []);
    assert_eq!(desk.library.doubts(), [desk.file("a.md"), desk.file("f/b.md")]);
    assert_eq!(desk.library.paths(), ["a.md", "f/b.md"]);
    desk.write("a.md", "one");
    assert_eq!(desk.refresh(&["a.md"]), []);
    assert_eq!(desk.library.doubts(), [desk.file("f/b.md")]);
    // Walks alone believe it after a second.
    let mut changes = Vec::new();
    until(Duration::from_secs(3), "the removal", || {
        changes = desk.rescan();
        !changes.is_empty()
    });
    assert_eq!(changes, [removed("f/b.md")]);
    assert!(began.elapsed() > Duration::from_millis(900));
    assert!(desk.library.doubts().is_empty());
}

#[test]
fn what_is_being_written_is_not_told_by_a_walk() {
    let desk = Desk::with(&[("a.md", "one"), ("b.md", "two")]);
    desk.write("a.md", "");
    desk.write("b.md", "tw");
    assert_eq!(desk.rescan(), []);
    assert_eq!(desk.library.doubts(), [desk.file("a.md"), desk.file("b.md")]);
    assert_eq!(desk.library.get("a.md").unwrap().size, 3);
    // The writers come to an end: then it is told, once, as it is.
    desk.write("a.md", "one and more");
    desk.write("b.md", "two");
    let mut changes = Vec::new();
    until(Duration::from_secs(2), "the end of the writers", || {
        changes.extend(desk.rescan());
        desk.library.doubts().is_empty()
    });
    assert_eq!(changes, [changed("a.md")]);
    // A writer that never rests is told after a second, an emptied file after half of one.
    let began = Instant::now();
    let mut text = String::new();
    until(Duration::from_secs(3), "the restless writer", || {
        text.push('x');
        desk.write("b.md", &text);
        desk.rescan() == [changed("b.md")]
    });
    assert!(began.elapsed() > Duration::from_millis(900));
    desk.write("a.md", "");
    let began = Instant::now();
    until(Duration::from_secs(2), "the empty file", || desk.rescan().contains(&changed("a.md")));
    assert!(began.elapsed() > Duration::from_millis(400));
}

#[test]
fn a_missing_desk_deletes_nothing() {
    let desk = Desk::with(&[("a.md", "one")]);
    fs::rename(&desk.root, desk.root.with_file_name("aside")).unwrap();
    assert_eq!(desk.look(), []);
    assert_eq!(desk.refresh(&["a.md"]), []);
    assert_eq!(desk.library.paths(), ["a.md"]);
}

#[test]
fn moves_between_two_runs_are_followed() {
    let desk = Desk::with(&[
        ("same.md", "same"),
        ("edited.md", "before"),
        ("moved.md", "moved"),
        ("moved-edited.md", "once"),
        ("copied.md", "copied"),
        ("gone.md", "gone"),
        ("f/a.md", "in a folder"),
    ]);
    let former = desk.library.known();
    desk.write("edited.md", "after");
    desk.rename("moved.md", "elsewhere.md");
    desk.rename("moved-edited.md", "other.md");
    desk.write("other.md", "twice");
    fs::copy(desk.file("copied.md"), desk.file("z.md")).unwrap();
    fs::remove_file(desk.file("copied.md")).unwrap();
    desk.write("new.md", "new");
    fs::remove_file(desk.file("gone.md")).unwrap();
    desk.rename("f", "g");
    let library = Library::new(desk.root.clone());
    library.remember(former);
    assert_eq!(
        sorted(library.scan(&|| {})),
        [
            changed("edited.md"),
            changed("other.md"),
            created("new.md"),
            removed("gone.md"),
            renamed("copied.md", "z.md"),
            renamed("f/a.md", "g/a.md"),
            renamed("moved-edited.md", "other.md"),
            renamed("moved.md", "elsewhere.md"),
        ]
    );
    // It is told once, and without a former list there is nothing to tell.
    assert_eq!(library.scan(&|| {}), []);
    assert_eq!(Library::new(desk.root.clone()).scan(&|| {}), []);
}

#[test]
fn a_desk_of_two_thousand_equals_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let mut expected = Vec::new();
    for at in 0..2_000 {
        let path = format!("{}/{}/{at:04}.md", at % 7, at % 31);
        let text = format!("---\ntitle: Article {at}\n---\n{}\n", "mot ".repeat(at % 40));
        fs::create_dir_all(root.join(&path).parent().unwrap()).unwrap();
        fs::write(root.join(&path), &text).unwrap();
        expected.push((path, xxh3_128(text.as_bytes()), format!("Article {at}")));
    }
    expected.sort();
    let library = Library::new(root);
    let began = Instant::now();
    library.scan(&|| {});
    println!("2,000 articles scanned and counted in {:?}", began.elapsed());
    let listed: Vec<_> = library
        .known()
        .into_iter()
        .map(|known| {
            let title = library.get(&known.path).unwrap().head.title;
            (known.path, known.hash.unwrap(), title)
        })
        .collect();
    assert!(listed == expected);
    let snapshot = library.since(0);
    assert!(snapshot.complete && snapshot.changed.len() == 2_000);
    assert!(snapshot.changed.iter().all(|entry| entry.signes.is_some()));
}
