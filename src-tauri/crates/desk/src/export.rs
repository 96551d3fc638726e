//! Exports an article: one HTML file, or a PDF. Used by the window and by the command line alike.
//!
//! A finished file appears whole or not at all. Nothing of the machine goes in: no path, no time of the run.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use copydesk_core::article::Article;
use copydesk_core::html::{self, ImageData, WarningKind};
use copydesk_core::markdown::TooComplex;
use copydesk_core::slug::slugify;
use copydesk_typeset::{self as typeset, NotSet, Rule, Step};
use sha2::{Digest, Sha256};

use crate::error::Problem;
use crate::store::history::Revision;
use crate::store::{atomic, fs::RealFs, images, settings};
use crate::wire::{ExportFormat, ExportOptions, Exported, Lang, Pages, Paper, RevisionItem};
use crate::words;

/// Width of a page's picture is about 1,200 pixels: sharp at twice the width of the side column.
const PIXELS_PER_PT: f64 = 2.0;

/// What is exported.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The desk's folder.
    pub desk: &'a Path,
    /// Path of the article relative to it.
    pub path: &'a str,
    /// The whole text (LF).
    pub text: &'a str,
}

/// An export that is not written yet.
pub struct Made {
    /// The file.
    pub bytes: Vec<u8>,
    /// Files that belong beside it, by path relative to it.
    pub beside: BTreeMap<String, Vec<u8>>,
    /// Keys that were not exported.
    pub left_out: Vec<String>,
    /// Sentences, each with its line where there is one.
    pub warnings: Vec<String>,
}

/// The usual ending of a format's files.
#[must_use]
pub fn ending(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Html => "html",
        ExportFormat::Pdf => "pdf",
    }
}

/// Where an export goes by itself: beside the article, by its slug, else its file name.
#[must_use]
pub fn suggest_path(desk: &Path, path: &str, options: &ExportOptions) -> PathBuf {
    let file = desk.join(path);
    let slug = std::fs::read(&file)
        .ok()
        .and_then(|bytes| copydesk_core::text::decode(&bytes).ok())
        .map(|decoded| {
            let (front, body) = copydesk_core::front::split(&decoded.text);
            copydesk_core::furniture::resolve(front, body, path).slug.value
        })
        .filter(|slug| !slug.trim().is_empty())
        .map(|slug| slugify(&slug));
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    file.with_file_name(format!("{}.{}", slug.unwrap_or(stem), ending(options.format)))
}

/// An article is too long or too complex to be read.
pub fn too_complex(path: &str, reason: TooComplex) -> Problem {
    let (fr, en) = match reason {
        TooComplex::TooLong => ("il est trop long", "it is too long"),
        TooComplex::TooDeep => ("ses blocs sont trop imbriqués", "its blocks are nested too deeply"),
        TooComplex::TooMuch => ("sa mise en forme est trop complexe", "its markup is too complex"),
    };
    Problem::new(
        "too_complex",
        (
            format!("L’article {path} n’a pas pu être exporté\u{a0}: {fr}."),
            "Partagez-le, ou simplifiez sa mise en forme.",
        ),
        (format!("The article {path} could not be exported: {en}."), "Split it, or make its markup simpler."),
    )
}

fn not_set(path: &str, reason: NotSet) -> Problem {
    match reason {
        NotSet::Cancelled => words::cancelled(path),
        NotSet::Fault(fault) => Problem::new(
            "fault",
            (
                format!("La page de {path} n’a pas pu être composée\u{a0}: {}.", fault.0),
                "Exportez en HTML, et signalez-le.",
            ),
            (
                format!("The page of {path} could not be set: {}.", fault.0),
                "Export as HTML, and report this.",
            ),
        ),
    }
}

/// Language of an article that names none: the desk's, else the one its own words are of. Never that of the person or
/// of the machine, so that the same input gives the same bytes.
fn lang_of(piece: &Piece<'_>) -> String {
    settings::house_lang(piece.desk).unwrap_or_else(|| copydesk_core::lang::guess(piece.text).to_owned())
}

fn typeset_options(options: &ExportOptions) -> typeset::Options {
    typeset::Options {
        paper: match options.paper {
            Paper::A4 => typeset::Paper::A4,
            Paper::Letter => typeset::Paper::Letter,
        },
        columns: options.columns,
    }
}

/// Makes an export without writing it.
///
/// # Errors
/// The article is too complex, or the person stopped it.
pub fn make(
    piece: &Piece<'_>,
    options: &ExportOptions,
    lang: Lang,
    progress: &mut dyn FnMut(&str),
    cancelled: &dyn Fn() -> bool,
) -> Result<Made, Problem> {
    make_beside(piece, options, &|_, _| false, lang, progress, cancelled)
}

