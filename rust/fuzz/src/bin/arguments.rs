//! Partial values: any cutting gives the same, a text told in full counts alone, and whole values are serde's.
#![no_main]

#[path = "../../../core/tests/twin/tree.rs"]
mod tree;

use libfuzzer_sys::fuzz_target;
use or_stream_core::json::Reason;
use or_stream_core::partial::Partial;
use or_stream_fuzz::Input;
use serde_json::Value;
use serde_json::value::RawValue;
use tree::Tree;

/// Between the deltas and the text in full; no JSON text holds it.
const IN_FULL: u8 = 0x1e;

fn read(text: &str, input: Input<'_>, ended: bool) -> (Partial, Tree) {
    let (mut partial, mut tree) = (Partial::new(input.limits()), Tree::default());
    partial.push(text);
    partial.set_ended(ended);
    partial.parse(&mut tree).unwrap();
    (partial, tree)
}

fn check(partial: &Partial, tree: &Tree, input: Input<'_>, ended: bool) {
    let (whole, other) = read(partial.text(), input, ended);
    assert_eq!((&tree.root, partial.fault()), (&other.root, whole.fault()));
    assert_eq!(partial.is_complete(), whole.is_complete());
}

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::of(data) else { return };
    let (streamed, full) = match input.body.iter().position(|byte| *byte == IN_FULL) {
        Some(at) => (&input.body[..at], std::str::from_utf8(&input.body[at + 1..]).ok()),
        None => (input.body, None),
    };
    let Ok(text) = std::str::from_utf8(streamed) else { return };
    let (mut partial, mut tree) = (Partial::new(input.limits()), Tree::default());
    let (mut from, mut end) = (0, 0);
    for chunk in (Input { body: streamed, ..input }).chunks() {
        end += chunk.len();
        if text.is_char_boundary(end) {
            partial.push(&text[from..end]);
            partial.parse(&mut tree).unwrap();
            from = end;
        }
    }
    check(&partial, &tree, input, false);
    if let Some(full) = full {
        partial.done(full);
        partial.parse(&mut tree).unwrap();
        check(&partial, &tree, input, true);
        assert!(partial.text() == full || text.starts_with(full));
    }
    partial.set_ended(true);
    partial.parse(&mut tree).unwrap();
    check(&partial, &tree, input, true);
    if matches!(partial.fault().map(|fault| fault.reason), Some(Reason::Depth | Reason::Digits | Reason::Infinite)) {
        return;
    }
    assert_eq!(partial.is_complete(), serde_json::from_str::<&RawValue>(partial.text()).is_ok());
    // serde_json refuses lone halves of surrogate pairs, which become U+FFFD here.
    if let (true, Ok(value)) = (partial.is_complete(), serde_json::from_str::<Value>(partial.text())) {
        assert_eq!(tree.root, Some(value));
    }
});
