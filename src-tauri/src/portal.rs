//! The desktop's portal, which tells whether the person wants dark windows.
//!
//! Nobody waits for it: one that is installed and does not come up keeps whoever asks for 25 seconds, the time that
//! D-Bus gives a service to start. GTK does ask while a program registers, and Tauri's own question (its feature `dbus`,
//! left out) keeps the first window for 5 seconds more.

use std::ffi::CStr;
use std::sync::OnceLock;

use gtk::gio::{self, Cancellable, DBusCallFlags, DBusProxyFlags};
use gtk::glib::{self, ToVariant, Variant, gobject_ffi};
use gtk::prelude::*;

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SETTINGS: &str = "org.freedesktop.portal.Settings";
/// The setting's namespace and key, by the portal's interface `Settings`.
const SCHEME: (&str, &str) = ("org.freedesktop.appearance", "color-scheme");
/// Its value where the person prefers dark windows.
const DARK: u32 = 1;

/// Gives windows the person's scheme, now and whenever it changes. It returns at once: the portal may come up late, or
/// never.
pub fn follow_scheme() {
    gio::DBusProxy::for_bus(
        gio::BusType::Session,
        DBusProxyFlags::DO_NOT_LOAD_PROPERTIES,
        None,
        NAME,
        PATH,
        SETTINGS,
        Cancellable::NONE,
        |portal| {
            let Ok(portal) = portal else { return };
            // It holds itself: it is heard as long as the program runs.
            let heard = portal.clone();
            portal.connect_local("g-signal", false, move |values| {
                let _kept = &heard;
                let told = values.get(2).and_then(|name| name.get::<String>().ok());
                let parameters = values.get(3).and_then(|value| value.get::<Variant>().ok());
                if let (Some("SettingChanged"), Some(parameters)) = (told.as_deref(), parameters) {
                    prefer(changed_scheme(&parameters));
                }
                None
            });
            let question = SCHEME.to_variant();
            portal.call("Read", Some(&question), DBusCallFlags::NONE, -1, Cancellable::NONE, |answer| {
                prefer(answer.ok().and_then(|answer| scheme(&answer.child_value(0))));
            });
        },
    );
}

/// The scheme that a signal `SettingChanged` tells of; `None` where it is about something else.
fn changed_scheme(parameters: &Variant) -> Option<u32> {
    let (space, key, value) = parameters.get::<(String, String, Variant)>()?;
    if (space.as_str(), key.as_str()) == SCHEME { scheme(&value) } else { None }
}

/// A number within any depth of variants: the portal's `Read` wraps it twice, its successors once.
fn scheme(value: &Variant) -> Option<u32> {
    match value.as_variant() {
        Some(inner) => scheme(&inner),
        None => value.get(),
    }
}

fn prefer(scheme: Option<u32>) {
    if let (Some(scheme), Some(settings)) = (scheme, gtk::Settings::default()) {
        settings.set_gtk_application_prefer_dark_theme(scheme == DARK);
    }
}

/// GTK's question for the portal fails at once while this lives: it asks in the way that waits, so that it can keep the
/// screen awake or hold a logout back one day, which this program never wants.
pub struct Unasked(());

impl Unasked {
    /// To be made on the main thread, which GTK asks on.
    pub fn begin() -> Self {
        let before = proxies_begin_with(Some(all_but_the_portal));
        BEFORE.get_or_init(|| before);
        Self(())
    }
}

impl Drop for Unasked {
    fn drop(&mut self) {
        proxies_begin_with(BEFORE.get().copied().flatten());
    }
}

type Begin = unsafe extern "C" fn(
    *mut gio::ffi::GInitable,
    *mut gio::ffi::GCancellable,
    *mut *mut glib::ffi::GError,
) -> glib::ffi::gboolean;

/// How a `GDBusProxy` begins by itself.
static BEFORE: OnceLock<Option<Begin>> = OnceLock::new();

/// Sets how a `GDBusProxy` that is made in the way that waits begins, and gives back how it did before.
#[allow(unsafe_code)]
fn proxies_begin_with(begin: Option<Begin>) -> Option<Begin> {
    // SAFETY: a class and its table of functions stay once they are made. The table is read by whoever makes such a
    // proxy, which is the main thread alone while GTK starts.
    unsafe {
        let class = gobject_ffi::g_type_class_ref(gio::ffi::g_dbus_proxy_get_type());
        let table = gobject_ffi::g_type_interface_peek(class, gio::ffi::g_initable_get_type());
        let table = table.cast::<gio::ffi::GInitableIface>();
        std::mem::replace(&mut (*table).init, begin)
    }
}

#[allow(unsafe_code)]
unsafe extern "C" fn all_but_the_portal(
    proxy: *mut gio::ffi::GInitable,
    cancellable: *mut gio::ffi::GCancellable,
    error: *mut *mut glib::ffi::GError,
) -> glib::ffi::gboolean {
    // SAFETY: GLib calls this in the place of the function that `BEFORE` holds, with what that one takes; the object is
    // a proxy, whose class this table belongs to.
    unsafe {
        let name = gio::ffi::g_dbus_proxy_get_name(proxy.cast());
        if !name.is_null() && CStr::from_ptr(name).to_bytes() == NAME.as_bytes() {
            let why = c"the portal is asked later";
            let kind = gio::ffi::g_io_error_quark();
            glib::ffi::g_set_error_literal(error, kind, gio::ffi::G_IO_ERROR_NOT_SUPPORTED, why.as_ptr());
            return glib::ffi::GFALSE;
        }
        BEFORE.get().copied().flatten().map_or(glib::ffi::GFALSE, |before| before(proxy, cancellable, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_found_in_any_wrapping() {
        let dark = DARK.to_variant();
        for wrapped in [dark.clone(), dark.to_variant(), dark.to_variant().to_variant()] {
            assert_eq!(scheme(&wrapped), Some(DARK));
        }
        assert_eq!(scheme(&"dark".to_variant()), None);
    }

    #[test]
    fn only_its_own_setting_is_heard() {
        let told = |space: &str, key: &str| (space, key, DARK.to_variant()).to_variant();
        assert_eq!(changed_scheme(&told(SCHEME.0, SCHEME.1)), Some(DARK));
        assert_eq!(changed_scheme(&told(SCHEME.0, "contrast")), None);
        assert_eq!(changed_scheme(&told("org.gnome.desktop.interface", SCHEME.1)), None);
        assert_eq!(changed_scheme(&"torn".to_variant()), None);
    }
}
