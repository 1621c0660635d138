//! What `EventStream` and `AsyncEventStream` have in native code: the events that are there, and who reads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::coroutine;
use crate::intake::Intake;
use crate::reader::lock;
use crate::step::{Step, Want};

/// How much may be taken in before a stream makes sure that the event loop had its turn: some 0.3 ms of work.
const YIELD_BYTES: usize = 262_144;
/// What a read counts for beside its bytes.
const READ_COST: usize = 4_096;

/// The native part of a stream. What could lead back to the stream is an attribute of the Python object and none here,
/// so that the garbage collector sees it.
#[pyclass(frozen, subclass, module = "or_stream._core", name = "Stream")]
pub(crate) struct Stream {
    intake: PyOnceLock<Py<Intake>>,
    ready: Mutex<Ready>,
    /// Whether somebody reads, opens or closes.
    busy: AtomicBool,
    /// Whether nothing is left to read, or to be had.
    over: AtomicBool,
    closed: AtomicBool,
    /// Whether an empty chunk is the end, and not only one that says nothing.
    ends_empty: AtomicBool,
    /// Bytes taken in since the event loop had its turn.
    unyielding: AtomicUsize,
}

/// The events of the last chunk, of which those before `next` are handed out.
#[derive(Default)]
struct Ready {
    events: Option<Py<PyList>>,
    next: usize,
}

impl Stream {
    fn new() -> Self {
        Self {
            intake: PyOnceLock::new(),
            ready: Mutex::default(),
            busy: AtomicBool::new(false),
            over: AtomicBool::new(false),
            // Until the constructor is through, so that `__del__` has nothing to say of a refused source.
            closed: AtomicBool::new(true),
            ends_empty: AtomicBool::new(false),
            unyielding: AtomicUsize::new(0),
        }
    }

    pub(crate) fn intake(&self, py: Python<'_>) -> PyResult<&Intake> {
        let intake = self.intake.get(py).ok_or_else(|| PyRuntimeError::new_err("the stream has no intake"))?;
        Ok(intake.get())
    }

    /// The next of the events that are there.
    #[inline]
    pub(crate) fn next_ready<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut ready = lock(py, &self.ready)?;
        let Some(events) = &ready.events else { return Ok(None) };
        let events = events.bind(py);
        let (event, is_last) = (events.get_item(ready.next)?, ready.next + 1 >= events.len());
        if is_last {
            *ready = Ready::default();
        } else {
            ready.next += 1;
        }
        Ok(Some(event))
    }

    /// The first of a chunk's events; the others are there from now on. None where the chunk has none.
    pub(crate) fn first_of<'py>(&self, events: &Bound<'py, PyList>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Ok(first) = events.get_item(0) else { return Ok(None) };
        if events.len() > 1 {
            *lock(events.py(), &self.ready)? = Ready { events: Some(events.clone().unbind()), next: 1 };
        }
        Ok(Some(first))
    }

    /// All of the events that are there.
    pub(crate) fn rest_ready<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        let Ready { events, next } = std::mem::take(&mut *lock(py, &self.ready)?);
        Ok(events.map(|events| events.bind(py).get_slice(next, usize::MAX >> 1)))
    }

    /// Whether a read may begin with no further question.
    pub(crate) fn may_begin(&self) -> bool {
        !self.over.load(Ordering::Relaxed) && !self.closed() && self.acquire()
    }

    pub(crate) fn closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    pub(crate) fn ends_empty(&self) -> bool {
        self.ends_empty.load(Ordering::Relaxed)
    }

    /// Counts a read, which makes nothing of what came before if it gave way to the event loop itself.
    pub(crate) fn count(&self, size: usize, gave_way: bool) {
        let before = if gave_way { 0 } else { self.unyielding.load(Ordering::Relaxed) + READ_COST + size };
        self.unyielding.store(before, Ordering::Relaxed);
    }

    pub(crate) fn must_yield(&self) -> bool {
        self.unyielding.load(Ordering::Relaxed) >= YIELD_BYTES
    }
}

