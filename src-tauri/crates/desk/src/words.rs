//! The sentences of what can go wrong with an open desk: what was attempted, on which file, and a way out.

use std::io;
use std::path::Path;

use copydesk_core::text::NotText;

use crate::error::Problem;
use crate::store::atomic::{ReadError, Refusal, Weakness};
use crate::store::history::Aside;
use crate::store::record::Trouble;
use crate::wire::{Lang, VersionRef};

/// What the system said, in words a person can act on.
fn cause(error: &io::Error) -> (String, String) {
    use io::ErrorKind as K;
    let (fr, en) = match error.kind() {
        K::NotFound => ("il n’existe plus", "it is no longer there"),
        K::PermissionDenied => ("l’accès est refusé", "access is denied"),
        K::ReadOnlyFilesystem => ("le support est en lecture seule", "the volume is read-only"),
        K::StorageFull => ("le disque est plein", "the disk is full"),
        K::FileTooLarge => ("il est trop gros", "it is too large"),
        K::QuotaExceeded => ("le quota est atteint", "the quota is used up"),
        K::AlreadyExists => ("ce nom est déjà pris", "that name is taken"),
        K::NotADirectory => ("ce n’est pas un dossier", "it is not a folder"),
        K::StaleNetworkFileHandle | K::NotConnected => {
            ("le lecteur réseau ne répond plus", "the network drive no longer answers")
        }
        _ => return (error.to_string(), error.to_string()),
    };
    (fr.to_owned(), en.to_owned())
}

/// A desk's folder cannot be read.
pub fn cannot_open_desk(folder: &Path, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    let folder = folder.display();
    Problem::new(
        "desk_gone",
        (format!("Le dossier {folder} n’a pas pu être ouvert : {fr}."), "Choisissez un autre dossier."),
        (format!("The folder {folder} could not be opened: {en}."), "Choose another folder."),
    )
}

/// The sample desk cannot be copied.
pub fn cannot_copy_sample(documents: &Path, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    let documents = documents.display();
    Problem::new(
        "no_sample",
        (
            format!("Le desk d’exemple n’a pas pu être copié dans {documents} : {fr}."),
            "Ouvrez un dossier à vous.",
        ),
        (format!("The sample desk could not be copied to {documents}: {en}."), "Open a folder of your own."),
    )
}

/// No desk is open.
pub fn no_desk() -> Problem {
    Problem::new(
        "no_desk",
        ("Aucun desk n’est ouvert.", "Ouvrez un dossier."),
        ("No desk is open.", "Open a folder."),
    )
}

/// A rename that is not offered any more was answered.
pub fn not_offered(from: &str, to: &str) -> Problem {
    Problem::new(
        "not_offered",
        (
            format!("La proposition de relier {from} à {to} ne vaut plus."),
            "Les fichiers ont changé depuis ; rien n’a été fait.",
        ),
        (
            format!("The offer to tie {from} to {to} no longer holds."),
            "The files have changed since; nothing was done.",
        ),
    )
}

/// A file is to be opened that no export of this run wrote.
pub fn not_exported(out: &str) -> Problem {
    Problem::new(
        "not_exported",
        (
            format!("{out} n’a pas été ouvert : Copydesk n’ouvre que ce qu’il vient d’exporter."),
            "Exportez l’article à nouveau, ou ouvrez le fichier depuis son dossier.",
        ),
        (
            format!("{out} was not opened: Copydesk opens only what it has just exported."),
            "Export the article again, or open the file from its folder.",
        ),
    )
}

/// An article is not open.
pub fn not_open(path: &str) -> Problem {
    Problem::new(
        "not_open",
        (format!("L’article {path} n’est pas ouvert."), "Ouvrez-le dans la liste."),
        (format!("The article {path} is not open."), "Open it from the list."),
    )
}

/// A path that is no article of the desk.
pub fn not_an_article(path: &str) -> Problem {
    Problem::new(
        "not_an_article",
        (format!("{path} n’est pas un article de ce desk."), "Un article est un fichier .md du dossier."),
        (format!("{path} is not an article of this desk."), "An article is an .md file in the folder."),
    )
}

