//! `Decoder`: bytes of one stream in, typed events out.

use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::input::Input;
use crate::limits::Limits;
use crate::reader::{Reader, Settings};

/// Bytes of one stream in, typed events out.
#[pyclass(frozen, extends = Reader, module = "or_stream")]
pub(crate) struct Decoder;

#[pymethods]
impl Decoder {
    #[new]
    #[pyo3(signature = (*, limits=None, strict=false))]
    fn new(limits: Option<&Limits>, strict: bool) -> PyClassInitializer<Self> {
        let settings = Settings { limits: Limits::core(limits), strict, fold: None };
        PyClassInitializer::from(Reader::new(settings)).add_subclass(Self)
    }

    /// Takes the next bytes of the body and returns the events they complete.
    #[pyo3(signature = (chunk, /))]
    fn feed<'py>(this: &Bound<'py, Self>, chunk: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let input = Input::chunk(chunk)?;
        let bytes = input.as_bytes()?;
        Reader::feed(this.as_super(), bytes)
    }

    /// Takes one WebSocket message or JSON line, which is one event without framing.
    #[pyo3(signature = (message, /))]
    fn feed_message<'py>(this: &Bound<'py, Self>, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let input = Input::message(message)?;
        let bytes = input.as_bytes()?;
        Reader::events(this.as_super(), |decoder, sink| decoder.feed_message(bytes, sink))
    }

    /// The body has ended: returns the last events and fixes the outcome.
    fn finish<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        Reader::events(this.as_super(), |decoder, sink| decoder.finish(sink))
    }
}
