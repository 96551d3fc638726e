//! Text, changes, front matter, furniture and merges, from outside the crate.

/// How often a property is tried: `cargo xtask torture` sets the greater number.
fn cases(short: u32, torture: u32) -> u32 {
    if std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1") { torture } else { short }
}

mod changes {
    use copydesk_core::changes::{Authority, BadChange, ChangeSet, Offer, REMEMBERED};
    use copydesk_core::text::{byte_to_utf16, utf16_len, utf16_to_byte};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// What `@codemirror/state` itself answers (see codemirror.mjs).
    #[test]
    fn codemirror_agrees() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("text/codemirror.json")).unwrap();
        assert!(cases.len() >= 400);
        for case in cases {
            let set = |name: &str| ChangeSet::from_json(&case[name]).unwrap();
            let doc = case["doc"].as_str().unwrap();
            let a = set("a");
            assert_eq!(a.to_json(), case["a"], "{case}");
            assert_eq!(a.apply(doc).unwrap(), case["after"].as_str().unwrap(), "{case}");
            assert_eq!(a.compose(&set("next")).unwrap(), set("composed"), "{case}");
            assert_eq!(a.map(&set("b"), false).unwrap(), set("mapped"), "{case}");
            assert_eq!(a.map(&set("b"), true).unwrap(), set("mapped_before"), "{case}");
            assert_eq!(a.invert(doc).unwrap(), set("inverted"), "{case}");
            for (at, place) in case["places"].as_array().unwrap().iter().enumerate() {
                assert_eq!(json!([a.map_pos(at, -1), a.map_pos(at, 1)]), *place, "{case} at {at}");
            }
        }
    }

    #[test]
    fn misfits_are_refused() {
        let read = |json: Value| ChangeSet::from_json(&json);
        for json in [
            json!({}),
            json!([-1]),
            json!([1.5]),
            json!([[]]),
            json!([["x"]]),
            json!([[1, 2]]),
            json!([null]),
        ] {
            assert_eq!(read(json.clone()), Err(BadChange::Json), "{json}");
        }
        assert_eq!(read(json!([4_294_967_296_u64])), Err(BadChange::Json));
        assert_eq!(read(json!([[0, "a\nb"]])), Err(BadChange::Json));
        assert_eq!(read(json!([[0, "a\rb"]])), Err(BadChange::Json));
        let wrong = read(json!([3])).unwrap();
        assert_eq!(wrong.apply("ab"), Err(BadChange::Length { expected: 3, found: 2 }));
        assert_eq!(wrong.apply("abcd"), Err(BadChange::Length { expected: 3, found: 4 }));
        // Half a surrogate pair.
        assert_eq!(read(json!([1, [1]])).unwrap().apply("😀"), Err(BadChange::Character));
        assert_eq!(
            read(json!([[0, "😀"]])).unwrap().compose(&read(json!([1, [1]])).unwrap()),
            Err(BadChange::Character)
        );
        assert!(read(json!([2])).unwrap().compose(&wrong).is_err());
        assert!(read(json!([2, [1]])).unwrap().map(&read(json!([2])).unwrap(), true).is_err());
        assert_eq!(ChangeSet::replace(3, &[(2, 1, "")]), Err(BadChange::Range));
        assert_eq!(ChangeSet::replace(3, &[(0, 2, ""), (1, 3, "")]), Err(BadChange::Range));
        assert_eq!(ChangeSet::insert(3, 4, "x"), Err(BadChange::Range));
    }

    #[test]
    fn between_is_small() {
        let old = "Le maire a parlé hier soir.\nRien d’autre.\nFin.\n";
        let new = "Le maire a parlé ce matin.\nRien d’autre.\nFin !\n";
        let changes = ChangeSet::between(old, new);
        assert_eq!(changes.apply(old).unwrap(), new);
        assert_eq!(changes.to_json(), json!([17, [9, "ce matin"], 19, [1, " !"], 1]));
        assert!(ChangeSet::between(old, old).is_empty());
    }

    /// Ten megabytes that share nothing, and ten that share every second line: no quadratic blow-up.
    #[test]
    fn between_is_bounded() {
        let text = |salt: usize| -> String {
            (0..60_000).map(|n| format!("ligne {} {}\n", n * salt % 977, salt)).collect()
        };
        let halves = |salt: usize| -> String {
            (0..60_000).map(|n| format!("ligne {} {}\n", n, if n % 2 == 0 { 0 } else { salt })).collect()
        };
        // The runner ends what takes minutes.
        for (old, new) in [(text(3), text(5)), (halves(1), halves(2))] {
            assert_eq!(ChangeSet::between(&old, &new).apply(&old).unwrap(), new);
        }
    }

    fn words() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!["a", "é", "😀", "\n", "mot ", "𝒜", "x", "« "]), 0..12)
            .prop_map(|words| words.concat())
    }

    /// Ranges as fractions of the text, cut at characters.
    fn edits() -> impl Strategy<Value = Vec<(u16, u16, String)>> {
        prop::collection::vec((any::<u16>(), any::<u16>(), words()), 0..4)
    }

    fn change(text: &str, edits: &[(u16, u16, String)]) -> ChangeSet {
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .map(|at| byte_to_utf16(text, at).unwrap())
            .collect();
        let mut cuts: Vec<usize> = edits
            .iter()
            .flat_map(|(a, b, _)| [*a, *b])
            .map(|cut| places[usize::from(cut) % places.len()])
            .collect();
        cuts.sort_unstable();
        let ranges: Vec<(usize, usize, &str)> =
            cuts.chunks(2).zip(edits).map(|(cut, (_, _, text))| (cut[0], cut[1], text.as_str())).collect();
        ChangeSet::replace(utf16_len(text), &ranges).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn laws(doc in words(), one in edits(), two in edits(), three in edits()) {
            let a = change(&doc, &one);
            let b = change(&doc, &two);
            let after = a.apply(&doc).unwrap();
            prop_assert_eq!(a.len_before(), utf16_len(&doc));
            prop_assert_eq!(a.len_after(), utf16_len(&after));
            prop_assert_eq!(&ChangeSet::from_json(&a.to_json()).unwrap(), &a);
            prop_assert_eq!(a.invert(&doc).unwrap().apply(&after).unwrap(), doc.clone());
            let next = change(&after, &three);
            prop_assert_eq!(a.compose(&next).unwrap().apply(&doc).unwrap(), next.apply(&after).unwrap());
            let left = b.map(&a, false).unwrap().apply(&after).unwrap();
            let right = a.map(&b, true).unwrap().apply(&b.apply(&doc).unwrap()).unwrap();
            prop_assert_eq!(left, right);
            for at in 0..=a.len_before() {
                prop_assert!(a.map_pos(at, -1) <= a.map_pos(at, 1));
                prop_assert!(a.map_pos(at, 1) <= a.len_after());
            }
        }

        #[test]
        fn between_leads_there(old in any::<String>(), new in any::<String>(), a in words(), b in words()) {
            prop_assert_eq!(ChangeSet::between(&old, &new).apply(&old).unwrap(), new);
            prop_assert_eq!(ChangeSet::between(&a, &b).apply(&a).unwrap(), b);
        }

        #[test]
        fn any_json_is_safe(json in prop::collection::vec((0_u32..9, prop::option::of(words())), 0..6), doc in words()) {
            let parts: Vec<Value> = json.iter().map(|(len, text)| match text {
                None => json!(len),
                Some(text) => std::iter::once(json!(len)).chain(text.split('\n').map(Value::from)).collect(),
            }).collect();
            let set = ChangeSet::from_json(&Value::from(parts)).unwrap();
            let _ = set.invert(&doc);
            if let Ok(after) = set.apply(&doc) {
                prop_assert_eq!(utf16_len(&after), set.len_after());
            }
            let other = change(&doc, &[(3, 9, "y".into())]);
            let _ = set.compose(&other);
            let _ = other.compose(&set);
            let _ = set.map(&other, true);
            let _ = other.map(&set, false);
        }

        #[test]
        fn offsets(text in any::<String>(), long in words()) {
            for text in [text, long.repeat(40)] {
                let units: Vec<u16> = text.encode_utf16().collect();
                prop_assert_eq!(utf16_len(&text), units.len());
                for at in 0..=units.len() + 1 {
                    let expected = units.get(..at).and_then(|head| String::from_utf16(head).ok()).map(|head| head.len());
                    prop_assert_eq!(utf16_to_byte(&text, at), expected);
                    if let Some(byte) = expected {
                        prop_assert_eq!(byte_to_utf16(&text, byte), Some(at));
                    }
                }
            }
        }
    }

    #[test]
    fn authority_is_all_or_nothing_and_forgets() {
        let mut desk = Authority::new("abc".into());
        let insert = |len, text| ("w".to_owned(), ChangeSet::insert(len, 0, text).unwrap());
        assert!(desk.push(vec![insert(3, "x"), insert(9, "y")]).is_err());
        assert_eq!((desk.version(), desk.body()), (0, "abc"));
        assert_eq!(desk.offer(0, vec![insert(3, "x"), insert(4, "y")]), Ok(Offer::Accepted));
        assert_eq!((desk.version(), desk.body()), (2, "yxabc"));
        assert_eq!(desk.offer(1, vec![insert(4, "z")]), Ok(Offer::Behind(vec![insert(4, "y")])));
        assert_eq!(desk.offer(3, vec![]), Ok(Offer::Reopen));
        assert_eq!(desk.since(2), Some(vec![]));
        for _ in 0..REMEMBERED {
            let len = utf16_len(desk.body());
            desk.push(vec![("w".into(), ChangeSet::replace(len, &[(0, 1, "q")]).unwrap())]).unwrap();
        }
        assert_eq!(desk.since(1), None);
        assert_eq!(desk.since(2).unwrap().len(), REMEMBERED);
    }
}

