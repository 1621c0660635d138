//! The output's text.

use std::borrow::Cow;

use super::write_item;
use crate::json;
use crate::kind::List;
use crate::slots::{self, ItemKind, PartKind, Slot};
use crate::unescape;

/// All text that the messages of an output say: the `output_text` parts of its `message` items, in order.
pub fn output_text(slots: &[Slot]) -> String {
    let mut text = String::new();
    for slot in slots::in_order(slots).into_iter().filter(|slot| slot.kind == ItemKind::Message) {
        if slot.open || slot.late {
            let parts = slot.parts_of(List::Content).into_iter().filter(|part| part.kind == PartKind::OutputText);
            parts.for_each(|part| text.push_str(&part.text.value()));
        } else {
            let mut item = Vec::new();
            write_item(slot, &mut item);
            text.push_str(&message_text(&item));
        }
    }
    text
}

/// The same of an output array as the server sent it.
pub fn text_of_output(output: &[u8]) -> String {
    let is_message = |item: &[u8]| ItemKind::of(item) == ItemKind::Message;
    json::elements(output).map(|item| item.of(output)).filter(|item| is_message(item)).map(message_text).collect()
}

fn message_text(item: &[u8]) -> Cow<'_, str> {
    let Some(content) = json::member(item, "content") else { return Cow::Borrowed("") };
    if let Some(body) = content.string_body(item) {
        // Input messages have their text there, and so some servers give it back.
        return Cow::Owned(unescape::whole(body).0);
    }
    let content = content.of(item);
    let parts = json::elements(content).map(|part| part.of(content));
    let texts = parts.filter(|part| PartKind::of(part) == PartKind::OutputText);
    Cow::Owned(texts.filter_map(|part| json::string_member(part, "text")).collect())
}