/// An article cannot be read.
pub fn cannot_read(path: &str, error: &ReadError) -> Problem {
    let (fr, en) = match error {
        ReadError::NotFound => ("il n’existe plus".to_owned(), "it is no longer there".to_owned()),
        ReadError::Other(error) => cause(error),
    };
    Problem::new(
        "cannot_read",
        (format!("L’article {path} n’a pas pu être lu : {fr}."), "L’historique garde ses versions."),
        (format!("The article {path} could not be read: {en}."), "History keeps its versions."),
    )
}

/// Why an article opens for reading only.
pub fn refused(path: &str, refusal: &Refusal) -> Problem {
    let (fr, en, hint_fr, hint_en) = match refusal {
        Refusal::ReadOnlyFile => (
            "le fichier est en lecture seule",
            "the file is read-only",
            "Changez ses droits, ou dupliquez l’article.",
            "Change its permissions, or duplicate the article.",
        ),
        Refusal::ReadOnlyFolder => (
            "son dossier est en lecture seule",
            "its folder is read-only",
            "Changez les droits du dossier.",
            "Change the folder’s permissions.",
        ),
        Refusal::OutsideDesk => (
            "c’est un lien vers l’extérieur du desk",
            "it is a link to outside the desk",
            "Dupliquez l’article pour l’écrire ici.",
            "Duplicate the article to write it here.",
        ),
        Refusal::TooLarge => (
            "le fichier dépasse 16 Mo",
            "the file is over 16 MB",
            "Partagez-le en plusieurs articles.",
            "Split it into several articles.",
        ),
        Refusal::NotAFile => (
            "ce n’est pas un fichier ordinaire",
            "it is not a regular file",
            "Retirez-le du desk.",
            "Remove it from the desk.",
        ),
    };
    Problem::new(
        "read_only",
        (format!("{path} s’ouvre en lecture seule : {fr}."), hint_fr),
        (format!("{path} opens for reading only: {en}."), hint_en),
    )
}

/// Bytes that are not UTF-8 text.
pub fn not_text(path: &str, reason: &NotText) -> Problem {
    let (fr, en) = match reason {
        NotText::InvalidUtf8 { offset } => {
            (format!("l’octet {offset} n’est pas de l’UTF-8"), format!("byte {offset} is not UTF-8"))
        }
        NotText::Utf16 { .. } => ("il est en UTF-16".to_owned(), "it is UTF-16".to_owned()),
        NotText::Utf32 => ("il est en UTF-32".to_owned(), "it is UTF-32".to_owned()),
    };
    Problem::new(
        "not_text",
        (
            format!("{path} s’ouvre en lecture seule : {fr}."),
            "Convertissez-en une copie en UTF-8 ; ce fichier reste tel quel.",
        ),
        (
            format!("{path} opens for reading only: {en}."),
            "Convert a copy to UTF-8; this file stays as it is.",
        ),
    )
}