/// The protocol between windows and desk, as a model under random orders of events.
mod protocol {
    use std::collections::BTreeSet;

    use copydesk_core::changes::{Authority, ChangeSet, Offer};
    use copydesk_core::text::{byte_to_utf16, utf16_len};
    use proptest::prelude::*;

    type Update = (String, ChangeSet);

    /// A window: CodeMirror's document with `@codemirror/collab`'s state.
    struct Window {
        id: String,
        doc: String,
        /// Version up to which this window took updates.
        synced: u32,
        unconfirmed: Vec<ChangeSet>,
        /// A push on its way there, made on a version.
        pushing: Option<(u32, Vec<Update>)>,
        /// An answer on its way back.
        coming: Option<(u32, Vec<Update>)>,
        /// An input method is composing: nothing may be received.
        composing: bool,
    }

    impl Window {
        fn new(id: usize, desk: &Authority) -> Self {
            Self {
                id: format!("w{id}"),
                doc: desk.body().to_owned(),
                synced: desk.version(),
                unconfirmed: Vec::new(),
                pushing: None,
                coming: None,
                composing: false,
            }
        }

        fn type_in(&mut self, changes: ChangeSet) {
            self.doc = changes.apply(&self.doc).unwrap();
            self.unconfirmed.push(changes);
        }

        /// `receiveUpdates` of `@codemirror/collab`, line by line.
        fn receive(&mut self, from: u32, updates: &[Update]) {
            if from != self.synced {
                return; // An answer to a question that was asked before another answer came.
            }
            self.synced += u32::try_from(updates.len()).unwrap();
            let mut changes: Option<ChangeSet> = None;
            let mut own = 0;
            for (client, update) in updates {
                if own < self.unconfirmed.len() && *client == self.id {
                    if let Some(set) = &changes {
                        changes = Some(set.map(&self.unconfirmed[own], true).unwrap());
                    }
                    own += 1;
                } else {
                    changes = Some(match &changes {
                        Some(set) => set.compose(update).unwrap(),
                        None => update.clone(),
                    });
                }
            }
            self.unconfirmed.drain(..own);
            if let Some(mut set) = changes {
                for update in &mut self.unconfirmed {
                    let mapped = update.map(&set, false).unwrap();
                    set = set.map(update, true).unwrap();
                    *update = mapped;
                }
                self.doc = set.apply(&self.doc).unwrap();
            }
        }
    }

    /// One step of the world.
    #[derive(Clone, Debug)]
    enum Step {
        /// A window types a marker, and may delete a stretch.
        Type(usize, u16, Option<u16>),
        /// A window sends what it has.
        Send(usize),
        /// The push arrives at the desk, which answers.
        Arrive(usize),
        /// The answer is lost on its way.
        Lose(usize),
        /// The answer arrives.
        Answer(usize),
        /// A window asks for news, and has it at once.
        Pull(usize),
        Compose(usize, bool),
        /// The file changed outside.
        Outside(u16, Option<u16>),
    }

    fn step() -> impl Strategy<Value = Step> {
        let window = 0..2_usize;
        let cut = || prop::option::weighted(0.3, any::<u16>());
        prop_oneof![
            6 => (window.clone(), any::<u16>(), cut()).prop_map(|(w, at, cut)| Step::Type(w, at, cut)),
            4 => window.clone().prop_map(Step::Send),
            4 => window.clone().prop_map(Step::Arrive),
            1 => window.clone().prop_map(Step::Lose),
            4 => window.clone().prop_map(Step::Answer),
            2 => window.clone().prop_map(Step::Pull),
            2 => (window, any::<bool>()).prop_map(|(w, on)| Step::Compose(w, on)),
            2 => (any::<u16>(), cut()).prop_map(|(at, cut)| Step::Outside(at, cut)),
        ]
    }

    struct World {
        desk: Authority,
        windows: Vec<Window>,
        marker: u32,
        typed: BTreeSet<char>,
        deleted: BTreeSet<char>,
        /// Updates that the desk took, by window.
        taken: usize,
    }

