//! The real window, driven through WebKitWebDriver as a person would: a desk in a temporary folder, a home of its own,
//! a display of its own where none is given.
//!
//! A [`Room`] is what stays when the program ends (the desk's folder, the data folder); a [`Window`] is one run of the
//! program. A test that fails leaves a screenshot in `tests/output`.

mod changes;
mod composing;
mod ending;
mod hostile;
mod incoming;
mod journeys;
mod moved;
mod page;
mod portal;
mod review;
mod sheets;
mod smoke;

use std::fmt::Debug;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use copydesk_bench::screen::Screen;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long anything may take on a busy machine before a test gives up. No test asserts a time.
pub const LIMIT: Duration = Duration::from_secs(20);

/// What a run of the program leaves behind and finds again: the desk, the data folder, the home.
pub struct Room {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl Room {
    /// An empty desk, a French interface, an author called Ada.
    pub fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().expect("a temporary folder"), env: Vec::new() };
        for name in ["desk", "data", "home", "run"] {
            std::fs::create_dir(room.folder.path().join(name)).expect("a folder in it");
        }
        // XDG Base Directory Specification: the runtime folder is its owner's alone.
        let only_mine = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(room.folder.path().join("run"), only_mine).expect("its mode");
        room.env("COPYDESK_AUTHOR", "Ada").env("COPYDESK_LOCALE", "fr")
    }

    /// Sets a variable of the program's environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Puts an article, or any file, into the desk.
    pub fn with(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.write(path, bytes);
        self
    }

    /// The desk's folder.
    pub fn desk(&self) -> PathBuf {
        self.folder.path().join("desk")
    }

    /// Writes a file of the desk as another program would.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.desk().join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect(path);
        std::fs::write(file, bytes).expect(path);
    }

    /// A file of the desk as it is on the disk; empty where it is not there.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.desk().join(path)).unwrap_or_default()).into_owned()
    }

    /// Waits until an exported file is whole, which it is from its first moment; gives its path.
    pub async fn wait_export(&self, name: &str) -> PathBuf {
        let file = self.desk().join(name);
        let end = Instant::now() + LIMIT * 3;
        while !file.is_file() {
            assert!(Instant::now() < end, "{name} was not exported");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        file
    }

    /// Waits until a draft in the data folder holds a text.
    pub async fn wait_draft(&self, text: &str) {
        self.wait_kept(&format!("no draft holds {text}"), |kept| kept.contains(text)).await;
    }

    /// Waits until a file in the data folder is as wanted.
    pub async fn wait_kept(&self, without: &str, wanted: impl Fn(&str) -> bool) {
        let end = Instant::now() + LIMIT;
        while !holds(&self.folder.path().join("data"), &wanted) {
            assert!(Instant::now() < end, "{without}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until a file of the desk is as wanted.
    pub async fn wait_file(&self, path: &str, wanted: impl Fn(&str) -> bool) {
        let end = Instant::now() + LIMIT;
        while !wanted(&self.read(path)) {
            assert!(Instant::now() < end, "{path} stays as it is:\n{}", self.read(path));
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

/// Whether any file below a folder holds a text that is wanted.
fn holds(folder: &Path, wanted: &impl Fn(&str) -> bool) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return holds(&path, wanted);
            }
            // A file that is still being written does not count: a kill may leave it without its name.
            path.is_file()
                && path.extension().is_none_or(|ending| ending != "tmp")
                && std::fs::read(&path).is_ok_and(|bytes| wanted(&String::from_utf8_lossy(&bytes)))
        })
    })
}

/// One run of the program, with its driver and display; all end with it.
pub struct Window {
    /// The WebDriver client, for what no method here does.
    pub client: Client,
    driver: Child,
    display: Option<Child>,
    port: u16,
    session: String,
}

impl Window {
    /// Opens the program on the room's desk.
    pub async fn open(room: &Room) -> Self {
        let desk = room.desk();
        Self::open_with(room, &[&desk.to_string_lossy()]).await
    }