/// What can be shown of bytes that are not UTF-8, as LF text.
#[must_use]
pub fn readable(bytes: &[u8], reason: &NotText) -> String {
    let text = match reason {
        NotText::Utf16 { big_endian } => {
            let units = bytes.chunks_exact(2).map(|pair| {
                if *big_endian {
                    u16::from_be_bytes([pair[0], pair[1]])
                } else {
                    u16::from_le_bytes([pair[0], pair[1]])
                }
            });
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        NotText::InvalidUtf8 { .. } | NotText::Utf32 => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n")
}

/// A draft could not be written.
pub fn cannot_draft(path: &str, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        "cannot_draft",
        (
            format!("Le brouillon de {path} n’a pas pu être gardé : {fr}."),
            "Enregistrez l’article, ou copiez son texte ailleurs.",
        ),
        (
            format!("The draft of {path} could not be kept: {en}."),
            "Save the article, or copy its text elsewhere.",
        ),
    )
}

/// What was typed is on the screen and nowhere else: closing would lose it.
pub fn cannot_close(path: &str) -> Problem {
    Problem::new(
        "cannot_close",
        (
            format!("{path} reste ouvert : son texte n’est enregistré nulle part, pas même en brouillon."),
            "Faites de la place sur le disque, ou enregistrez-le ailleurs.",
        ),
        (
            format!("{path} stays open: its text is saved nowhere, not even as a draft."),
            "Make room on the disk, or save it elsewhere.",
        ),
    )
}

/// What is asked before a window closes over text that is kept nowhere.
pub struct Closing {
    /// The question.
    pub question: String,
    /// Write it to a file of the person's choice.
    pub elsewhere: String,
    /// Close, and lose it.
    pub lose: String,
    /// Do not close.
    pub stay: String,
}

/// The question before a window closes over the unsaved text of an article that is in no draft.
pub fn closing(path: &str, lang: Lang) -> Closing {
    let problem = Problem::new(
        "closing",
        (
            format!("Le texte de {path} n’est enregistré nulle part, pas même en brouillon."),
            "Le disque est peut-être plein. Fermer maintenant, c’est le perdre.",
        ),
        (
            format!("The text of {path} is saved nowhere, not even as a draft."),
            "The disk may be full. To close now is to lose it.",
        ),
    );
    let (sentence, hint) = problem.words(lang);
    let question = format!("{sentence}\n\n{hint}");
    let [elsewhere, lose, stay] = match lang {
        Lang::Fr => ["Enregistrer ailleurs…", "Fermer et perdre", "Ne pas fermer"],
        Lang::En => ["Save elsewhere…", "Close and lose it", "Do not close"],
    }
    .map(str::to_owned);
    Closing { question, elsewhere, lose, stay }
}

/// The desk's folder is not there: its mount went away.
pub fn desk_gone(path: &str) -> Problem {
    Problem::new(
        "desk_gone",
        (
            format!("{path} n’a pas été écrit : le dossier du desk n’est plus accessible."),
            "Votre texte est gardé en brouillon ; rebranchez le disque ou le dossier réseau, puis réessayez.",
        ),
        (
            format!("{path} was not written: the desk’s folder is out of reach."),
            "Your text is kept as a draft; connect the disk or the network folder again, then try again.",
        ),
    )
}

/// An article that cannot be replaced at one moment.
pub fn in_place(path: &str, why: Weakness) -> Problem {
    let (fr, en) = match why {
        Weakness::HardLinked => ("il porte plusieurs noms", "it has several names"),
        Weakness::OtherOwner => ("il appartient à quelqu’un d’autre", "it is somebody else’s"),
        Weakness::FolderReadOnly | Weakness::NoExchange => {
            ("son dossier n’accepte pas de nouveau fichier", "its folder takes no new file")
        }
    };
    Problem::new(
        "in_place",
        (
            format!("{path} s’enregistre sur place : {fr}."),
            "Une coupure pendant l’écriture le laisse inachevé ; le brouillon le répare à l’ouverture suivante.",
        ),
        (
            format!("{path} is saved in place: {en}."),
            "A power cut while it is written leaves it unfinished; its draft mends it when it is opened next.",
        ),
    )
}

/// The text would not come back from its bytes.
pub fn cannot_encode(path: &str) -> Problem {
    Problem::new(
        "cannot_encode",
        (
            format!("{path} n’a pas été enregistré : le texte relu n’aurait pas été le même."),
            "Votre texte est gardé en brouillon ; signalez-nous ce fichier.",
        ),
        (
            format!("{path} was not saved: the text would not have come back the same."),
            "Your text is kept as a draft; please report this file.",
        ),
    )
}

/// History knows no article of that name that is gone.
pub fn nothing_to_recover(path: &str) -> Problem {
    Problem::new(
        "nothing_to_recover",
        (
            format!("{path} n’a pas été retrouvé dans l’historique."),
            "Rouvrez la liste des articles supprimés : il est peut-être revenu.",
        ),
        (
            format!("{path} was not found in the history."),
            "Open the list of deleted articles again: it may be back.",
        ),
    )
}

/// The web engine's process ended by itself.
pub fn page_died() -> Problem {
    Problem::new(
        "page_died",
        (
            "L’affichage s’est arrêté et a repris.",
            "Votre texte est là ; vérifiez les derniers mots, au plus une seconde de frappe peut manquer.",
        ),
        (
            "The display stopped and came back.",
            "Your text is here; check the last words, at most a second of typing can be missing.",
        ),
    )
}

/// An article could not be written.
pub fn cannot_save(path: &str, error: &io::Error, drafted: bool) -> Problem {
    let (fr, en) = cause(error);
    let (hint_fr, hint_en) = if drafted {
        ("Votre texte est gardé en brouillon ; réessayez.", "Your text is kept as a draft; try again.")
    } else {
        (
            "Le brouillon n’a pas pu être gardé non plus : copiez votre texte ailleurs.",
            "The draft could not be kept either: copy your text elsewhere.",
        )
    };
    Problem::new(
        "cannot_save",
        (format!("{path} n’a pas pu être enregistré : {fr}."), hint_fr),
        (format!("{path} could not be saved: {en}."), hint_en),
    )
}

/// Another program wrote into the file that a save had just replaced.
pub fn wrote_meanwhile(path: &str) -> Problem {
    Problem::new(
        "wrote_meanwhile",
        (
            format!("Un autre programme a écrit {path} pendant l’enregistrement."),
            "Sa version est dans l’historique ; comparez-la avec la vôtre.",
        ),
        (
            format!("Another program wrote {path} while it was being saved."),
            "Its version is in the history; compare it with yours.",
        ),
    )
}

/// What another program wrote at the very moment of a failed save lies beside the article.
pub fn left_beside(path: &str, kept: &Path) -> Problem {
    let kept = kept.display();
    Problem::new(
        "left_beside",
        (
            format!("Un autre programme a écrit {path} pendant l’enregistrement, qui a échoué."),
            format!("Sa version est gardée dans {kept}."),
        ),
        (
            format!("Another program wrote {path} during the save, which failed."),
            format!("Its version is kept in {kept}."),
        ),
    )
}

/// What an interrupted save left behind, and whether its content is kept elsewhere.
pub fn leftover(path: &Path, kept: bool) -> Problem {
    let path = path.display();
    let (fr, en) = if kept {
        (
            "Son contenu est à l’abri ailleurs ; --fix l’efface.",
            "Its content is safe elsewhere; --fix removes it.",
        )
    } else {
        (
            "Son contenu n’est nulle part ailleurs : lisez-le, puis renommez-le ou effacez-le.",
            "Its content is nowhere else: read it, then rename or delete it.",
        )
    };
    Problem::new(
        "leftover",
        (format!("Un enregistrement interrompu a laissé {path}."), fr),
        (format!("An interrupted save left {path}."), en),
    )
}

/// An article that was being created when the program ended is there now.
pub fn created_after_all(path: &str) -> Problem {
    Problem::new(
        "created_after_all",
        (
            format!("La création de {path}, interrompue la dernière fois, est achevée."),
            "L’article est dans la liste.",
        ),
        (
            format!("The creation of {path}, which was cut short last time, is finished."),
            "The article is in the list.",
        ),
    )
}

/// Neither history nor the folder beside the drafts takes bytes that are about to be replaced.
pub fn cannot_keep(path: &str, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        "cannot_keep",
        (
            format!("Une version de {path} n’a pas pu être gardée : {fr}."),
            "Rien n’a été remplacé ; faites de la place, puis réessayez.",
        ),
        (
            format!("A version of {path} could not be kept: {en}."),
            "Nothing was replaced; make room, then try again.",
        ),
    )
}

