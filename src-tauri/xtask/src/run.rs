//! `cargo xtask run`: from a clone to the open window.

use std::path::PathBuf;

use crate::build;
use crate::setup::{self, Need};
use crate::step::{self, Failure, Outcome};

/// What `run` was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    folder: Option<PathBuf>,
    dev: bool,
}

impl Options {
    /// Reads `[FOLDER] [--dev]`.
    pub fn parse(args: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { folder: None, dev: false };
        for arg in args {
            match *arg {
                "--dev" => options.dev = true,
                flag if flag.starts_with('-') => {
                    return Err(Failure::new(
                        format!("{flag} is not an option of run"),
                        "run takes [FOLDER] [--dev]",
                    ));
                }
                folder if options.folder.is_none() => options.folder = Some(PathBuf::from(folder)),
                other => {
                    return Err(Failure::new(format!("{other} is a second folder"), "name one folder"));
                }
            }
        }
        Ok(options)
    }
}

/// Sets up, builds and opens the window; returns when it is closed.
pub fn run(options: &Options) -> Outcome {
    let folder = match &options.folder {
        // Relative to where the person stands, not to the repository.
        Some(folder) => {
            std::path::absolute(folder).ok().filter(|folder| folder.exists()).ok_or_else(|| {
                Failure::new(format!("{} does not exist", folder.display()), "name a folder that does")
            })?
        }
        None => step::root().join("articles"),
    };
    setup::prepare(Need::Build)?;
    build::interface()?;
    let programs = build::programs(if options.dev { "dev" } else { "release" }, &[])?;
    let window = programs.join(format!("copydesk-window{}", std::env::consts::EXE_SUFFIX));
    let mut command = step::command(&window.to_string_lossy());
    step::run(
        &format!("Copydesk on {}", folder.display()),
        command.arg(&folder),
        "see the message above; on a machine without a display, use the command line: copydesk --help",
    )?;
    Ok("the window was closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_dev_come_in_any_order() {
        let both = Options { folder: Some("desk".into()), dev: true };
        assert_eq!(Options::parse(&["desk", "--dev"]).unwrap(), both);
        assert_eq!(Options::parse(&["--dev", "desk"]).unwrap(), both);
        assert_eq!(Options::parse(&[]).unwrap(), Options { folder: None, dev: false });
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(Options::parse(&["--fast"]).unwrap_err().to_string().contains("--fast"));
        assert!(Options::parse(&["a", "b"]).unwrap_err().to_string().contains("b is a second folder"));
    }
}
