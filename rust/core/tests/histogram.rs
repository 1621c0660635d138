//! The histogram against sorted lists of the same values.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(clippy::cast_possible_truncation)]

use or_stream_core::histogram::{Histogram, NotAHistogram};
use proptest::prelude::*;

fn of(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    for value in values {
        histogram.record(*value, 1);
    }
    histogram
}

fn values() -> impl Strategy<Value = Vec<u64>> {
    // Of every size of number, not only large ones.
    prop::collection::vec((any::<u64>(), 0..64_u32).prop_map(|(value, shift)| value >> shift), 1..200)
}

proptest! {
    #[test]
    fn quantiles_are_within_a_thousandth(mut values in values(), share in 0.0..=1.0_f64) {
        let histogram = of(&values);
        values.sort_unstable();
        let rank = ((share * values.len() as f64).ceil() as usize).clamp(1, values.len());
        let (told, exact) = (histogram.quantile(share).unwrap(), values[rank - 1]);
        prop_assert!(told.abs_diff(exact) as f64 <= exact as f64 * 0.001, "{told} for {exact}");
    }

    #[test]
    fn what_is_counted_is_exact(values in values()) {
        let histogram = of(&values);
        prop_assert_eq!(histogram.total(), values.len() as u64);
        prop_assert_eq!(histogram.sum(), values.iter().map(|value| u128::from(*value)).sum::<u128>());
        prop_assert_eq!(histogram.least(), values.iter().min().copied());
        prop_assert_eq!(histogram.most(), values.iter().max().copied());
        prop_assert_eq!(histogram.buckets().map(|(_, _, count)| count).sum::<u64>(), values.len() as u64);
        for value in values {
            prop_assert!(histogram.buckets().any(|(low, width, _)| low <= value && value - low < width));
        }
    }

    #[test]
    fn merging_is_counting_both(left in values(), right in values()) {
        let mut merged = of(&left);
        merged.merge(&of(&right));
        merged.merge(&Histogram::default());
        prop_assert_eq!(merged, of(&[left, right].concat()));
    }

    #[test]
    fn bytes_give_the_same_histogram(values in values()) {
        let histogram = of(&values);
        let bytes = histogram.to_bytes();
        prop_assert_eq!(Histogram::from_bytes(&bytes), Ok(histogram));
        prop_assert_eq!(Histogram::from_bytes(&bytes[..bytes.len() - 1]), Err(NotAHistogram));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(histogram) = Histogram::from_bytes(&bytes) {
            histogram.quantile(0.5);
        }
    }
}

#[test]
fn an_empty_one_knows_nothing() {
    let empty = Histogram::default();
    assert_eq!((empty.total(), empty.least(), empty.most(), empty.quantile(0.5)), (0, None, None, None));
    assert_eq!(Histogram::from_bytes(&empty.to_bytes()), Ok(empty));
}

#[test]
fn extremes_have_buckets() {
    let histogram = of(&[0, 1, 2047, 2048, 2049, u64::MAX]);
    assert_eq!(histogram.quantile(0.0), Some(0));
    assert_eq!(histogram.quantile(1.0), Some(u64::MAX));
}

#[test]
fn counts_stay_at_their_most() {
    let mut full = Histogram::default();
    full.record(5, u64::MAX);
    full.record(5, 1);
    full.record(u64::MAX, u64::MAX);
    full.merge(&full.clone());
    assert_eq!((full.total(), full.quantile(0.5), full.most()), (u64::MAX, Some(5), Some(u64::MAX)));
    assert_eq!(Histogram::from_bytes(&full.to_bytes()), Ok(full));
}