/// An article could not be made.
pub fn cannot_create(name: &str, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        "cannot_create",
        (format!("L’article « {name} » n’a pas pu être créé : {fr}."), "Vérifiez les droits du dossier."),
        (format!("The article “{name}” could not be made: {en}."), "Check the folder’s permissions."),
    )
}

/// An article could not be renamed.
pub fn cannot_rename(from: &str, to: &str, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        if error.kind() == io::ErrorKind::AlreadyExists { "name_taken" } else { "cannot_rename" },
        (format!("{from} n’a pas pu être renommé en {to} : {fr}."), "Choisissez un autre nom."),
        (format!("{from} could not be renamed to {to}: {en}."), "Choose another name."),
    )
}

/// A file name that cannot be one.
pub fn bad_name(name: &str) -> Problem {
    Problem::new(
        "bad_name",
        (
            format!("« {name} » ne peut pas être un nom de fichier."),
            "Évitez / et \\, et ne commencez pas par un point.",
        ),
        (format!("“{name}” cannot be a file name."), "Avoid / and \\, and do not begin with a dot."),
    )
}

/// An article could not be moved to the trash.
pub fn cannot_trash(path: &str, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        "cannot_trash",
        (
            format!("{path} n’a pas pu être mis à la corbeille : {fr}."),
            "Supprimez-le dans le gestionnaire de fichiers.",
        ),
        (format!("{path} could not be moved to the trash: {en}."), "Delete it in the file manager."),
    )
}

/// Settings could not be written.
pub fn cannot_keep_settings(error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        "cannot_keep_settings",
        (format!("Les réglages n’ont pas pu être gardés : {fr}."), "Ils valent jusqu’à la fermeture."),
        (format!("The settings could not be kept: {en}."), "They hold until you quit."),
    )
}

