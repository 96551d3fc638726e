//! The review of an open article goes out for others as a file, and comes back in one.

use super::review::Open;
use super::{Newsroom, lock};
use crate::error::Problem;
use crate::review::files::{self, Piece, Sent};
use crate::session::Snapshot;
use crate::wire::{Review, ReviewCame, ReviewForm};
use crate::words;

impl Newsroom {
    /// An article with its review as it is on the screen, as a file for others.
    ///
    /// # Errors
    /// The article cannot be opened, or is too intricate for that form.
    pub fn review_file(&self, path: &str, form: ReviewForm) -> Result<Sent, Problem> {
        let (shown, review) = self.as_shown(path, &mut lock(&self.open_review(path)))?;
        let piece = Piece { desk: &self.root, path, front: &shown.front, body: &shown.body, review: &review };
        files::send(&piece, form, self.lang())
    }

    /// Takes what others say in a file into an article's review. The article is not touched.
    ///
    /// # Errors
    /// Nobody gave a name; the file cannot be read; the disk refused.
    pub fn take_review_file(&self, path: &str, name: &str, bytes: &[u8]) -> Result<ReviewCame, Problem> {
        let me = self.by()?;
        let open = self.open_review(path);
        let mut open = lock(&open);
        let (shown, review) = self.as_shown(path, &mut open)?;
        let piece = Piece { desk: &self.root, path, front: &shown.front, body: &shown.body, review: &review };
        let record = self.records.of(path);
        let now = self.clock.now();
        let came = files::take(&piece, &record.record, &me, now, (name, bytes), self.lang())?;
        let taken = u32::try_from(came.events.len()).unwrap_or(u32::MAX);
        self.records.import(path, came.events).map_err(|error| words::cannot_record(path, &error))?;
        self.watch_reviews();
        Ok(ReviewCame { review: self.shown(path, &mut open)?, taken, left_out: came.left_out })
    }

    /// The text on the screen, and the review placed on its body.
    fn as_shown(&self, path: &str, open: &mut Open) -> Result<(Snapshot, Review), Problem> {
        let (session, _) = self.open_article(path)?;
        loop {
            let review = self.view(path, open)?;
            let snapshot = session.snapshot();
            // Typed meanwhile: places are those of the text before.
            if review.version == snapshot.version {
                return Ok((snapshot, review));
            }
        }
    }
}