/// The same for a folder: `taken` says whether it holds something else at the path of an image.
fn make_beside(
    piece: &Piece<'_>,
    options: &ExportOptions,
    taken: &dyn Fn(&str, &[u8]) -> bool,
    lang: Lang,
    progress: &mut dyn FnMut(&str),
    cancelled: &dyn Fn() -> bool,
) -> Result<Made, Problem> {
    progress("reading");
    let article = Article::read(piece.text, piece.path, &lang_of(piece))
        .map_err(|reason| too_complex(piece.path, reason))?;
    if cancelled() {
        return Err(words::cancelled(piece.path));
    }
    let left_out = left_out(&article);
    match options.format {
        ExportFormat::Html => {
            progress("setting");
            let beside = RefCell::new(BTreeMap::new());
            let read = |src: &str| {
                let image = images::read_image(piece.desk, src).ok()?;
                let media = image.kind.media().to_owned();
                // A drawing may hold scripts: within the page they never run, in a file of their own they would.
                if !options.images_beside || image.kind == images::Kind::Svg {
                    return Some(ImageData::Embedded { bytes: image.bytes, media });
                }
                let path = beside_path(&mut beside.borrow_mut(), src, image, taken);
                Some(ImageData::Beside { path })
            };
            let paper = match options.paper {
                Paper::A4 => html::Paper::A4,
                Paper::Letter => html::Paper::Letter,
            };
            let page = html::page(&article, &read, &html::Options { paper });
            let warnings = page
                .warnings
                .iter()
                .map(|warning| {
                    let rule = match warning.kind {
                        WarningKind::ImageMissing => Rule::ImageMissing,
                        WarningKind::ImageRemote => Rule::ImageRemote,
                        WarningKind::ImageRefused => Rule::ImageRefused,
                        WarningKind::LinkRefused | WarningKind::LinkToArticle => {
                            return link_sentence(warning.kind, warning.line, &warning.subject, lang);
                        }
                    };
                    sentence(rule, Some(warning.line), &warning.subject, lang)
                })
                .collect();
            Ok(Made { bytes: page.html.into_bytes(), beside: beside.into_inner(), left_out, warnings })
        }
        ExportFormat::Pdf => {
            let read = |src: &str| images::read_image(piece.desk, src).ok().map(|image| image.bytes);
            let mut step = |step: Step| {
                progress(match step {
                    Step::Setting => "setting",
                    Step::Writing => "writing",
                });
            };
            let pdf = typeset::pdf(&article, &read, &typeset_options(options), &mut step, cancelled)
                .map_err(|reason| not_set(piece.path, reason))?;
            typeset::evict();
            let warnings = sentences(&pdf.warnings, piece.text, lang);
            Ok(Made { bytes: pdf.bytes, beside: BTreeMap::new(), left_out, warnings })
        }
    }
}

fn link_sentence(kind: WarningKind, line: u32, subject: &str, lang: Lang) -> String {
    let to_article = kind == WarningKind::LinkToArticle;
    match (lang, to_article) {
        (Lang::Fr, true) => {
            format!(
                "Ligne {line}\u{a0}: le lien vers l’article {subject} n’est pas repris\u{a0}; son texte reste."
            )
        }
        (Lang::Fr, false) => {
            format!("Ligne {line}\u{a0}: l’adresse {subject} n’est pas permise\u{a0}; son texte reste.")
        }
        (Lang::En, true) => {
            format!("Line {line}: the link to the article {subject} is not kept; its text stays.")
        }
        (Lang::En, false) => format!("Line {line}: the address {subject} is not allowed; its text stays."),
    }
}

/// A name for an image beside the page, never that of another image: neither of the article's nor, by `taken`, of the
/// folder's. The ending is that of the kind, so that a page in an image's clothes is no page beside ours.
fn beside_path(
    held: &mut BTreeMap<String, Vec<u8>>,
    src: &str,
    image: images::Image,
    taken: &dyn Fn(&str, &[u8]) -> bool,
) -> String {
    let name = src.rsplit('/').next().unwrap_or(src);
    let (stem, written) = name.rsplit_once('.').unwrap_or((name, ""));
    let ending = match image.kind.ending() {
        "jpg" if written.eq_ignore_ascii_case("jpeg") => written,
        kind if written.eq_ignore_ascii_case(kind) => written,
        kind => kind,
    };
    let mut path = format!("images/{stem}.{ending}");
    let mut n = 2;
    while held.get(&path).is_some_and(|other| *other != image.bytes) || taken(&path, &image.bytes) {
        path = format!("images/{stem}-{n}.{ending}");
        n += 1;
    }
    held.insert(path.clone(), image.bytes);
    path
}

