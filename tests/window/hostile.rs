//! Hostile articles in the real window (promises 19 to 21): each is opened, everything in it is touched, and a server
//! on loopback counts who comes. Nothing may run, load, lead away or leave without a question.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{LIMIT, Room, Window};
use crate::hostile::{Hostile, articles, attacks, furnish};

/// What the test does in the page.
const SCRIPT: &str = include_str!("hostile.js");

/// A server that answers nobody and knows what was asked.
struct Canary {
    address: String,
    visits: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let (visits, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (count, list) = (Arc::clone(&visits), Arc::clone(&asked));
        std::thread::spawn(move || {
            for visitor in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let mut visitor: TcpStream = visitor;
                let _ = visitor.set_read_timeout(Some(Duration::from_millis(200)));
                let mut bytes = [0; 200];
                let length = visitor.read(&mut bytes).unwrap_or(0);
                list.lock().expect("the list").push(String::from_utf8_lossy(&bytes[..length]).into_owned());
            }
        });
        Self { address, visits, asked }
    }

    /// Nobody has come; then it is visited, so that a server that does not count is no proof.
    fn assert_unseen(&self) {
        let visits = self.visits.load(Ordering::SeqCst);
        assert_eq!(visits, 0, "connections: {:?}", self.asked.lock().expect("the list"));
        drop(TcpStream::connect(&self.address).expect("the canary listens"));
        let end = std::time::Instant::now() + LIMIT;
        while self.visits.load(Ordering::SeqCst) == 0 {
            assert!(std::time::Instant::now() < end, "the canary counts nothing");
            std::thread::yield_now();
        }
    }
}

/// A desk with these articles, and the pictures and traps that they name.
fn room(articles: &[Hostile], canary: &str) -> Room {
    let room = Room::new();
    furnish(&room.desk(), canary);
    for article in articles {
        room.write(&article.path, &article.text);
    }
    room
}

/// Opens the desk, and waits until all its articles are in the list.
async fn open(room: &Room, count: usize) -> Window {
    let window = Window::open(room).await;
    window.by_testid("article-item").await;
    let all = format!(
        "document.querySelector('[data-testid=\"article-item\"]')?.getAttribute('aria-setsize') === '{count}'"
    );
    window.wait_eval(&all, true).await;
    window.client.execute(SCRIPT, Vec::new()).await.expect("the test's own script");
    window.client.execute("window.__alive = true", Vec::new()).await.expect("a mark");
    window
}

/// Calls one of the functions of the script, and waits for it.
async fn call(window: &Window, function: &str, args: Vec<Value>) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const args = [...arguments].slice(0, -1);
         Promise.resolve(window.__test.{function}(...args)).then(done, (error) => done({{ failed: String(error) }}));"
    );
    let value = window.client.execute_async(&script, args).await;
    let value = value.unwrap_or_else(|error| panic!("{function}: {error}"));
    assert_eq!(value.get("failed"), None, "{function}");
    value
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The page is the one that was opened first: nothing led away from it, and nothing loaded it again.
async fn assert_at_home(window: &Window) {
    assert_eq!(window.eval("window.__alive === true").await, json!(true), "the page was left");
    let address = window.eval("location.href").await;
    assert!(address.as_str().is_some_and(|address| address.starts_with("tauri://localhost")), "{address}");
    assert_eq!(window.client.windows().await.expect("the windows").len(), 1);
}

