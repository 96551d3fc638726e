//! The one window: where it stands, what it may load, and how it closes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use copydesk_desk::app::App;
use copydesk_desk::host::Host;
use copydesk_desk::wire::{Event, Theme, WindowBox};
use copydesk_desk::words;
use tauri::window::Color;
use tauri::{
    AppHandle, LogicalPosition, LogicalSize, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind, MessageDialogResult};

use crate::engine;
use crate::host::Shell;

const PAPER: Color = Color(0xFB, 0xFA, 0xF7, 0xFF);
const NIGHT: Color = Color(0x17, 0x18, 0x1A, 0xFF);
/// How long a closing window may take to hand over what was typed last.
const FAREWELL: Duration = Duration::from_millis(1500);
/// How long a first paint may take before the desk starts without it.
const SLOW_PAINT: Duration = Duration::from_secs(3);

/// Opens the window with everything that its first paint needs.
///
/// # Errors
/// What the system said.
pub fn open(handle: &AppHandle) -> tauri::Result<()> {
    let app = Arc::clone(&handle.state::<Arc<App>>());
    let boot = app.first_paint();
    let script = format!(
        "window.__COPYDESK_BOOT__ = {};",
        serde_json::to_string(&boot).expect("wire types are plain data")
    );
    let place = boot.settings.window;
    let size = place.map_or((1440.0, 900.0), |place| (place.width, place.height));
    let paper = if boot.settings.theme == Theme::Dark { NIGHT } else { PAPER };
    // A page is expected at the start, and again when its process ended.
    let awaited = Arc::new(AtomicBool::new(true));
    let (expected, loaded) = (Arc::clone(&awaited), Arc::clone(&awaited));
    let mut builder = WebviewWindowBuilder::new(handle, "main", WebviewUrl::default())
        .title(title(boot.desk.as_ref().map(|desk| desk.name.as_str())))
        .inner_size(size.0.max(480.0), size.1.max(360.0))
        .min_inner_size(480.0, 360.0)
        .background_color(paper)
        // Nothing of the page is kept between two starts; only a browser of the tests needs a context of its own.
        .incognito(std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_none())
        .disable_drag_drop_handler()
        .initialization_script(script)
        .on_navigation(move |url| may_go(&expected, url.as_str()))
        .on_page_load(move |window, load| {
            if load.event() == tauri::webview::PageLoadEvent::Finished {
                loaded.store(false, Ordering::SeqCst);
                // The page says itself when it has painted; should it not, the desk starts all the same.
                let app = Arc::clone(&window.state::<Arc<App>>());
                std::thread::spawn(move || {
                    std::thread::sleep(SLOW_PAINT);
                    app.painted()
                });
            }
        });
    if let Some(place) = place {
        builder = builder.position(place.x, place.y).maximized(place.maximized);
    }
    let window = builder.build()?;
    if boot.settings.zoom != 100 {
        let _ = window.set_zoom(f64::from(boot.settings.zoom) / 100.0);
    }
    engine::guard(&window, awaited);
    let (closing, asking) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let watched = window.clone();
    // The box to go back to from the full screen.
    let normal = Mutex::new(place);
    window.on_window_event(move |event| match event {
        // The question is on the screen: its answer counts, not a second click.
        WindowEvent::CloseRequested { api, .. } if asking.load(Ordering::SeqCst) => api.prevent_close(),
        WindowEvent::CloseRequested { api, .. } => {
            keep_box(&watched, &app, &normal);
            if !closing.swap(true, Ordering::SeqCst) {
                // The window hands over what was typed last, then asks to be closed; if it hangs, it is closed.
                api.prevent_close();
                let late = watched.clone();
                let (closing, asking) = (Arc::clone(&closing), Arc::clone(&asking));
                std::thread::spawn(move || {
                    say_farewell(late.app_handle());
                    asking.store(true, Ordering::SeqCst);
                    if may_end(late.app_handle()) {
                        let _ = late.destroy();
                    } else {
                        late.state::<Arc<App>>().stay();
                        closing.store(false, Ordering::SeqCst);
                    }
                    asking.store(false, Ordering::SeqCst);
                });
            }
        }
        WindowEvent::Resized(_) | WindowEvent::Moved(_) => {
            if let Some(now) = box_of(&watched).filter(|now| !now.maximized) {
                *normal.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
            }
        }
        WindowEvent::Focused(true) => {
            let app = Arc::clone(&app);
            tauri::async_runtime::spawn_blocking(move || app.focused());
        }
        _ => {}
    });
    Ok(())
}

/// Before the end: the page hands over what was typed last, unless it hangs, and every unsaved text is in its draft.
fn say_farewell(handle: &AppHandle) {
    let app = handle.state::<Arc<App>>();
    app.leave();
    handle.state::<Arc<Shell<tauri::Wry>>>().emit(Event::Closing);
    app.wait_for_farewell(FAREWELL);
    app.settle();
}

