//! Files that no editor of ours wrote: each is opened, previewed, exported both ways and saved, and its bytes stay.

use serde_json::json;

use crate::desk::Desk;

const ODD: [(&str, &[u8]); 14] = [
    ("empty", b""),
    ("invalid utf-8", b"# T\n\n\xff\xfe\xfa caf\xe9\n"),
    ("utf-16 little", b"\xff\xfe#\0 \0T\0\n\0\n\0\xe9\0"),
    ("utf-16 big", b"\xfe\xff\0#\0 \0T\0\n\0\n\0\xe9"),
    ("utf-16 cut short", b"\xff\xfea\0\xe9"),
    ("nul", b"---\ntitle: a\0b\n---\n\n\0Te\0xt\0\n"),
    ("front matter never closed", b"---\ntitle: T\n\nText\n"),
    ("front matter that is no yaml", b"---\ntitle: [a\n\t- : }\n---\n\nText\n"),
    ("front matter twice the same key", b"---\ntitle: A\ntitle: B\n---\n\nText\n"),
    ("crlf", b"---\r\ntitle: T\r\n---\r\n\r\nText\r\n"),
    ("cr", b"# T\r\rText\r"),
    ("mixed ends", b"# T\r\n\nText\rMore\n"),
    ("byte order mark", b"\xef\xbb\xbf---\ntitle: T\n---\n\nText\n"),
    ("no final line end", b"# T\n\nText"),
];

#[test]
fn odd_files_are_opened_previewed_exported_and_saved_as_they_are() {
    let desk = Desk::with(&[]);
    for (name, bytes) in ODD {
        std::fs::write(desk.file(&format!("{name}.md")), bytes).unwrap();
    }
    for (name, bytes) in ODD {
        let path = format!("{name}.md");
        let view = desk.open(&path);
        let version = view["state"]["version"].clone();
        let preview = desk.call("preview", json!({"path": path, "version": version, "known": 0}));
        assert!(preview["refused"].is_null(), "{name}: {preview}");
        for format in ["html", "pdf"] {
            let out = desk.folder.path().join(format!("{name}.{format}"));
            let options = json!({"format": format, "paper": "a4", "columns": 1, "images_beside": false});
            let args = json!({"path": path, "options": options, "out": out, "job": 1});
            desk.try_call("export_article", args)
                .unwrap_or_else(|problem| panic!("{name} as {format}: {problem}"));
            assert!(std::fs::metadata(&out).unwrap().len() > 500, "{name} as {format}");
        }
        desk.call("save", json!({"path": path}));
        assert_eq!(std::fs::read(desk.file(&path)).unwrap(), bytes, "{name}");
    }
}