/// Row 19 (2): all attacks, as a person would meet them.
#[tokio::test]
async fn all_attacks_in_articles() {
    let canary = Canary::start();
    let articles = articles(&canary.address);
    let room = room(&articles, &canary.address);
    let expected: BTreeMap<&str, &str> = articles
        .iter()
        .map(|article| (article.path.as_str(), article.names.last().expect("an attack").as_str()))
        .collect();
    let window = open(&room, articles.len()).await;
    let (mut found, mut left, mut links) = (Vec::new(), expected.clone(), 0);
    for step in 0..articles.len() {
        let key = if step == 0 { "Home" } else { "ArrowDown" };
        let answer = call(&window, "next", vec![json!(key), json!(expected)]).await;
        let path = answer["path"].as_str().expect("a path");
        left.remove(path);
        // The policy was never needed: nothing was even tried.
        let tried = strings(&answer["refused"]).into_iter().map(|what| format!("tried {what}"));
        found.extend(
            strings(&answer["problems"]).into_iter().chain(tried).map(|what| format!("{path}: {what}")),
        );
        for address in strings(&answer["links"]) {
            links += 1;
            let allowed = ["http://", "https://", "mailto:"].iter().any(|start| address.starts_with(start));
            // In full, with every name in ASCII: nothing in it can look like something else.
            if !allowed || !address.bytes().all(|byte| byte.is_ascii_graphic()) {
                found.push(format!("{path}: asks to open {address}"));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(left.is_empty(), "not opened: {left:?}");
    assert!(links > 20, "{links} links were asked about: the clicks reach nothing");
    assert_at_home(&window).await;
    canary.assert_unseen();
}

/// All attacks on the clipboard, and what becomes of them in the copy, its preview, its changes and its history.
#[tokio::test]
async fn all_attacks_by_paste_and_in_every_view() {
    let canary = Canary::start();
    let room = Room::new().with("piece.md", "# Pasted\n\nStart.\n");
    furnish(&room.desk(), &canary.address);
    let window = open(&room, 1).await;
    window.click("[data-testid=\"article-item\"]").await;
    window.wait_text("[data-testid=\"editor\"] .cm-content", "Start.").await;
    window.click("[data-testid=\"editor\"] .cm-content").await;
    window.press("ctrl+end").await;
    let all = attacks();
    let clips: Vec<String> = all
        .iter()
        .map(|attack| {
            let html = attack.text(&canary.address);
            format!("<p>{}</p>\n{html}\n{}", attack.name, addressed(&html))
        })
        .collect();
    for some in clips.chunks(50) {
        call(&window, "paste", vec![json!(some)]).await;
    }
    // The last one came in, so that all did.
    let last = all.last().expect("an attack").name.as_str();
    window.wait_text("[data-testid=\"preview\"]", last).await;
    assert_eq!(strings(&call(&window, "touch", Vec::new()).await["problems"]), Vec::<String>::new());
    window.press("ctrl+s").await;
    room.wait_file("piece.md", |text| text.contains(last)).await;
    window.wait_attr("save-state", "data-state", "saved").await;
    for tab in ["2", "3", "4", "5"] {
        window.press(&format!("ctrl+{tab}")).await;
        window.wait_for("[role=\"tabpanel\"]", LIMIT).await;
        assert_eq!(strings(&call(&window, "views", Vec::new()).await), Vec::<String>::new(), "tab {tab}");
    }
    assert_at_home(&window).await;
    canary.assert_unseen();
}

/// The addresses of an attack in Markdown, on all elements that take one.
fn addressed(text: &str) -> String {
    let mut html = String::new();
    for part in text.split("](<").skip(1) {
        let Some((address, _)) = part.split_once(">)") else { continue };
        let address = address.replace('"', "%22");
        html += &format!(
            "<a href=\"{address}\">x</a><img src=\"{address}\" srcset=\"{address}\" alt=x><iframe src=\"{address}\"></iframe>\
             <object data=\"{address}\"></object><embed src=\"{address}\"><form action=\"{address}\"><button>x</button></form>"
        );
    }
    html
}

/// With the layers before it switched off (raw HTML shown as text, elements by an allow-list, links without addresses),
/// the page's policy and the window's own gates stop every attack by themselves.
#[tokio::test]
async fn the_policy_alone_stops_all_attacks() {
    let canary = Canary::start();
    let room = Room::new().with("piece.md", "# Injected\n\nStart.\n");
    furnish(&room.desk(), &canary.address);
    let window = open(&room, 1).await;
    window.click("[data-testid=\"article-item\"]").await;
    window.wait_text("[data-testid=\"preview\"]", "Start.").await;
    let (mut ran, mut stopped) = (Vec::new(), 0);
    for attack in attacks() {
        let html = attack.text(&canary.address);
        let html = format!("{html}{}", addressed(&html));
        let answer = call(&window, "inject", vec![json!(html)]).await;
        stopped += strings(&answer["refused"]).len();
        if !answer["ran"].is_null() {
            ran.push(format!("{}: {}", attack.name, answer["ran"]));
        }
        assert_eq!(
            window.eval("window.__alive === true").await,
            json!(true),
            "{} left the page",
            attack.name
        );
    }
    assert_eq!(ran, Vec::<String>::new());
    assert!(stopped > 100, "the policy refused {stopped} times: the attacks tried nothing");
    assert_at_home(&window).await;
    canary.assert_unseen();
}

/// Row 20: no frame reaches a command, whatever it is made of and whoever made it.
#[tokio::test]
async fn no_frame_reaches_a_command() {
    let room = Room::new().with("piece.md", "# Frames\n\nStart.\n");
    let window = open(&room, 1).await;
    let frames = [
        ("srcdoc", "sandbox=\"allow-scripts\" srcdoc=\"<p>x</p>\""),
        (
            "srcdoc with forms and popups",
            "sandbox=\"allow-scripts allow-forms allow-popups\" srcdoc=\"<p>x</p>\"",
        ),
        ("data", "src=\"data:text/html,<p>x</p>\""),
        ("own page", "src=\"tauri://localhost/index.html\""),
        ("own page in a sandbox", "sandbox=\"allow-scripts\" src=\"tauri://localhost/index.html\""),
        ("picture", "src=\"preview-img://localhost/desk/evil.svg\""),
        ("blank", "sandbox=\"allow-scripts\" src=\"about:blank\""),
    ];
    for (name, attributes) in frames {
        let make = "const box = document.body.appendChild(document.createElement('div'));
            box.innerHTML = `<iframe id='trial' ${arguments[0]}></iframe>`;";
        window.client.execute(make, vec![json!(attributes)]).await.expect("a frame");
        let frame = window.wait_for("#trial", LIMIT).await;
        // The driver runs scripts where the policy and the sandbox would not: the worst case.
        frame.enter_frame().await.expect("the frame");
        if attributes.contains("sandbox") {
            let attack = format!("const done = arguments[arguments.length - 1]; {FRAME}");
            let answer = window.client.execute_async(&attack, Vec::new()).await.expect("an answer");
            assert_eq!(strings(&answer), Vec::<String>::new(), "{name}");
        } else {
            // Without a sandbox it would be of the page's origin: the policy lets nothing into it.
            let empty = "document.body === null || document.body.childNodes.length === 0";
            assert_eq!(window.eval(empty).await, json!(true), "{name}");
        }
        window.client.enter_parent_frame().await.expect("the page itself");
        window
            .client
            .execute("document.querySelector('#trial').parentElement.remove()", Vec::new())
            .await
            .expect("its end");
    }
    // A call from the page itself is answered: the frames failed for what they are.
    let library = "window.__TAURI_INTERNALS__.invoke('call', { name: 'new_article', args: { template: 'blank', title: 'From the page' } })";
    let script = format!(
        "const done = arguments[arguments.length - 1]; {library}.then(() => done('made'), (e) => done(String(e)));"
    );
    let made = window.client.execute_async(&script, Vec::new()).await.expect("an answer");
    assert_eq!(made, json!("made"));
    let names: Vec<String> = std::fs::read_dir(room.desk())
        .expect("the desk")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    let mut names = names;
    names.sort();
    assert_eq!(names, ["from-the-page.md", "piece.md"], "a frame made an article");
    assert_at_home(&window).await;
}

/// What a frame tries; it answers with what worked.
const FRAME: &str = r#"
    const worked = [];
    const message = (from) => ({ cmd: 'call', callback: 1, error: 2, payload: { name: 'new_article', args: { template: 'blank', title: from } }, options: {}, __TAURI_INVOKE_KEY__: '' });
    const attempt = async (name, what) => {
        try {
            const answer = await Promise.race([what(), new Promise((end) => setTimeout(end, 300))]);
            if (answer !== undefined) worked.push(`${name}: ${answer}`);
        } catch { /* refused, as it must be */ }
    };
    (async () => {
        await attempt('internals', async () => window.__TAURI_INTERNALS__ && (await window.__TAURI_INTERNALS__.invoke('call', { name: 'new_article', args: { template: 'blank', title: 'internals' } }), 'answered'));
        await attempt('parent internals', async () => (await parent.__TAURI_INTERNALS__.invoke('call', { name: 'new_article', args: { template: 'blank', title: 'parent' } }), 'answered'));
        await attempt('parent document', async () => parent.document.title);
        await attempt('boot', async () => parent.__COPYDESK_BOOT__ && 'read');
        await attempt('own boot', async () => window.__COPYDESK_BOOT__ && 'read');
        await attempt('top location', async () => { top.location.href = 'about:blank'; });
        await attempt('message handler', async () => { window.webkit.messageHandlers.ipc.postMessage(JSON.stringify(message('handler'))); });
        await attempt('ipc', async () => { const r = await fetch('ipc://localhost/call', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Tauri-Callback': '1', 'Tauri-Error': '2', 'Tauri-Invoke-Key': '' }, body: JSON.stringify(message('ipc').payload) }); return r.ok ? r.status : undefined; });
        await attempt('pictures', async () => { const r = await fetch('preview-img://localhost/desk/piece.md'); return r.ok ? r.status : undefined; });
        done(worked);
    })();
"#;

/// Row 21: what leaves the program is one plain address, shown in full before, as one argument.
#[tokio::test]
async fn a_link_leaves_as_one_argument_after_a_question() {
    let address = "https://xn--lyse-9oad.fr/$(touch%20pwned)?a=%22;id;&b=--help#'";
    let text = "# Links\n\n[safe](<https://élysée.fr/$(touch pwned)?a=\";id;&b=--help#'>)\n"
        .replace("touch pwned", "touch%20pwned");
    let room = Room::new().with("piece.md", text);
    let bin = room.folder.path().join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    let log = room.folder.path().join("opened");
    // Whatever the system would open an address with.
    for name in ["xdg-open", "gio", "gnome-open", "kde-open", "wslview"] {
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" >> '{}'\n", log.display());
        std::fs::write(bin.join(name), script).expect(name);
        std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).expect(name);
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let room = room.env("PATH", &path);
    let window = open(&room, 1).await;
    window.click("[data-testid=\"article-item\"]").await;
    window.click("[data-testid=\"preview\"] [data-kind=\"web\"]").await;
    window.wait_text("dialog .address", address).await;
    assert!(!log.exists(), "it left without a question");
    window.click("dialog .primary").await;
    let end = std::time::Instant::now() + LIMIT;
    while std::fs::read_to_string(&log).unwrap_or_default().lines().count() < 2 {
        let notices = window
            .eval("[...document.querySelectorAll('[data-testid=\"notice\"]')].map((e) => e.textContent)")
            .await;
        assert!(std::time::Instant::now() < end, "nothing was opened: {notices}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(std::fs::read_to_string(&log).expect("the log"), format!("1\n{address}\n"));
}

/// Articles that are heavy by their size or their depth: their names and texts. `cargo xtask torture` tries all.
fn heavy() -> Vec<(&'static str, String)> {
    let torture = std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1");
    let many = if torture { 100_000 } else { 20_000 };
    let short = ["quotes", "pictures in pictures", "openers of pictures", "a long line", "megabytes"];
    let cell = |text: &str| format!("|{}\n", format!("{text}|").repeat(1_000));
    let all = vec![
        ("quotes", format!("{}end\n", "> ".repeat(10_000))),
        ("lists", (0..10_000).map(|depth| format!("{}- x\n", "  ".repeat(depth.min(200)))).collect()),
        ("list on a line", format!("{}end\n", "- ".repeat(10_000))),
        ("emphasis", format!("{}end{}\n", "*a **b ".repeat(10_000), " c** d*".repeat(10_000))),
        ("brackets", format!("{}end{}\n", "[".repeat(10_000), "](x)".repeat(10_000))),
        ("pictures in pictures", format!("{}end{}\n", "![".repeat(10_000), "](x.png)".repeat(10_000))),
        ("openers of pictures", "![".repeat(many)),
        ("a long line", "mot ".repeat(250_000)),
        ("links", (0..many).map(|n| format!("[a{n}](https://example.org/{n}) ")).collect()),
        ("notes", (0..many).map(|n| format!("a[^{n}]\n\n[^{n}]: note\n\n")).collect()),
        ("a wide table", format!("{}{}{}", cell("a"), cell("---"), cell("b").repeat(100))),
        (
            "megabytes",
            "Une phrase de copie, ni plus ni moins.\n\n".repeat(if torture { 1_250_000 } else { 450_000 }),
        ),
    ];
    all.into_iter().filter(|(name, _)| torture || short.contains(name)).collect()
}

/// Row 18 in the window: what is too much is shown without a preview and said to be; nothing holds the window up.
#[tokio::test]
async fn heavy_articles_leave_the_window_usable() {
    let room = Room::new().with("aaa.md", "# Small\n\nStart.\n");
    for (name, text) in heavy() {
        room.write(&format!("{name}.md"), text);
    }
    let window = open(&room, heavy().len() + 1).await;
    let mut refused = Vec::new();
    for (name, _) in heavy() {
        window.click(&format!("[data-testid=\"article-item\"][data-path=\"{name}.md\"]")).await;
        let state = format!(
            "(() => {{
                if (document.querySelector('[data-path=\"{name}.md\"]')?.getAttribute('aria-selected') !== 'true') return '';
                if (document.querySelector('.preview-pane [role=\"status\"]')) return 'refused';
                return document.querySelector('[data-testid=\"preview\"] .preview-body').textContent === '' ? '' : 'shown';
            }})()"
        );
        let end = std::time::Instant::now() + LIMIT * 6;
        let state = loop {
            let state = window.eval(&state).await;
            if state != json!("") {
                break state;
            }
            assert!(std::time::Instant::now() < end, "{name} is never shown");
            tokio::time::sleep(Duration::from_millis(25)).await;
        };
        if state == json!("refused") {
            refused.push(name);
        }
        if name == "megabytes" {
            let said = "[...document.querySelectorAll('[role=\"status\"], [data-testid=\"notice\"]')].some((e) => e.textContent.includes('lecture seule'))";
            window.wait_eval(said, true).await;
        }
    }
    assert!(["quotes", "megabytes"].iter().all(|name| refused.contains(name)), "refused: {refused:?}");
    // The next article is written in as ever.
    window.click("[data-testid=\"article-item\"][data-path=\"aaa.md\"]").await;
    window.wait_text("[data-testid=\"editor\"] .cm-content", "Start.").await;
    window.click("[data-testid=\"editor\"] .cm-content").await;
    window.press("ctrl+end").await;
    window.type_text("Still here.").await;
    window.wait_text("[data-testid=\"preview\"]", "Still here.").await;
}
