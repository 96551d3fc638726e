//! The steps. They go through the newsroom where the program's own saves and drafts do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk_desk::env::SystemClock;
use copydesk_desk::export::{self, Piece};
use copydesk_desk::newsroom::Newsroom;
use copydesk_desk::session::Session;
use copydesk_desk::store::atomic::{self, Saved, fingerprint};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::history::{History, Origin};
use copydesk_desk::store::journal::hex;
use copydesk_desk::wire::{ExportFormat, ExportOptions, Lang, Paper};

use crate::{Job, Log};
use copydesk_faults::lab;
use copydesk_faults::text::version;

type Done = Result<(), String>;

impl Job {
    fn numbers(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.times
    }

    fn text(&self, number: usize) -> String {
        version(&self.writer, number, self.size)
    }

    fn open(&self) -> Result<Arc<Newsroom>, String> {
        lab::open(&self.desk, &self.local, Arc::new(RealFs))
    }
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Puts a version into an open article, as typing does.
fn type_in(session: &Session, text: &str) -> Done {
    let edition = session.snapshot().edition;
    if session.adopt(edition, text) { Ok(()) } else { Err("somebody else typed".to_owned()) }
}

/// Saves what was typed, and says how it ended and what the program now believes the disk to hold.
fn save_typed(newsroom: &Newsroom, session: &Session, number: usize, log: &mut Log) -> Done {
    let result = newsroom.save(&session.path());
    let after = session.snapshot();
    let base = hex(&after.base.fingerprint);
    let said = match (result, after.is_clean()) {
        (Ok(()), true) => log.say("saved", number, &base, ""),
        (Ok(()), false) => {
            let state = session.state(Lang::En);
            let why = state.read_only.map(|problem| problem.message).unwrap_or_default();
            log.say("unsaved", number, &base, &why)
        }
        (Err(problem), _) => log.say("failed", number, &base, &problem.to_string()),
    };
    said.map_err(words)
}

pub fn save(job: &Job, log: &mut Log) -> Done {
    let newsroom = job.open()?;
    let (session, _) = newsroom.open_article(&job.article).map_err(words)?;
    // Opening the history belongs to the start, not to the save; a damaged one does not hinder it.
    let _ = newsroom.history();
    for number in job.numbers() {
        type_in(&session, &job.text(number))?;
        log.say("begin", number, "", "").map_err(words)?;
        save_typed(&newsroom, &session, number, log)?;
    }
    Ok(())
}

pub fn save_bare(job: &Job, log: &mut Log) -> Done {
    let mut base = std::fs::read(job.desk.join(&job.article)).map_err(words)?;
    for number in job.numbers() {
        let bytes = job.text(number).into_bytes();
        log.say("begin", number, "", "").map_err(words)?;
        let kept = job.local.join("displaced");
        let mut keep = |foreign: &[u8]| atomic::put(&RealFs, &kept, foreign);
        let result = atomic::save(&RealFs, &job.desk, &job.article, &fingerprint(&base), &bytes, &mut keep);
        match result {
            Ok(Saved::Done { fingerprint, .. }) => {
                log.say("saved", number, &hex(&fingerprint), "").map_err(words)?;
                base = bytes;
            }
            Ok(Saved::Changed { .. } | Saved::Gone) => log.say("unsaved", number, "", "").map_err(words)?,
            Err(failed) => {
                let held = failed.on_disk.map(|hash| hex(&hash)).unwrap_or_default();
                log.say("failed", number, &held, &failed.error.to_string()).map_err(words)?;
            }
        }
    }
    Ok(())
}

pub fn create(job: &Job, log: &mut Log) -> Done {
    let newsroom = job.open()?;
    let _ = newsroom.history();
    for number in job.numbers() {
        log.say("begin", number, "", "").map_err(words)?;
        match newsroom.create_article("ville", "nouveau", &job.text(number)) {
            Ok(session) => {
                let base = hex(&session.snapshot().base.fingerprint);
                log.say("created", number, &base, &session.path()).map_err(words)?;
            }
            Err(problem) => log.say("failed", number, "", &problem.to_string()).map_err(words)?,
        }
    }
    Ok(())
}

pub fn draft(job: &Job, log: &mut Log) -> Done {
    let newsroom = job.open()?;
    let (session, _) = newsroom.open_article(&job.article).map_err(words)?;
    for number in job.numbers() {
        type_in(&session, &job.text(number))?;
        log.say("begin", number, "", "").map_err(words)?;
        newsroom.write_due_drafts(Instant::now(), true);
        if session.waits_for_draft() {
            let why = session.state(Lang::En).problem.map(|problem| problem.message).unwrap_or_default();
            log.say("failed", number, "", &why).map_err(words)?;
        } else {
            log.say("drafted", number, "", "").map_err(words)?;
        }
    }
    Ok(())
}

pub fn type_on(job: &Job, log: &mut Log) -> Done {
    let newsroom = job.open()?;
    let (session, _) = newsroom.open_article(&job.article).map_err(words)?;
    for number in job.numbers() {
        type_in(&session, &job.text(number))?;
        newsroom.typed();
        log.say("begin", number, "", "").map_err(words)?;
        // Sometimes fast, sometimes with a pause that is long enough for a draft.
        std::thread::sleep(Duration::from_millis(if number % 40 == 0 { 300 } else { 15 }));
    }
    Ok(())
}

fn history(job: &Job) -> Result<History, String> {
    History::open(&job.local.join("history.db"), Arc::new(SystemClock)).map_err(words)
}

pub fn record(job: &Job, log: &mut Log) -> Done {
    let history = history(job)?;
    for number in job.numbers() {
        let text = job.text(number);
        log.say("begin", number, "", "").map_err(words)?;
        match history.record(&job.article, text.as_bytes(), "Ada", Origin::Save) {
            Ok(_) => log.say("recorded", number, &hex(&fingerprint(text.as_bytes())), ""),
            Err(problem) => log.say("failed", number, "", &problem.to_string()),
        }
        .map_err(words)?;
    }
    Ok(())
}

pub fn migrate(job: &Job, log: &mut Log) -> Done {
    log.say("begin", job.first, "", "").map_err(words)?;
    let said = match history(job) {
        Ok(_) => log.say("opened", job.first, "", ""),
        Err(problem) => log.say("failed", job.first, "", &problem),
    };
    said.map_err(words)
}

pub fn export(job: &Job, log: &mut Log) -> Done {
    let text = std::fs::read_to_string(job.desk.join(&job.article)).map_err(words)?;
    let piece = Piece { desk: &job.desk, path: &job.article, text: &text };
    let options = ExportOptions {
        format: ExportFormat::Html,
        paper: Paper::default(),
        columns: 1,
        images_beside: false,
    };
    log.say("begin", job.first, "", "").map_err(words)?;
    let out = job.desk.join("a.html");
    let said = match export::export_text(&piece, &options, &out, Lang::En, &mut |_| {}, &|| false) {
        Ok(exported) => log.say("exported", job.first, &exported.sha256, ""),
        Err(problem) => log.say("failed", job.first, "", &problem.to_string()),
    };
    said.map_err(words)
}

pub fn race(job: &Job, log: &mut Log) -> Done {
    let newsroom = job.open()?;
    let _ = newsroom.history();
    for number in job.numbers() {
        // Another program may hold the name at this moment: the next round sees it again.
        let Ok((session, _)) = newsroom.open_article(&job.article) else { continue };
        type_in(&session, &job.text(number))?;
        log.say("begin", number, "", "").map_err(words)?;
        save_typed(&newsroom, &session, number, log)?;
        drop(session);
        newsroom.discard_draft(&job.article).map_err(words)?;
    }
    Ok(())
}

/// A start: the history, its revisions, the drafts, the article with its draft, and a save of one more version.
pub fn check(job: &Job, log: &mut Log) -> Done {
    let newsroom = job.open()?;
    let (session, restored) = newsroom.open_article(&job.article).map_err(words)?;
    let shown = hex(&fingerprint(session.snapshot().text().as_bytes()));
    log.say("opened", 0, &shown, if restored { "restored" } else { "" }).map_err(words)?;
    match newsroom.history() {
        Ok(history) => {
            // As the program does once its window is there.
            let mended = history.mend();
            let aside = mended.as_ref().ok().and_then(Option::as_ref).or(history.set_aside.as_ref());
            let aside = aside.map(|aside| format!("{aside:?}")).unwrap_or_default();
            log.say("history", 0, "", &aside).map_err(words)?;
            if let Err(problem) = &mended {
                log.say("refused", 0, problem.code, &problem.to_string()).map_err(words)?;
            }
            // Each answer may be a refusal; none may be a panic, nor bytes that were never written.
            for revision in history.list(&job.article).unwrap_or_default() {
                if let Ok(bytes) = history.content(revision.id) {
                    let number = usize::try_from(revision.id).unwrap_or_default();
                    log.say("read", number, &hex(&fingerprint(&bytes)), "").map_err(words)?;
                }
            }
        }
        Err(problem) => log.say("refused", 0, problem.code, &problem.to_string()).map_err(words)?,
    }
    type_in(&session, &job.text(job.first))?;
    log.say("begin", job.first, "", "").map_err(words)?;
    save_typed(&newsroom, &session, job.first, log)
}
