//! One step of an `AsyncEventStream`: what its `__anext__` returns, and the only thing of ours between a task and the
//! library that it reads from.
//!
//! A step is a coroutine to all who ask (PEP 492: `send`, `throw`, `close`, `__await__`), and does nothing until it is
//! awaited. An event that is there it gives at once. Else it reads a chunk, which costs one awaitable of the library,
//! and decodes it. Whatever is out of the ordinary is a coroutine of the stream that the step awaits instead: `_finish`
//! behind the last event, `_lose` behind an error, `_timed_read` where a clock runs.

use pyo3::exceptions::{PyGeneratorExit, PyRuntimeError, PyStopAsyncIteration, PyStopIteration, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;
use pyo3::types::{PyDict, PyIterator, PyList, PyTuple};

use crate::stream::Stream;

/// What a step is to bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// The next event.
    Event,
    /// The events that are there, or those of the next chunk that completes any.
    Batch,
    /// As a batch, from the source whatever is there; an empty list at the end.
    Chunk,
    /// Nothing but the end.
    End,
}

/// What a step awaits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing yet.
    Fresh,
    /// The events that a task reads ahead.
    Taking,
    /// The event loop's turn, before a read.
    Yielding,
    /// The next chunk.
    Reading,
    /// The stream's closing, behind the last event or an error.
    Leaving,
    /// Nothing any more.
    Done,
}

