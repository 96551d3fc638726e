//! Text, changes, front matter, furniture and merges, from outside the crate.

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
        let start = std::time::Instant::now();
        for (old, new) in [(text(3), text(5)), (halves(1), halves(2))] {
            assert_eq!(ChangeSet::between(&old, &new).apply(&old).unwrap(), new);
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
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
