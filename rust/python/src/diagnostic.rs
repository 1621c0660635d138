//! `Diagnostic`: what a server did wrong, as Python sees it.

use or_stream_core::diagnostics::{self, Diagnostics};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// One thing a server did wrong.
#[pyclass(frozen, get_all, eq, hash, module = "or_stream")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Diagnostic {
    /// The stable id of the rule.
    rule: &'static str,
    /// Index of the event, counted from 0.
    event_index: u64,
    /// Stream byte of the event's data.
    offset: u64,
    /// What is wrong, in one line.
    message: &'static str,
}

impl Diagnostic {
    pub(crate) fn of(finding: &diagnostics::Diagnostic) -> Self {
        let diagnostics::Diagnostic { rule, event_index, offset, message } = *finding;
        Self { rule: rule.id(), event_index, offset, message }
    }
}

#[pymethods]
impl Diagnostic {
    fn __repr__(&self) -> String {
        let Self { rule, event_index, offset, message } = self;
        format!("Diagnostic(rule='{rule}', event_index={event_index}, offset={offset}, message='{message}')")
    }
}

/// How often each rule was broken.
pub(crate) fn counts<'py>(py: Python<'py>, diagnostics: &Diagnostics) -> PyResult<Bound<'py, PyDict>> {
    let counts = PyDict::new(py);
    for (rule, count) in diagnostics.counts() {
        // Two rules may share the id that the documents give them.
        let before: Option<u32> = counts.get_item(rule.id())?.map(|count| count.extract()).transpose()?;
        counts.set_item(rule.id(), before.unwrap_or_default() + count)?;
    }
    Ok(counts)
}
