//! Links lead to a browser or a mail program, and nowhere else (promise 21), though every layer before the last one had
//! let them through; and what is said of them says what it means.

use serde_json::json;

use super::{attacks, characters};
use crate::desk::Desk;

/// Schemes that a system may have a program for, or a browser a meaning.
const SCHEMES: &str = "javascript vbscript livescript data file ftp ftps sftp ssh telnet tel sms callto facetime sip sips xmpp \
    skype zoommtg msteams slack discord tg whatsapp signal irc ircs news nntp gopher ldap ldaps smb afp nfs dav davs rdp \
    vnc magnet bitcoin ethereum geo maps market intent itms itms-apps steam spotify vlc rtsp rtmp mms ms-settings ms-word \
    ms-excel ms-msdt ms-officecmd search-ms ms-search shell hcp help mk its mhtml res blob filesystem about view-source \
    chrome chrome-extension moz-extension resource jar wyciwyg feed webcal ws wss cid mid urn uuid tauri ipc preview-img \
    asset app copydesk x-apple x-help-action applescript prefs vscode vscode-insiders idea jetbrains git svn docker \
    trash recent network computer burn admin man info ghelp apt snap flatpak obsidian notion zotero httpx http+unix";

#[test]
fn only_web_and_mail_addresses_reach_the_system() {
    let desk = Desk::with(&[("a.md", "# A\n")]);
    let plain =
        ["https://example.org/a?b#c", "HTTP://EXAMPLE.ORG", "mailto:desk@example.org", "https://élysée.fr"];
    let mut asked: Vec<String> = plain.map(str::to_owned).to_vec();
    for attack in attacks() {
        let text = attack.text("127.0.0.1:9");
        let written = text.split("](<").skip(1).filter_map(|part| part.split_once(">)"));
        asked.extend(written.map(|(address, _)| address.to_owned()));
        asked.push(text);
    }
    for scheme in SCHEMES.split_whitespace() {
        for shape in [
            "{}:x",
            "{}://example.org/",
            "{}:///etc/passwd",
            " {}:x",
            "{}{U+0009}:x",
            "{U+0001}{}:x",
            "{U+202E}{}:x",
        ] {
            let shape = characters(&shape.replace("{}", scheme));
            asked.push(shape.to_uppercase());
            asked.push(shape);
        }
    }
    let mut agreed = 0;
    for href in &asked {
        let before = desk.host.opened.lock().unwrap().len();
        let answer = desk.try_call("open_link", json!({"href": href}));
        let opened = desk.host.opened.lock().unwrap();
        assert_eq!(opened.len() - before, usize::from(answer.is_ok()), "{href:?}");
        if answer.is_err() {
            continue;
        }
        agreed += 1;
        let address = opened.last().expect("the address");
        let plain = ["http://", "https://", "mailto:"].iter().any(|start| address.starts_with(start));
        assert!(plain && address.bytes().all(|byte| byte.is_ascii_graphic()), "{href:?} opened {address:?}");
    }
    assert!(agreed > 4, "{agreed} of {} were opened: nothing was tried", asked.len());
}

#[test]
fn what_is_refused_is_named_without_its_tricks() {
    let desk = Desk::with(&[("a.md", "# A\n")]);
    let tricks = "javascript:{U+202E}gpj.exe{U+2066}{U+200B}{U+0007}{U+001B}[31m{U+000A}{U+2028}{U+E0041}x";
    let problem = desk.try_call("open_link", json!({"href": characters(tricks)})).unwrap_err();
    for (words, way_out) in [&problem.fr, &problem.en] {
        let said = format!("{words} {way_out}");
        assert!(said.contains("javascript:") && said.contains("U+202E"), "{said:?}");
        assert!(
            !said.chars().any(|c| c.is_control() || "\u{202e}\u{2066}\u{200b}\u{2028}\u{e0041}".contains(c)),
            "{said:?}"
        );
    }
}