#[pymethods]
impl Stream {
    /// Takes the stream for one step; whether it was free.
    #[pyo3(name = "_acquire")]
    pub(crate) fn acquire(&self) -> bool {
        !self.busy.swap(true, Ordering::AcqRel)
    }

    /// Gives the stream back.
    #[pyo3(name = "_release")]
    pub(crate) fn release(&self) {
        self.busy.store(false, Ordering::Release);
    }

    /// Takes the events that are there.
    fn _take_ready<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.rest_ready(py)?.unwrap_or_else(|| PyList::empty(py)))
    }

    #[getter(_intake)]
    fn get_intake(&self, py: Python<'_>) -> Option<Py<Intake>> {
        self.intake.get(py).map(|intake| intake.clone_ref(py))
    }

    #[setter(_intake)]
    fn set_intake(&self, py: Python<'_>, intake: Py<Intake>) -> PyResult<()> {
        self.intake.set(py, intake).map_err(|_| PyRuntimeError::new_err("a stream has one intake"))
    }

    #[getter(_over)]
    fn get_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    #[setter(_over)]
    fn set_over(&self, over: bool) {
        self.over.store(over, Ordering::Relaxed);
    }

    #[getter(_closed)]
    fn get_closed(&self) -> bool {
        self.closed()
    }

    #[setter(_closed)]
    fn set_closed(&self, closed: bool) {
        self.closed.store(closed, Ordering::Relaxed);
    }

    #[getter(_ends_empty)]
    fn get_ends_empty(&self) -> bool {
        self.ends_empty()
    }

    #[setter(_ends_empty)]
    fn set_ends_empty(&self, ends_empty: bool) {
        self.ends_empty.store(ends_empty, Ordering::Relaxed);
    }
}

/// What makes a stream an iterator.
#[pyclass(frozen, subclass, extends = Stream, module = "or_stream._core", name = "Events")]
pub(crate) struct Events;

#[pymethods]
impl Events {
    #[new]
    #[pyo3(signature = (*_args, **_keywords))]
    fn new(_args: &Bound<'_, PyTuple>, _keywords: Option<&Bound<'_, PyDict>>) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Stream::new()).add_subclass(Self)
    }

    fn __next__<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let stream = this.as_super().get();
        if let Some(event) = stream.next_ready(this.py())? {
            return Ok(Some(event));
        }
        let events = this.call_method0(pyo3::intern!(this.py(), "_next_events"))?;
        stream.first_of(events.cast::<PyList>()?)
    }
}

/// What makes a stream an asynchronous iterator.
#[pyclass(frozen, subclass, extends = Stream, module = "or_stream._core", name = "AsyncEvents")]
pub(crate) struct AsyncEvents;

#[pymethods]
impl AsyncEvents {
    #[classattr]
    const _YIELD_BYTES: usize = YIELD_BYTES;
    #[classattr]
    const _READ_COST: usize = READ_COST;

    #[new]
    #[pyo3(signature = (*_args, **_keywords))]
    fn new(_args: &Bound<'_, PyTuple>, _keywords: Option<&Bound<'_, PyDict>>) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Stream::new()).add_subclass(Self)
    }

    fn __anext__<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        coroutine::make(this.py(), Step::new(this.as_super(), Want::Event))
    }

    /// The events of the next chunk that completes any, read from the source whatever is there; none at the end.
    fn _next_chunk<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        coroutine::make(this.py(), Step::new(this.as_super(), Want::Chunk))
    }

    /// Reads to the end without making events.
    fn _to_end<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        coroutine::make(this.py(), Step::new(this.as_super(), Want::End))
    }
}

/// Lists of events, none empty: one for each chunk that completed any.
#[pyclass(frozen, module = "or_stream._core")]
pub(crate) struct AsyncBatches {
    stream: Py<Stream>,
}

#[pymethods]
impl AsyncBatches {
    #[new]
    #[pyo3(signature = (stream, /))]
    fn new(stream: Py<Stream>) -> Self {
        Self { stream }
    }

    fn __aiter__(this: Py<Self>) -> Py<Self> {
        this
    }

    /// The events that are there, or those of the next chunk that completes any.
    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        coroutine::make(py, Step::new(self.stream.bind(py), Want::Batch))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.stream)
    }
}
