//! Making `str` objects.

use or_stream_core::json::{Shape, Value};
use or_stream_core::unescape;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// A `str` of bytes that should be UTF-8; what is not becomes U+FFFD.
#[inline]
pub(crate) fn string<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyString> {
    // Python's own reader looks for bad bytes: nobody needs to look for them twice.
    PyString::from_bytes(py, bytes).unwrap_or_else(|_| PyString::new(py, &String::from_utf8_lossy(bytes)))
}

/// A `str` of a JSON string value; None for any other value.
#[inline]
pub(crate) fn json_string<'py>(py: Python<'py>, text: &[u8], value: Value) -> Option<Bound<'py, PyString>> {
    let body = value.string_body(text)?;
    Some(match value.shape {
        Shape::Escaped => PyString::new(py, &unescape::whole(body).0),
        _ => string(py, body),
    })
}