/// What goes into the thing that is awaited.
pub(crate) enum Push<'py> {
    Send(Bound<'py, PyAny>),
    Throw(Bound<'py, PyTuple>),
}

/// One step; `coroutine` makes a Python object of it.
#[derive(Debug)]
pub(crate) struct Step {
    stream: Option<Py<Stream>>,
    want: Want,
    state: State,
    awaited: Option<Py<PyAny>>,
    /// Whether the read at hand gave way to the event loop.
    gave_way: bool,
}

impl Step {
    pub(crate) fn new(stream: &Bound<'_, Stream>, want: Want) -> Self {
        Self { stream: Some(stream.clone().unbind()), want, state: State::Fresh, awaited: None, gave_way: false }
    }

    /// Goes on until the next suspension, or to the value.
    pub(crate) fn go_on<'py>(&mut self, py: Python<'py>, push: Push<'py>) -> PyResult<PySendResult<'py>> {
        let result = self.advance(py, push);
        if !matches!(result, Ok(PySendResult::Next(_))) {
            self.leave(py);
        }
        result
    }

    /// The next event, if that is all that is wanted and it is there.
    #[inline]
    pub(crate) fn at_once<'py>(&mut self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        if self.state != State::Fresh || self.want != Want::Event {
            return None;
        }
        let event = self.stream.as_ref()?.bind(py).get().next_ready(py).ok()??;
        self.leave(py);
        Some(event)
    }

    /// Gives up.
    pub(crate) fn close(&mut self, py: Python<'_>) -> PyResult<()> {
        let closed = self.awaited.take().map_or(Ok(()), |awaited| close(awaited.bind(py)));
        self.leave(py);
        closed
    }

    pub(crate) fn stream(&self) -> Option<&Py<Stream>> {
        self.stream.as_ref()
    }

    pub(crate) fn awaited(&self) -> Option<&Py<PyAny>> {
        self.awaited.as_ref()
    }

    /// Lets go of the stream, so that others may read, and of what is awaited.
    #[inline]
    pub(crate) fn leave(&mut self, py: Python<'_>) {
        let holds = matches!(self.state, State::Yielding | State::Reading | State::Leaving);
        self.state = State::Done;
        drop(self.awaited.take().map(|awaited| awaited.into_bound(py)));
        if let Some(stream) = self.stream.take() {
            if holds {
                stream.get().release();
            }
            drop(stream.into_bound(py));
        }
    }

    fn advance<'py>(&mut self, py: Python<'py>, mut push: Push<'py>) -> PyResult<PySendResult<'py>> {
        let Some(stream) = self.stream.as_ref().map(|stream| stream.bind(py).clone()) else {
            return Err(PyRuntimeError::new_err("cannot reuse already awaited coroutine"));
        };
        let mut brought = match (self.state, &push) {
            (State::Fresh, Push::Throw(error)) => return Err(error_of(error)),
            (State::Fresh, Push::Send(_)) => self.begin(&stream)?,
            _ => None,
        };
        while brought.is_none()
            && let Some(awaited) = &self.awaited
        {
            let awaited = awaited.bind(py);
            let result = match push {
                Push::Send(value) => send(awaited, &value),
                Push::Throw(error) => throw(awaited, error),
            };
            push = Push::Send(py.None().into_bound(py));
            brought = match (self.state, result) {
                (_, Ok(PySendResult::Next(waits))) => {
                    self.gave_way = true;
                    return Ok(PySendResult::Next(waits));
                }
                (State::Yielding, Ok(_)) => {
                    stream.get().count(0, true);
                    self.read(&stream)?
                }
                (State::Reading, Ok(PySendResult::Return(chunk))) => self.take(&stream, &chunk)?,
                (State::Taking, Ok(PySendResult::Return(events))) => Some(self.bring(&stream, events.cast()?)?),
                (_, Ok(_)) => Some(self.end(py)?),
                (State::Yielding | State::Reading, Err(error)) => self.lose(&stream, error, true)?,
                (_, Err(error)) => return Err(error),
            };
        }
        brought.map(PySendResult::Return).ok_or_else(|| PyRuntimeError::new_err("a step that awaits nothing"))
    }

    /// Gives what is there, or begins to wait for more.
    fn begin<'py>(&mut self, stream: &Bound<'py, Stream>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (py, own) = (stream.py(), stream.get());
        let ready = match self.want {
            Want::Event => own.next_ready(py)?,
            Want::Batch => own.rest_ready(py)?.map(Bound::into_any),
            Want::Chunk | Want::End => None,
        };
        if ready.is_some() {
            return Ok(ready);
        }
        if matches!(self.want, Want::Event | Want::Batch) && !stream.getattr(intern!(py, "_ahead"))?.is_none() {
            return self.wait(State::Taking, stream.call_method0(intern!(py, "_take")));
        }
        if !own.may_begin() && !stream.call_method0(intern!(py, "_begin"))?.extract::<bool>()? {
            return self.end(py).map(Some);
        }
        self.state = State::Reading;
        match own.intake(py)?.settle(py) {
            Ok(()) => self.read(stream),
            Err(error) => self.lose(stream, error, false),
        }
    }

    /// Begins to read, unless the end is told or others are to have their turn first.
    fn read<'py>(&mut self, stream: &Bound<'py, Stream>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (py, own) = (stream.py(), stream.get());
        let intake = own.intake(py)?;
        if intake.ended() {
            return self.wait(State::Leaving, stream.call_method0(intern!(py, "_finish")));
        }
        if own.must_yield() {
            // Before the read and not behind it: whoever is cancelled here holds nothing that could be lost.
            return self.wait(State::Yielding, stream.call_method0(intern!(py, "_yield")));
        }
        self.gave_way = false;
        let timed = intake.ending() || !stream.getattr(intern!(py, "_clocks"))?.is_none();
        let reading = stream.call_method0(if timed { intern!(py, "_timed_read") } else { intern!(py, "_read") });
        self.wait(State::Reading, reading).or_else(|error| self.lose(stream, error, true))
    }

    fn take<'py>(
        &mut self,
        stream: &Bound<'py, Stream>,
        chunk: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.taken(stream, chunk) {
            Ok(Some(events)) if !events.is_empty() => self.bring(stream, &events).map(Some),
            Ok(_) => self.read(stream),
            Err(error) => self.lose(stream, error, false),
        }
    }

    fn taken<'py>(
        &mut self,
        stream: &Bound<'py, Stream>,
        chunk: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        let (py, own) = (stream.py(), stream.get());
        let size = if chunk.is_none() { 0 } else { chunk.len()? };
        own.count(size, self.gave_way);
        if own.closed() {
            return Err(PyErr::from_value(stream.call_method0(intern!(py, "_closed_error"))?));
        }
        let intake = own.intake(py)?;
        let nothing = py.None();
        let chunk = if size == 0 && own.ends_empty() { nothing.bind(py) } else { chunk };
        match self.want {
            Want::End => intake.fold(chunk).map(|()| None),
            _ => intake.decode(chunk).map(Some),
        }
    }

    fn bring<'py>(&self, stream: &Bound<'py, Stream>, events: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyAny>> {
        let brought = match self.want {
            Want::Event => stream.get().first_of(events)?,
            _ => (!events.is_empty()).then(|| events.clone().into_any()),
        };
        brought.map_or_else(|| self.end(stream.py()), Ok)
    }

    fn end<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.want {
            Want::Event | Want::Batch => Err(PyStopAsyncIteration::new_err(())),
            Want::Chunk => Ok(PyList::empty(py).into_any()),
            Want::End => Ok(py.None().into_bound(py)),
        }
    }

    /// Closes the stream behind an error, which then is raised. Where the event loop has dropped this coroutine nothing
    /// can be awaited any more.
    fn lose<'py>(
        &mut self,
        stream: &Bound<'py, Stream>,
        error: PyErr,
        reading: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = stream.py();
        if error.is_instance_of::<PyGeneratorExit>(py) {
            return Err(error);
        }
        let keywords = PyDict::new(py);
        keywords.set_item(intern!(py, "reading"), reading)?;
        self.wait(State::Leaving, stream.call_method(intern!(py, "_lose"), (error,), Some(&keywords)))
    }

    fn wait<'py>(
        &mut self,
        state: State,
        awaitable: PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.awaited = Some(steps_of(awaitable?)?.unbind());
        self.state = state;
        Ok(None)
    }
}

