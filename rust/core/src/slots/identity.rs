//! What an item is called: told once, it is not taken back by an item that leaves it out.

use super::{ItemKind, Slot};
use crate::json;
use crate::object::Object;

/// What a tool loop or a next request needs of an item; a done item that leaves it out does not take it back.
const IDENTITY: [&str; 4] = ["type", "id", "call_id", "name"];

/// A finished item with the identity that only its announcement told.
pub fn with_identity(item: &[u8], slot: &Slot) -> Vec<u8> {
    // The last of a repeated key counts, as everywhere.
    let mut has = [false; IDENTITY.len()];
    for (key, value) in json::members(item) {
        for (name, has) in IDENTITY.iter().zip(&mut has) {
            if json::name_is(item, key, name) {
                *has = !value.is_empty(item);
            }
        }
    }
    let announced = |name: &str| {
        let value = json::member(&slot.json, name)?;
        (!value.is_empty(&slot.json)).then(|| value.of(&slot.json).to_vec())
    };
    let learnt = |name: &str| match name {
        "type" if slot.kind != ItemKind::Other => Some([b"\"", slot.kind.name().as_bytes(), b"\""].concat()),
        "id" => Some([b"\"", &**slot.ids.first()?, b"\""].concat()),
        "name" => Some(slot.name.clone()).filter(|name| !name.is_empty()),
        _ => None,
    };
    let told = |name: &'static str| announced(name).or_else(|| learnt(name)).map(|told| (name, told));
    let missing = IDENTITY.into_iter().zip(has).filter(|(_, has)| !has);
    let kept: Vec<(&str, Vec<u8>)> = missing.filter_map(|(name, _)| told(name)).collect();
    if kept.is_empty() { item.to_vec() } else { with_members(item, &kept) }
}

/// An item with the name that only the end of its arguments told, if it has none.
pub fn with_name(item: &[u8], name: &[u8]) -> Vec<u8> {
    if item.is_empty() || json::member(item, "name").is_some_and(|own| !own.is_empty(item)) {
        return item.to_vec();
    }
    with_members(item, &[("name", name.to_vec())])
}

/// An object with these members in the place of its own.
fn with_members(item: &[u8], kept: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = Object::open(&mut out);
    for (key, value) in json::members(item) {
        if !kept.iter().any(|(name, _)| json::name_is(item, key, name)) {
            object.member(key.of(item), value.of(item));
        }
    }
    for (name, told) in kept {
        object.json(name, told);
    }
    object.close();
    out
}