/// The keys of the desk's own work that the article has and no reader sees.
fn left_out(article: &Article) -> Vec<String> {
    let f = &article.furniture;
    [
        ("stage", &f.stage),
        ("assignee", &f.assignee),
        ("deadline", &f.deadline),
        ("embargo", &f.embargo),
        ("legal", &f.legal),
        ("length", &f.length),
    ]
    .into_iter()
    .filter(|(_, field)| !field.value.is_empty())
    .map(|(key, _)| key.to_owned())
    .collect()
}

fn sentences(warnings: &[typeset::Warning], text: &str, lang: Lang) -> Vec<String> {
    warnings
        .iter()
        .map(|warning| {
            let line = warning.line.or_else(|| {
                let at = (warning.rule == Rule::NoGlyph).then(|| text.find(&warning.subject)).flatten()?;
                u32::try_from(text[..at].matches('\n').count() + 1).ok()
            });
            sentence(warning.rule, line, &warning.subject, lang)
        })
        .collect()
}

fn sentence(rule: Rule, line: Option<u32>, subject: &str, lang: Lang) -> String {
    let line = line.map_or_else(String::new, |line| match lang {
        Lang::Fr => format!("Ligne {line}\u{a0}: "),
        Lang::En => format!("Line {line}: "),
    });
    let code = subject.chars().next().map_or(0, u32::from);
    let what = match (rule, lang) {
        (Rule::ImageWithoutAlt, Lang::Fr) => {
            format!("l’image {subject} n’a pas de texte alternatif (PDF/UA). Le PDF est simplement balisé.")
        }
        (Rule::ImageWithoutAlt, Lang::En) => {
            format!("the image {subject} has no alternative text (PDF/UA). The PDF is a plain tagged one.")
        }
        (Rule::NoGlyph, Lang::Fr) => format!(
            "aucune police n’a le caractère «\u{a0}{subject}\u{a0}» (U+{code:04X}, PDF/A et PDF/UA). Le PDF est simplement balisé."
        ),
        (Rule::NoGlyph, Lang::En) => format!(
            "no font has the character “{subject}” (U+{code:04X}, PDF/A and PDF/UA). The PDF is a plain tagged one."
        ),
        (Rule::Standard, Lang::Fr) => {
            format!("PDF/A et PDF/UA ont été refusés\u{a0}: {subject}. Le PDF est simplement balisé.")
        }
        (Rule::Standard, Lang::En) => {
            format!("PDF/A and PDF/UA were refused: {subject}. The PDF is a plain tagged one.")
        }
        (Rule::ImageMissing, Lang::Fr) => {
            format!("l’image {subject} n’a pas pu être lue\u{a0}; son texte alternatif la remplace.")
        }
        (Rule::ImageMissing, Lang::En) => {
            format!("the image {subject} could not be read; its alternative text stands instead.")
        }
        (Rule::ImageKind, Lang::Fr) => format!(
            "l’image {subject} est d’un format que les pages ne prennent pas (AVIF)\u{a0}; son texte alternatif la remplace. Convertissez-la en PNG, JPEG ou WebP."
        ),
        (Rule::ImageKind, Lang::En) => format!(
            "the image {subject} is of a kind that pages do not take (AVIF); its alternative text stands instead. Convert it to PNG, JPEG or WebP."
        ),
        (Rule::ImageRemote, Lang::Fr) => format!(
            "l’image {subject} est sur le web et n’a pas été chargée\u{a0}; son texte alternatif la remplace."
        ),
        (Rule::ImageRemote, Lang::En) => format!(
            "the image {subject} is on the web and was not fetched; its alternative text stands instead."
        ),
        (Rule::ImageRefused, Lang::Fr) => {
            format!("l’image {subject} est hors du desk\u{a0}; son texte alternatif la remplace.")
        }
        (Rule::ImageRefused, Lang::En) => {
            format!("the image {subject} is outside the desk; its alternative text stands instead.")
        }
        (Rule::LinkRefused, Lang::Fr) => {
            format!("le lien vers {subject} ne peut pas être publié\u{a0}; son texte reste.")
        }
        (Rule::LinkRefused, Lang::En) => {
            format!("the link to {subject} cannot be published; its text stays.")
        }
        (Rule::LinkToArticle, Lang::Fr) => {
            format!("le lien vers {subject} mène à un article du desk\u{a0}; son texte reste.")
        }
        (Rule::LinkToArticle, Lang::En) => {
            format!("the link to {subject} leads to an article of the desk; its text stays.")
        }
    };
    if line.is_empty() {
        let mut letters = what.chars();
        return letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    }
    line + &what
}

