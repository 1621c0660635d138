//! Events and responses as the bytes of an event stream.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use or_stream_core::encode::{self, DONE};
use or_stream_core::kind::Kind;
use or_stream_core::synthesize::{self, Chunking};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyList, PyString};

use crate::errors;
use crate::event;
use crate::input::Input;

/// One event as SSE bytes: an event object, whose data is written as it was received, or the JSON of one.
#[pyfunction(name = "encode")]
#[pyo3(signature = (event, /))]
pub(crate) fn encode_event<'py>(event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let py = event.py();
    let mut out = Vec::new();
    guarded(py, || {
        if let Ok(raw) = event::raw(event) {
            encode::event(&type_of(event)?, raw, &mut out);
            return Ok(());
        }
        let input = Input::chunk(event)?;
        let written = encode::json_event(input.as_bytes()?, &mut out);
        written.map_err(|fault| PyValueError::new_err(format!("{} (byte {})", fault.reason.text(), fault.at)))
    })?;
    Ok(PyBytes::new(py, &out))
}

/// The event stream that a server would have sent for a finished response, as one body.
#[pyfunction(name = "synthesize")]
#[pyo3(signature = (response, /, *, chunk=None, done=true))]
#[pyo3(text_signature = "(response, /, *, chunk='words', done=True)")]
pub(crate) fn synthesize_body<'py>(
    response: &Bound<'py, PyAny>,
    chunk: Option<&Bound<'py, PyAny>>,
    done: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut body = Vec::new();
    tell(response, chunk, &mut |name, data| encode::event(name, data, &mut body))?;
    if done {
        body.extend_from_slice(DONE);
    }
    Ok(PyBytes::new(response.py(), &body))
}

/// As `synthesize`, but the bytes of each event alone, for replay with timing.
#[pyfunction]
#[pyo3(signature = (response, /, *, chunk=None, done=true))]
#[pyo3(text_signature = "(response, /, *, chunk='words', done=True)")]
pub(crate) fn synthesize_events<'py>(
    response: &Bound<'py, PyAny>,
    chunk: Option<&Bound<'py, PyAny>>,
    done: bool,
) -> PyResult<Bound<'py, PyList>> {
    let py = response.py();
    let list = PyList::empty(py);
    let (mut frame, mut listed) = (Vec::new(), Ok(()));
    tell(response, chunk, &mut |name, data| {
        frame.clear();
        encode::event(name, data, &mut frame);
        if listed.is_ok() {
            listed = list.append(PyBytes::new(py, &frame));
        }
    })?;
    listed?;
    if done {
        list.append(PyBytes::new(py, DONE))?;
    }
    Ok(list)
}

fn tell(
    response: &Bound<'_, PyAny>,
    chunk: Option<&Bound<'_, PyAny>>,
    take: &mut dyn FnMut(&str, &[u8]),
) -> PyResult<()> {
    let chunking = chunk.map_or(Ok(Chunking::Words), chunking)?;
    let input = Input::chunk(response)?;
    let json = input.as_bytes()?;
    guarded(response.py(), || {
        synthesize::synthesize(json, chunking, take).map_err(|unfit| PyValueError::new_err(unfit.to_string()))
    })
}

fn chunking(chunk: &Bound<'_, PyAny>) -> PyResult<Chunking> {
    let wanted = "chunk must be 'words', 'characters' or a number of pieces from 1";
    if let Ok(name) = chunk.cast::<PyString>() {
        return match name.to_str()? {
            "words" => Ok(Chunking::Words),
            "characters" => Ok(Chunking::Characters),
            _ => Err(PyValueError::new_err(wanted)),
        };
    }
    let number = chunk.cast::<PyInt>().map_err(|_| PyTypeError::new_err(wanted))?;
    number.extract::<NonZeroUsize>().map(Chunking::Pieces).map_err(|_| PyValueError::new_err(wanted))
}

/// The name to write; data that is no JSON has none.
fn type_of(event: &Bound<'_, PyAny>) -> PyResult<String> {
    let name: String = event.getattr(intern!(event.py(), "type"))?.extract()?;
    Ok(if Kind::MalformedEvent.names().contains(&&*name) { String::new() } else { name })
}

/// Calls the core. A panic becomes `InternalError`.
fn guarded<T>(py: Python<'_>, call: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        let message = "writing events failed, which is a bug in or_stream; please report it";
        Err(errors::plain(py, "InternalError", message))
    })
}
