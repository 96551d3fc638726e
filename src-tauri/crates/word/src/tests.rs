use copydesk_core::review::critic::{Change, Comment, Mark, Message};
use proptest::prelude::*;

use super::*;

const BODY: &str =
    "Le **câble** relie Brest à Boston.\n\n## Coût\n\nIl a coûté 40 millions.\n\n- Un\n- Deux\n\n> Cité\n";

fn head() -> Head {
    Head { title: "Le câble".into(), byline: "Ada".into(), lang: "fr".into(), ..Head::default() }
}

fn mark(author: &str) -> Mark {
    Mark { author: author.into(), time: Some(1_700_000_000), done: false }
}

fn document(inner: &str) -> Vec<u8> {
    let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let text = format!("<w:document xmlns:w=\"{space}\"><w:body>{inner}</w:body></w:document>");
    zip::write(&[("word/document.xml", text)])
}

#[test]
fn what_was_changed_without_tracking_is_found_by_comparing() {
    let body = "Le câble relie Brest à Boston.\n\nIl a coûté 40 millions.\n";
    let bytes = document(
        "<w:p><w:r><w:t>Le câble relie Brest à Cork.</w:t></w:r></w:p><w:p><w:r><w:t>Il a coûté </w:t></w:r><w:ins w:author=\"Noé\"><w:r><w:t>à peu près </w:t></w:r></w:ins><w:r><w:t>40 millions.</w:t></w:r></w:p>",
    );
    let read = read(&Head::default(), body, &bytes).unwrap();
    let said: Vec<(&str, &str, &str)> = read
        .critic
        .changes
        .iter()
        .map(|change| (&body[change.range.clone()], change.new.as_str(), change.mark.author.as_str()))
        .collect();
    assert_eq!(said, [("Boston", "Cork", ""), ("", "à peu près ", "Noé")]);
    assert_eq!(read.critic.changes[1].range.start, body.find("40").unwrap());
}

#[test]
fn what_is_no_document_is_refused() {
    let refused = |bytes: &[u8]| read(&head(), BODY, bytes).unwrap_err();
    assert_eq!(refused(b"no zip"), Wrong::NoZip);
    assert_eq!(refused(&zip::write(&[("other", String::new())])), Wrong::NoDocument);
    assert_eq!(refused(&zip::write(&[("/word/document.xml", String::new())])), Wrong::Path);
    assert_eq!(refused(&zip::write(&[("word/../../x", String::new())])), Wrong::Path);
    assert_eq!(refused(&document("<w:p>")), Wrong::Xml);
    assert_eq!(refused(&document(&"<w:p>".repeat(100_000))), Wrong::TooDeep);
    let entity = "<!DOCTYPE d [<!ENTITY a \"aaaa\">]><d>&a;</d>";
    assert_eq!(refused(&zip::write(&[("word/document.xml", entity.into())])), Wrong::Xml);
    assert_eq!(refused(&document(&" ".repeat(40 * 1024 * 1024))), Wrong::TooLarge);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(steps in prop::collection::vec((1..9usize, 0..6usize, "[a-zé <&\n]{0,6}", 0..3u8), 0..12)) {
        let (mut changes, mut comments, mut at) = (Vec::new(), Vec::new(), 0);
        for (gap, len, new, kind) in steps {
            let start = BODY.ceil_char_boundary((at + gap).min(BODY.len()));
            let end = BODY.ceil_char_boundary((start + len).min(BODY.len()));
            if BODY[start..end] == new {
                continue;
            }
            at = end;
            let message = Message { mark: mark("Élise"), text: format!("Vu ?\n{new}") };
            match kind {
                0 => comments.push(Comment { range: start..end, messages: vec![message.clone(), message] }),
                _ => changes.push(Change { range: start..end, new, mark: mark("Noé"), messages: Vec::new() }),
            }
        }
        let written = write(&head(), BODY, &changes, &comments).unwrap();
        let read = read(&head(), BODY, &written.bytes).unwrap();
        let lost = |index: &usize| written.changes.iter().any(|lost| lost.0 == *index);
        let kept: Vec<Change> =
            (0..changes.len()).filter(|index| !lost(index)).map(|index| changes[index].clone()).collect();
        prop_assert_eq!(read.critic.changes, kept);
        let said = |comments: &[Comment]| -> Vec<Vec<Message>> {
            comments.iter().map(|comment| comment.messages.clone()).collect()
        };
        prop_assert_eq!(said(&read.critic.comments), said(&comments));
        prop_assert_eq!(read.lost, Vec::<String>::new());
    }

    #[test]
    fn a_file_with_other_bytes_is_read_or_refused(at in 0..6_000usize, byte in any::<u8>(), cut in 0..6_000usize) {
        let change = Change { range: 0..2, new: "Un".into(), mark: mark("Noé"), messages: Vec::new() };
        let mut bytes = write(&head(), BODY, &[change], &[]).unwrap().bytes;
        let len = bytes.len();
        bytes[at % len] = byte;
        let _ = read(&head(), BODY, &bytes);
        let _ = read(&head(), BODY, &bytes[..cut % len]);
    }
}
