//! Starting where the desktop's portal is missing, and where it never answers: a window that asked it first would stand
//! still for the 25 seconds after which a question on the bus is given up. Where it does answer, the window is as light or
//! as dark as the person wants windows.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gtk::gio::{self, Cancellable, DBusCallFlags, DBusConnectionFlags};
use gtk::glib::{self, ToVariant, Variant};

use super::{LIMIT, Room, Window, end};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";

/// A session bus of our own.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    /// `portal`: the program that is started for the portal's name.
    fn start(folder: &Path, portal: Option<&str>) -> Self {
        let services = folder.join("services");
        std::fs::create_dir(&services).expect("the services");
        if let Some(program) = portal {
            for name in ["org.freedesktop.portal.Desktop", "org.freedesktop.impl.portal.PermissionStore"] {
                let service = format!("[D-BUS Service]\nName={name}\nExec={program}\n");
                std::fs::write(services.join(format!("{name}.service")), service).expect("a service");
            }
        }
        let config = folder.join("bus.conf");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><servicedir>{}</servicedir>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\
             <allow own=\"*\"/></policy></busconfig>",
            folder.display(),
            services.display()
        );
        std::fs::write(&config, text).expect("the configuration");
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--print-address=1", "--nofork"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("dbus-daemon, from the package dbus-daemon");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().expect("its output"))
            .read_line(&mut address)
            .expect("its address");
        Self { daemon, address: address.trim().to_owned() }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        end(&mut self.daemon);
    }
}

/// Opens a desk and types, each within the limit of every step, which is shorter than that wait.
async fn opens(portal: Option<&str>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bus = Bus::start(folder.path(), portal);
    let room = Room::new().with("port.md", "Une phrase.\n").env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let window =
        tokio::time::timeout(LIMIT, Window::open(&room)).await.expect("a window before D-Bus gives up");
    window.click("[data-testid=\"article-item\"][data-path=\"port.md\"]").await;
    window.wait_text(EDITOR, "Une phrase.").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window.type_text("Suite.").await;
    window.press("ctrl+s").await;
    room.wait_file("port.md", |text| text.ends_with("Suite.")).await;
}

#[tokio::test]
async fn the_window_opens_without_a_portal() {
    opens(None).await;
}

#[tokio::test]
async fn the_window_opens_beside_a_portal_that_never_answers() {
    // It is started, takes no name and stays: whoever asks it waits.
    opens(Some("/bin/sleep 600")).await;
}

#[tokio::test]
async fn the_window_opens_without_any_bus() {
    let room = Room::new()
        .with("port.md", "Une phrase.\n")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/copydesk-no-bus");
    let window = Window::open(&room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"port.md\"]").await;
    window.wait_text(EDITOR, "Une phrase.").await;
}

const SETTINGS: &str = "org.freedesktop.portal.Settings";
const PORTAL: &str = "/org/freedesktop/portal/desktop";
const SCHEME: (&str, &str) = ("org.freedesktop.appearance", "color-scheme");

/// A portal on a bus of the tests, which says that the person wants dark windows. It answers as long as its loop runs.
struct Portal {
    connection: gio::DBusConnection,
    answering: glib::MainLoop,
}

impl Portal {
    fn start(address: &str) -> Self {
        let context = glib::MainContext::new();
        let answering = glib::MainLoop::new(Some(&context), false);
        let flags = DBusConnectionFlags::AUTHENTICATION_CLIENT | DBusConnectionFlags::MESSAGE_BUS_CONNECTION;
        let connection =
            gio::DBusConnection::for_address_sync(address, flags, None, Cancellable::NONE).expect("the bus");
        let node = gio::DBusNodeInfo::for_xml(&format!(
            "<node><interface name='{SETTINGS}'><method name='Read'><arg type='s' direction='in'/>\
             <arg type='s' direction='in'/><arg type='v' direction='out'/></method></interface></node>"
        ))
        .expect("an interface");
        let interface = node.lookup_interface(SETTINGS).expect("its name");
        context
            .with_thread_default(|| {
                let answer = |_,
                              _: &str,
                              _: &str,
                              _: &str,
                              _: &str,
                              asked: Variant,
                              call: gio::DBusMethodInvocation| {
                    assert_eq!(
                        asked.get::<(String, String)>(),
                        Some((SCHEME.0.to_owned(), SCHEME.1.to_owned()))
                    );
                    // As the portal does: a variant within the variant.
                    call.return_value(Some(&(1_u32.to_variant().to_variant(),).to_variant()));
                };
                let no_property = |_, _: &str, _: &str, _: &str, _: &str| false.to_variant();
                connection
                    .register_object(PORTAL, &interface, answer, no_property, |_, _, _, _, _, _| false)
                    .expect("a portal");
            })
            .expect("a thread's context");
        let name = ("org.freedesktop.portal.Desktop", 0_u32).to_variant();
        let bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        connection
            .call_sync(
                Some(bus.0),
                bus.1,
                bus.0,
                "RequestName",
                Some(&name),
                None,
                DBusCallFlags::NONE,
                -1,
                Cancellable::NONE,
            )
            .expect("the portal's name");
        let running = answering.clone();
        std::thread::spawn(move || context.with_thread_default(|| running.run()));
        Self { connection, answering }
    }

    fn says(&self, scheme: u32) {
        let told = (SCHEME.0, SCHEME.1, scheme.to_variant()).to_variant();
        self.connection
            .emit_signal(None, PORTAL, SETTINGS, "SettingChanged", Some(&told))
            .and_then(|()| self.connection.flush_sync(Cancellable::NONE))
            .expect("a signal");
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.answering.quit();
    }
}

#[tokio::test]
async fn the_window_is_as_dark_as_the_portal_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bus = Bus::start(folder.path(), None);
    let portal = Portal::start(&bus.address);
    let room = Room::new().with("port.md", "Une phrase.\n").env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let window = Window::open(&room).await;
    let dark = "document.documentElement.dataset.theme";
    window.wait_eval(dark, "dark").await;
    portal.says(2);
    window.wait_eval(dark, "light").await;
    portal.says(1);
    window.wait_eval(dark, "dark").await;
}
