//! Parts of the core in process, and the command line as a whole process beside pandoc.

use std::cell::Cell;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use copydesk_core::markdown::{self, Context};
use copydesk_core::reconcile::reconcile;
use copydesk_core::text;

use copydesk_desk::library::Library;

use crate::copy;
use crate::process;
use crate::table::{Figure, Table};

fn repeat(times: usize, mut job: impl FnMut()) -> Figure {
    let mut figure = Figure::default();
    for _ in 0..times {
        let start = Instant::now();
        job();
        figure.add_time(start.elapsed());
    }
    figure
}

/// The core's parts.
pub fn measure(table: &mut Table) {
    let context = Context { article_path: "article.md".into() };
    for words in [1000, 5000, 50_000] {
        let article = copy::article(words);
        let (_, body) = copydesk_core::front::split(&article);
        let figure = repeat(30, || {
            black_box(markdown::parse(black_box(body), &context).is_ok());
        });
        table.state(&format!("parse, tree, hashes and counts, {words} words"), "ms", figure.median(), None);
    }
    let base = copy::article(20_000);
    let mine = base.replacen("ville", "cité", 50);
    let theirs = base.replacen("millions", "milliards", 50);
    let figure = repeat(10, || {
        black_box(reconcile(black_box(&base), &mine, &theirs));
    });
    table.state("three-way merge, 20,000 words, 100 edits", "ms", figure.median(), Some(100.0));
    let figure = repeat(30, || {
        black_box(text::encode(black_box(base.as_bytes()), &mine));
    });
    table.state("splice of 20,000 words into their bytes", "ms", figure.median(), None);
}

/// The list of a large desk, read from nothing: until its first screen can be shown, and until it is complete.
pub fn list(folder: &Path, table: &mut Table) {
    let (mut first, mut complete) = (Figure::default(), Figure::default());
    for _ in 0..5 {
        let library = Library::new(folder.to_owned());
        let start = Instant::now();
        let seen = Cell::new(None);
        library.scan(&|| {
            if seen.get().is_none() {
                seen.set(Some(start.elapsed()));
            }
        });
        first.add_time(seen.get().unwrap_or_default());
        complete.add_time(start.elapsed());
    }
    table.state("list of 10,000 articles, first screen", "ms", first.median(), Some(300.0));
    table.state("list of 10,000 articles, complete", "ms", complete.median(), Some(2000.0));
}

/// The command line's exports beside pandoc's, whole processes in turns.
///
/// # Errors
/// A program could not be started.
pub fn exports(copydesk: &Path, work: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let folder = work.join("exports");
    fs::create_dir_all(&folder)?;
    let article = folder.join("article.md");
    fs::write(&article, copy::article(500))?;
    let data = work.join("data-cli");
    let ours = |format: &str| {
        let mut command = Command::new(copydesk);
        command
            .args(["export", "--to", format, "--out"])
            .arg(folder.join(format!("ours.{format}")))
            .arg(&article)
            .env("COPYDESK_DATA_DIR", &data);
        command
    };
    let pandoc = |format: &str| {
        let mut command = Command::new("pandoc");
        command.args(["-s", "-f", "gfm", "-o"]).arg(folder.join(format!("pandoc.{format}"))).arg(&article);
        if format == "pdf" {
            command.arg("--pdf-engine=weasyprint");
        }
        command
    };
    for (format, rounds) in [("html", 15), ("pdf", 7)] {
        let (mut us, mut them) = (Figure::default(), Figure::default());
        for _ in 0..rounds {
            us.add_time(process::time(&mut ours(format))?);
            them.add_time(process::time(&mut pandoc(format))?);
        }
        let peer = if format == "pdf" { "pandoc with weasyprint" } else { "pandoc" };
        table.compare(&format!("export {format}, 500 words, whole process"), "ms", &us, peer, &them, 0.2);
    }
    Ok(())
}
