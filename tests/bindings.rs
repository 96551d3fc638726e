//! The TypeScript of the wire is the one that the Rust types give; `COPYDESK_BLESS=1` writes it anew.

use copydesk_desk::commands;

#[test]
fn the_committed_bindings_are_those_of_the_wire() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/ipc/generated/wire.ts");
    let wanted = commands::typescript();
    if std::env::var_os("COPYDESK_BLESS").is_some() {
        std::fs::write(file, &wanted).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap();
    assert!(committed == wanted, "run `COPYDESK_BLESS=1 cargo test bindings`");
}
