//! The real windows, side by side: start, key to glyph, key to preview, outside change, memory, rest.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::copy;
use crate::process;
use crate::table::{Figure, Table};
use copydesk_bench::screen::{Area, Screen, difference};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const BACKSPACE: u32 = 0xff08;
const LETTER: u32 = b'n' as u32;
/// Where our columns lie in a window of 1440 pixels with the default widths.
const COPY: Area = Area { x: 290, y: 60, w: 720, h: 790 };
const SIDE: Area = Area { x: 1050, y: 90, w: 380, h: 760 };
const LIMIT: Duration = Duration::from_secs(20);
/// After so long a start is over.
const WARM: Duration = Duration::from_secs(10);
const REST: Duration = Duration::from_millis(700);

/// What is measured of the windows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// From the start of the program to its text.
    Start,
    /// Keys, also while others write, and outside changes.
    Typing,
    /// Memory and the processor while nothing happens.
    Rest,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Start, Self::Typing, Self::Rest];

    /// Its name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Typing => "typing",
            Self::Rest => "rest",
        }
    }
}

/// What is measured and where it lies.
pub struct Paths {
    /// `copydesk-window`, release build.
    pub window: PathBuf,
    /// WebKitGTK's example browser.
    pub minibrowser: PathBuf,
    /// The bundled script of `ui/bench`.
    pub peer_script: PathBuf,
    /// A folder to work in.
    pub work: PathBuf,
}

struct Running {
    child: Child,
    since: Instant,
}

impl Drop for Running {
    fn drop(&mut self) {
        process::end(self.child.id());
        let _ = self.child.wait();
    }
}

fn start(command: &mut Command) -> Result<Running> {
    let since = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(Running { child, since })
}

fn copydesk(paths: &Paths, article: &Path, compositor: Option<&str>) -> Result<Running> {
    let data = paths.work.join("data");
    let _ = fs::remove_dir_all(&data);
    let mut command = Command::new(&paths.window);
    command.arg(article).env("COPYDESK_DATA_DIR", data).env("COPYDESK_LOCALE", "fr");
    if let Some(wish) = compositor {
        command.env("COPYDESK_COMPOSITOR", wish);
    }
    start(&mut command)
}

fn minibrowser(paths: &Paths, words: usize) -> Result<Running> {
    let folder = paths.work.join("peer");
    fs::create_dir_all(&folder)?;
    let script = fs::read_to_string(&paths.peer_script)?;
    let text = copy::article(words).replace('\\', "\\\\").replace('`', "\\`");
    fs::write(folder.join("peer.js"), format!("const ARTICLE = `{text}`;\n{script}"))?;
    fs::write(
        folder.join("index.html"),
        "<!doctype html><meta charset=\"utf-8\"><title>peer</title><body><script src=\"peer.js\"></script>",
    )?;
    start(
        Command::new(&paths.minibrowser)
            .arg("--geometry=1440x900")
            .arg(format!("file://{}", folder.join("index.html").display()))
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    )
}

fn ghostwriter(paths: &Paths, article: &Path) -> Result<Running> {
    let home = paths.work.join("ghost");
    fs::create_dir_all(home.join(".config"))?;
    start(
        Command::new("ghostwriter")
            .arg(article)
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("QTWEBENGINE_DISABLE_SANDBOX", "1")
            .env("QTWEBENGINE_CHROMIUM_FLAGS", "--no-sandbox"),
    )
}

/// Where the first lines of the text stand in our window, in the browser's (whose window is 1024 by 768 whatever it is
/// asked) and in ghostwriter's. Small, so that looking costs little, and inside the window, so that no edge of it is
/// taken for text.
const OUR_TEXT: Area = Area { x: 340, y: 300, w: 400, h: 200 };
const BROWSER_TEXT: Area = Area { x: 100, y: 200, w: 400, h: 200 };

/// Whether an area holds text: enough pixels that are not its commonest one.
fn has_ink(pixels: &[u8]) -> bool {
    let mut counts = std::collections::HashMap::new();
    for pixel in pixels.chunks_exact(4) {
        *counts.entry(&pixel[..3]).or_insert(0_usize) += 1;
    }
    let commonest = counts.values().copied().max().unwrap_or(0);
    pixels.len() / 4 - commonest > 300
}