/// Whether nothing is lost by the end, or the person says so: text that is in no draft, on a full disk say, is offered to
/// be written elsewhere first. Asked by the system's own dialog, for the page may be what hangs.
fn may_end(handle: &AppHandle) -> bool {
    let app = handle.state::<Arc<App>>();
    let mut elsewhere = Vec::new();
    loop {
        let left = app.undrafted().into_iter().find(|path| !elsewhere.contains(path));
        let Some(path) = left else { return true };
        let words = words::closing(&path, app.lang());
        let buttons =
            MessageDialogButtons::YesNoCancelCustom(words.elsewhere.clone(), words.lose.clone(), words.stay);
        let answer = handle
            .dialog()
            .message(words.question)
            .title("Copydesk")
            .kind(MessageDialogKind::Warning)
            .buttons(buttons)
            .blocking_show_with_result();
        let pressed = |label: &str| matches!(&answer, MessageDialogResult::Custom(name) if name == label);
        if pressed(&words.elsewhere) || answer == MessageDialogResult::Yes {
            if let Ok(Some(_)) = app.save_elsewhere(path.clone()) {
                elsewhere.push(path);
            }
        } else {
            return pressed(&words.lose) || answer == MessageDialogResult::No;
        }
        app.settle();
    }
}

/// Where the window may go: to the interface's own page while one is awaited, and nowhere else. Links are opened by the
/// desk, after the person saw the address; even an own page would take the place of what is being written.
fn may_go(awaited: &AtomicBool, url: &str) -> bool {
    let development = cfg!(not(feature = "custom-protocol")) && url.starts_with("http://localhost:5173/");
    development
        || cfg!(chaos_mutant = "no_navigation_gate")
        || (awaited.load(Ordering::SeqCst) && is_ours(url))
}

fn is_ours(url: &str) -> bool {
    let own = ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"];
    own.iter().any(|own| url.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Keeps the window's box; of a maximised one the box that it had before.
fn keep_box(window: &WebviewWindow, app: &App, normal: &Mutex<Option<WindowBox>>) {
    let Some(now) = box_of(window) else { return };
    let before = *normal.lock().unwrap_or_else(PoisonError::into_inner);
    app.set_window(to_keep(now, before));
}

fn to_keep(now: WindowBox, before: Option<WindowBox>) -> WindowBox {
    match before {
        Some(before) if now.maximized => WindowBox { maximized: true, ..before },
        _ => now,
    }
}

fn box_of(window: &WebviewWindow) -> Option<WindowBox> {
    let scale = window.scale_factor().ok()?;
    let position: LogicalPosition<f64> = window.outer_position().ok()?.to_logical(scale);
    let size: LogicalSize<f64> = window.inner_size().ok()?.to_logical(scale);
    Some(WindowBox {
        x: position.x,
        y: position.y,
        width: size.width,
        height: size.height,
        maximized: window.is_maximized().unwrap_or(false),
    })
}

/// What the system calls the window.
pub fn title(desk: Option<&str>) -> String {
    desk.map_or_else(|| "Copydesk".to_owned(), |desk| format!("{desk} — Copydesk"))
}

/// Logging out or `kill` ends the program as closing its window does.
#[cfg(unix)]
pub fn watch_signals(handle: AppHandle) {
    tauri::async_runtime::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut end), Ok(mut hang_up), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = end.recv() => {}
            _ = hang_up.recv() => {}
            _ = interrupt.recv() => {}
        }
        // Whoever ends a session may not wait for the page: what has left it is in its draft first.
        let ending = handle.clone();
        let _ = tauri::async_runtime::spawn_blocking(move || {
            ending.state::<Arc<App>>().settle();
            say_farewell(&ending);
        })
        .await;
        handle.exit(0);
    });
}

/// Logging out is handled by the window's own close.
#[cfg(not(unix))]
pub fn watch_signals(_handle: AppHandle) {}

#[cfg(test)]
mod tests {
    use super::{WindowBox, is_ours, may_go, to_keep};
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_maximised_window_keeps_the_box_that_it_had_before() {
        let normal = WindowBox { x: 10.0, y: 20.0, width: 900.0, height: 700.0, maximized: false };
        let full = WindowBox { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0, maximized: true };
        assert_eq!(to_keep(full, Some(normal)), WindowBox { maximized: true, ..normal });
        assert_eq!(to_keep(normal, Some(full)), normal);
        assert_eq!(to_keep(full, None), full);
    }

    #[test]
    fn a_page_in_use_is_not_left_even_for_our_own() {
        assert!(may_go(&AtomicBool::new(true), "tauri://localhost/"));
        assert!(!may_go(&AtomicBool::new(true), "https://example.org/"));
        assert!(!may_go(&AtomicBool::new(false), "tauri://localhost/"));
    }

    #[test]
    fn only_our_own_pages_are_ours() {
        for url in ["tauri://localhost", "tauri://localhost/", "tauri://localhost/index.html"] {
            assert!(is_ours(url), "{url}");
        }
        for url in [
            "https://example.org",
            "tauri://localhost.example.org/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "preview-img://localhost/desk/a.svg",
            "about:srcdoc",
        ] {
            assert!(!is_ours(url), "{url}");
        }
    }
}
