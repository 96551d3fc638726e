//! No path of an article, and no link of a desk that was sent, leads out of it (promise 22).

use std::os::unix::fs::symlink;
use std::path::Path;

use base64::Engine as _;
use copydesk_desk::export::{self, Piece};
use copydesk_desk::store::images::{self, ImageRefused};
use copydesk_desk::wire::{ExportFormat, ExportOptions, Lang, Paper};
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::{attacks, furnish, pictures};
use crate::desk::Desk;

const CANARY: &str = "127.0.0.1:9";

/// What an article of the corpus writes between `(<` and `>)`.
fn addresses() -> Vec<String> {
    let all: Vec<String> = attacks().iter().map(|attack| attack.text(CANARY)).collect();
    let written = all.iter().flat_map(|text| text.split("](<").skip(1));
    written.filter_map(|part| part.split_once(">)")).map(|(address, _)| address.to_owned()).collect()
}

/// The last gate by itself: the reader of pictures is given what every layer before it would have refused.
#[test]
fn the_reader_of_pictures_alone_keeps_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let desk = folder.path().join("desk");
    std::fs::create_dir(&desk).unwrap();
    furnish(&desk, CANARY);
    let (photo, secret) = pictures();
    let mut paths = addresses();
    paths.extend(paths.clone().iter().map(|path| percent_decode_str(path).decode_utf8_lossy().into_owned()));
    paths.push(folder.path().join("secret.png").display().to_string());
    assert_eq!(images::read_image(&desk, "photo.png").unwrap().bytes, photo);
    for path in &paths {
        if let Ok(image) = images::read_image(&desk, path) {
            assert_ne!(image.bytes, secret, "{path} leads to the secret");
        }
    }
    for path in ["outside/secret.png", "out.png"] {
        assert!(matches!(images::read_image(&desk, path), Err(ImageRefused::Outside)), "{path}");
    }
    // What never ends, or waits for somebody, is not begun.
    for path in ["zero.png", "pipe.png", "environ.png", "loop.png"] {
        assert!(images::read_image(&desk, path).is_err(), "{path}");
    }
}

/// A desk with a folder that leads out of it, an article in that folder, and a `images` folder that leads out too.
fn trapped() -> Desk {
    let desk = Desk::with(&[("a.md", "# A\n\nText.\n"), ("../elsewhere/victim.md", "# Theirs\n")]);
    symlink("../elsewhere", desk.file("outside")).unwrap();
    symlink("../elsewhere", desk.file("images")).unwrap();
    desk
}