/// What is said of a finished export.
#[must_use]
pub fn report(piece: &Piece<'_>, format: ExportFormat, out: &str, made: &Made) -> Exported {
    let hash = Sha256::digest(&made.bytes);
    Exported {
        article: piece.path.to_owned(),
        format: ending(format).to_owned(),
        out: out.to_owned(),
        #[allow(clippy::cast_precision_loss)] // A file of 2^53 bytes is not made here.
        bytes: made.bytes.len() as f64,
        sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        left_out: made.left_out.clone(),
        warnings: made.warnings.clone(),
    }
}

/// Exports text to a file, which is replaced whole. Articles are never an export's target.
///
/// # Errors
/// The article is too complex, the person stopped it, or the file could not be written.
pub fn export_text(
    piece: &Piece<'_>,
    options: &ExportOptions,
    out: &Path,
    lang: Lang,
    progress: &mut dyn FnMut(&str),
    cancelled: &dyn Fn() -> bool,
) -> Result<Exported, Problem> {
    let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let shown = out.display().to_string();
    if out
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("md") || end.eq_ignore_ascii_case("markdown"))
    {
        return Err(Problem::new(
            "bad_out",
            (
                format!("L’export de {} vers {shown} écraserait un article.", piece.path),
                "Donnez un autre nom au fichier.",
            ),
            (
                format!("Exporting {} to {shown} would overwrite an article.", piece.path),
                "Give the file another name.",
            ),
        ));
    }
    let folder = out.parent().unwrap_or(Path::new("/"));
    let holds = |path: &str, bytes: &[u8]| images::holds(&folder.join(path), bytes);
    let taken =
        |path: &str, bytes: &[u8]| folder.join(path).symlink_metadata().is_ok() && !holds(path, bytes);
    let made = make_beside(piece, options, &taken, lang, progress, cancelled)?;
    progress("writing");
    let write = |path: &Path, bytes: &[u8]| atomic::put(&RealFs, path, bytes);
    for (path, bytes) in &made.beside {
        // The article's own images may already lie there.
        if holds(path, bytes) {
            continue;
        }
        atomic::really_inside(&RealFs, folder, path)
            .and_then(|target| write(&target, bytes))
            .map_err(|error| words::cannot_export(&folder.join(path), &error))?;
    }
    write(&out, &made.bytes).map_err(|error| words::cannot_export(&out, &error))?;
    Ok(report(piece, options.format, &shown, &made))
}

/// A revision as it crosses to the window.
#[must_use]
pub fn revision_item(revision: &Revision) -> RevisionItem {
    RevisionItem {
        id: u32::try_from(revision.id).unwrap_or(u32::MAX),
        time: revision.time.clone(),
        author: revision.author.clone(),
        origin: revision.origin.clone(),
        bytes: u32::try_from(revision.bytes).unwrap_or(u32::MAX),
        name: revision.name.clone(),
        delta: i32::try_from(revision.delta).unwrap_or(0),
    }
}

/// The pages last shown, as pictures. Only the newest setting is kept.
#[derive(Default)]
pub struct PageShelf {
    held: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    job: u32,
    pictures: HashMap<String, Arc<Vec<u8>>>,
}

impl PageShelf {
    /// Sets a piece and keeps its pages.
    ///
    /// # Errors
    /// The article is too complex, or the typesetter failed.
    pub fn set(
        &self,
        piece: &Piece<'_>,
        options: &ExportOptions,
        version: u32,
        lang: Lang,
    ) -> Result<Pages, Problem> {
        let article = Article::read(piece.text, piece.path, &lang_of(piece))
            .map_err(|reason| too_complex(piece.path, reason))?;
        let read = |src: &str| images::read_image(piece.desk, src).ok().map(|image| image.bytes);
        let (pictures, warnings) =
            typeset::pages(&article, &read, &typeset_options(options), PIXELS_PER_PT, &|| false)
                .map_err(|reason| not_set(piece.path, reason))?;
        typeset::evict();
        let ratio = pictures.first().map_or(1.0, |page| f64::from(page.width) / f64::from(page.height));
        let mut shelf = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.job += 1;
        let job = shelf.job;
        let pages: Vec<String> = (1..=pictures.len()).map(|n| format!("page/{job}/{n}.png")).collect();
        shelf.pictures =
            pages.iter().cloned().zip(pictures.into_iter().map(|picture| Arc::new(picture.bytes))).collect();
        Ok(Pages { version, pages, ratio, warnings: sentences(&warnings, piece.text, lang) })
    }

    /// A page's picture by the address that [`PageShelf::set`] gave.
    #[must_use]
    pub fn picture(&self, address: &str) -> Option<Arc<Vec<u8>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).pictures.get(address).cloned()
    }
}