    impl World {
        /// A change that puts in a character never seen before, and deletes the stretch up to `cut`, if any.
        fn edit(&mut self, doc: &str, at: u16, cut: Option<u16>) -> ChangeSet {
            let places: Vec<usize> = doc.char_indices().map(|(at, _)| at).chain([doc.len()]).collect();
            let place = |at: u16| usize::from(at) % places.len();
            let from = place(at);
            let to = cut.map_or(from, |cut| (from + usize::from(cut) % 4).min(places.len() - 1));
            self.deleted.extend(doc[places[from]..places[to]].chars());
            // Every third needs a surrogate pair.
            let base = if self.marker.is_multiple_of(3) { 0x1_F300 } else { 0x4E00 };
            let marker = char::from_u32(base + self.marker).unwrap();
            self.marker += 1;
            self.typed.insert(marker);
            let unit = |index: usize| byte_to_utf16(doc, places[index]).unwrap();
            ChangeSet::replace(utf16_len(doc), &[(unit(from), unit(to), &marker.to_string())]).unwrap()
        }

        fn send(&mut self, w: usize) {
            let window = &mut self.windows[w];
            if window.pushing.is_none() && window.coming.is_none() && !window.unconfirmed.is_empty() {
                let updates = window.unconfirmed.iter().map(|set| (window.id.clone(), set.clone())).collect();
                window.pushing = Some((window.synced, updates));
            }
        }

        fn arrive(&mut self, w: usize) {
            let Some((version, updates)) = self.windows[w].pushing.take() else { return };
            self.taken += updates.len();
            let answer = match self.desk.offer(version, updates.clone()).unwrap() {
                Offer::Accepted => updates,
                Offer::Behind(missed) => {
                    self.taken -= updates.len();
                    missed
                }
                Offer::Reopen => panic!("the log is long enough"),
            };
            self.windows[w].coming = Some((version, answer));
        }

        fn answer(&mut self, w: usize) {
            let window = &mut self.windows[w];
            if !window.composing
                && let Some((from, updates)) = window.coming.take()
            {
                window.receive(from, &updates);
            }
        }

        fn pull(&mut self, w: usize) {
            let window = &mut self.windows[w];
            if !window.composing {
                let updates = self.desk.since(window.synced).unwrap();
                window.receive(window.synced, &updates);
            }
        }

        fn step(&mut self, step: &Step) {
            let count = self.windows.len();
            match *step {
                Step::Type(w, at, cut) => {
                    let doc = self.windows[w % count].doc.clone();
                    let changes = self.edit(&doc, at, cut);
                    self.windows[w % count].type_in(changes);
                }
                Step::Send(w) => self.send(w % count),
                Step::Arrive(w) => self.arrive(w % count),
                Step::Lose(w) => self.windows[w % count].coming = None,
                Step::Answer(w) => self.answer(w % count),
                Step::Pull(w) => self.pull(w % count),
                Step::Compose(w, on) => self.windows[w % count].composing = on,
                Step::Outside(at, cut) => {
                    let doc = self.desk.body().to_owned();
                    let changes = self.edit(&doc, at, cut);
                    self.desk.push(vec![("desk".into(), changes)]).unwrap();
                }
            }
        }

        /// Everything that is under way comes to its end.
        fn settle(&mut self) {
            for _ in 0..8 {
                for w in 0..self.windows.len() {
                    self.windows[w].composing = false;
                    self.arrive(w);
                    self.answer(w);
                    self.pull(w);
                    self.send(w);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn all_sides_hold_all_that_was_typed(
            windows in 1..=2_usize,
            steps in prop::collection::vec(step(), 0..60),
        ) {
            let desk = Authority::new("un\ndeux 😀 trois".into());
            let windows = (0..windows).map(|id| Window::new(id, &desk)).collect();
            let mut world = World {
                desk,
                windows,
                marker: 0,
                typed: BTreeSet::new(),
                deleted: BTreeSet::new(),
                taken: 0,
            };
            for step in &steps {
                world.step(step);
            }
            world.settle();
            let body = world.desk.body().to_owned();
            for window in &world.windows {
                prop_assert!(window.unconfirmed.is_empty());
                prop_assert_eq!(window.synced, world.desk.version());
                prop_assert_eq!(&window.doc, &body);
            }
            let held: Vec<char> = body.chars().filter(|c| world.typed.contains(c)).collect();
            let distinct: BTreeSet<char> = held.iter().copied().collect();
            prop_assert_eq!(held.len(), distinct.len(), "nothing is there twice: {}", body);
            for marker in world.typed.difference(&world.deleted) {
                prop_assert!(distinct.contains(marker), "{} was typed and is lost: {}", marker, body);
            }
            for marker in &world.deleted {
                prop_assert!(!body.contains(*marker) || !world.typed.contains(marker), "{} came back: {}", marker, body);
            }
        }
    }
}

mod text {
    use copydesk_core::text::{Decoded, NotText, decode, encode, normalise};
    use proptest::prelude::*;

    #[test]
    fn decoding() {
        let text = |bytes: &[u8]| decode(bytes).unwrap();
        assert_eq!(
            text(b"\xef\xbb\xbfa\r\nb\rc\nd"),
            Decoded { text: "a\nb\nc\nd".into(), bom: true, mixed_eol: true, crlf: true }
        );
        assert_eq!(
            text(b"a\r\r\nb"),
            Decoded { text: "a\n\nb".into(), bom: false, mixed_eol: true, crlf: true }
        );
        assert_eq!(text("a\u{85}\u{2028}\0\u{feff}".as_bytes()).text, "a\u{85}\u{2028}\0\u{feff}");
        assert_eq!(text(b""), Decoded { text: String::new(), bom: false, mixed_eol: false, crlf: false });
        assert_eq!(decode(b"ab\xe9"), Err(NotText::InvalidUtf8 { offset: 2 }));
        assert_eq!(decode(b"\xef\xbb\xbfa\xff"), Err(NotText::InvalidUtf8 { offset: 4 }));
        assert_eq!(decode(b"\xff\xfea\0"), Err(NotText::Utf16 { big_endian: false }));
        assert_eq!(decode(b"\xfe\xff\0a"), Err(NotText::Utf16 { big_endian: true }));
        assert_eq!(decode(b"\xff\xfe\0\0"), Err(NotText::Utf32));
        assert_eq!(decode(b"\0\0\xfe\xff"), Err(NotText::Utf32));
    }

    #[test]
    fn splices() {
        for (original, text, bytes) in [
            // Nothing there: LF.
            ("", "a\nb\n", "a\nb\n"),
            ("a", "a\nb", "a\nb"),
            // One kind of line end.
            ("a\r\nb\r\n", "a\nx\nb\n", "a\r\nx\r\nb\r\n"),
            ("a\rb", "a\nb\n", "a\rb\r"),
            ("a\r\nb\r\n", "a\nb", "a\r\nb"),
            // Several: only the edited line changes, an inserted one takes the neighbour's.
            ("a\r\nb\nc\rd", "a\nX\nc\nd", "a\r\nX\nc\rd"),
            ("a\r\nb\nc\rd", "a\nn\nb\nc\nd", "a\r\nn\r\nb\nc\rd"),
            ("a\nb\r\nc", "n\na\nb\nc", "n\na\nb\r\nc"),
            ("a\r\nb\nc", "a\nb\nc\nd\n", "a\r\nb\nc\nd\n"),
            ("a\r\nb\nc\n", "a\nc\n", "a\r\nc\n"),
            ("\u{feff}a\r\nb", "", "\u{feff}"),
            ("a", "\u{feff}a", "\u{feff}\u{feff}a"),
            // An empty line must not melt into the CR above it.
            ("a\rb\n\nc", "a\n\nc", "a\r\rc"),
            // Trailing blanks and NUL are text.
            ("a \0\r\nb\t\n", "a \0\nb\t\n", "a \0\r\nb\t\n"),
        ] {
            assert_eq!(encode(original.as_bytes(), text), bytes.as_bytes(), "{original:?} {text:?}");
        }
    }

    /// Lines with any ends, most of them distinct.
    fn file() -> impl Strategy<Value = (Vec<(String, &'static str)>, String, bool)> {
        let line = prop_oneof![
            3 => "[a-zé \\t\u{0}\u{85}\u{2028}]{0,6}".prop_map(|s| s),
            1 => Just(String::new()),
        ];
        let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
        (prop::collection::vec((line, end), 0..12), "[a-z]{0,3}", any::<bool>())
    }

    fn bytes_of(lines: &[(String, &str)], last: &str, bom: bool) -> Vec<u8> {
        let mut text = String::from(if bom { "\u{feff}" } else { "" });
        for (line, end) in lines {
            text += line;
            text += end;
        }
        (text + last).into_bytes()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(super::cases(5_000, 100_000)))]

        #[test]
        fn untouched_is_identical((lines, last, bom) in file(), any_text in any::<String>()) {
            for bytes in [bytes_of(&lines, &last, bom), any_text.into_bytes()] {
                let text = decode(&bytes).unwrap().text;
                prop_assert_eq!(encode(&bytes, &text), bytes);
            }
        }

        /// Line k is replaced by text that is nowhere else: every other line keeps its bytes and its end.
        #[test]
        fn one_line_changes_alone((mut lines, last, bom) in file(), k in any::<prop::sample::Index>(), new in "[A-Z]{1,5}") {
            // Two lines alike, or a lone CR before an empty line and LF, would be other lines than these.
            for (index, (line, _)) in lines.iter_mut().enumerate() {
                line.push_str(&format!("{index}"));
            }
            if lines.is_empty() {
                lines.push(("0".into(), "\n"));
            }
            let before = bytes_of(&lines, &last, bom);
            let k = k.index(lines.len());
            lines[k].0 = new;
            let after = bytes_of(&lines, &last, bom);
            let text = decode(&after).unwrap().text;
            prop_assert_eq!(encode(&before, &text), after);
        }

        /// Whatever the edit, the text is the one asked for, and the mark stays.
        #[test]
        fn text_is_kept((lines, last, bom) in file(), new in any::<String>(), (other, end, _) in file()) {
            let before = bytes_of(&lines, &last, bom);
            for new in [normalise(&new), normalise(std::str::from_utf8(&bytes_of(&other, &end, false)).unwrap())] {
                // A text that begins with the mark's character needs a mark before it to be read back.
                let bom = bom || new.starts_with('\u{feff}');
                let after = encode(&before, &new);
                let decoded = decode(&after).unwrap();
                prop_assert_eq!(decoded.text, new);
                prop_assert_eq!(decoded.bom, bom);
            }
        }

        #[test]
        fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..40), text in any::<String>()) {
            let _ = decode(&bytes);
            let _ = encode(&bytes, &text);
        }
    }