/// From the start of a process until its text stands in an area.
fn time_to_text(screen: &Screen, running: &Running, area: Area) -> Result<Duration> {
    let empty = screen.look(area)?;
    while running.since.elapsed() < LIMIT {
        let now = screen.look(area)?;
        if difference(&empty, &now, area).0 > 300 && has_ink(&now) {
            return Ok(running.since.elapsed());
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    Err("no text within the limit".into())
}

/// From the start of a process until its window has stopped changing (that rest not counted).
fn time_to_settle(screen: &Screen, running: &Running) -> Result<Duration> {
    let area = screen.whole;
    let mut before = screen.look(area)?;
    let mut last = None;
    while running.since.elapsed() < LIMIT {
        let now = screen.look(area)?;
        if difference(&before, &now, area).0 > 150 {
            last = Some(running.since.elapsed());
            before = now;
        }
        if let Some(last) = last
            && running.since.elapsed() > last + REST
        {
            return Ok(last);
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    last.ok_or_else(|| "no window".into())
}

/// Presses a letter and takes it back, `pairs` times, and times each until `area` shows it.
fn keys(screen: &Screen, within: Area, pairs: usize) -> Result<Figure> {
    // Where does a key show? The first line that changes is the caret's.
    let before = screen.look(within)?;
    screen.key(LETTER)?;
    screen.wait_for_change(within, &before, 8, Duration::from_secs(5))?.ok_or("a key changed nothing")?;
    screen.wait_for_rest(within, Duration::from_millis(300), LIMIT)?;
    let after = screen.look(within)?;
    let (_, bounds) = difference(&before, &after, within);
    let bounds = bounds.ok_or("a key changed nothing that stayed")?;
    let top = (bounds.y - 4).max(within.y);
    let below = u16::try_from(i32::from(within.y) + i32::from(within.h) - i32::from(top)).unwrap_or(1);
    let band = Area { x: within.x, y: top, w: within.w, h: below.min(40) };
    screen.key(BACKSPACE)?;
    screen.wait_for_rest(within, Duration::from_millis(300), LIMIT)?;
    let mut figure = Figure::default();
    for pair in 0..pairs {
        for keysym in [LETTER, BACKSPACE] {
            let before = screen.look(band)?;
            let pressed = Instant::now();
            screen.key(keysym)?;
            if let Some(seen) = screen.wait_for_change(band, &before, 10, Duration::from_secs(3))? {
                figure.add_time(seen - pressed);
            }
            // Uneven pauses, so that no rhythm of the machine is in step with ours.
            std::thread::sleep(Duration::from_millis(45 + (pair as u64 * 37) % 29));
        }
    }
    Ok(figure)
}

fn settle_and_click(screen: &Screen, x: i16, y: i16) -> Result<()> {
    // A screen at rest before the window is there says nothing.
    let since = Instant::now();
    while screen.largest_window()?.is_none() || !has_ink(&screen.look(screen.whole)?) {
        if since.elapsed() > LIMIT {
            return Err("no window within the limit".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    screen.wait_for_rest(screen.whole, REST, LIMIT)?;
    screen.focus_and_fill()?;
    screen.wait_for_rest(screen.whole, REST, LIMIT)?;
    screen.click(x, y)?;
    screen.wait_for_rest(screen.whole, REST, LIMIT)
}

/// Measures everything that needs a display.
///
/// # Errors
/// No display, or a program that could not be started; what can be measured is in the table already.
pub fn measure(paths: &Paths, parts: &[Part], rounds: usize, table: &mut Table) -> Result<()> {
    let screen = Screen::open(None)?;
    let article = |words: usize| -> Result<PathBuf> {
        let folder = paths.work.join(format!("desk-{words}"));
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("article-{words}.md"));
        fs::write(&path, copy::article(words))?;
        Ok(path)
    };
    let large = paths.work.join("desk-large");
    fs::create_dir_all(&large)?;
    for number in 0..10_000 {
        let path = large.join(format!("a{number:05}.md"));
        if !path.exists() {
            fs::write(path, copy::article(150))?;
        }
    }
    let thousand = article(1000)?;
    for part in parts {
        match part {
            Part::Start => {
                crate::parts::list(&large, table);
                starts(&screen, paths, &thousand, &large.join("a05000.md"), rounds, table)?;
            }
            Part::Typing => {
                for words in [1000, 5000, 50_000] {
                    let path = article(words)?;
                    typing(&screen, paths, &path, words, table)?;
                }
                reviewed(&screen, paths, table)?;
                storm(&screen, paths, &large, table)?;
                outside(&screen, paths, &thousand, table)?;
            }
            Part::Rest => rest(&screen, paths, &thousand, table)?,
        }
    }
    Ok(())
}

fn starts(
    screen: &Screen,
    paths: &Paths,
    article: &Path,
    in_large: &Path,
    rounds: usize,
    table: &mut Table,
) -> Result<()> {
    let (mut ours, mut large, mut browser, mut ghost) =
        (Figure::default(), Figure::default(), Figure::default(), Figure::default());
    for _ in 0..rounds {
        screen.wipe()?;
        ours.add_time(time_to_text(screen, &copydesk(paths, article, None)?, OUR_TEXT)?);
        screen.wipe()?;
        browser.add_time(time_to_text(screen, &minibrowser(paths, 1000)?, BROWSER_TEXT)?);
        screen.wipe()?;
        large.add_time(time_to_text(screen, &copydesk(paths, in_large, None)?, OUR_TEXT)?);
        screen.wipe()?;
        ghost.add_time(time_to_settle(screen, &ghostwriter(paths, article)?)?);
    }
    table.compare("start to the article", "ms", &ours, "MiniBrowser with CodeMirror", &browser, 1.25);
    table.compare("start to the article", "ms", &ours, "ghostwriter settled", &ghost, 0.6);
    table.compare(
        "start, 10,000 articles in the desk",
        "ms",
        &large,
        "MiniBrowser with CodeMirror",
        &browser,
        1.25,
    );
    table.compare("start, 10,000 articles in the desk", "ms", &large, "ghostwriter settled", &ghost, 0.6);
    Ok(())
}

fn typing(screen: &Screen, paths: &Paths, article: &Path, words: usize, table: &mut Table) -> Result<()> {
    let pairs = 60;
    let (ours, preview) = {
        let _running = copydesk(paths, article, None)?;
        settle_and_click(screen, 600, 600)?;
        (keys(screen, COPY, pairs)?, keys(screen, SIDE, pairs)?)
    };
    let with_compositor = {
        let _running = copydesk(paths, article, Some("on"))?;
        settle_and_click(screen, 600, 600)?;
        keys(screen, COPY, pairs)?
    };
    let ghost = {
        let _running = ghostwriter(paths, article)?;
        settle_and_click(screen, 420, 400)?;
        keys(screen, Area { x: 0, y: 60, w: 720, h: 780 }, pairs)
    };
    let browser = {
        let _running = minibrowser(paths, words)?;
        settle_and_click(screen, 300, 330)?;
        keys(screen, Area { x: 0, y: 60, w: 1000, h: 680 }, pairs)
    };
    let target = if words >= 50_000 { 0.25 } else { 0.85 };
    match ghost {
        Ok(ghost) => {
            table.compare(&format!("key to glyph, {words} words"), "ms", &ours, "ghostwriter", &ghost, target)
        }
        Err(error) => table.missing(&format!("key to glyph, {words} words, ghostwriter"), &error.to_string()),
    }
    if let Ok(browser) = browser {
        let job = format!("key to glyph, {words} words");
        table.compare(&job, "ms", &ours, "bare CodeMirror in MiniBrowser", &browser, 1.5);
    }
    table.state(
        &format!("key to glyph p99, {words} words"),
        "ms",
        ours.quantile(0.99),
        Some(ours.median() + 16.7),
    );
    table.compare(
        &format!("key to glyph, compositor off, {words} words"),
        "ms",
        &ours,
        "compositor on",
        &with_compositor,
        1.0,
    );
    table.compare(&format!("key to preview, {words} words"), "ms", &preview, "own key to glyph", &ours, 1.5);
    Ok(())
}

/// Typing in an article that a whole newsroom has marked up, beside the same article without a mark.
fn reviewed(screen: &Screen, paths: &Paths, table: &mut Table) -> Result<()> {
    let folder = paths.work.join("desk-reviewed");
    let text = copy::article(5000);
    let record = folder.join(".copydesk/review/00000000000000000000000001");
    fs::create_dir_all(&record)?;
    let (plain, busy) = (folder.join("plain.md"), folder.join("busy.md"));
    fs::write(&plain, &text)?;
    fs::write(&busy, &text)?;
    let (_, body) = copydesk_core::front::split(&text);
    fs::write(record.join("elise-faure-00ff00ff00ff00ff.jsonl"), crate::review::record("busy.md", body))?;
    let typed = |article: &Path| -> Result<Figure> {
        let _running = copydesk(paths, article, None)?;
        settle_and_click(screen, 600, 600)?;
        keys(screen, COPY, 60)
    };
    let (plain, busy) = (typed(&plain)?, typed(&busy)?);
    let job = format!("key to glyph, 5,000 words with {}", crate::review::BUSY);
    table.compare(&job, "ms", &busy, "without", &plain, 1.1);
    table.state(&format!("{job}, p95"), "ms", busy.quantile(0.95), Some(16.0));
    Ok(())
}

/// Typing while another program rewrites a thousand files of the desk.
fn storm(screen: &Screen, paths: &Paths, large: &Path, table: &mut Table) -> Result<()> {
    let _running = copydesk(paths, &large.join("a05000.md"), None)?;
    settle_and_click(screen, 600, 600)?;
    let calm = keys(screen, COPY, 60)?;
    let folder = large.to_owned();
    let writer = std::thread::spawn(move || {
        for round in 0..2 {
            for number in 0..1000 {
                let _ = fs::write(folder.join(format!("a{number:05}.md")), copy::article(150 + round));
            }
            std::thread::sleep(Duration::from_secs(2));
        }
    });
    let stormy = keys(screen, COPY, 60)?;
    let _ = writer.join();
    let bound = calm.quantile(0.95) * 1.5;
    table.state(
        "key to glyph p95 while 1,000 files change, against 1.5 times at rest",
        "ms",
        stormy.quantile(0.95),
        Some(bound),
    );
    Ok(())
}

fn rest(screen: &Screen, paths: &Paths, article: &Path, table: &mut Table) -> Result<()> {
    let (mut ours, mut ghost) = (Figure::default(), Figure::default());
    let seconds = 10.0;
    {
        let running = copydesk(paths, article, None)?;
        screen.wait_for_rest(screen.whole, Duration::from_secs(2), LIMIT)?;
        ours.add(process::pss_mb(running.child.id()));
        // What is opened after the first paint is not rest.
        std::thread::sleep(WARM.saturating_sub(running.since.elapsed()));
        let before = process::cpu_seconds(running.child.id());
        std::thread::sleep(Duration::from_secs_f64(seconds));
        let share = (process::cpu_seconds(running.child.id()) - before) / seconds * 100.0;
        table.state("processor at rest", "% of a core", share, Some(1.0));
    }
    {
        let running = ghostwriter(paths, article)?;
        screen.wait_for_rest(screen.whole, Duration::from_secs(2), LIMIT)?;
        ghost.add(process::pss_mb(running.child.id()));
    }
    table.compare("memory, one article open", "MB PSS", &ours, "ghostwriter", &ghost, 0.95);
    Ok(())
}

fn outside(screen: &Screen, paths: &Paths, article: &Path, table: &mut Table) -> Result<()> {
    let _running = copydesk(paths, article, None)?;
    settle_and_click(screen, 600, 600)?;
    let glyph = keys(screen, COPY, 20)?;
    // The letters were taken back: let the save and its echo pass.
    screen.wait_for_rest(screen.whole, Duration::from_secs(3), LIMIT)?;
    let mut seen = Figure::default();
    let text = copy::article(1000);
    for round in 0..10 {
        let word = if round % 2 == 0 { "Là-bas, " } else { "Ici, " };
        let changed = text.replacen("Ici, ", word, 1);
        let before = screen.look(COPY)?;
        let temp = article.with_extension("tmp");
        fs::write(&temp, changed)?;
        let moved = Instant::now();
        fs::rename(&temp, article)?;
        if let Some(at) = screen.wait_for_change(COPY, &before, 10, Duration::from_secs(5))? {
            seen.add_time(at - moved);
        }
        screen.wait_for_rest(screen.whole, REST, LIMIT)?;
    }
    table.compare("outside change to screen", "ms", &seen, "own key to glyph", &glyph, 3.0);
    Ok(())
}
