//! What Git knows of an article, asked of the `git` program where it is there. Nothing is ever written.

use std::path::Path;
use std::process::{Command, Stdio};

/// A commit that changed an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its name, in full.
    pub id: String,
    /// Who.
    pub author: String,
    /// When, RFC 3339.
    pub time: String,
    /// Its first line.
    pub subject: String,
}

/// Runs `git` in a folder; `None` where there is no such program, no work tree, or it refused.
fn git(folder: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git")
        // A repository's own settings must not start programs, nor patterns stand for a path.
        .args([
            "--no-pager",
            "--literal-pathspecs",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "log.showSignature=false",
        ])
        .args(args)
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// The last commits that changed an article, newest first; none where the desk is in no work tree.
#[must_use]
pub fn commits(desk: &Path, path: &str, most: usize) -> Vec<Commit> {
    let limit = format!("--max-count={most}");
    let args = ["log", &limit, "-z", "--format=%H%x1f%an%x1f%aI%x1f%s", "--", path];
    let Some(output) = git(desk, &args) else { return Vec::new() };
    String::from_utf8_lossy(&output)
        .split('\0')
        .filter_map(|entry| {
            let mut parts = entry.splitn(4, '\u{1f}').map(str::to_owned);
            let commit = Commit {
                id: parts.next()?,
                author: parts.next()?,
                time: parts.next()?,
                subject: parts.next()?,
            };
            (!commit.id.is_empty()).then_some(commit)
        })
        .collect()
}

/// A commit by a name that `git rev-parse` understands.
#[must_use]
pub fn commit(desk: &Path, name: &str) -> Option<Commit> {
    let peeled = format!("{name}^{{commit}}");
    let id = git(desk, &["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled])?;
    let id = String::from_utf8(id).ok()?;
    let id = id.trim();
    let output = git(desk, &["log", "--max-count=1", "--format=%an%x1f%aI%x1f%s", id, "--"])?;
    let output = String::from_utf8_lossy(&output).trim_end_matches('\n').to_owned();
    let mut parts = output.splitn(3, '\u{1f}').map(str::to_owned);
    Some(Commit { id: id.to_owned(), author: parts.next()?, time: parts.next()?, subject: parts.next()? })
}

/// An article's bytes in a commit, which [`commit`] found.
#[must_use]
pub fn content(desk: &Path, id: &str, path: &str) -> Option<Vec<u8>> {
    git(desk, &["cat-file", "blob", &format!("{id}:./{path}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(folder: &Path, args: &[&str]) {
        let identity =
            ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"];
        let status = Command::new("git")
            .args(identity)
            .args(args)
            .current_dir(folder)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "git {args:?}");
    }

    #[test]
    fn commits_of_an_article_with_a_difficult_name_and_its_bytes_in_each() {
        let folder = tempfile::tempdir().unwrap();
        let desk = folder.path().join("desk");
        std::fs::create_dir_all(desk.join("ville")).unwrap();
        assert_eq!(commits(&desk, "a.md", 20), []);
        run(folder.path(), &["init", "--quiet"]);
        let path = "ville/:(glob)*été -- x.md";
        for text in ["un\n", "deux\n"] {
            std::fs::write(desk.join(path), text).unwrap();
            std::fs::write(desk.join("autre.md"), text).unwrap();
            run(folder.path(), &["add", "--all"]);
            run(
                folder.path(),
                &["commit", "--quiet", "--message", &format!("{}: premier\u{a0}jet", text.trim())],
            );
        }
        let found = commits(&desk, path, 20);
        let subjects: Vec<&str> = found.iter().map(|commit| commit.subject.as_str()).collect();
        assert_eq!(subjects, ["deux: premier\u{a0}jet", "un: premier\u{a0}jet"]);
        assert_eq!(found[0].author, "Ada");
        assert!(found[0].time.parse::<jiff::Timestamp>().is_ok(), "{}", found[0].time);
        assert_eq!(commits(&desk, path, 1).len(), 1);
        let first = commit(&desk, "HEAD~1").unwrap();
        assert_eq!(first, found[1]);
        assert_eq!(content(&desk, &first.id, path).as_deref(), Some(&b"un\n"[..]));
        assert_eq!(content(&desk, &first.id, "absent.md"), None);
        for name in ["--help", "absent", "", "-n", "HEAD:desk"] {
            assert_eq!(commit(&desk, name), None, "{name}");
        }
    }
}