/// What `await` would drive: a coroutine itself, or what an awaitable makes.
fn steps_of(awaitable: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    let py = awaitable.py();
    if awaitable.hasattr(intern!(py, "send"))? {
        return Ok(awaitable);
    }
    awaitable.call_method0(intern!(py, "__await__")).map_err(|error| {
        let name = awaitable.get_type().name().map_or_else(|_| String::new(), |name| name.to_string());
        let wrong = PyTypeError::new_err(format!("object {name} can't be used in 'await' expression"));
        wrong.set_cause(py, Some(error));
        wrong
    })
}

fn send<'py>(steps: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> PyResult<PySendResult<'py>> {
    // SAFETY: the type says nothing of the object that the call relies on: it fails for one that cannot be sent to.
    unsafe { steps.cast_unchecked::<PyIterator>() }.send(value)
}

fn throw<'py>(steps: &Bound<'py, PyAny>, error: Bound<'py, PyTuple>) -> PyResult<PySendResult<'py>> {
    let py = steps.py();
    let Some(throw) = steps.getattr_opt(intern!(py, "throw"))? else { return Err(error_of(&error)) };
    match throw.call1(error) {
        Ok(waits) => Ok(PySendResult::Next(waits)),
        Err(stop) if stop.is_instance_of::<PyStopIteration>(py) => {
            Ok(PySendResult::Return(stop.value(py).getattr(intern!(py, "value"))?))
        }
        Err(error) => Err(error),
    }
}

fn close(steps: &Bound<'_, PyAny>) -> PyResult<()> {
    let close = steps.getattr_opt(intern!(steps.py(), "close"))?;
    close.map_or(Ok(()), |close| close.call0().map(drop))
}

/// The error that the arguments of `throw` stand for: an exception, or a class and what to call it with.
fn error_of(error: &Bound<'_, PyTuple>) -> PyErr {
    let (first, second) = (error.get_item(0), error.get_item(1));
    match (first, second) {
        (Ok(class), Ok(value)) if class.is_callable() && !value.is_none() => {
            PyErr::from_value(if value.is_instance(&class).unwrap_or(false) {
                value
            } else {
                match class.call1((value,)) {
                    Ok(made) => made,
                    Err(error) => return error,
                }
            })
        }
        (Ok(error), _) => PyErr::from_value(error),
        (Err(missing), _) => missing,
    }
}