/// A link that may not leave the program.
pub fn link_refused(href: &str) -> Problem {
    let shown: String = href.chars().take(80).collect();
    Problem::new(
        "link_refused",
        (format!("Le lien « {shown} » n’est pas ouvert."), "Seuls http, https et mailto quittent Copydesk."),
        (format!("The link “{shown}” is not opened."), "Only http, https and mailto leave Copydesk."),
    )
}

/// Another program could not be started.
pub fn cannot_open(target: &str, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        "cannot_open",
        (format!("{target} n’a pas pu être ouvert : {fr}."), "Ouvrez-le depuis le gestionnaire de fichiers."),
        (format!("{target} could not be opened: {en}."), "Open it from the file manager."),
    )
}

/// An image came in a form that cannot be read.
pub fn bad_image(name: &str) -> Problem {
    Problem::new(
        "bad_image",
        (
            format!("L’image « {name} » n’a pas pu être lue."),
            "Collez un fichier PNG, JPEG, GIF, WebP ou AVIF.",
        ),
        (format!("The image “{name}” could not be read."), "Paste a PNG, JPEG, GIF, WebP or AVIF file."),
    )
}

/// An export could not be written.
pub fn cannot_export(out: &Path, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    let out = out.display();
    Problem::new(
        "cannot_export",
        (format!("L’export {out} n’a pas pu être écrit : {fr}."), "Choisissez un autre dossier."),
        (format!("The export {out} could not be written: {en}."), "Choose another folder."),
    )
}

/// A text that cannot be read for an export.
pub fn too_complex_to_export(path: &str) -> Problem {
    Problem::new(
        "too_complex",
        (
            format!("{path} est trop imbriqué pour être exporté."),
            "Réduisez les citations ou les listes emboîtées.",
        ),
        (format!("{path} is nested too deeply to be exported."), "Use fewer nested quotations or lists."),
    )
}

/// The typesetter failed: a fault of the program.
pub fn not_typeset(path: &str, why: &str) -> Problem {
    Problem::new(
        "not_typeset",
        (
            format!("{path} n’a pas pu être mis en page ({why})."),
            "Exportez-le en HTML, et signalez-nous cet article.",
        ),
        (
            format!("{path} could not be typeset ({why})."),
            "Export it as HTML, and report this article to us.",
        ),
    )
}

/// The export was stopped by the person.
pub fn cancelled(path: &str) -> Problem {
    Problem::new(
        "cancelled",
        (format!("L’export de {path} est annulé."), "Aucun fichier n’a été écrit."),
        (format!("The export of {path} is cancelled."), "No file was written."),
    )
}

/// A damaged history was renamed, and a new one begun.
pub fn history_set_aside(aside: &Aside) -> Problem {
    let Aside { file, recovered, lost } = aside;
    let file = file.display();
    Problem::new(
        "history_set_aside",
        (
            format!("L’historique du desk était endommagé ; il est gardé sous {file}."),
            format!(
                "{recovered} versions ont été reprises, {lost} non ; les articles et les brouillons sont intacts."
            ),
        ),
        (
            format!("The desk’s history was damaged; it is kept as {file}."),
            format!(
                "{recovered} revisions were brought over, {lost} were not; articles and drafts are intact."
            ),
        ),
    )
}

/// A revision that is not there.
pub fn no_revision(path: &str, id: u32) -> Problem {
    Problem::new(
        "no_revision",
        (format!("{path} n’a pas de version {id}."), "Choisissez-en une dans l’historique."),
        (format!("{path} has no revision {id}."), "Choose one from its history."),
    )
}

/// A version that is not there.
#[must_use]
pub fn no_version(path: &str, version: &VersionRef) -> Problem {
    let (fr, en) = match version {
        VersionRef::Read => {
            ("n’a pas encore été marqué comme lu".to_owned(), "was never marked as read".to_owned())
        }
        VersionRef::Signed { .. } => {
            ("n’a pas reçu ce bon à tirer".to_owned(), "does not have that sign-off".to_owned())
        }
        VersionRef::Published => {
            ("n’a aucune version publiée".to_owned(), "has no published version".to_owned())
        }
        VersionRef::File { path: other } => (
            format!("ne peut pas être comparé à {other}, qui est introuvable"),
            format!("cannot be compared with {other}, which is not there"),
        ),
        VersionRef::Commit { name } => {
            (format!("n’est pas dans le commit « {name} »"), format!("is not in the commit “{name}”"))
        }
        _ => ("n’a pas cette version".to_owned(), "does not have that version".to_owned()),
    };
    Problem::new(
        "no_version",
        (format!("{path} {fr}."), "Choisissez une autre version."),
        (format!("{path} {en}."), "Choose another version."),
    )
}

