//! A `str` that grows at its end.
//!
//! The text of an open string is asked for after every delta and gets longer with every delta: made anew each time it
//! would cost the square of its length. `CPython` appends in place to a `str` that has one owner, has not been hashed and
//! is not interned; to any other it appends by copying. So the owner here must be the only one while it appends: what
//! was shown in a dict or list is taken out first. Callers who keep an earlier text keep it, at the price of one copy.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// A text and its only owner, as far as this library goes.
#[derive(Debug, Default)]
pub(crate) struct Growing(Option<Py<PyString>>);

impl Growing {
    /// Appends; what the text was before is lost if memory is.
    #[inline]
    pub(crate) fn append(&mut self, py: Python<'_>, more: &str) -> PyResult<()> {
        let more = PyString::new(py, more);
        let Some(text) = self.0.take() else {
            self.0 = Some(more.unbind());
            return Ok(());
        };
        let mut text = text.into_ptr();
        // SAFETY: both are `str` objects and the GIL is held. The reference in `text` is ours; the call takes it and
        // leaves a new one in its place, or null with an exception set.
        let grown = unsafe {
            ffi::PyUnicode_Append(&raw mut text, more.as_ptr());
            Bound::from_owned_ptr_or_err(py, text)?
        };
        self.0 = Some(grown.cast_into::<PyString>()?.unbind());
        Ok(())
    }

    /// The text as of now. It is appended to in place only once the returned reference is gone.
    #[inline]
    pub(crate) fn text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.0.as_ref().map_or_else(|| PyString::new(py, ""), |text| text.bind(py).clone())
    }
}