    /// Opens the program with these arguments.
    pub async fn open_with(room: &Room, args: &[&str]) -> Self {
        Self::launch(room, Path::new(env!("CARGO_BIN_EXE_copydesk-window")), args, display()).await
    }

    /// Opens the program on the room's desk, alone on a display, whose keys are its own.
    pub async fn open_alone(room: &Room) -> (Self, Screen) {
        let (display, name) = own_display();
        let program = Path::new(env!("CARGO_BIN_EXE_copydesk-window"));
        let desk = room.desk();
        let desk = desk.to_string_lossy();
        let window = Self::launch(room, program, &[&desk], (Some(display), name.clone())).await;
        let screen = Screen::open(Some(&name)).expect("the display");
        screen.focus_and_fill().expect("a window");
        (window, screen)
    }

    async fn launch(
        room: &Room,
        program: &Path,
        args: &[&str],
        (display, display_name): (Option<Child>, String),
    ) -> Self {
        let port = free_port();
        let driver = driver(room, port, &display_name);
        let capabilities = json!({
            "webkitgtk:browserOptions": { "binary": program, "args": args }
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object was written above") };
        let url = format!("http://127.0.0.1:{port}");
        wait_for_port(port).await;
        // Without the automation variables the request would never be answered; the same where the program ends at once.
        let connect =
            async { ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&url).await };
        let connected = tokio::time::timeout(Duration::from_secs(60), connect).await;
        let mut ends = Ends { driver: Some(driver), display };
        let client = match connected {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => panic!("the driver refused a session for {}: {error}", program.display()),
            Err(_) => panic!("{} opened no window within a minute", program.display()),
        };
        let session = client.session_id().await.expect("the session's id").expect("a session");
        let driver = ends.driver.take().expect("the driver was started above");
        Self { client, driver, display: ends.display.take(), port, session }
    }

    /// Ends the program as a crash would, and opens it again on the same room.
    pub async fn restart(self, room: &Room) -> Self {
        drop(self);
        Self::open(room).await
    }

    /// Waits for an element that a selector finds.
    pub async fn wait_for(&self, css: &str, limit: Duration) -> Element {
        let waiting = self.client.wait().at_most(limit).every(Duration::from_millis(25));
        match waiting.for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("nothing is at `{css}`: {error}"),
        }
    }

    /// Waits for the element with a `data-testid`.
    pub async fn by_testid(&self, id: &str) -> Element {
        self.wait_for(&testid(id), LIMIT).await
    }

    /// Clicks the first element that a selector finds.
    pub async fn click(&self, css: &str) {
        self.wait_for(css, LIMIT)
            .await
            .click()
            .await
            .unwrap_or_else(|error| panic!("a click on `{css}`: {error}"));
    }

    /// Chooses an option of a `select` by its value: the driver cannot open the native list.
    pub async fn choose(&self, css: &str, value: &str) {
        let script = "const [css, value] = arguments;
            const select = document.querySelector(css);
            select.value = value;
            select.dispatchEvent(new Event('change', { bubbles: true }));
            return select.value;";
        let chosen = self.client.execute(script, vec![json!(css), json!(value)]).await.expect("a choice");
        assert_eq!(chosen, json!(value), "{css} has no such option");
    }

