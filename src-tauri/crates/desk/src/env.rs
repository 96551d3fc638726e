//! What the program takes from outside as parameters: the clock, the person, the data folder, the language.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::wire::Lang;

/// Tells the time. Times are shown and recorded, never decided by.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Whether it stands still.
    fn is_fixed(&self) -> bool {
        false
    }
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still, for tests and scripts (`COPYDESK_NOW`).
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn is_fixed(&self) -> bool {
        true
    }
}

/// The surroundings of a run.
#[derive(Clone)]
pub struct Surroundings {
    /// Local data of this machine (`COPYDESK_DATA_DIR`, else the user's data folder).
    pub data_dir: PathBuf,
    /// The person's name where the environment gives it (`COPYDESK_AUTHOR`); it wins over the settings.
    pub author: Option<String>,
    /// The interface's language where the environment gives it (`COPYDESK_LOCALE`); it wins over the settings.
    pub lang: Option<Lang>,
    /// What the system's locale says.
    pub system_lang: Lang,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Surroundings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// A sentence where `COPYDESK_NOW` or `COPYDESK_LOCALE` holds something else than a time or a language, or
    /// where no data folder can be named.
    pub fn from_process() -> Result<Self, String> {
        Self::from_vars(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// The same from any source of variables.
    ///
    /// # Errors
    /// As [`Surroundings::from_process`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let clock: Arc<dyn Clock> = match var("COPYDESK_NOW") {
            None => Arc::new(SystemClock),
            Some(text) => Arc::new(FixedClock(text.parse().map_err(|_| {
                format!(
                    "COPYDESK_NOW is {text:?}, which is not an RFC 3339 time such as 2026-11-22T14:32:00Z."
                )
            })?)),
        };
        let lang = match var("COPYDESK_LOCALE").as_deref() {
            None => None,
            Some(tag) => Some(
                lang_of_tag(tag)
                    .ok_or_else(|| format!("COPYDESK_LOCALE is {tag:?}; Copydesk speaks fr and en."))?,
            ),
        };
        let system_lang = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| var(name))
            .and_then(|tag| lang_of_tag(&tag))
            .unwrap_or(Lang::En);
        let data_dir = match var("COPYDESK_DATA_DIR") {
            Some(dir) => PathBuf::from(dir),
            None => user_data_dir(&var)
                .ok_or("No data folder: set COPYDESK_DATA_DIR or HOME to a folder that can be written.")?
                .join("copydesk"),
        };
        Ok(Self { data_dir, author: var("COPYDESK_AUTHOR"), lang, system_lang, clock })
    }

    /// The language in force, given what the settings say.
    #[must_use]
    pub fn lang(&self, chosen: Option<Lang>) -> Lang {
        self.lang.or(chosen).unwrap_or(self.system_lang)
    }
}

fn lang_of_tag(tag: &str) -> Option<Lang> {
    match tag.split(['-', '_', '.']).next()?.to_ascii_lowercase().as_str() {
        "fr" => Some(Lang::Fr),
        "en" | "c" | "posix" => Some(Lang::En),
        _ => None,
    }
}

fn user_data_dir(var: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if cfg!(windows) {
        return var("LOCALAPPDATA").map(PathBuf::from);
    }
    if cfg!(target_os = "macos") {
        return var("HOME").map(|home| PathBuf::from(home).join("Library/Application Support"));
    }
    // XDG Base Directory Specification: a relative path is to be ignored.
    var("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute())
        .or_else(|| var("HOME").map(|home| PathBuf::from(home).join(".local/share")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Surroundings, String> {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Surroundings::from_vars(|name| {
            pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        })
    }

    #[test]
    fn the_fixed_clock_is_honoured() {
        let here = from(&[("COPYDESK_NOW", "2026-11-22T14:32:00Z"), ("HOME", "/h")]).unwrap();
        assert_eq!(here.clock.now().to_string(), "2026-11-22T14:32:00Z");
        assert!(from(&[("COPYDESK_NOW", "noon"), ("HOME", "/h")]).is_err());
    }

    #[test]
    fn the_language_is_the_environments_then_the_settings_then_the_systems() {
        let here = from(&[("HOME", "/h"), ("LANG", "fr_FR.UTF-8")]).unwrap();
        assert_eq!(here.lang(None), Lang::Fr);
        assert_eq!(here.lang(Some(Lang::En)), Lang::En);
        let here = from(&[("HOME", "/h"), ("COPYDESK_LOCALE", "fr")]).unwrap();
        assert_eq!(here.lang(Some(Lang::En)), Lang::Fr);
        assert!(from(&[("HOME", "/h"), ("COPYDESK_LOCALE", "tlh")]).is_err());
    }

    #[test]
    fn the_data_folder_is_named_or_found() {
        assert_eq!(from(&[("COPYDESK_DATA_DIR", "/d")]).unwrap().data_dir, PathBuf::from("/d"));
        if cfg!(target_os = "linux") {
            let home = from(&[("HOME", "/h"), ("XDG_DATA_HOME", "relative")]).unwrap();
            assert_eq!(home.data_dir, PathBuf::from("/h/.local/share/copydesk"));
        }
        assert!(from(&[]).is_err());
    }
}
