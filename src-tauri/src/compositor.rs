//! Chooses how WebKitGTK paints, before it starts.
//!
//! Without a graphics card its compositor costs two to three frames a key (40 ms against 9 ms measured, see
//! docs/BENCHMARKS.md), so it is switched off where no render node is found. `COPYDESK_COMPOSITOR=on|off` overrides.

/// What WebKitGTK and GTK read at their start. Without a compositor nothing draws by OpenGL, and looking for it costs
/// GTK 30 ms in each process (docs/BENCHMARKS.md).
const OFF: [(&str, &str); 3] = [
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    ("GDK_GL", "disable"),
];

/// Sets the environment for WebKitGTK; a variable that the person set is left alone.
pub fn choose() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let wish = std::env::var("COPYDESK_COMPOSITOR").ok();
    if wants_compositor(wish.as_deref(), has_render_node()) {
        return;
    }
    for (name, value) in OFF {
        if std::env::var_os(name).is_none() {
            // SAFETY: called first thing in `main`, before any thread exists that could read the environment.
            #[allow(unsafe_code)]
            unsafe {
                std::env::set_var(name, value);
            }
        }
    }
}

fn wants_compositor(wish: Option<&str>, render_node: bool) -> bool {
    match wish {
        Some("on") => true,
        Some("off") => false,
        _ => render_node,
    }
}

fn has_render_node() -> bool {
    std::fs::read_dir("/dev/dri").is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    })
}

#[cfg(test)]
mod tests {
    use super::wants_compositor;

    #[test]
    fn the_machine_decides_and_the_person_overrides() {
        assert!(wants_compositor(None, true));
        assert!(!wants_compositor(None, false));
        assert!(wants_compositor(Some("on"), false));
        assert!(!wants_compositor(Some("off"), true));
        assert!(!wants_compositor(Some("maybe"), false));
    }
}
