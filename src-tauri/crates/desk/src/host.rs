//! What a desk asks of the program around it: to tell the window, to ask for a path, to show something in another
//! program. The shell implements it; tests and the command line use stand-ins.

use std::path::{Path, PathBuf};

use crate::wire::Event;

/// The program around the desk.
pub trait Host: Send + Sync {
    /// Tells the window.
    fn emit(&self, event: Event);
    /// Asks the person for a folder, starting at one; `None` where they changed their mind.
    fn pick_folder(&self, start: Option<&Path>) -> Option<PathBuf>;
    /// Asks the person where to write a file, with a suggestion.
    fn pick_file(&self, suggestion: &Path) -> Option<PathBuf>;
    /// Opens a web address or a file in the system's program for it.
    ///
    /// # Errors
    /// What the system said.
    fn open(&self, target: &str) -> std::io::Result<()>;
    /// Brings the window to the front.
    fn raise(&self) {}
    /// The window shows this desk from now on.
    fn named(&self, _desk: &str) {}
    /// Sets the size of the whole interface, in hundredths.
    fn zoom(&self, _percent: u32) {}
    /// The person's folder for documents.
    fn documents(&self) -> Option<PathBuf> {
        None
    }
}

/// A host without a window: events go nowhere, and every question is declined.
pub struct Silent;

impl Host for Silent {
    fn emit(&self, _event: Event) {}

    fn pick_folder(&self, _start: Option<&Path>) -> Option<PathBuf> {
        None
    }

    fn pick_file(&self, _suggestion: &Path) -> Option<PathBuf> {
        None
    }

    fn open(&self, _target: &str) -> std::io::Result<()> {
        Err(std::io::Error::other("no window"))
    }
}
