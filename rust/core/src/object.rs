//! A JSON object being written: members in the order in which they are told, nothing checked.

use crate::json;
use crate::unescape::write_string;

/// Writes one object into a buffer. It is whole once it is closed.
#[derive(Debug)]
pub struct Object<'a> {
    /// The buffer; after [`Self::key`] the caller writes the value there.
    pub out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Opens an object at the end of the buffer.
    pub fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// A key with its quotes, as it stands on the wire.
    pub fn key(&mut self, quoted: &[u8]) {
        self.comma();
        self.out.extend_from_slice(quoted);
        self.out.push(b':');
    }

    /// A key that needs no escapes.
    pub fn plain_key(&mut self, name: &str) {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn comma(&mut self) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
    }

    /// A member as it stands on the wire.
    pub fn member(&mut self, quoted: &[u8], value: &[u8]) {
        self.key(quoted);
        self.out.extend_from_slice(value);
    }

    /// A value that is JSON already.
    pub fn json(&mut self, name: &str, value: &[u8]) {
        self.plain_key(name);
        self.out.extend_from_slice(value);
    }

    /// A text.
    pub fn string(&mut self, name: &str, text: &str) {
        self.plain_key(name);
        write_string(text, self.out);
    }

    /// A text, or null where there is none.
    pub fn string_or_null(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.string(name, text),
            None => self.json(name, b"null"),
        }
    }

    /// A count or index.
    pub fn number(&mut self, name: &str, number: u64) {
        self.json(name, number.to_string().as_bytes());
    }

    /// Ends the object.
    pub fn close(self) {
        self.out.push(b'}');
    }
}

/// A new object with the members that `write` tells.
pub fn build(write: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = Object::open(&mut out);
    write(&mut object);
    object.close();
    out
}

/// A checked object with other values for some of its members. A member that it lacks is not added.
pub fn with_values(object: &[u8], values: &[(&str, &str)]) -> Vec<u8> {
    build(|copy| {
        for (key, value) in json::members(object) {
            let other = values.iter().find(|(name, _)| json::name_is(object, key, name));
            copy.member(key.of(object), other.map_or(value.of(object), |(_, other)| other.as_bytes()));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_in_the_order_told() {
        let object = build(|object| {
            object.string("a", "\"\n");
            object.number("b", 7);
            object.json("c", b"[null]");
        });
        assert_eq!(object, br#"{"a":"\"\n","b":7,"c":[null]}"#);
    }

    #[test]
    fn only_what_is_there_gets_another_value() {
        let object = br#" { "status" : "completed" , "o\u0075tput":[{"status":1}],"x":2}"#;
        let values = [("status", "\"in_progress\""), ("output", "[]"), ("usage", "null")];
        assert_eq!(with_values(object, &values), br#"{"status":"in_progress","o\u0075tput":[],"x":2}"#);
        assert_eq!(with_values(b"{}", &values), b"{}");
    }
}