/// A version that has no bytes of its own to be read.
#[must_use]
pub fn cannot_mark_read(path: &str) -> Problem {
    Problem::new(
        "cannot_mark_read",
        (
            format!("Cette version de {path} ne peut pas être marquée comme lue."),
            "Marquez comme lu le texte à l’écran ou une version de l’historique.",
        ),
        (
            format!("That version of {path} cannot be marked as read."),
            "Mark the text on the screen or a revision of its history.",
        ),
    )
}

/// A file for others that would take an article's place.
#[must_use]
pub fn would_overwrite(out: &Path) -> Problem {
    let out = out.display();
    Problem::new(
        "bad_out",
        (format!("{out} existe et serait écrasé."), "Donnez un autre nom au fichier."),
        (format!("{out} exists and would be overwritten."), "Give the file another name."),
    )
}

/// An article that no Word document is made of.
#[must_use]
pub fn too_intricate_for_word(path: &str) -> Problem {
    Problem::new(
        "too_complex",
        (format!("{path} est trop long ou trop imbriqué pour Word."), "Exportez-le en CriticMarkup."),
        (format!("{path} is too long or too intricate for Word."), "Export it as CriticMarkup."),
    )
}

/// A file that was to be a Word document.
#[must_use]
pub fn not_a_document(name: &str, (fr, en): (&str, &str)) -> Problem {
    Problem::new(
        "not_text",
        (format!("{name} n’a pas pu être lu : {fr}."), "Enregistrez-le de nouveau depuis Word."),
        (format!("{name} could not be read: {en}."), "Save it again from Word."),
    )
}

/// What was to be marked as read is not what was shown.
#[must_use]
pub fn read_moved(path: &str) -> Problem {
    Problem::new(
        "read_moved",
        (
            format!("{path} a changé depuis que vous le comparez et n’a pas été marqué comme lu."),
            "Lisez ce qui est venu, puis recommencez.",
        ),
        (
            format!("{path} changed since you began to compare it and was not marked as read."),
            "Read what has come, then try again.",
        ),
    )
}

/// What was read could not be noted.
#[must_use]
pub fn cannot_keep_read(path: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        "cannot_keep_read",
        (
            format!("« {path} » n’a pas pu être marqué comme lu ({error})."),
            "Vérifiez l’espace libre du disque, puis recommencez.",
        ),
        (
            format!("“{path}” could not be marked as read ({error})."),
            "Check the free space of the disk, then try again.",
        ),
    )
}

/// Another window has the desk.
#[must_use]
pub fn open_elsewhere(root: &Path) -> Problem {
    let root = root.display();
    Problem::new(
        "open_elsewhere",
        (
            format!("Le dossier {root} est déjà ouvert dans une autre fenêtre de Copydesk."),
            "Cette fenêtre passe au premier plan ; celle-ci garde son desk.",
        ),
        (
            format!("The folder {root} is open in another window of Copydesk already."),
            "That window comes to the front; this one keeps its desk.",
        ),
    )
}

/// The places of a conflict were answered for a text that has changed since.
#[must_use]
pub fn conflict_moved(path: &str) -> Problem {
    Problem::new(
        "conflict_moved",
        (
            format!("Le texte de {path} a changé pendant que vous choisissiez."),
            "Les passages en conflit sont montrés à nouveau ; rien n’a été appliqué.",
        ),
        (
            format!("The text of {path} changed while you were choosing."),
            "The passages in conflict are shown again; nothing was applied.",
        ),
    )
}

/// Something is to be signed with a name, and there is none.
#[must_use]
pub fn no_author() -> Problem {
    Problem::new(
        "no_author",
        (
            "Une remarque porte le nom de qui la fait, et Copydesk ne connaît pas le vôtre.",
            "Donnez votre nom.",
        ),
        ("A remark bears the name of whoever makes it, and Copydesk does not know yours.", "Give your name."),
    )
}

