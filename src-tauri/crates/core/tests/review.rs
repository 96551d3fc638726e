//! The review, from outside the crate: test vectors of the seal.

use copydesk_core::review::seal;
use serde_json::Value;

/// Written by another program (SHA-256 and JSON from Python's library), so that any other can check a seal too.
#[test]
fn seals_are_what_other_programs_compute() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("review/seal.json")).unwrap();
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap();
        let image = |src: &str| vector["images"][src].as_str().map(|bytes| seal::hash_of(bytes.as_bytes()));
        let signed = seal::text_of(text("article"), text("path"), &image).unwrap();
        assert_eq!(signed, text("signed"), "{}", text("name"));
        assert_eq!(seal::hash(&signed), text("sha256"), "{}", text("name"));
    }
}

#[test]
fn one_byte_of_what_is_published_breaks_a_seal_and_the_rest_does_not() {
    let text = "---\ntitle: T\nkicker: K\nstage: review\n---\nUn mot, deux.\n\n![](a.png)\n";
    let hash = |text: &str, image: &[u8]| {
        seal::hash(&seal::text_of(text, "a.md", &|_| Some(seal::hash_of(image))).unwrap())
    };
    let signed = hash(text, b"1");
    for (old, new) in [("deux", "Deux"), ("title: T", "title: U"), ("kicker: K\n", ""), (", ", ",\u{a0}")] {
        assert_ne!(hash(&text.replace(old, new), b"1"), signed, "{new}");
    }
    assert_ne!(hash(text, b"2"), signed);
    for (old, new) in [("stage: review", "stage: approved\ntags: [a]"), (".png)\n", ".png)\n\n\n")] {
        assert_eq!(hash(&text.replace(old, new), b"1"), signed, "{new}");
    }
}
