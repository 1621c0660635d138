//! What callers feed: bytes are borrowed, every other buffer is copied, because it can change under us.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// The bytes of one call.
pub(crate) enum Input<'py> {
    Borrowed(Bound<'py, PyBytes>),
    Text(Bound<'py, PyString>),
    Copied(Vec<u8>),
}

impl<'py> Input<'py> {
    /// A chunk of a body: any buffer, never text, whose bytes nobody could know.
    pub(crate) fn chunk(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self::Borrowed(bytes.clone()));
        }
        Self::copied(object)
    }

    /// A message of a WebSocket: text or a buffer.
    pub(crate) fn message(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => Ok(Self::Text(text.clone())),
            Err(_) => Self::chunk(object),
        }
    }

    pub(crate) fn as_bytes(&self) -> PyResult<&[u8]> {
        match self {
            Self::Borrowed(bytes) => Ok(bytes.as_bytes()),
            Self::Text(text) => Ok(text.to_str()?.as_bytes()),
            Self::Copied(bytes) => Ok(bytes),
        }
    }

    #[cold]
    fn copied(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let Ok(buffer) = PyBuffer::<u8>::get(object) else {
            let name = object.get_type().name()?;
            let hint =
                if object.is_instance_of::<PyString>() { " (encode text first: the stream is bytes)" } else { "" };
            return Err(PyTypeError::new_err(format!("expected bytes or another buffer of bytes, not {name}{hint}")));
        };
        Ok(Self::Copied(buffer.to_vec(object.py())?))
    }
}
