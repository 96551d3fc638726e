//! Starting where the desktop's portal is missing, and where it never answers: a window that asked it first would stand
//! still for the 25 seconds after which a question on the bus is given up.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{Room, Window, end};

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
    let window = Window::open(&room).await;
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
