//! The annotations of a part, in order of arrival; one that is told again replaces itself.

use std::collections::BTreeMap;

use crate::json;

/// Annotation objects. Most parts have none, and then this is a null pointer.
#[derive(Debug, Clone, Default)]
pub struct Annotations(Option<Box<Told>>);

#[derive(Debug, Clone, Default)]
struct Told {
    jsons: Vec<Vec<u8>>,
    /// Where the one of an index stands.
    places: BTreeMap<u64, usize>,
}

impl Annotations {
    /// Those of a list that an object holds, each with its place as its index.
    pub fn of_list(list: &[u8]) -> Self {
        let jsons: Vec<_> = json::elements(list).map(|own| own.of(list).to_vec()).collect();
        let places = (0..).zip(0..jsons.len()).collect();
        Self((!jsons.is_empty()).then(|| Box::new(Told { jsons, places })))
    }

    /// One that an event told. Without an index it is taken for a new one.
    pub fn put(&mut self, index: Option<u64>, annotation: &[u8]) {
        let Told { jsons, places } = &mut **self.0.get_or_insert_default();
        let next = jsons.len();
        let place = index.map_or(next, |index| *places.entry(index).or_insert(next));
        match jsons.get_mut(place) {
            Some(known) => *known = annotation.to_vec(),
            None => jsons.push(annotation.to_vec()),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |told| told.jsons.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their JSON objects.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().flat_map(|told| &told.jsons).map(Vec::as_slice)
    }

    /// Bytes held on the heap, those of the places by estimate.
    pub(super) fn heap_bytes(&self) -> usize {
        let each = size_of::<Vec<u8>>() + size_of::<(u64, usize)>();
        self.iter().map(|json| json.len() + each).sum::<usize>() + self.0.as_ref().map_or(0, |_| size_of::<Told>())
    }
}
