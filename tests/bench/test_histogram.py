"""`Histogram` from Python; its arithmetic is tested in Rust (rust/core/tests/histogram.rs)."""

import pytest

import or_stream as ors


def test_counts_and_quantiles() -> None:
    histogram = ors.Histogram()
    assert (histogram.count, histogram.min, histogram.max, histogram.mean, histogram.quantile(0.5)) == (0, *[None] * 4)
    histogram.record_all(range(1, 101))
    histogram.record(10**9, 2)
    assert (histogram.count, histogram.sum, histogram.min, histogram.max) == (102, 5050 + 2 * 10**9, 1, 10**9)
    assert histogram.quantile(0.5) == 51
    assert histogram.quantile(1) == 10**9
    assert histogram.mean == pytest.approx((5050 + 2e9) / 102)
    assert repr(histogram) == "Histogram(count=102, p50=51, p90=92, p99=1000000000)"
    assert histogram.buckets()[0] == (1, 1, 1)


def test_merge_and_bytes() -> None:
    left, right = ors.Histogram(), ors.Histogram()
    left.record_all([1, 2, 3])
    right.record_all([5_000_000])
    copy = ors.Histogram.from_bytes(left.to_bytes())
    assert copy == left
    copy.merge(right)
    assert (copy.count, copy.max) == (4, 5_000_000)
    copy.merge(copy)
    assert copy.count == 8
    assert copy != left


def test_counts_stay_at_their_most() -> None:
    histogram = ors.Histogram()
    histogram.record(7, 2**64 - 1)
    histogram.record(7)
    histogram.merge(histogram)
    assert (histogram.count, histogram.quantile(0.5)) == (2**64 - 1, 7)
    assert ors.Histogram.from_bytes(histogram.to_bytes()) == histogram


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="no histogram"):
        ors.Histogram.from_bytes(b"\x07")
    with pytest.raises(ValueError, match="from 0 to 1"):
        ors.Histogram().quantile(50)
    with pytest.raises(OverflowError):
        ors.Histogram().record(-1)
    with pytest.raises(TypeError):
        ors.Histogram().record_all(["x"])  # type: ignore[list-item]
