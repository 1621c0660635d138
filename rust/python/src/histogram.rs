//! `Histogram`: counts of durations, for merging over streams and processes.

use std::sync::Mutex;

use or_stream_core::histogram;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBytes};

use crate::reader::lock;

/// Counts of whole numbers, each known to 0.1 %.
#[pyclass(frozen, module = "or_stream._core")]
#[derive(Default)]
pub(crate) struct Histogram {
    counts: Mutex<histogram::Histogram>,
}

#[pymethods]
impl Histogram {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Counts a value, `times` times.
    #[pyo3(signature = (value, times=1, /))]
    fn record(&self, py: Python<'_>, value: u64, times: u64) -> PyResult<()> {
        lock(py, &self.counts)?.record(value, times);
        Ok(())
    }

    /// Counts each of several values.
    #[pyo3(signature = (values, /))]
    fn record_all(&self, py: Python<'_>, values: &Bound<'_, PyAny>) -> PyResult<()> {
        // All of them are read before the lock is taken: reading may run any code of the caller.
        let values = values.try_iter()?.map(|value| value?.extract()).collect::<PyResult<Vec<u64>>>()?;
        let mut counts = lock(py, &self.counts)?;
        for value in values {
            counts.record(value, 1);
        }
        Ok(())
    }

    /// Adds all values of another histogram.
    #[pyo3(signature = (other, /))]
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let other = lock(py, &other.get().counts)?.clone();
        lock(py, &self.counts)?.merge(&other);
        Ok(())
    }

    /// The value that a share of the values does not exceed; None without values.
    #[pyo3(signature = (share, /))]
    fn quantile(&self, py: Python<'_>, share: f64) -> PyResult<Option<u64>> {
        if !(0.0..=1.0).contains(&share) {
            return Err(PyValueError::new_err(format!("a share is from 0 to 1, not {share}")));
        }
        Ok(lock(py, &self.counts)?.quantile(share))
    }

    /// How many values were counted.
    #[getter]
    fn count(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(lock(py, &self.counts)?.total())
    }

    /// The sum of the values.
    #[getter]
    fn sum(&self, py: Python<'_>) -> PyResult<u128> {
        Ok(lock(py, &self.counts)?.sum())
    }

    /// The smallest value.
    #[getter]
    fn min(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(lock(py, &self.counts)?.least())
    }

    /// The largest value.
    #[getter]
    fn max(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(lock(py, &self.counts)?.most())
    }

    /// The mean of the values.
    #[getter]
    #[allow(clippy::cast_precision_loss)]
    fn mean(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        let counts = lock(py, &self.counts)?;
        Ok((counts.total() > 0).then(|| counts.sum() as f64 / counts.total() as f64))
    }

    /// Every bucket that is not empty: smallest value, width, count.
    fn buckets(&self, py: Python<'_>) -> PyResult<Vec<(u64, u64, u64)>> {
        Ok(lock(py, &self.counts)?.buckets().collect())
    }

    /// The histogram as bytes, for another process.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &lock(py, &self.counts)?.to_bytes()))
    }

    /// Reads what `to_bytes` wrote.
    #[staticmethod]
    #[pyo3(signature = (data, /))]
    fn from_bytes(data: &[u8]) -> PyResult<Self> {
        match histogram::Histogram::from_bytes(data) {
            Ok(counts) => Ok(Self { counts: Mutex::new(counts) }),
            Err(fault) => Err(PyValueError::new_err(fault.to_string())),
        }
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<bool> {
        let other = lock(py, &other.get().counts)?.clone();
        Ok(*lock(py, &self.counts)? == other)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let counts = lock(py, &self.counts)?;
        let at = |share| counts.quantile(share).map_or_else(|| "None".to_owned(), |value| value.to_string());
        Ok(format!("Histogram(count={}, p50={}, p90={}, p99={})", counts.total(), at(0.5), at(0.9), at(0.99)))
    }
}