    /// The value of an expression in the page.
    pub async fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression in the page has the value.
    pub async fn wait_eval(&self, expression: &str, wanted: impl Into<Value> + Debug) {
        let wanted = wanted.into();
        let end = Instant::now() + LIMIT;
        loop {
            let value = self.eval(expression).await;
            if value == wanted {
                return;
            }
            assert!(Instant::now() < end, "{expression} is {value}, and never {wanted}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until what a selector finds first shows this text somewhere.
    pub async fn wait_text(&self, css: &str, text: &str) {
        let (css, text) = (json!(css), json!(text));
        self.wait_eval(&format!("(document.querySelector({css})?.textContent ?? '').includes({text})"), true)
            .await;
    }

    /// Waits until nothing is at a selector.
    pub async fn wait_gone(&self, css: &str) {
        self.wait_eval(&format!("document.querySelector({}) === null", json!(css)), true).await;
    }

    /// Waits until an attribute of the element with a `data-testid` has the value, such as `data-state`.
    pub async fn wait_attr(&self, id: &str, attribute: &str, value: &str) {
        let (css, attribute) = (json!(testid(id)), json!(attribute));
        self.wait_eval(&format!("document.querySelector({css})?.getAttribute({attribute}) ?? null"), value)
            .await;
    }

    /// Types into what a selector finds, after clicking it.
    pub async fn type_into(&self, css: &str, text: &str) {
        self.click(css).await;
        self.type_text(text).await;
    }

    /// Types text where the focus is.
    pub async fn type_text(&self, text: &str) {
        let mut keys = KeyActions::new("keyboard".to_owned());
        for c in text.chars() {
            // The driver has no key for what lies beyond the first plane: it would drop such a character in silence.
            assert!(u32::from(c) <= 0xFFFF, "{c} cannot be typed: paste it instead");
            let value = if c == '\n' { char::from(Key::Enter) } else { c };
            keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(keys).await.expect("keys");
    }

    /// Presses a combination such as `ctrl+s`, `ctrl+shift+p`, `escape`.
    pub async fn press(&self, combination: &str) {
        let values: Vec<char> = combination.split('+').map(key).collect();
        let mut keys = KeyActions::new("keyboard".to_owned());
        for value in &values {
            keys = keys.then(KeyAction::Down { value: *value });
        }
        for value in values.iter().rev() {
            keys = keys.then(KeyAction::Up { value: *value });
        }
        self.client.perform_actions(keys).await.expect("keys");
    }

    /// What axe-core finds wrong with the page as it stands, one line each.
    pub async fn axe_violations(&self) -> Vec<String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&file).expect("axe-core, which `npm ci` in ui brings");
        self.client.execute(&source, Vec::new()).await.expect("axe-core in the page");
        let run = "const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(
                ({ violations }) => done(violations.flatMap(({ id, nodes }) =>
                    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))),
                (error) => done([`axe-core failed: ${error}`]));";
        let found = self.client.execute_async(run, Vec::new()).await.expect("axe-core's answer");
        found
            .as_array()
            .expect("a list")
            .iter()
            .map(|line| line.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Processor time that the driver and all it started (the program, its web processes) have used, in clock ticks.
    fn ticks(&self) -> u64 {
        let group = self.driver.id().to_string();
        let stats = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        stats
            .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
            .filter_map(|stat| {
                // proc(5): after the name in brackets come state, parent, group, and as 12th and 13th the two times.
                let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
                let time = |at: usize| fields.get(at)?.parse::<u64>().ok();
                (fields.get(2) == Some(&group.as_str())).then_some(time(11)? + time(12)?)
            })
            .sum()
    }

    /// Waits until nobody here works: a second in which less than a tenth of a core was used.
    pub async fn wait_rest(&self) {
        let end = Instant::now() + LIMIT * 3;
        loop {
            let (since, before) = (Instant::now(), self.ticks());
            tokio::time::sleep(Duration::from_secs(1)).await;
            let used = self.ticks() - before;
            // A tick is 10 ms.
            let tenth = since.elapsed().as_millis() / 10 / 10;
            if u128::from(used) < tenth {
                return;
            }
            assert!(Instant::now() < end, "the program never rests: {used} ticks in the last second");
        }
    }

    /// Writes what the window shows to `tests/output/<name>.png` and gives the file's path.
    pub fn screenshot(&self, name: &str) -> Option<PathBuf> {
        // By hand and not through the client: this runs while a test unwinds, where nothing can be awaited.
        let answer = request(self.port, "GET", &format!("/session/{}/screenshot", self.session))?;
        let answer: Value = serde_json::from_str(&answer).ok()?;
        let png = base64::engine::general_purpose::STANDARD.decode(answer["value"].as_str()?).ok()?;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/output");
        std::fs::create_dir_all(&folder).ok()?;
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, png).ok()?;
        Some(file)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let test = std::thread::current().name().unwrap_or("window").replace("::", "-");
            if let Some(file) = self.screenshot(&test) {
                eprintln!("screenshot: {}", file.display());
            }
        }
        end(&mut self.driver);
        if let Some(display) = &mut self.display {
            end(display);
        }
    }
}