    /// Fifty megabytes of lines with mixed ends, edited at both ends.
    #[test]
    fn large_files() {
        let old: String = (0..1_000_000)
            .map(|n| format!("ligne {n} d’un très long fichier{}", if n % 3 == 0 { "\r\n" } else { "\n" }))
            .collect();
        let text = decode(old.as_bytes()).unwrap().text;
        let new = format!("début\n{}fin\n", text.replace("ligne 500000 ", "LIGNE "));
        let bytes = encode(old.as_bytes(), &new);
        let expected = format!("début\r\n{}fin\r\n", old.replace("ligne 500000 ", "LIGNE "));
        assert!(bytes == expected.as_bytes());
    }
}

mod front {
    use copydesk_core::front::{CannotSet, Front, Keys, Value, read, set, split};
    use proptest::prelude::*;

    fn keys(front: &str) -> Keys {
        match read(front) {
            Front::Keys(keys) => keys,
            other => panic!("{front}: {other:?}"),
        }
    }

    fn value(json: &serde_json::Value) -> Option<Value> {
        Some(match json {
            serde_json::Value::Null => return None,
            serde_json::Value::String(text) => Value::Text(text.clone()),
            serde_json::Value::Array(items) => Value::List(items.iter().filter_map(value).collect()),
            other => Value::Plain(other["plain"].as_str().unwrap().to_owned()),
        })
    }

    #[test]
    fn splits() {
        for (text, front) in [
            ("---\na: b\n---\ncorps", "---\na: b\n---\n"),
            ("---\na: b\n...\ncorps", "---\na: b\n...\n"),
            ("--- \na: b\n---\t\n\ncorps", "--- \na: b\n---\t\n"),
            ("---\na: b\n---", "---\na: b\n---"),
            ("---\n---\n", "---\n---\n"),
            ("---\na: b\n", ""),
            ("---", ""),
            ("", ""),
            ("\n---\na: b\n---\n", ""),
            ("----\na: b\n----\n", ""),
            ("--- a\n---\n", ""),
            ("---\n ---\n", ""),
        ] {
            assert_eq!(split(text), (front, &text[front.len()..]), "{text:?}");
        }
    }

    #[test]
    fn reads() {
        let keys = keys(
            "---\ntitle: Été\nslug: 012\nn: 3.10\nyes: no\nnothing:\nquoted: '1984'\nl: [1, deux, ~]\nm:\n  k: 0x1F\n2026: clé\ndate: 2026-01-02\n---\n",
        );
        let plain = |text: &str| Value::Plain(text.into());
        let text = |text: &str| Value::Text(text.into());
        let values: Vec<(&str, usize, Value)> = keys
            .entries()
            .iter()
            .map(|entry| (entry.key.as_str(), entry.line, entry.value.clone()))
            .collect();
        assert_eq!(
            values,
            [
                ("title", 2, text("Été")),
                ("slug", 3, plain("012")),
                ("n", 4, plain("3.10")),
                ("yes", 5, plain("no")),
                ("nothing", 6, Value::Null),
                ("quoted", 7, text("1984")),
                ("l", 8, Value::List(vec![plain("1"), text("deux"), Value::Null])),
                ("m", 9, Value::Map(vec![("k".into(), plain("0x1F"))])),
                ("2026", 11, text("clé")),
                ("date", 12, text("2026-01-02")),
            ]
        );
        assert_eq!(read(""), Front::Absent);
        assert_eq!(read("---\n# rien\n\n---\n"), Front::Keys(Keys::default()));
    }