fn elsewhere(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(desk.folder.path().join("elsewhere"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn nothing_is_made_moved_or_thrown_away_through_a_link_that_leads_out() {
    let desk = trapped();
    let png = base64::engine::general_purpose::STANDARD.encode(pictures().0);
    let calls = [
        ("add_image", json!({"path": "a.md", "name": "x.png", "data": png})),
        ("add_image", json!({"path": "outside/victim.md", "name": "x.png", "data": png})),
        ("duplicate_article", json!({"path": "outside/victim.md"})),
        ("rename_article", json!({"path": "outside/victim.md", "name": "mine"})),
        ("trash_article", json!({"path": "outside/victim.md"})),
    ];
    for (name, args) in calls {
        assert!(desk.try_call(name, args).is_err(), "{name}");
        assert_eq!(elsewhere(&desk), ["victim.md"], "{name}");
    }
    // To look at, it opens; and not to write.
    assert!(!desk.open("outside/victim.md")["state"]["read_only"].is_null());
}

#[test]
fn an_export_takes_the_place_of_no_picture_and_follows_no_link() {
    let desk =
        Desk::with(&[("ville/a.md", "# A\n\n![a](photo.png)\n\n![b](drawing.svg)\n\n![c](page.html)\n")]);
    let (photo, other) = pictures();
    std::fs::create_dir(desk.file("images")).unwrap();
    std::fs::write(desk.file("images/photo.png"), &other).unwrap();
    std::fs::write(desk.file("ville/photo.png"), &photo).unwrap();
    std::fs::write(desk.file("ville/page.html"), &photo).unwrap();
    std::fs::write(
        desk.file("ville/drawing.svg"),
        "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    )
    .unwrap();
    let export = |out: &Path| {
        let text = std::fs::read_to_string(desk.file("ville/a.md")).unwrap();
        let piece = Piece { desk: &desk.file(""), path: "ville/a.md", text: &text };
        let options =
            ExportOptions { format: ExportFormat::Html, paper: Paper::A4, columns: 1, images_beside: true };
        export::export_text(&piece, &options, out, Lang::En, &mut |_| {}, &|| false)
    };
    export(&desk.file("a.html")).unwrap();
    assert_eq!(
        std::fs::read(desk.file("images/photo.png")).unwrap(),
        other,
        "the desk's own picture is gone"
    );
    assert_eq!(std::fs::read(desk.file("images/photo-2.png")).unwrap(), photo);
    // What is no page by its bytes is none by its name; a drawing, which may hold scripts, is no file at all.
    let mut names: Vec<String> = std::fs::read_dir(desk.file("images"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["page.png", "photo-2.png", "photo.png"]);
    let html = desk.read("a.html");
    assert!(html.contains("images/photo-2.png") && html.contains("data:image/svg+xml"), "{html}");
    // The same once more writes nothing anew.
    export(&desk.file("a.html")).unwrap();
    assert!(!desk.file("images/photo-3.png").exists());

    let out = desk.folder.path().join("out");
    std::fs::create_dir_all(desk.folder.path().join("elsewhere")).unwrap();
    std::fs::create_dir(&out).unwrap();
    symlink("../elsewhere", out.join("images")).unwrap();
    assert!(export(&out.join("a.html")).is_err());
    assert_eq!(elsewhere(&desk), Vec::<String>::new());
}

/// Pictures and drawings of a few kilobytes that would take gigabytes or minutes: no export stops over them, and the
/// window is never given them.
#[test]
fn pictures_that_are_bombs_are_not_shown() {
    let mut wide = pictures().0;
    // Width and height, right behind the name of the first chunk (PNG, 11.2.1).
    wide[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let level = |n: usize| format!("<g id='a{n}'><use href='#a{0}'/><use href='#a{0}'/></g>", n - 1);
    let again: String = (1..31).map(level).collect();
    let svg = |inside: &str| {
        format!("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{inside}</svg>").into_bytes()
    };
    let desk =
        Desk::with(&[("a.md", "# A\n\n![w](wide.png)\n\n![u](again.svg)\n\n![d](deep.svg)\n\nEnd.\n")]);
    std::fs::write(desk.file("wide.png"), wide).unwrap();
    std::fs::write(desk.file("again.svg"), svg(&format!("<rect id='a0'/>{again}"))).unwrap();
    std::fs::write(
        desk.file("deep.svg"),
        svg(&format!("{}{}", "<g>".repeat(100_000), "</g>".repeat(100_000))),
    )
    .unwrap();
    for name in ["wide.png", "again.svg", "deep.svg"] {
        assert!(desk.app.desk_image(name).is_none(), "{name}");
    }
    for format in [ExportFormat::Html, ExportFormat::Pdf] {
        let text = desk.read("a.md");
        let piece = Piece { desk: &desk.file(""), path: "a.md", text: &text };
        let options = ExportOptions { format, paper: Paper::A4, columns: 1, images_beside: false };
        let made = export::make(&piece, &options, Lang::En, &mut |_| {}, &|| false).unwrap();
        assert_eq!(made.warnings.len(), 3, "{:?}", made.warnings);
    }
}

/// Ten gigabytes of holes cost whoever sends them nothing.
#[test]
fn a_file_that_would_fill_the_memory_is_not_read() {
    let desk = Desk::with(&[("a.md", "# A\n")]);
    std::fs::File::create(desk.file("huge.md")).unwrap().set_len(10 << 30).unwrap();
    let problem = desk.try_call("open_article", json!({"path": "huge.md"})).unwrap_err();
    assert!(problem.en.0.contains("too large"), "{problem}");
}