/// Ends what was started if no [`Window`] comes of it.
struct Ends {
    driver: Option<Child>,
    display: Option<Child>,
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.driver.iter_mut().chain(&mut self.display).for_each(end);
    }
}

/// Ends a process and all that it started: each leads a process group of its own.
fn end(child: &mut Child) {
    // Without `--`, which the kill of Debian's sh does not know.
    let group = format!("kill -KILL -{}", child.id());
    let _ = Command::new("sh").args(["-c", &group]).stderr(Stdio::null()).status();
    let _ = child.kill();
    let _ = child.wait();
}

/// The display that the environment names, else one of our own.
fn display() -> (Option<Child>, String) {
    match std::env::var("DISPLAY") {
        Ok(name) if !name.is_empty() => (None, name),
        _ => {
            let (server, name) = own_display();
            (Some(server), name)
        }
    }
}

fn own_display() -> (Child, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("Xvfb, from the package xvfb");
    let mut number = String::new();
    BufReader::new(server.stdout.take().expect("its output")).read_line(&mut number).expect("its number");
    (server, format!(":{}", number.trim()))
}

fn driver(room: &Room, port: u16, display: &str) -> Child {
    let mut driver = Command::new("WebKitWebDriver");
    driver
        .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
        .env("TAURI_AUTOMATION", "true")
        .env("TAURI_WEBVIEW_AUTOMATION", "true");
    in_room(&mut driver, room, display).spawn().expect("WebKitWebDriver, from the package webkit2gtk-driver")
}

/// A program of the room on a display: nothing of the person's own is seen or changed.
fn in_room<'a>(program: &'a mut Command, room: &Room, display: &str) -> &'a mut Command {
    let folder = |name: &str| room.folder.path().join(name);
    program
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11")
        // Without a graphics card these two leave the window blank in some versions of WebKitGTK.
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
        .env("HOME", folder("home"))
        .env("XDG_CONFIG_HOME", folder("home/config"))
        .env("XDG_CACHE_HOME", folder("home/cache"))
        .env("XDG_DATA_HOME", folder("home/share"))
        .env("XDG_STATE_HOME", folder("home/state"))
        .env("XDG_RUNTIME_DIR", folder("run"))
        .env("COPYDESK_DATA_DIR", folder("data"))
        .envs(room.env.iter().map(|(name, value)| (name, value)))
        .process_group(0)
        .stdout(Stdio::null())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its number").port()
}

async fn wait_for_port(port: u16) {
    let end = Instant::now() + LIMIT;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "WebKitWebDriver does not answer on port {port}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// One request to the driver; the body of its answer.
fn request(port: u16, method: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    Some(answer.split_once("\r\n\r\n")?.1.to_owned())
}

fn testid(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

fn key(name: &str) -> char {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return c;
    }
    char::from(match name {
        "ctrl" => Key::Control,
        "shift" => Key::Shift,
        "alt" => Key::Alt,
        "enter" => Key::Enter,
        "escape" => Key::Escape,
        "tab" => Key::Tab,
        "backspace" => Key::Backspace,
        "delete" => Key::Delete,
        "up" => Key::Up,
        "down" => Key::Down,
        "left" => Key::Left,
        "right" => Key::Right,
        "home" => Key::Home,
        "end" => Key::End,
        "f1" => Key::F1,
        "f2" => Key::F2,
        "f8" => Key::F8,
        other => panic!("no key is called {other}"),
    })
}
