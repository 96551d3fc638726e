//! The commands of the review.

use std::path::Path;

use super::{App, article_path, lock};
use crate::error::Problem;
use crate::review::files;
use crate::wire::{
    ArticleState, DeskReviewItem, DiffView, Passage, Proposal, Review, ReviewCame, ReviewForm, ReviewSent,
    UnsentItem, VersionRef, Versions,
};
use crate::words;

impl App {
    /// The versions of an article that can be compared.
    pub fn versions(&self, path: String, all: bool) -> Result<Versions, Problem> {
        self.desk()?.versions(&article_path(&path)?, all)
    }

    /// How one version differs from another.
    pub fn diff(&self, path: String, old: VersionRef, new: VersionRef) -> Result<DiffView, Problem> {
        for version in [&old, &new] {
            if let VersionRef::File { path } = version {
                article_path(path)?;
            }
        }
        self.desk()?.diff(&article_path(&path)?, &old, &new)
    }

    /// What waits to be looked at, over the whole desk.
    pub fn desk_review(&self) -> Result<Vec<DeskReviewItem>, Problem> {
        Ok(self.desk()?.desk_review())
    }

    /// This person has read a version as it was shown.
    pub fn mark_read(&self, path: String, version: VersionRef, seen: String) -> Result<(), Problem> {
        self.desk()?.mark_read(&article_path(&path)?, &version, &seen)
    }

    /// The review of an article.
    pub fn review(&self, path: String) -> Result<Review, Problem> {
        self.desk()?.review(&article_path(&path)?)
    }

    /// Takes the person's proposals as they are in the editor.
    pub fn suggest(
        &self,
        path: String,
        version: u32,
        proposals: Vec<Proposal>,
        gone: Vec<String>,
        settled: bool,
    ) -> Result<Review, Problem> {
        self.desk()?.suggest(&article_path(&path)?, version, &proposals, &gone, settled)
    }

    /// Accepts or rejects suggestions; the text of accepted ones stands in the article already.
    pub fn decide(&self, path: String, ids: Vec<String>, accept: bool) -> Result<Review, Problem> {
        self.desk()?.decide(&article_path(&path)?, &ids, accept)
    }

    /// Takes verdicts back.
    pub fn undecide(&self, path: String, ids: Vec<String>) -> Result<Review, Problem> {
        self.desk()?.undecide(&article_path(&path)?, &ids)
    }

    /// Says why something is proposed.
    pub fn note_suggestion(&self, path: String, id: String, note: String) -> Result<Review, Problem> {
        self.desk()?.note_suggestion(&article_path(&path)?, &id, &note)
    }

    /// Begins a conversation.
    pub fn comment(
        &self,
        path: String,
        version: u32,
        passage: Option<Passage>,
        text: String,
        off_record: bool,
    ) -> Result<Review, Problem> {
        self.desk()?.comment(&article_path(&path)?, version, passage, &text, off_record)
    }

    /// Adds a message to a conversation.
    pub fn reply(&self, path: String, thread: String, text: String) -> Result<Review, Problem> {
        self.desk()?.reply(&article_path(&path)?, &thread, &text)
    }

    /// Changes one of the person's own messages.
    pub fn edit_message(&self, path: String, message: String, text: String) -> Result<Review, Problem> {
        self.desk()?.edit_message(&article_path(&path)?, &message, &text)
    }

    /// Settles a conversation, or takes that back.
    pub fn resolve_thread(&self, path: String, thread: String, resolved: bool) -> Result<Review, Problem> {
        self.desk()?.resolve_thread(&article_path(&path)?, &thread, resolved)
    }

    /// Keeps a conversation within the desk, or not.
    pub fn keep_off_record(&self, path: String, thread: String, off: bool) -> Result<Review, Problem> {
        self.desk()?.keep_off_record(&article_path(&path)?, &thread, off)
    }

    /// Gives an orphaned suggestion or conversation a place again.
    pub fn attach(
        &self,
        path: String,
        id: String,
        version: u32,
        passage: Passage,
    ) -> Result<Review, Problem> {
        self.desk()?.attach(&article_path(&path)?, &id, version, passage)
    }

    /// Gives a suggestion or a comment the place back that it had before it was attached.
    pub fn detach(&self, path: String, id: String) -> Result<Review, Problem> {
        self.desk()?.detach(&article_path(&path)?, &id)
    }

    /// Keeps what is typed into a box of the review.
    pub fn keep_unsent(&self, path: String, item: UnsentItem, version: Option<u32>) -> Result<(), Problem> {
        self.desk()?.keep_unsent(&article_path(&path)?, item, version)
    }

    /// Moves an article to a stage.
    pub fn set_stage(&self, path: String, stage: String, reason: String) -> Result<ArticleState, Problem> {
        let session = self.desk()?.set_stage(&article_path(&path)?, &stage, &reason)?;
        Ok(session.state(self.lang()))
    }

    /// Signs off what is on the screen.
    pub fn sign_off(&self, path: String, role: String) -> Result<Review, Problem> {
        self.desk()?.sign_off(&article_path(&path)?, &role)
    }

    /// Takes back one of the person's own sign-offs.
    pub fn withdraw_sign_off(&self, path: String, id: String) -> Result<Review, Problem> {
        self.desk()?.withdraw_sign_off(&article_path(&path)?, &id)
    }

    /// Asks where a review goes as a file for others.
    pub fn choose_review_path(&self, path: String, form: ReviewForm) -> Result<Option<String>, Problem> {
        let desk = self.desk()?;
        let path = article_path(&path)?;
        let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let ending = match form {
            // Not `.md`: beside its article it would be one itself.
            ReviewForm::Criticmarkup => "critic.txt",
            ReviewForm::Docx => "docx",
        };
        let suggestion = desk.root().join(format!("{stem}.{ending}"));
        Ok(self.host.pick_file(&suggestion).map(|file| file.display().to_string()))
    }

    /// Writes an article with its review, as it is on the screen, to a file for others.
    pub fn export_review(&self, path: String, form: ReviewForm, out: String) -> Result<ReviewSent, Problem> {
        let sent = self.desk()?.review_file(&article_path(&path)?, form)?;
        files::write(Path::new(&out), &sent.bytes)?;
        lock(&self.exported).insert(out.clone());
        Ok(ReviewSent { out, left_out: sent.left_out })
    }

    /// Takes what others say in a file into an article's review; `data` is the file's, base64.
    pub fn import_review(&self, path: String, name: String, data: String) -> Result<ReviewCame, Problem> {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(data.as_bytes());
        let bytes =
            bytes.map_err(|_| words::not_a_document(&name, ("il est arrivé abîmé", "it came damaged")))?;
        self.desk()?.take_review_file(&article_path(&path)?, &name, &bytes)
    }
}
