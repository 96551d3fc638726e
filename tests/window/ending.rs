//! The program is told to end while somebody types: as at the end of a session, by `kill`, or by its window's close.

use std::path::Path;
use std::time::Instant;

use super::{LIMIT, Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";

/// How often, with each of three signals; `cargo xtask torture` sets more.
fn times() -> usize {
    let torture = std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1");
    if torture { 167 } else { 1 }
}

/// The window's own process, by the desk in its command line.
fn program(room: &Room) -> Option<u32> {
    let desk = room.desk();
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(|pid: &u32| {
        let line =
            std::fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.next().is_some_and(|name| name.ends_with(b"copydesk-window"))
            && words.any(|word| word == desk.as_os_str().as_encoded_bytes())
    })
}

/// Everything below a folder that is not being written.
fn all_text(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            text += &all_text(&path);
        } else if path.extension().is_some_and(|ending| ending == "draft" || ending == "md") {
            text += &String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default());
        }
    }
    text
}

/// Row 30: what was typed up to the signal is in its draft or on the disk, and the program ends by itself.
#[tokio::test]
async fn a_program_that_is_told_to_end_keeps_what_was_typed_last() {
    for round in 0..times() {
        for signal in ["TERM", "HUP", "INT"] {
            let room = Room::new().with("a.md", "Texte.\n");
            let window = Window::open(&room).await;
            window.click("[data-testid=\"article-item\"][data-path=\"a.md\"]").await;
            window.wait_text(EDITOR, "Texte.").await;
            window.click(EDITOR).await;
            let word = format!("{}fin{round}", "mot ".repeat(round % 7 + 1));
            window.type_text(&word).await;
            let pid = program(&room).expect("the program runs").to_string();
            let told = std::process::Command::new("kill").args([&format!("-{signal}"), &pid]).status();
            assert!(told.expect("kill").success());
            let end = Instant::now() + LIMIT;
            while program(&room).is_some() {
                assert!(Instant::now() < end, "after SIG{signal} the program goes on");
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            let kept = all_text(room.folder.path());
            assert!(kept.contains(&word), "SIG{signal}, round {round}: {word} is not in {kept}");
        }
    }
    println!("row 30 told to end: kept, {} faults", times() * 3);
}
