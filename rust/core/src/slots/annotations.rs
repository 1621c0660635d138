//! The annotations of a part, by their index; one that is told again stays one.

use std::collections::BTreeMap;

use crate::json;

/// Annotation objects. Most parts have none, and then this is a null pointer.
#[derive(Debug, Clone, Default)]
pub struct Annotations(Option<Box<ByPlace>>);

#[derive(Debug, Clone, Default)]
struct ByPlace(BTreeMap<Place, Told>);

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
        let told: BTreeMap<Place, Told> = (0..).map(|index| (index, 0)).zip(own).collect();
        Self((!told.is_empty()).then(|| Box::new(ByPlace(told))))
    }

    /// One that an event told. Without an index it is taken for a new one.
    ///
    /// Returns whether another one was told at that index: servers that number all of them 0 do not mean it, so that
    /// this one stands behind the last.
    pub fn put(&mut self, index: Option<u64>, annotation: &[u8]) -> bool {
        let ByPlace(all) = &mut **self.0.get_or_insert_default();
        let known = index.and_then(|index| all.get(&(index, 0)));
        let taken = known.is_some_and(|known| known.alone && known.json != annotation);
        let behind = || all.last_key_value().map_or((0, 0), |(&(index, after), _)| (index, after + 1));
        let place = index.filter(|_| !taken).map_or_else(behind, |index| (index, 0));
        all.insert(place, Told { json: annotation.to_vec(), alone: true });
        taken
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |told| told.0.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their JSON objects.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().flat_map(|told| told.0.values()).map(|told| &*told.json)
    }

    /// Bytes held on the heap, those of the places by estimate.
    pub(super) fn heap_bytes(&self) -> usize {
        let each = size_of::<Told>() + size_of::<Place>();
        self.iter().map(|json| json.len() + each).sum()
    }
}
