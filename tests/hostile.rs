//! Hostile articles: anyone may send one. The attacks are data (`tests/hostile/*.txt`); here they meet the exporters,
//! the links and the picture paths, and in `tests/window/hostile.rs` the real window.

mod links;
mod odd;
mod page;
mod paths;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;

/// The corpus: files that a person can read.
const CORPUS: [(&str, &str); 5] = [
    ("markup", include_str!("hostile/markup.txt")),
    ("links", include_str!("hostile/links.txt")),
    ("front", include_str!("hostile/front.txt")),
    ("pictures", include_str!("hostile/pictures.txt")),
    ("exports", include_str!("hostile/exports.txt")),
];

/// How many attacks share an article, where they can.
const TOGETHER: usize = 8;

/// The picture that lies in the desk.
const PHOTO: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// One attack.
#[derive(Clone)]
pub struct Attack {
    /// What it is called; also the heading above it.
    pub name: String,
    /// Markdown, or a whole article, without its places filled in.
    text: String,
    /// From 1; the mark that it would leave.
    number: usize,
    corpus: &'static str,
    alone: bool,
    file: Option<String>,
}

/// An article of the desk that holds some attacks.
pub struct Hostile {
    /// Its file in the desk's folder.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The attacks in it, in order, each under a heading with its name.
    pub names: Vec<String>,
}

/// All attacks.
pub fn attacks() -> Vec<Attack> {
    let mut attacks: Vec<Attack> = Vec::new();
    for (corpus, source) in CORPUS {
        for part in source.split("\n=== ").skip(1) {
            let (head, text) = part.split_once('\n').expect("a text below each name");
            let (name, option) = head.split_once(" | ").unwrap_or((head, ""));
            attacks.push(Attack {
                name: name.to_owned(),
                text: text.trim_end_matches('\n').to_owned(),
                number: attacks.len() + 1,
                corpus,
                alone: option == "alone" || corpus == "front",
                file: option.strip_prefix("file: ").map(str::to_owned),
            });
        }
    }
    attacks
}

impl Attack {
    /// Its text with the places filled in. `canary` is `host:port` of a server that counts.
    pub fn text(&self, canary: &str) -> String {
        self.filled(&self.text, canary)
    }

    /// The article that holds only this attack.
    pub fn article(&self, canary: &str) -> Hostile {
        let (text, name) = (self.text(canary), &self.name);
        // Front matter is front matter only at the very start, and a title only the first heading.
        let text = if self.corpus == "front" {
            format!("{text}\n\n## {name}\n")
        } else {
            format!("## {name}\n\n{text}\n")
        };
        let path = match &self.file {
            Some(file) => self.filled(file, canary),
            None => format!("{}-{:03}.md", self.corpus, self.number),
        };
        Hostile { path, text, names: vec![name.clone()] }
    }

    fn filled(&self, text: &str, canary: &str) -> String {
        let number = self.number;
        let text = text
            .replace("{run}", &format!("window.__pwned={number}"))
            .replace("{canary}", &format!("{canary}/{number}"));
        characters(&text)
    }
}

/// `{U+0009}` as that character.
pub fn characters(text: &str) -> String {
    let mut parts = text.split("{U+");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').expect("an end of the code");
        let code = u32::from_str_radix(code, 16).expect("a number in hex");
        out.push(char::from_u32(code).expect("a character"));
        out.push_str(rest);
    }
    out
}

/// All attacks as articles of one desk.
pub fn articles(canary: &str) -> Vec<Hostile> {
    let (alone, shared): (Vec<Attack>, Vec<Attack>) =
        attacks().into_iter().partition(|attack| attack.alone || attack.file.is_some());
    let mut articles: Vec<Hostile> = alone.iter().map(|attack| attack.article(canary)).collect();
    let mut by_corpus: BTreeMap<&str, Vec<Attack>> = BTreeMap::new();
    for attack in shared {
        by_corpus.entry(attack.corpus).or_default().push(attack);
    }
    for attacks in by_corpus.values() {
        for group in attacks.chunks(TOGETHER) {
            let mut together = group[0].article(canary);
            for attack in &group[1..] {
                let more = attack.article(canary);
                together.text += &format!("\n{}", more.text);
                together.names.extend(more.names);
            }
            articles.push(together);
        }
    }
    articles
}

/// Bytes of the picture that lies in the desk, and of the one beside the desk that nothing may read: the same picture
/// with something after its end.
pub fn pictures() -> (Vec<u8>, Vec<u8>) {
    let photo = base64::engine::general_purpose::STANDARD.decode(PHOTO).expect("base64");
    let secret = [&photo[..], b"secret"].concat();
    (photo, secret)
}

/// Puts into a desk what the picture attacks ask for: a picture, pictures that are something else, links that lead
/// out, a pipe. The secret lies beside the desk.
pub fn furnish(desk: &Path, canary: &str) {
    let (photo, secret) = pictures();
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\" onload=\"window.__pwned='svg'\">\
         <script>window.__pwned='svg';fetch('http://{canary}/svg')</script>\
         <image href=\"http://{canary}/svg.png\" width=\"9\" height=\"9\"/>\
         <style>@import 'http://{canary}/svg.css';</style>\
         <foreignObject><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"http://{canary}/svg\"/></foreignObject></svg>"
    );
    let write = |name: &str, bytes: &[u8]| std::fs::write(desk.join(name), bytes).expect(name);
    write("photo.png", &photo);
    write(".hidden.png", &secret);
    write("evil.svg", svg.as_bytes());
    write("evil.png", svg.as_bytes());
    write("page.png", b"<html><script>window.__pwned='page'</script>");
    std::fs::create_dir_all(desk.join("images")).expect("a folder");
    std::fs::write(desk.join("../secret.png"), &secret).expect("the secret");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, desk.join(name)).expect(name);
    link("../secret.png", "out.png");
    link("..", "outside");
    link("loop.png", "loop.png");
    link("/dev/zero", "zero.png");
    link("/proc/self/environ", "environ.png");
    let made = Command::new("mkfifo").arg(desk.join("pipe.png")).status().expect("mkfifo, from coreutils");
    assert!(made.success());
}

#[test]
fn the_corpus_is_large_and_each_attack_is_named_once() {
    let attacks = attacks();
    let names: std::collections::BTreeSet<&str> = attacks.iter().map(|attack| attack.name.as_str()).collect();
    assert_eq!(names.len(), attacks.len());
    assert!(attacks.len() >= 300, "{}", attacks.len());
    let articles = articles("127.0.0.1:9");
    assert!(articles.len() >= 20, "{}", articles.len());
    assert_eq!(articles.iter().map(|article| article.names.len()).sum::<usize>(), attacks.len());
}
