//! The page's process ends without warning, while somebody types. A driver's session ends with it, so the window is looked at and typed into
//! from outside, on a display of its own.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use copydesk_bench::screen::Screen;

use super::{Ends, LIMIT, Room, in_room, own_display};

/// Fewer colours than this is an empty window.
const PAINTED: usize = 200;

/// How long a pressed key may take to the disk before it is pressed again.
const PATIENCE: Duration = Duration::from_secs(2);

/// A letter that neither the article nor what a draft says of itself has.
const LETTER: char = 'q';

/// The pause between two keys of somebody who types fast.
const STROKE: Duration = Duration::from_millis(70);

/// What may be lost of what was typed last.
const LOSS: Duration = Duration::from_secs(1);

/// How often the page is killed; `cargo xtask torture` sets more.
fn times() -> usize {
    let torture = std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1");
    if torture { 200 } else { 2 }
}

#[tokio::test]
async fn a_page_that_dies_comes_back_with_what_was_typed() {
    let room = Room::new().with("a.md", "Texte.\n");
    let (display, name) = own_display();
    let mut program = Command::new(env!("CARGO_BIN_EXE_copydesk-window"));
    program.arg(room.desk());
    let program = in_room(&mut program, &room, &name).spawn().expect("the window");
    let group = program.id();
    let _ends = Ends { driver: Some(program), display: Some(display) };
    let screen = Screen::open(Some(&name)).expect("the display");
    until("the first page", || painted(&screen)).await;
    let mut typed = 0;
    let mut last = 0;
    for time in 0..times() {
        typed = type_three(&room, &screen, typed).await;
        let old = page(group).expect("the page has a process");
        // From a single key to three seconds of them, a different number each time.
        let mut keys = Vec::new();
        for _ in 0..=(time * 17) % 42 {
            screen.key(u32::from(LETTER)).expect("a key");
            keys.push(Instant::now());
            tokio::time::sleep(STROKE).await;
        }
        let killed = Command::new("kill").args(["-KILL", &old]).status().expect("kill");
        let end = Instant::now();
        assert!(killed.success());
        until("a new page", || page(group).is_some_and(|new| new != old) && painted(&screen)).await;
        let due = typed + keys.iter().filter(|key| end - **key > LOSS).count();
        let mut kept = 0;
        until("what was typed more than a second before the end", || {
            kept = on_disk(&room);
            kept >= due
        })
        .await;
        last += (typed + keys.len()).saturating_sub(kept);
        typed = kept;
    }
    println!("row 28 page killed: kept, {} kills, {last} letters of the last second lost", times());
    // The page that came back goes on with all of it.
    type_three(&room, &screen, typed).await;
}

/// Presses the key until three more letters are on the disk; a page that has just painted may not listen yet.
/// Returns how many there are; never fewer than there were.
async fn type_three(room: &Room, screen: &Screen, before: usize) -> usize {
    let mut pressed: Option<Instant> = None;
    let mut there = before;
    until("letters on the disk", || {
        let now = on_disk(room);
        assert!(now >= there, "{there} letters were on the disk and {now} are left");
        let arrived = now > there;
        if arrived || pressed.is_none_or(|pressed| pressed.elapsed() >= PATIENCE) {
            // Clicks that follow one another select the word and the line.
            if !arrived {
                screen.focus_and_fill().expect("a window");
                let (x, y) = (screen.whole.w / 2, screen.whole.h / 2);
                screen.click(x.cast_signed(), y.cast_signed()).expect("a click");
            }
            screen.key(u32::from(LETTER)).expect("a key");
            pressed = Some(Instant::now());
        }
        there = now;
        there >= before + 3
    })
    .await;
    there
}

/// How many letters the draft has, or the article where there is none.
fn on_disk(room: &Room) -> usize {
    let count = |text: &str| text.matches(LETTER).count();
    let desks = std::fs::read_dir(room.folder.path().join("data/desks")).into_iter().flatten().flatten();
    let drafts = desks.flat_map(|desk| std::fs::read_dir(desk.path().join("drafts")).into_iter().flatten());
    let drafts = drafts.flatten().filter_map(|draft| std::fs::read(draft.path()).ok());
    drafts
        .map(|draft| count(&String::from_utf8_lossy(&draft)))
        .max()
        .unwrap_or(0)
        .max(count(&room.read("a.md")))
}

/// The process of the page, among those of the window's group.
fn page(group: u32) -> Option<String> {
    let group = group.to_string();
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).find(|pid| {
        // proc_pid_stat(5): the name, cut to 15 bytes, then state, parent, group.
        let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
        let Some((name, rest)) = stat.rsplit_once(')') else { return false };
        let mut fields = rest.split_whitespace();
        let alive = fields.next().is_some_and(|state| state != "Z");
        alive && name.ends_with("(WebKitWebProces") && fields.nth(1) == Some(&group)
    })
}

fn painted(screen: &Screen) -> bool {
    let pixels = screen.look(screen.whole).expect("the screen");
    let colours: std::collections::HashSet<&[u8]> = pixels.chunks_exact(4).collect();
    colours.len() > PAINTED
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < end, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
