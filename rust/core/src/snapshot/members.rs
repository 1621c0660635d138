//! What several events told of one response, merged: later tellings count, and null is absent (rule E15).

use std::collections::HashMap;
use std::sync::Arc;

use crate::json::{self, Shape, Value};

/// The tellings of one response so far. Taking one costs its own size, whatever came before: a server may tell it anew
/// with every event.
#[derive(Debug, Default)]
pub struct Tellings {
    merged: Arc<[u8]>,
    // Most streams never have any, and thousands of them share one memory.
    later: Option<Box<Later>>,
}

/// Tellings that are not yet part of the merged one, together much shorter than it is.
#[derive(Debug, Default)]
struct Later {
    tellings: Vec<Arc<[u8]>>,
    bytes: usize,
}

/// Merging costs what was told so far, and is due when this part of it is new: a few times the cost of reading, and
/// little that is held twice.
const FEWER: usize = 8;

impl Tellings {
    /// Takes one more.
    pub fn take(&mut self, telling: Arc<[u8]>) {
        if self.merged.is_empty() {
            self.merged = telling;
            return;
        }
        let later = self.later.get_or_insert_default();
        later.bytes += telling.len();
        later.tellings.push(Arc::clone(&telling));
        if later.bytes < self.merged.len() / FEWER {
            return;
        }
        let mut merged = Vec::new();
        let mut tellings = self.latest_first();
        super::write_response(Telling::latest(&mut tellings), tellings, None, &[], &mut merged);
        self.merged = if *telling == *merged { telling } else { Arc::from(merged) };
        self.later = None;
    }

    /// Whether the last one said just this.
    pub fn repeats(&self, telling: &[u8]) -> bool {
        self.latest_first().next() == Some(telling)
    }

    /// Whether nothing was told.
    pub fn is_empty(&self) -> bool {
        self.merged.is_empty()
    }

    /// All of them.
    pub fn latest_first(&self) -> impl Iterator<Item = &[u8]> {
        let later = self.later.iter().flat_map(|later| later.tellings.iter().rev());
        later.chain([&self.merged]).map(|telling| &**telling)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.merged.len() + self.later.as_ref().map_or(0, |later| later.bytes)
    }
}

/// One telling of a response, walked over once.
#[derive(Debug, Default)]
pub struct Telling<'a>(Vec<Member<'a>>);

impl<'a> Telling<'a> {
    /// The members of a checked object.
    pub fn read(telling: &'a [u8]) -> Self {
        Self(members_of(telling).collect())
    }

    /// The next of several; one without members where there is none.
    pub fn latest(tellings: &mut impl Iterator<Item = &'a [u8]>) -> Self {
        tellings.next().map(Self::read).unwrap_or_default()
    }

    /// What a member is, absent and null being the same; the last one where the key is repeated.
    pub fn shape(&self, name: &str) -> Shape {
        self.0.iter().rfind(|member| member.is(name)).map(|member| member.shape).unwrap_or_default()
    }
}

/// One member of the merged response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
    name: Value,
    telling: &'a [u8],
    shape: Shape,
}

impl Member<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        json::name_is(self.telling, self.name, name)
    }
}

/// Up to here it is cheaper to look at every member than to have a table of them.
const FEW: usize = 16;

/// The members of a response in the order of its latest telling, then those that only earlier ones have. Of the output
/// only the latest telling counts.
pub(super) fn merged<'a>(
    Telling(mut members): Telling<'a>,
    earlier: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<Member<'a>> {
    let mut places = Places::default();
    for telling in earlier {
        // A telling mostly has the keys of the one after it, in the same order.
        let mut next = 0;
        for member in members_of(telling).filter(|member| !member.is("output")) {
            let expected = members.get(next).is_some_and(|known| known.key == member.key);
            let place = if expected { Some(next) } else { places.find(&members, member.key) };
            match place.and_then(|at| members.get_mut(at).map(|known| (at, known))) {
                Some((at, known)) => {
                    if known.shape == Shape::Null {
                        *known = Member { key: known.key, ..member };
                    }
                    next = at + 1;
                }
                None if member.shape == Shape::Null => {}
                None => members.push(member),
            }
        }
    }
    members
}

fn members_of(telling: &[u8]) -> impl Iterator<Item = Member<'_>> {
    json::members(telling).map(|(name, value)| Member {
        key: name.of(telling),
        value: value.of(telling),
        name,
        telling,
        shape: value.shape,
    })
}

/// Where the members of keys stand, among more than a few.
#[derive(Default)]
struct Places<'a> {
    table: HashMap<&'a [u8], usize>,
    entered: usize,
}

impl<'a> Places<'a> {
    fn find(&mut self, members: &[Member<'a>], key: &[u8]) -> Option<usize> {
        if members.len() <= FEW {
            return members.iter().position(|member| member.key == key);
        }
        // Members are only ever added.
        self.table.extend(members.iter().enumerate().skip(self.entered).map(|(at, member)| (member.key, at)));
        self.entered = members.len();
        self.table.get(key).copied()
    }
}
