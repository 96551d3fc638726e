//! What the web engine is asked for beyond what Tauri offers: no network, no page of its own over ours, and a new page
//! where the process of the old one ended.

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use copydesk_desk::app::App;
    use tauri::{Manager, WebviewWindow};
    use webkit2gtk::{NetworkProxyMode, NetworkProxySettings, WebView, WebViewExt, WebsiteDataManagerExt};

    /// A proxy of a kind that does not exist: the engine finds no way to any server. The page is served from within
    /// the program, so it needs none; and what a policy of the page says nothing about (`preconnect`, look-ups of names)
    /// leads nowhere too.
    const NOWHERE: &str = "none://localhost";

    /// Sets all of it. `awaited` says whether a page is to be loaded.
    pub fn guard(window: &WebviewWindow, awaited: Arc<AtomicBool>) {
        let app = Arc::clone(&window.state::<Arc<App>>());
        // A window whose engine cannot be asked is a window without these; the page's policy stands by itself.
        let _ = window.with_webview(move |webview| {
            let view = webview.inner();
            if cfg!(feature = "custom-protocol") && !cfg!(chaos_mutant = "open_network") {
                no_network(&view);
            }
            let shown = Arc::clone(&awaited);
            // The engine's own page of an address that it cannot show would take the place of what is being written.
            view.connect_load_failed(move |_, _, _, _| !shown.load(Ordering::SeqCst));
            // The page runs in a process of its own, which can end for lack of memory or by a fault of the web engine.
            // Then it is loaded again, and asks for what is open.
            view.connect_web_process_terminated(move |view, _reason| {
                app.page_died();
                awaited.store(true, Ordering::SeqCst);
                let page = view.uri().unwrap_or_default();
                let page = page.split('?').next().unwrap_or_default().trim_end_matches('/');
                view.load_uri(&format!("{page}/?again"));
            });
        });
    }

    fn no_network(view: &WebView) {
        let Some(manager) = view.website_data_manager() else { return };
        let mut settings = NetworkProxySettings::new(Some(NOWHERE), &[]);
        manager.set_network_proxy_settings(NetworkProxyMode::Custom, Some(&mut settings));
    }
}

#[cfg(target_os = "linux")]
pub use linux::guard;

/// Other systems' engines are left as Tauri sets them.
#[cfg(not(target_os = "linux"))]
pub fn guard(_window: &tauri::WebviewWindow, _awaited: std::sync::Arc<std::sync::atomic::AtomicBool>) {}
