//! What the desk asks of the program around it, answered by Tauri and the system.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use copydesk_desk::host::Host;
use copydesk_desk::wire::Event;
use tauri::{AppHandle, Emitter, Manager, Runtime};
use tauri_plugin_dialog::DialogExt;

/// The one event that carries the desk's.
const EVENT: &str = "copydesk";

/// The shell as a host; mute until Tauri has started.
pub struct Shell<R: Runtime> {
    handle: OnceLock<AppHandle<R>>,
}

impl<R: Runtime> Default for Shell<R> {
    fn default() -> Self {
        Self { handle: OnceLock::new() }
    }
}

impl<R: Runtime> Shell<R> {
    /// Tauri has started.
    pub fn attach(&self, handle: AppHandle<R>) {
        let _ = self.handle.set(handle);
    }
}

impl<R: Runtime> Host for Shell<R> {
    fn emit(&self, event: Event) {
        if let Some(handle) = self.handle.get() {
            // A window that is gone has nobody to tell.
            let _ = handle.emit(EVENT, event);
        }
    }

    fn pick_folder(&self, start: Option<&Path>) -> Option<PathBuf> {
        let mut dialog = self.handle.get()?.dialog().file();
        if let Some(start) = start {
            dialog = dialog.set_directory(start);
        }
        dialog.blocking_pick_folder()?.into_path().ok()
    }

    fn pick_file(&self, suggestion: &Path) -> Option<PathBuf> {
        let mut dialog = self.handle.get()?.dialog().file();
        if let Some(folder) = suggestion.parent() {
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = suggestion.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        dialog.blocking_save_file()?.into_path().ok()
    }

    fn open(&self, target: &str) -> std::io::Result<()> {
        open::that_detached(target)
    }

    fn raise(&self) {
        if let Some(window) = self.handle.get().and_then(|handle| handle.get_webview_window("main")) {
            // A window manager may refuse; the person still finds it in their list of windows.
            let _ = window.unminimize();
            let _ = window.set_focus();
        }
    }

    fn named(&self, desk: &str) {
        if let Some(window) = self.handle.get().and_then(|handle| handle.get_webview_window("main")) {
            let _ = window.set_title(&crate::window::title(Some(desk)));
        }
    }

    fn zoom(&self, percent: u32) {
        if let Some(window) = self.handle.get().and_then(|handle| handle.get_webview_window("main")) {
            // An engine that cannot is as it was.
            let _ = window.set_zoom(f64::from(percent) / 100.0);
        }
    }

    fn documents(&self) -> Option<PathBuf> {
        let path = self.handle.get()?.path();
        path.document_dir().or_else(|_| path.home_dir()).ok()
    }
}