    #[test]
    fn broken_names_its_line() {
        let cases: Vec<&str> = include_str!("text/broken.txt").split("\n%% ").skip(1).collect();
        assert!(cases.len() >= 8);
        for case in cases {
            let (line, front) = case.split_once('\n').unwrap();
            match read(front) {
                Front::Broken { line: found, message } => {
                    assert_eq!(found.to_string(), line, "{front}{message}");
                    assert!(
                        !message.is_empty() && !message.contains('\n') && !message.contains("line "),
                        "{message}"
                    );
                }
                other => panic!("{front}: {other:?}"),
            }
        }
    }

    /// Bombs are refused at once.
    #[test]
    fn budgets() {
        let bomb = (1..9).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
            text + &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))
        });
        let deep = |count: usize| format!("a: {}{}\n", "[".repeat(count), "]".repeat(count));
        let many = |count: usize| (0..count).map(|n| format!("k{n}: v\n")).collect::<String>();
        let blocks = (0..40).map(|n| format!("{}k:\n", " ".repeat(n))).collect::<String>();
        for yaml in [
            bomb,
            deep(20_000),
            deep(40),
            blocks,
            many(10_000),
            many(1_000_000),
            "a: &a x\nb: [*a]\n".replace("[*a]", &format!("[{}]", vec!["*a"; 100].join(", "))),
            format!("a: {}\n", "x".repeat(70_000)),
        ] {
            // Refused by what is counted (bytes, steps, depth), so on every machine alike.
            let front = format!("---\n{yaml}---\n");
            assert!(matches!(read(&front), Front::Broken { .. }), "{}", &front[..60]);
        }
        assert!(matches!(read(&format!("---\n{}{}---\n", many(900), deep(20))), Front::Keys(_)));
    }

    #[test]
    fn edits_as_listed() {
        let cases: Vec<&str> = include_str!("text/front.txt").split("\n%% ").skip(1).collect();
        let mut count = 0;
        let mut cases = cases.into_iter();
        while let (Some(before), Some(after)) = (cases.next(), cases.next()) {
            let (call, front) = before
                .split_once('\n')
                .map_or((before, String::new()), |(call, rest)| (call, format!("{rest}\n")));
            let (key, json) = call.split_once(' ').unwrap();
            let result = set(&front, key, value(&serde_json::from_str(json).unwrap()).as_ref());
            match after.split_once('\n').map_or((after, String::new()), |(word, rest)| {
                (word, format!("{}\n", rest.trim_end_matches('\n')))
            }) {
                ("becomes", expected) => {
                    assert_eq!(result.as_deref(), Ok(expected.as_str()), "{call}\n{front}")
                }
                ("refused", _) => assert!(
                    matches!(result, Err(CannotSet::NotAlone | CannotSet::Broken)),
                    "{call}\n{front}{result:?}"
                ),
                (word, _) => panic!("{word}"),
            }
            count += 1;
        }
        assert!(count >= 50, "{count}");
    }

    /// A front matter of keys in many styles.
    fn written() -> impl Strategy<Value = String> {
        let style = prop::sample::select(vec![
            "plain # c",
            "'single' # c",
            "\"double\"",
            "|\n  a\n\n  # b\n",
            ">-\n  a\n  b",
            "[a, 'b'] # c",
            "\n  - a # c\n  - b\n# d",
            "\n- a\n",
            "",
            " # only",
            "12",
            "{a: b}",
            "a\n  b # c",
            "\n  sub: x\n  more: [y]",
        ]);
        prop::collection::vec(style, 1..6).prop_map(|styles| {
            let lines: String =
                styles.iter().enumerate().map(|(n, style)| format!("k{n}: {style}\n")).collect();
            format!("---\n# head\n{lines}---\n")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn any_text_is_safe(text in any::<String>(), yaml in "[a-c:#'\"\\[\\]{}|> \\n&*!-]{0,40}", key in "[a-c]|title", value in any::<String>()) {
            for text in [text, format!("---\n{yaml}\n---\ncorps")] {
                let (front, body) = split(&text);
                prop_assert_eq!(format!("{front}{body}"), text.clone());
                let _ = read(front);
                if let Ok(edited) = set(front, &key, Some(&Value::Text(value.clone()))) {
                    let after = keys(&edited);
                    prop_assert_eq!(after.get(&key).and_then(Value::text), Some(value.as_str()));
                }
            }
        }

        /// Whatever the value, it comes back, and every line of another key is as it was.
        #[test]
        fn one_key_alone(front in written(), index in 0..7_usize, text in any::<String>(), word in "[a-z’: #'\"-]{0,12}") {
            let key = format!("k{index}");
            for text in [text, word] {
                let before = keys(&front);
                let edited = set(&front, &key, Some(&Value::Text(text.clone()))).unwrap();
                let after = keys(&edited);
                prop_assert_eq!(after.get(&key).and_then(Value::text), Some(text.as_str()));
                prop_assert_eq!(before.entries().len().max(index + 1).min(before.entries().len() + 1), keys(&edited).entries().len());
                for line in front.lines().filter(|line| line.starts_with('k') && !line.starts_with(&key)) {
                    prop_assert!(edited.lines().any(|kept| kept == line), "{} gone from {}", line, edited);
                }
                prop_assert!(edited.contains("# head\n"));
            }
            prop_assert!(matches!(read(&set(&front, &key, None).unwrap()), Front::Keys(_)));
        }
    }
}

mod furniture {
    use copydesk_core::furniture::{CannotSet, Invalid, Source, When, resolve, set};
    use proptest::prelude::*;

    fn front(yaml: &str) -> String {
        format!("---\n{yaml}\n---\n")
    }

    #[test]
    fn title_sources() {
        for (yaml, body, title, source, lines) in [
            ("title: De la clé", "# Du corps\n", "De la clé", Source::Key("title"), None),
            ("title: 1984", "", "1984", Source::Key("title"), None),
            ("title: ''", "# Du *corps* `x` #\n", "Du corps x", Source::Heading, Some(1..=1)),
            ("a: b", "\ntexte\n\n   # Plus [bas](u)\n# Après\n", "Plus bas", Source::Heading, Some(4..=4)),
            (
                "a: b",
                "```\n# code\n```\n    # code\n> # cité\n## Inter\n#mot\n",
                "mon-article",
                Source::FileName,
                None,
            ),
            ("a: b", "~~~\n```\n# code\n", "mon-article", Source::FileName, None),
            ("a: b", "#\n\nTexte", "", Source::Heading, Some(1..=1)),
            ("a: b", "# C#\n", "C#", Source::Heading, Some(1..=1)),
            // What stands in a comment, an item or code of one is no title.
            ("a: b", "<!--\n# De travail\n-->\n\n# Vrai\n", "Vrai", Source::Heading, Some(5..=5)),
            (
                "a: b",
                "- ```sh\n  # commentaire\n  ```\n\n# Vrai #\n# Autre\n",
                "Vrai",
                Source::Heading,
                Some(5..=5),
            ),
            ("a: b", "- a\n\n  # b\n", "mon-article", Source::FileName, None),
            ("a: b", "[^1]: note\n\n    suite\n\n  # Vrai\n", "Vrai", Source::Heading, Some(5..=5)),
            ("a: b", "# Titre[^1] <!-- à revoir -->\n\n[^1]: Note.\n", "Titre", Source::Heading, Some(1..=1)),
            ("a: b", "# Un [lien][a] [^2]\n\n[a]: /b\n", "Un lien [^2]", Source::Heading, Some(1..=1)),
            ("a: b", "Souligné\n===\n\n1. a\n\n# Vrai\n", "Vrai", Source::Heading, Some(6..=6)),
        ] {
            let resolved = resolve(&front(yaml), body, "sujets/mon-article.md");
            assert_eq!(
                (resolved.title.value.as_str(), resolved.title.source),
                (title, source),
                "{yaml} {body}"
            );
            assert_eq!(resolved.title_lines, lines, "{body}");
            assert_eq!(resolved.title.derived(), source != Source::Key("title"));
        }
        assert_eq!(resolve("", "", "a.b.markdown").title.value, "a.b");
        assert_eq!(resolve("", "", ".caché").title.value, ".caché");
    }

    #[test]
    fn aliases_and_lists() {
        let all = resolve(
            &front(
                "chapo: Le chapô\nauthors: [Ana, 'Bo, Cy']\ntags: a, b\nkicker:\n  - x\nsection: {a: b}\nbyline:\nstandfirst:",
            ),
            "",
            "",
        );
        assert_eq!(
            (all.standfirst.value.as_str(), all.standfirst.source),
            ("Le chapô", Source::Key("chapo"))
        );
        assert!(all.standfirst.derived());
        assert_eq!(all.byline.value, "Ana, Bo, Cy");
        assert_eq!(all.bylines(), ["Ana", "Bo, Cy"]);
        assert_eq!(all.tag_list(), ["a", "b"]);
        assert_eq!((all.kicker.value.as_str(), all.kicker.invalid), ("x", Some(Invalid::NotText)));
        assert_eq!((all.section.value.as_str(), all.section.invalid), ("", Some(Invalid::NotText)));
        assert_eq!(
            (all.stage.value.as_str(), all.stage.source, all.stage.derived()),
            ("draft", Source::Default, true)
        );
        assert_eq!(
            (all.slug.value.as_str(), all.slug.source, all.slug.derived()),
            ("", Source::Absent, false)
        );
        let one = resolve(&front("author: Jean Dupont, envoyé spécial\nauthors: [x]"), "", "");
        assert_eq!(one.bylines(), ["Jean Dupont, envoyé spécial"]);
        let named = resolve(&front("byline:\n  - name: Ana\n    mail: a@b\n  - Bo"), "", "");
        assert_eq!((named.byline.value.as_str(), named.byline.invalid), ("Ana, Bo", None));
        let folded =
            resolve(&front("title: |\n  sur deux\n  lignes\nstandfirst: |\n  sur deux\n  lignes"), "", "");
        assert_eq!(
            (folded.title.value.as_str(), folded.standfirst.value.as_str()),
            ("sur deux lignes", "sur deux\nlignes")
        );
        // Broken front matter counts as none.
        assert_eq!(resolve(&front("title: [a"), "# Titre", "").title.value, "Titre");
    }

    #[test]
    fn validity() {
        use Invalid::*;
        for (key, value, invalid) in [
            ("date", "2026-01-02", None),
            ("date", "2026-01-02T03:04:05+01:00", None),
            ("date", "2026-01-02T03:04:05Z", None),
            ("date", "2026-02-30", Some(NotADate)),
            ("date", "2 janvier", Some(NotADate)),
            ("date", "20260102", Some(NotADate)),
            ("date", "2026", Some(NotADate)),
            ("date", "2026-01-02T03:04:05", Some(NoOffset)),
            ("embargo", "2026-01-02T03:04:05.5-05:00", None),
            ("embargo", "2026-01-02T03:04:05", Some(NoOffset)),
            ("embargo", "2026-01-02", Some(NotATime)),
            ("embargo", "demain", Some(NotATime)),
            ("embargo", "2026-01-02T25:04:05Z", Some(NotATime)),
            ("embargo", "2026-01-02T03:04Z", Some(NotATime)),
            ("deadline", "2026-01-02 18:00:00+02:00", None),
            ("lang", "fr", None),
            ("lang", "zh-Hant-TW", None),
            ("lang", "no", None),
            ("lang", "français", Some(NotALanguage)),
            ("lang", "fr_FR", Some(NotALanguage)),
            ("lang", "f", Some(NotALanguage)),
            ("stage", "killed", None),
            ("stage", "publié", Some(UnknownStage)),
            ("legal", "needs_check", None),
            ("legal", "ok", Some(UnknownLegal)),
            ("length", "3500", None),
            ("length", "3 500", Some(NotANumber)),
            ("length", "-5", Some(NotANumber)),
            ("length", "3500.5", Some(NotANumber)),
            ("length", "99999999999", Some(NotANumber)),
        ] {
            let all = resolve(&front(&format!("{key}: {value}")), "", "");
            let field = match key {
                "date" => all.date,
                "embargo" => all.embargo,
                "deadline" => all.deadline,
                "lang" => all.lang,
                "stage" => all.stage,
                "legal" => all.legal,
                _ => all.length,
            };
            assert_eq!((field.value.as_str(), field.invalid), (value, invalid), "{key}");
        }
    }

    #[test]
    fn typed() {
        let all = resolve(
            &front("date: 2026-01-02\nembargo: 2026-01-02T06:00:00+01:00\nlength: 3500\ndeadline: bientôt"),
            "",
            "",
        );
        assert_eq!(all.published(), Some(When::Day(jiff::civil::date(2026, 1, 2))));
        assert_eq!(all.embargo_until().unwrap().timestamp().to_string(), "2026-01-02T05:00:00Z");
        assert_eq!(all.embargo_until().unwrap().hour(), 6);
        assert_eq!(all.length_signes(), Some(3500));
        assert_eq!(all.deadline_at(), None);
        let Some(When::Moment(moment)) =
            resolve(&front("date: 2026-01-02T23:30:00-05:00"), "", "").published()
        else {
            panic!()
        };
        assert_eq!(moment.date(), jiff::civil::date(2026, 1, 2));
    }

    #[test]
    fn edits_go_where_the_field_was_read() {
        for (yaml, body, key, value, front_after, body_after) in [
            ("title: x", "# Corps\n", "title", "y z", Some("title: y z"), None),
            (
                "a: b",
                "Texte.\n\n# Le *vieux* titre #\n",
                "title",
                "Le neuf titre",
                None,
                Some("Texte.\n\n# Le neuf titre #\n"),
            ),
            (
                "a: b",
                "# Vieux\n",
                "title",
                "1 * 2 _x_ <b> & C#",
                None,
                Some("# 1 \\* 2 \\_x\\_ \\<b> \\& C\\#\n"),
            ),
            ("a: b", "#\n", "title", "Neuf", None, Some("# Neuf\n")),
            ("a: b", "# Vieux\n", "title", "", None, Some("# \n")),
            ("a: b", "Texte\n", "title", "Neuf", Some("a: b\ntitle: Neuf"), None),
            ("description: x", "", "standfirst", "y z", Some("description: y z"), None),
            ("authors: [Ana]", "", "byline", "Ana, Bo", Some("authors: [Ana, Bo]"), None),
            ("authors: ['A, B', C]", "", "byline", "A, B, D", Some("authors: ['A, B', D]"), None),
            ("author: Ana", "", "byline", "Ana, Bo", Some("author: Ana, Bo"), None),
            ("a: b", "", "tags", "un, deux,", Some("a: b\ntags: [un, deux]"), None),
            ("a: b", "", "length", "3500", Some("a: b\nlength: 3500"), None),
            ("a: b", "", "length", "long", Some("a: b\nlength: long"), None),
            ("a: b", "", "date", "2026-01-02", Some("a: b\ndate: 2026-01-02"), None),
            ("a: b", "", "slug", "2026-01-02", Some("a: b\nslug: '2026-01-02'"), None),
            ("a: b\nkicker: x", "", "kicker", "", Some("a: b"), None),
            ("a: b\nkicker: x", "", "kicker", " x ", None, None),
            ("a: b", "", "kicker", "", None, None),
            ("title:  x  # provisoire\na: b", "", "title", "", Some("title:  # provisoire\na: b"), None),
            ("kicker: \"x\"\na: b", "", "kicker", "", Some("kicker: \"\"\na: b"), None),
            ("kicker: \"\"\na: b", "", "kicker", "y", Some("kicker: \"y\"\na: b"), None),
            ("a: b\nkicker: 'x'", "", "kicker", "", Some("a: b\nkicker: ''"), None),
            ("a: b\nkicker: x # c", "", "kicker", "", Some("a: b\nkicker: # c"), None),
            ("standfirst: |\n  un\n  deux\na: b", "", "standfirst", "", Some("standfirst:\na: b"), None),
            ("byline:\n  - Ana\n  - Bo\na: b", "", "byline", "", Some("byline: []\na: b"), None),
            ("byline: []\na: b", "", "byline", "Ana", Some("byline: [Ana]\na: b"), None),
            ("a: b", "", "stage", "draft", Some("a: b\nstage: draft"), None),
            ("a: b", "", "kicker", "sur deux\n lignes", Some("a: b\nkicker: sur deux lignes"), None),
        ] {
            let edit = set(&front(yaml), body, key, value).unwrap();
            assert_eq!(edit.front, front_after.map(front), "{yaml} {key} {value}");
            assert_eq!(
                edit.body.map(|changes| changes.apply(body).unwrap()).as_deref(),
                body_after,
                "{body} {value}"
            );
        }
        // Without a block one is made, and the last key takes the block along.
        assert_eq!(set("", "Corps", "title", "x").unwrap().front.as_deref(), Some("---\ntitle: x\n---\n"));
        assert_eq!(set(&front("kicker: x"), "Corps", "kicker", "").unwrap().front.as_deref(), Some(""));
        // …unless the body would then begin with one.
        let body = "---\nde: a\n---\n";
        assert_eq!(
            set(&front("kicker: x"), body, "kicker", "").unwrap().front.as_deref(),
            Some("---\n---\n")
        );
        for (yaml, key) in [
            ("title: [a", "title"),
            ("a: b", "couleur"),
            ("byline:\n  - name: Ana\n    mail: a@b", "byline"),
            ("kicker: {a: b}", "kicker"),
        ] {
            assert!(
                matches!(
                    set(&front(yaml), "", key, "x"),
                    Err(CannotSet::Broken | CannotSet::NotAField | CannotSet::NotAlone)
                ),
                "{yaml}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// What is set is what is read next, and the rest of the body is untouched.
        #[test]
        fn set_then_resolve(value in "[ -~à-ï«»’\u{a0}]{0,20}|.{0,12}", heading in any::<bool>(), key in prop::sample::select(vec!["title", "kicker", "slug", "section", "assignee", "dateline"])) {
            let wanted = value.trim().to_owned();
            prop_assume!(!wanted.contains(['\r', '\n']));
            let (yaml, body) = if heading { ("a: b", "Texte.\n\n# Un titre\n\nSuite.\n") } else { ("title: x\nslug: y", "Texte.\n") };
            let before = front(yaml);
            let edit = set(&before, body, key, &value).unwrap();
            let after_front = edit.front.unwrap_or(before);
            let after_body = edit.body.map_or(body.to_owned(), |changes| changes.apply(body).unwrap());
            let all = resolve(&after_front, &after_body, "f.md");
            let field = match key {
                "title" => &all.title,
                "kicker" => &all.kicker,
                "slug" => &all.slug,
                "section" => &all.section,
                "assignee" => &all.assignee,
                _ => &all.dateline,
            };
            if !(wanted.is_empty() && key == "title") {
                prop_assert_eq!(&field.value, &wanted);
            }
            prop_assert!(after_body.starts_with("Texte.\n"));
        }

        #[test]
        fn any_text_is_safe(front in any::<String>(), body in any::<String>(), name in any::<String>(), value in any::<String>()) {
            let all = resolve(&front, &body, &name);
            if let Some(lines) = all.title_lines {
                prop_assert!(*lines.end() <= body.split('\n').count());
            }
            for key in ["title", "byline", "tags", "date"] {
                if let Ok(edit) = set(&front, &body, key, &value)
                    && let Some(changes) = edit.body
                {
                    prop_assert!(changes.apply(&body).is_ok());
                }
            }
        }
    }
}

mod reconcile {
    use copydesk_core::reconcile::{Hunk, Outcome, reconcile};
    use proptest::prelude::*;

    #[test]
    fn cases_as_labelled() {
        let file = include_str!("text/merge.txt");
        let mut cases = Vec::new();
        for case in file.strip_suffix('\n').unwrap().split("\n%% case ").skip(1) {
            let (label, rest) = case.split_once('\n').unwrap();
            let (base, rest) = rest.split_once("\n%% mine\n").unwrap();
            let (mine, rest) = rest.split_once("\n%% theirs\n").unwrap();
            let (theirs, expected) = rest.rsplit_once("\n%% ").unwrap();
            cases.push((label, base, mine, theirs, expected));
        }
        assert!(cases.len() >= 60, "{}", cases.len());
        let mut wrong = String::new();
        for (label, base, mine, theirs, expected) in cases {
            // Whichever side is which.
            for (mine, theirs) in [(mine, theirs), (theirs, mine)] {
                let found = match reconcile(base, mine, theirs) {
                    Outcome::Merge { text } => format!("merged\n{text}"),
                    Outcome::Conflict { hunks } => format!("conflict {}", hunks.len()),
                    other => format!("{other:?}"),
                };
                if found != expected {
                    wrong += &format!("{label}: {found:?}\n  not {expected:?}\n");
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    #[test]
    fn hunks_show_the_sentence() {
        let outcome =
            reconcile("Un. Deux trois. Quatre.\n", "Un. Deux 3. Quatre.\n", "Un. Deux quatre. Quatre.\n");
        let hunk = Hunk { base: "Deux trois.".into(), mine: "Deux 3.".into(), theirs: "Deux quatre.".into() };
        assert_eq!(outcome, Outcome::Conflict { hunks: vec![hunk] });
    }

    fn copy() -> impl Strategy<Value = Vec<String>> {
        let piece = prop::sample::select(vec![
            "Un mot. ",
            "M. Dupont dit « oui ! ». ",
            "Two words ",
            "fin. ",
            "\n\n",
            "\n",
            "## Inter\n\n",
            "- item\n",
            "```\ncode\n```\n",
            "> cité\n",
            "| a | b |\n",
            "---\n",
            "title: x\n",
            "kicker: y\n",
            "😀 ",
            "Et puis… ",
        ]);
        prop::collection::vec(piece.prop_map(str::to_owned), 0..14)
    }

    /// Edits: at a piece, take it out or put a new one before it.
    fn edits() -> impl Strategy<Value = Vec<(u8, bool)>> {
        prop::collection::vec((any::<u8>(), any::<bool>()), 0..4)
    }

    /// The edited text and the words that came in, which are nowhere else.
    fn edited(pieces: &[String], edits: &[(u8, bool)], side: &str) -> (String, Vec<String>) {
        let mut pieces = pieces.to_vec();
        let mut words = Vec::new();
        for (number, (at, take)) in edits.iter().enumerate() {
            let at = usize::from(*at) % (pieces.len() + 1);
            if *take && at < pieces.len() {
                pieces.remove(at);
            } else {
                let word = format!("{side}{number}");
                pieces.insert(at, format!("{word} "));
                words.push(word);
            }
        }
        let text = pieces.concat();
        words.retain(|word| text.contains(word));
        (text, words)
    }

    fn merged(outcome: Outcome, base: &str, draft: &str, disk: &str) -> Option<String> {
        match outcome {
            Outcome::Same => Some(draft.to_owned()),
            Outcome::Reload | Outcome::Converged => Some(disk.to_owned()),
            Outcome::Merge { text } => Some(text),
            Outcome::Conflict { hunks } => {
                assert!(!hunks.is_empty() && !base.is_empty() | !draft.is_empty() | !disk.is_empty());
                None
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(super::cases(10_000, 40_000)))]

        #[test]
        fn laws(pieces in copy(), one in edits(), two in edits()) {
            let base = pieces.concat();
            let (a, a_words) = edited(&pieces, &one, "Alpha");
            let (b, b_words) = edited(&pieces, &two, "Beta");
            prop_assert_eq!(merged(reconcile(&base, &a, &base), &base, &a, &base), Some(a.clone()));
            prop_assert_eq!(merged(reconcile(&base, &base, &b), &base, &base, &b), Some(b.clone()));
            prop_assert_eq!(merged(reconcile(&base, &a, &a), &base, &a, &a), Some(a.clone()));
            let here = reconcile(&base, &a, &b);
            let there = reconcile(&base, &b, &a);
            match (&here, &there) {
                (Outcome::Conflict { hunks: x }, Outcome::Conflict { hunks: y }) => {
                    let swapped: Vec<Hunk> = y
                        .iter()
                        .map(|hunk| Hunk { base: hunk.base.clone(), mine: hunk.theirs.clone(), theirs: hunk.mine.clone() })
                        .collect();
                    prop_assert_eq!(x, &swapped);
                }
                _ => prop_assert_eq!(
                    merged(here.clone(), &base, &a, &b),
                    merged(there.clone(), &base, &b, &a)
                ),
            }
            if let Some(text) = merged(here, &base, &a, &b) {
                for word in a_words.iter().chain(&b_words) {
                    prop_assert_eq!(text.matches(word.as_str()).count(), 1, "{} in {:?}", word, text);
                }
            }
        }

        /// Words that one side took out and the other left alone do not come back; all others stay.
        #[test]
        fn nothing_comes_back(
            kinds in prop::collection::vec(0..4_u8, 1..16),
            mine in prop::collection::vec(any::<bool>(), 16),
            theirs in prop::collection::vec(any::<bool>(), 16),
        ) {
            let piece = |index: usize| match kinds[index] {
                0 => format!("Phrase{index}x dite. "),
                1 => format!("Fin{index}x dite.\n\n"),
                2 => format!("- item{index}x\n"),
                _ => format!("mot{index}x "),
            };
            let text = |keep: &dyn Fn(usize) -> bool| -> String {
                (0..kinds.len()).filter(|&index| keep(index)).map(piece).collect()
            };
            let base = text(&|_| true);
            let a = text(&|index| mine[index]);
            let b = text(&|index| theirs[index]);
            if let Some(merged) = merged(reconcile(&base, &a, &b), &base, &a, &b) {
                for index in 0..kinds.len() {
                    let word = format!("{index}x");
                    let there = |text: &str| text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.trim_start_matches(char::is_alphabetic) == word).count();
                    let expected = usize::from(mine[index] && theirs[index]);
                    prop_assert_eq!(there(&merged), expected, "{} of {:?}", word, merged);
                }
            }
        }

        #[test]
        fn any_text_is_safe(base in any::<String>(), a in any::<String>(), b in any::<String>()) {
            let _ = reconcile(&base, &a, &b);
        }
    }

    /// Twenty thousand words; the bound here is for builds without optimisation.
    #[test]
    fn long_texts_end() {
        let text = |salt: usize| -> String {
            (0..60_000)
                .map(|n| {
                    format!(
                        "mot{}{}",
                        n * salt % 997,
                        if n % 15 == 14 {
                            ".\n\n"
                        } else if n % 5 == 4 {
                            ". "
                        } else {
                            " "
                        }
                    )
                })
                .collect()
        };
        let base = text(1);
        let edit = |every: usize, word: &str| -> String {
            base.split_inclusive(". ")
                .enumerate()
                .map(|(n, s)| if n % every == 0 { s.replacen("mot", word, 1) } else { s.to_owned() })
                .collect()
        };
        // The runner ends what takes minutes.
        let _ = reconcile(&base, &edit(7, "Un"), &edit(11, "Deux"));
        let _ = reconcile(&base, &text(3), &text(5));
    }
}

#[test]
fn bytes_of_the_text_are_found_in_the_file() {
    use copydesk_core::text::{decode, file_byte};
    for file in ["un\r\ndeux\r\n", "\u{feff}un\rdeux\né", "un\n\r\n\rdeux", ""] {
        let text = decode(file.as_bytes()).unwrap().text;
        for (at, letter) in text.char_indices().filter(|(_, letter)| *letter != '\n') {
            assert!(file[file_byte(file.as_bytes(), at)..].starts_with(letter), "{file:?} at {at}");
        }
        assert_eq!(file_byte(file.as_bytes(), text.len() + 9), file.len());
    }
}
