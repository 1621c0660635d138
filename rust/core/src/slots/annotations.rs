//! The annotations of a part, by their index; one that is told again stays one.

use std::collections::BTreeMap;

use crate::json;

/// Annotation objects. Most parts have none.
#[derive(Debug, Clone, Default)]
pub struct Annotations(BTreeMap<Place, Told>);

/// Where one stands: its index, and behind the one of that index those that came without an index of their own.
type Place = (u64, usize);

#[derive(Debug, Clone)]
struct Told {
    json: Vec<u8>,
    /// By an event of its own; else by a list, as whose element an event may tell it again.
    alone: bool,
}

impl Annotations {
    /// Those of a list that an object holds, each with its place as its index.
    pub fn of_list(list: &[u8]) -> Self {
        let own = json::elements(list).map(|own| Told { json: own.of(list).to_vec(), alone: false });
        Self((0..).map(|index| (index, 0)).zip(own).collect())
    }

    /// One that an event told. Without an index it is taken for a new one.
    ///
    /// Returns whether another one was told at that index: servers that number all of them 0 do not mean it, so that
    /// this one stands behind the last.
    pub fn put(&mut self, index: Option<u64>, annotation: &[u8]) -> bool {
        let known = index.and_then(|index| self.0.get(&(index, 0)));
        let taken = known.is_some_and(|known| known.alone && known.json != annotation);
        let behind = || self.0.last_key_value().map_or((0, 0), |(&(index, after), _)| (index, after + 1));
        let place = index.filter(|_| !taken).map_or_else(behind, |index| (index, 0));
        self.0.insert(place, Told { json: annotation.to_vec(), alone: true });
        taken
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their JSON objects.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.values().map(|told| &*told.json)
    }

    /// Bytes held on the heap, those of the places by estimate.
    pub(super) fn heap_bytes(&self) -> usize {
        let each = size_of::<Told>() + size_of::<Place>();
        self.iter().map(|json| json.len() + each).sum()
    }
}