/// The window speaks of a text that is too old to be followed.
#[must_use]
pub fn stale(path: &str) -> Problem {
    Problem::new(
        "stale",
        (format!("Le texte de {path} a changé entre-temps."), "Recommencez sur le texte d’à présent."),
        (format!("The text of {path} has changed meanwhile."), "Try again on the text of now."),
    )
}

/// A suggestion, conversation or sign-off is not there, or not this person's.
#[must_use]
pub fn remark_gone(path: &str) -> Problem {
    Problem::new(
        "remark_gone",
        (
            format!("Cette remarque sur {path} n’est plus là, ou n’est pas la vôtre."),
            "Regardez l’onglet Relecture.",
        ),
        (format!("That remark on {path} is no longer there, or is not yours."), "Look at the Review tab."),
    )
}

/// A remark without words.
#[must_use]
pub fn nothing_said(path: &str) -> Problem {
    Problem::new(
        "nothing_said",
        (format!("La remarque sur {path} est vide."), "Écrivez-la d’abord."),
        (format!("The remark on {path} is empty."), "Write it first."),
    )
}

/// A stage that needs a reason.
#[must_use]
pub fn reason_due(path: &str) -> Problem {
    Problem::new(
        "reason_due",
        (format!("{path} ne change d’étape qu’avec une raison."), "Dites pourquoi en quelques mots."),
        (format!("{path} changes its stage only with a reason."), "Say why in a few words."),
    )
}

/// What is signed must be what the disk holds.
#[must_use]
pub fn sign_unsaved(path: &str) -> Problem {
    Problem::new(
        "sign_unsaved",
        (
            format!("{path} n’a pas pu être signé : le texte à l’écran n’est pas enregistré."),
            "Enregistrez-le d’abord, ou réglez le conflit.",
        ),
        (
            format!("{path} could not be signed off: the text on the screen is not saved."),
            "Save it first, or settle the conflict.",
        ),
    )
}

/// A stage goes on record once it is in the file.
#[must_use]
pub fn stage_unsaved(path: &str) -> Problem {
    Problem::new(
        "stage_unsaved",
        (
            format!("{path} n’a pas changé d’étape : son texte ne peut pas être enregistré pour l’instant."),
            "Réglez d’abord le conflit ou la suppression, puis recommencez.",
        ),
        (
            format!("{path} was not moved to another stage: its text cannot be saved for now."),
            "Settle the conflict or the deletion first, then try again.",
        ),
    )
}

/// A remark could not be written.
#[must_use]
pub fn cannot_record(path: &str, error: &io::Error) -> Problem {
    let (fr, en) = cause(error);
    Problem::new(
        "cannot_record",
        (
            format!("La relecture de {path} n’a pas pu être enregistrée : {fr}."),
            "Vos mots restent dans leur case ; réessayez.",
        ),
        (
            format!("The review of {path} could not be saved: {en}."),
            "Your words stay in their box; try again.",
        ),
    )
}

/// Part of a record could not be read.
#[must_use]
pub fn review_trouble(trouble: &Trouble) -> Problem {
    let Trouble { file, damaged, torn, unread, skipped } = trouble;
    if *unread {
        return Problem::new(
            "review_trouble",
            (format!("Le fichier de relecture {file} n’a pas pu être lu."), "Les autres le sont."),
            (format!("The review file {file} could not be read."), "The others are."),
        );
    }
    if *skipped > 0 {
        let megabytes = skipped.div_ceil(1 << 20);
        return Problem::new(
            "review_trouble",
            (
                format!(
                    "Le fichier de relecture {file} est démesuré\u{a0}: {megabytes}\u{202f}Mo n’ont pas été lus."
                ),
                "Son début et sa fin le sont ; le fichier garde le reste tel quel.",
            ),
            (
                format!("The review file {file} is far too long: {megabytes} MB were not read."),
                "Its beginning and its end are; the file keeps the rest as it is.",
            ),
        );
    }
    let count = damaged + usize::from(*torn);
    let (s, lines) = if count > 1 { ("s", "lines") } else { ("", "line") };
    Problem::new(
        "review_trouble",
        (
            format!(
                "{count} ligne{s} de {file} n’{} pas pu être lue{s}.",
                if count > 1 { "ont" } else { "a" }
            ),
            "Le reste de la relecture est là ; le fichier garde ces lignes telles quelles.",
        ),
        (
            format!("{count} {lines} of {file} could not be read."),
            "The rest of the review is there; the file keeps them as they are.",
        ),
    )
}
