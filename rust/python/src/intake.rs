//! `Intake`: the half of a stream that does no I/O, chunks in and events out up to the end that the server tells.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::assembler::Assembler;
use crate::event;
use crate::input::Input;
use crate::reader::{self, Reader};

/// Decodes and folds the chunks of one body up to its end (rules R10, R11).
#[pyclass(frozen, subclass, module = "or_stream._core", name = "Intake")]
pub(crate) struct Intake {
    assembler: Py<Assembler>,
    /// Whether a chunk is one message without framing.
    messages: bool,
    phase: AtomicU8,
    chunks: AtomicU64,
}

#[pymethods]
impl Intake {
    #[new]
    #[pyo3(signature = (assembler, *, messages))]
    fn new(assembler: Py<Assembler>, messages: bool) -> Self {
        Self { assembler, messages, phase: AtomicU8::new(reader::RUNNING), chunks: AtomicU64::new(0) }
    }

    /// Takes a chunk, or None at the end of the body, and gives its events, none behind the terminal one.
    #[pyo3(signature = (chunk, /))]
    pub(crate) fn decode<'py>(&self, chunk: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let reader = self.reader(chunk.py());
        if chunk.is_none() {
            let events = Reader::events(reader, |decoder, sink| decoder.finish(sink))?;
            self.phase.store(reader::ENDED, Ordering::Relaxed);
            return Ok(until_terminal(events));
        }
        let events = if self.messages {
            let input = Input::message(chunk)?;
            let message = input.as_bytes()?;
            Reader::events(reader, |decoder, sink| decoder.feed_message(message, sink))?
        } else {
            Reader::feed(reader, Input::chunk(chunk)?.as_bytes()?)?
        };
        self.taken(reader.get(), chunk.py())?;
        Ok(if self.ended() { until_terminal(events) } else { events })
    }

    /// Takes a chunk, or None at the end of the body, without making events of it.
    #[pyo3(signature = (chunk, /))]
    pub(crate) fn fold(&self, chunk: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = chunk.py();
        let assembler = self.assembler.bind(py);
        if chunk.is_none() {
            Assembler::finish(assembler)?;
            self.phase.store(reader::ENDED, Ordering::Relaxed);
            return Ok(());
        }
        if self.messages { Assembler::feed_message(assembler, chunk) } else { Assembler::feed(assembler, chunk) }?;
        self.taken(self.reader(py).get(), py)
    }

    /// Raises what the core found behind the last events it handed out, if anything: before anyone waits for more bytes.
    pub(crate) fn settle(&self, py: Python<'_>) -> PyResult<()> {
        if self.phase() == reader::FAULTY { Reader::feed(self.reader(py), b"").map(drop) } else { Ok(()) }
    }

    /// Whether the server has little time for what it may still say: neither an `error` event nor `[DONE]` is the end,
    /// for `response.failed` may follow the one (rule E10), and the other may come too early (rule S3).
    #[getter]
    pub(crate) fn ending(&self) -> bool {
        self.phase() == reader::ENDING
    }

    /// Whether the end is told, or the body has ended: nothing more may be given.
    #[getter]
    pub(crate) fn ended(&self) -> bool {
        self.phase() == reader::ENDED
    }

    /// Chunks taken in.
    #[getter]
    fn chunks(&self) -> u64 {
        self.chunks.load(Ordering::Relaxed)
    }
}

impl Intake {
    fn reader<'a, 'py>(&'a self, py: Python<'py>) -> &'a Bound<'py, Reader> {
        self.assembler.bind(py).as_super()
    }

    fn phase(&self) -> u8 {
        self.phase.load(Ordering::Relaxed)
    }

    fn taken(&self, reader: &Reader, py: Python<'_>) -> PyResult<()> {
        self.chunks.fetch_add(1, Ordering::Relaxed);
        self.phase.store(reader.phase(py)?, Ordering::Relaxed);
        Ok(())
    }
}

fn until_terminal(events: Bound<'_, PyList>) -> Bound<'_, PyList> {
    match events.iter().position(|event| event::is_end(&event)) {
        Some(place) if place + 1 < events.len() => events.get_slice(0, place + 1),
        _ => events,
    }
}
