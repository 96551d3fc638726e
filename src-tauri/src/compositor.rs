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
    opengl::refuse();
}

mod opengl {
    use std::ffi::{c_int, c_uint, c_void};

    /// `eglInitialize` of EGL 1.5.
    type Initialize = extern "C" fn(*mut c_void, *mut c_int, *mut c_int) -> c_uint;

    /// `EGL_FALSE`: this display has no OpenGL.
    extern "C" fn no(_display: *mut c_void, _major: *mut c_int, _minor: *mut c_int) -> c_uint {
        0
    }

    /// Answers WebKitGTK in this process that there is no OpenGL. It asks before each first page, whatever the
    /// environment says, and without a graphics card the answer loads Mesa's software renderer with LLVM: 17 MB
    /// (docs/BENCHMARKS.md) that nothing uses, as no compositor runs. Its page's process, which asks for itself, is
    /// left alone: it ends where the answer is no.
    pub fn refuse() {
        // SAFETY: libepoxy's public variable of this name is a function pointer of this type, to be read by whoever
        // calls `eglInitialize`; it is replaced before any thread exists. Without libepoxy nothing is done.
        #[allow(unsafe_code)]
        unsafe {
            let found = libc::dlsym(libc::RTLD_DEFAULT, c"epoxy_eglInitialize".as_ptr()).cast::<Initialize>();
            if !found.is_null() {
                found.write(no);
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
