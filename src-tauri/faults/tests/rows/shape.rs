//! Row 29: what a file is besides its bytes: mode, owner, attributes, links.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use copydesk_faults::lab::{ARTICLE, Lab, old};
use copydesk_faults::row::Row;
use copydesk_faults::run;
use copydesk_faults::text::recognise;

use super::program;

/// What a case does to the article `a.md` of a desk; gives the file that holds the bytes.
type Make = fn(&Path) -> PathBuf;

fn plain(desk: &Path) -> PathBuf {
    desk.join(ARTICLE)
}

fn link(desk: &Path) -> PathBuf {
    fs::create_dir(desk.join("ville")).unwrap();
    let target = desk.join("ville/cible.md");
    fs::rename(desk.join(ARTICLE), &target).unwrap();
    symlink("ville/cible.md", desk.join(ARTICLE)).unwrap();
    target
}

fn chain(desk: &Path) -> PathBuf {
    let target = link(desk);
    fs::rename(desk.join(ARTICLE), desk.join("b.md")).unwrap();
    symlink(desk.join("b.md"), desk.join("c.md")).unwrap();
    symlink("c.md", desk.join(ARTICLE)).unwrap();
    target
}

fn two_names(desk: &Path) -> PathBuf {
    fs::hard_link(desk.join(ARTICLE), desk.join("b.md")).unwrap();
    desk.join(ARTICLE)
}

fn attributes(desk: &Path) -> PathBuf {
    let file = desk.join(ARTICLE);
    for (name, value) in [("user.note", b"une note".as_slice()), ("user.xdg.tags", b"port")] {
        let _ = rustix::fs::setxattr(&file, name, value, rustix::fs::XattrFlags::empty());
    }
    file
}

fn group_folder(desk: &Path) -> PathBuf {
    let _ = chown(desk, None, Some(65534));
    fs::set_permissions(desk, fs::Permissions::from_mode(0o2775)).unwrap();
    desk.join(ARTICLE)
}

type Attributes = Vec<(String, Vec<u8>)>;

/// Mode, owner, group, number of names, attributes.
fn shape(file: &Path) -> (u32, u32, u32, u64, Attributes) {
    let metadata = fs::metadata(file).unwrap();
    let mut names = vec![0; 4096];
    let length = rustix::fs::listxattr(file, &mut names[..]).unwrap_or(0);
    let attributes = names[..length]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| {
            let name = String::from_utf8_lossy(name).into_owned();
            let mut value = vec![0; 4096];
            let length = rustix::fs::getxattr(file, &name, &mut value[..]).unwrap_or(0);
            (name, value[..length].to_vec())
        })
        .collect();
    (metadata.mode(), metadata.uid(), metadata.gid(), metadata.nlink(), attributes)
}

#[test]
fn row_29_shapes() {
    let superuser = rustix::process::geteuid().is_root();
    let lab = Lab::on_disk();
    let mut row = Row::new("29 mode, owner, attributes, links");
    let makes: [(&str, Make); 6] = [
        ("plain", plain),
        ("a link", link),
        ("a chain of links", chain),
        ("two names", two_names),
        ("attributes", attributes),
        ("a group's folder", group_folder),
    ];
    for (name, make) in makes {
        for mode in [0o644, 0o600, 0o640, 0o664, 0o755, 0o4711, 0o2664] {
            for owner in [None, Some((1000, 1001))] {
                if owner.is_some() && !superuser {
                    continue;
                }
                lab.reset();
                fs::set_permissions(&lab.desk, fs::Permissions::from_mode(0o755)).unwrap();
                let file = make(&lab.desk);
                if let Some((user, group)) = owner {
                    chown(&file, Some(user), Some(group)).unwrap();
                }
                fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
                let links: Vec<_> = links_of(&lab.desk);
                let before = shape(&file);
                let ended = run::run(&mut lab.work(program(), "save", &["--times", "2"]));
                row.faults += 1;
                let what = format!("{name}, {mode:o}, {owner:?}");
                let bytes = fs::read(&file).unwrap_or_default();
                if !ended.status.success() || !matches!(recognise(&bytes), Some((_, 2))) {
                    row.torn.push(format!("{what}: {}", ended.errors));
                }
                if shape(&file) != before || links_of(&lab.desk) != links {
                    row.lost.push(format!("{what}: {before:?} became {:?}", shape(&file)));
                }
            }
        }
    }
    row.end();
}

/// The links of a desk and where they lead.
fn links_of(desk: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut all: Vec<_> = fs::read_dir(desk)
        .unwrap()
        .flatten()
        .filter_map(|entry| Some((entry.path(), fs::read_link(entry.path()).ok()?)))
        .collect();
    all.sort();
    all
}

/// A link that leads nowhere, in a circle or out of the desk is never written through, nor replaced.
#[test]
fn row_29_links_that_lead_away() {
    let lab = Lab::new();
    let mut row = Row::new("29 links that lead away");
    let outside = lab.around().join("dehors.md");
    for to in ["rien.md", "a.md", "../dehors.md", "../desk/../dehors.md", "/dev/null"] {
        lab.reset();
        fs::write(&outside, old()).unwrap();
        fs::remove_file(lab.desk.join(ARTICLE)).unwrap();
        symlink(to, lab.desk.join(ARTICLE)).unwrap();
        let _ = run::run(&mut lab.work(program(), "save", &["--times", "1"]));
        row.faults += 1;
        if lab.last(&["saved"]) != 0 || fs::read_to_string(&outside).unwrap() != old() {
            row.lost.push(format!("a link to {to} was written through"));
        }
        if fs::read_link(lab.desk.join(ARTICLE)).ok().as_deref() != Some(Path::new(to)) {
            row.torn.push(format!("the link to {to} was replaced"));
        }
    }
    row.end();
}
