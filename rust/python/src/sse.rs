//! `SSEDecoder`: the framer alone, for any server.

use std::sync::Mutex;

use or_stream_core::sse::Framer;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::errors;
use crate::input::Input;
use crate::limits::Limits;
use crate::reader::lock;
use crate::text::string;

/// One dispatched event of any server (WHATWG). `event` is "message" when the server named none.
#[pyclass(frozen, get_all, eq, hash, module = "or_stream")]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct ServerSentEvent {
    event: String,
    data: String,
    id: String,
    retry: Option<u64>,
}

#[pymethods]
impl ServerSentEvent {
    #[new]
    #[pyo3(signature = (event, data, id=String::new(), retry=None))]
    fn new(event: String, data: String, id: String, retry: Option<u64>) -> Self {
        Self { event, data, id, retry }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let shown = |text: &str| PyString::new(py, text).repr().map(|text| text.to_string());
        let (event, data, id) = (shown(&self.event)?, shown(&self.data)?, shown(&self.id)?);
        let retry = self.retry.map_or("None".to_owned(), |retry| retry.to_string());
        Ok(format!("ServerSentEvent(event={event}, data={data}, id={id}, retry={retry})"))
    }
}

/// Plain WHATWG event-stream framing, for any server and any cutting of the bytes.
#[pyclass(frozen, name = "SSEDecoder", module = "or_stream")]
pub(crate) struct SseDecoder {
    state: Mutex<State>,
    limits: or_stream_core::limits::Limits,
}

struct State {
    framer: Framer,
    events: u64,
    dead: Option<or_stream_core::error::Error>,
}

impl State {
    fn new(limits: or_stream_core::limits::Limits) -> Self {
        Self { framer: Framer::new(limits), events: 0, dead: None }
    }
}

#[pymethods]
impl SseDecoder {
    #[new]
    #[pyo3(signature = (*, limits=None))]
    fn new(limits: Option<&Limits>) -> Self {
        let limits = Limits::core(limits);
        Self { state: Mutex::new(State::new(limits)), limits }
    }

    /// Takes the next bytes of the body and returns the events they complete.
    ///
    /// Raises `LimitExceeded`; events that the same chunk completed before are returned first, and the error with the
    /// next call.
    #[pyo3(signature = (chunk, /))]
    fn feed<'py>(&self, py: Python<'py>, chunk: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let input = Input::chunk(chunk)?;
        let mut state = lock(py, &self.state)?;
        let State { framer, events, dead } = &mut *state;
        if let Some(error) = dead {
            return Err(errors::raise(py, error, None));
        }
        let list = PyList::empty(py);
        let (bytes, mut cursor) = (input.as_bytes()?, 0);
        loop {
            match framer.next(bytes, &mut cursor) {
                Ok(None) => return Ok(list),
                Ok(Some(frame)) => {
                    let name = if frame.name.is_empty() { &b"message"[..] } else { frame.name };
                    let (event, data) = (lossy(name), lossy(frame.data));
                    let retry = frame.retry;
                    let id = lossy(framer.last_event_id());
                    list.append(ServerSentEvent { event, data, id, retry })?;
                    *events += 1;
                }
                Err(error) => {
                    *dead = Some(error.clone());
                    return if list.is_empty() { Err(errors::raise(py, &error, None)) } else { Ok(list) };
                }
            }
        }
    }

    /// The body has ended: what is pending is dropped, as the standard says.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = lock(py, &self.state)?;
        if let Some(error) = &state.dead {
            return Err(errors::raise(py, error, None));
        }
        state.framer.finish();
        Ok(())
    }

    /// Makes the decoder new, for another stream.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        *lock(py, &self.state)? = State::new(self.limits);
        Ok(())
    }

    /// The last event id, "" when none was sent.
    #[getter]
    fn last_event_id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        Ok(string(py, lock(py, &self.state)?.framer.last_event_id()))
    }

    /// The last valid `retry` in milliseconds, clamped to 64 bits.
    #[getter]
    fn retry(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(lock(py, &self.state)?.framer.retry())
    }

    /// Bytes taken in.
    #[getter]
    fn bytes_seen(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(lock(py, &self.state)?.framer.base())
    }

    /// Events handed out.
    #[getter]
    fn events_seen(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(lock(py, &self.state)?.events)
    }

    /// Comment lines seen.
    #[getter]
    fn comments_seen(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(lock(py, &self.state)?.framer.comments())
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
