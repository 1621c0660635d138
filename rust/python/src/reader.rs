//! What `Decoder` and `Assembler` share: the state of one stream under a lock, its counters and findings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use or_stream_core::assemble::{Call, Fold, OutputSource};
use or_stream_core::decoder::{Decoder, Event, Sink};
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::error::Error;
use or_stream_core::lifecycle::Outcome;
use or_stream_core::limits::Limits;
use or_stream_core::memory;
use or_stream_core::tap::Arrivals;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};

use crate::arguments::Reading;
use crate::blocks::blocks;
use crate::diagnostic::{Diagnostic, counts};
use crate::errors::{self, Position};
use crate::event::{self, Told};
use crate::tapped::Tapped;
use crate::text::string;
use crate::words::{Words, words};

/// The phases of a stream, see `phase`.
pub(crate) const RUNNING: u8 = 0;
pub(crate) const ENDING: u8 = 1;
pub(crate) const ENDED: u8 = 2;
pub(crate) const FAULTY: u8 = 3;

/// One stream's reader. The lock is only ever tried: two users of one stream are a mistake of the caller.
#[pyclass(frozen, subclass, module = "or_stream._core", name = "_Reader")]
pub(crate) struct Reader {
    state: Mutex<State>,
    pub(crate) settings: Settings,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) limits: Limits,
    pub(crate) strict: bool,
    /// None for a reader that only decodes.
    pub(crate) fold: Option<OutputSource>,
}

/// The core's half of a reader.
#[repr(C)] // what a tap looks at with every chunk lies beside the lock, and not anywhere
pub(crate) struct State {
    pub(crate) condition: Condition,
    /// What has passed a tap; nothing for other readers.
    pub(crate) arrivals: Arrivals,
    /// What else a tap knows; None for other readers.
    pub(crate) tapped: Option<Box<Tapped>>,
    pub(crate) decoder: Decoder,
    pub(crate) fold: Option<Fold>,
    /// The tool calls whose arguments somebody looks at; nobody else's are parsed.
    pub(crate) readings: Vec<(Call, Arc<Mutex<Reading>>)>,
    /// Events that an interrupted call had decoded: the next call hands them out.
    held: Option<Py<PyList>>,
    /// How often the reader was made new: events of a stream before tell nothing of this one.
    pub(crate) generation: u16,
}

/// What a call finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Ready,
    /// A tap that has put bytes off, which are to be read before anything else.
    Behind,
    /// For good: the core has panicked, and its state cannot be trusted.
    Broken,
}

impl State {
    fn new(settings: Settings) -> Self {
        Self {
            condition: Condition::Ready,
            arrivals: Arrivals::default(),
            tapped: None,
            decoder: Decoder::new(settings.limits, settings.strict),
            fold: settings.fold.map(|source| Fold::new(settings.limits, source)),
            readings: Vec::new(),
            held: None,
            generation: 0,
        }
    }

    /// The response as folded so far, as JSON; None where there is nothing of it.
    pub(crate) fn partial(&self) -> Option<Vec<u8>> {
        let fold = self.fold.as_ref().filter(|fold| fold.has_response())?;
        snapshot(fold, self.decoder.lifecycle().response_id()).ok()
    }
}

/// The response that a fold holds, as JSON; an error where there is no memory for it.
pub(crate) fn snapshot(fold: &Fold, id: Option<&str>) -> Result<Vec<u8>, Error> {
    let held = fold.heap_bytes();
    if held >= memory::STEP {
        // A buffer that doubles as it is written, then Python's copy.
        memory::ask(4 * held)?;
    }
    let mut json = Vec::new();
    fold.write_snapshot(id, &mut json);
    Ok(json)
}

/// Locks the state of a stream for one call.
pub(crate) fn lock<'a, T>(py: Python<'_>, state: &'a Mutex<T>) -> PyResult<MutexGuard<'a, T>> {
    match state.try_lock() {
        Ok(guard) => Ok(guard),
        Err(TryLockError::WouldBlock) => {
            Err(errors::plain(py, "ConcurrentUse", "this stream is in use by another thread, task or callback"))
        }
        Err(TryLockError::Poisoned(_)) => Err(broken(py)),
    }
}

/// Calls the core. A panic becomes `InternalError` and ends this stream only.
#[inline]
fn guarded<T>(py: Python<'_>, state: &mut State, call: impl FnOnce(&mut State) -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(|| call(state))).unwrap_or_else(|_| {
        state.condition = Condition::Broken;
        Err(broken(py))
    })
}

/// Reads what was put off.
#[cold]
fn ready(py: Python<'_>, state: &mut State) -> PyResult<()> {
    if state.condition == Condition::Broken {
        return Err(broken(py));
    }
    guarded(py, state, |state| {
        if let Some(tapped) = &mut state.tapped {
            tapped.catch_up(&mut state.arrivals, &mut state.decoder, state.fold.as_mut());
        }
        state.condition = Condition::Ready;
        Ok(())
    })
}

/// What every call on a stream raises whose state cannot be trusted any more.
pub(crate) fn broken(py: Python<'_>) -> PyErr {
    errors::plain(py, "InternalError", "the core failed on this stream, which is a bug in or_stream; please report it")
}

impl Reader {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { state: Mutex::new(State::new(settings)), settings }
    }

    /// A reader for bytes that pass.
    pub(crate) fn tapping(settings: Settings) -> Self {
        let state = State { tapped: Some(Box::default()), ..State::new(settings) };
        Self { state: Mutex::new(state), settings }
    }

    /// Calls the core under the lock, when all that came before is read.
    pub(crate) fn with<T>(&self, py: Python<'_>, call: impl FnOnce(&mut State) -> PyResult<T>) -> PyResult<T> {
        let mut state = lock(py, &self.state)?;
        if state.condition != Condition::Ready {
            ready(py, &mut state)?;
        }
        guarded(py, &mut state, call)
    }

    /// The state itself, which may be behind.
    pub(crate) fn state<'a>(&'a self, py: Python<'_>) -> PyResult<MutexGuard<'a, State>> {
        let state = lock(py, &self.state)?;
        if state.condition == Condition::Broken { Err(broken(py)) } else { Ok(state) }
    }

    /// As [`Self::with`], for calls that make events. An error that comes behind events waits for the next call, which
    /// the core answers with the same error: nothing that was decoded is lost.
    pub(crate) fn events<'py>(
        this: &Bound<'py, Self>,
        call: impl FnOnce(&mut Decoder, &mut Events<'_, 'py>) -> Result<(), Error>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = this.py();
        this.get().with(py, |state| {
            let list = state.held.take().map_or_else(|| PyList::empty(py), |held| held.into_bound(py));
            let mut sink = Events {
                py,
                list: &list,
                words: words(),
                reader: this,
                generation: state.generation,
                fold: state.fold.as_mut(),
                failed: None,
            };
            let result = call(&mut state.decoder, &mut sink);
            if let Some(error) = sink.failed {
                state.held = Some(list.unbind());
                return Err(error);
            }
            match result {
                Err(error) if list.is_empty() => Err(failure(py, &error, state)),
                _ => Ok(list),
            }
        })
    }
}

/// An outcome as the `Outcome` of the package.
pub(crate) fn outcome(py: Python<'_>, outcome: Option<Outcome>) -> PyResult<Option<Bound<'_, PyAny>>> {
    static MEMBERS: [PyOnceLock<Py<PyAny>>; 6] = [const { PyOnceLock::new() }; 6];
    let Some((outcome, kept)) = outcome.and_then(|outcome| Some((outcome, MEMBERS.get(outcome as usize)?))) else {
        return Ok(None);
    };
    let member = || Ok(py.import("or_stream.outcome")?.getattr("Outcome")?.call1((outcome.name(),))?.unbind());
    kept.get_or_try_init(py, member).map(|member| Some(member.bind(py).clone()))
}

impl Reader {
    /// Feeds a chunk for its events. Between two blocks of a long one a signal handler may raise: what was decoded until
    /// then comes with the next call, and `bytes_seen` tells how much of the chunk was taken.
    #[inline]
    pub(crate) fn feed<'py>(this: &Bound<'py, Self>, chunk: &[u8]) -> PyResult<Bound<'py, PyList>> {
        Self::events(this, |decoder, sink| {
            for (index, block) in blocks(chunk).enumerate() {
                if index > 0 {
                    sink.hear_signals()?;
                }
                decoder.feed(block, sink)?;
            }
            Ok(())
        })
    }
}

/// The exception of a core error, with the partial response.
pub(crate) fn failure(py: Python<'_>, error: &Error, state: &State) -> PyErr {
    errors::raise(py, error, Some(Position::of(&state.decoder, state.partial())))
}

/// A sink that makes Python events, and folds where the reader does.
pub(crate) struct Events<'a, 'py> {
    py: Python<'py>,
    list: &'a Bound<'py, PyList>,
    words: Option<MutexGuard<'static, Words>>,
    reader: &'a Bound<'py, Reader>,
    generation: u16,
    fold: Option<&'a mut Fold>,
    failed: Option<PyErr>,
}

impl Events<'_, '_> {
    /// Runs signal handlers. If one raises, the call ends, and the stream goes on with the next.
    #[cold]
    fn hear_signals(&mut self) -> Result<(), Error> {
        self.py.check_signals().map_err(|error| {
            self.failed = Some(error);
            Error::Finished
        })
    }
}

impl Sink for Events<'_, '_> {
    #[inline]
    fn event(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let mut told = None;
        if let Some(fold) = &mut self.fold {
            fold.event(event, diagnostics)?;
            told = fold.moment(event).map(|moment| (self.reader, Told { moment, generation: self.generation }));
        }
        let made =
            event::make(self.py, event, told, self.words.as_deref_mut()).and_then(|event| self.list.append(event));
        if let Err(error) = made {
            self.failed = Some(error);
            return Err(Error::Finished);
        }
        Ok(())
    }

    fn finish(&mut self, diagnostics: &mut Diagnostics) {
        if let Some(fold) = &mut self.fold {
            fold.finish(diagnostics);
        }
    }
}

#[pymethods]
impl Reader {
    /// Makes the reader new, for another stream.
    pub(crate) fn reset(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = lock(py, &self.state)?;
        *state = State {
            generation: state.generation.wrapping_add(1),
            tapped: state.tapped.as_ref().map(|_| Box::default()),
            ..State::new(self.settings)
        };
        Ok(())
    }

    /// How the stream ended; None while it runs.
    #[getter]
    fn outcome<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        outcome(py, self.with(py, |state| Ok(state.decoder.lifecycle().outcome()))?)
    }

    /// The first findings, at most 256.
    #[getter]
    fn diagnostics(&self, py: Python<'_>) -> PyResult<Vec<Diagnostic>> {
        self.with(py, |state| Ok(state.decoder.diagnostics().kept().iter().map(Diagnostic::of).collect()))
    }

    /// How often each rule was broken.
    #[getter]
    fn diagnostic_counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(py, |state| counts(py, state.decoder.diagnostics()))
    }

    /// Where the stream is, in one look: 0 running, 1 its end is near (the server told an error, or the sentinel before
    /// any end), 2 the server told its end, 3 a fault waits.
    #[getter]
    pub(crate) fn phase(&self, py: Python<'_>) -> PyResult<u8> {
        self.with(py, |state| {
            let lifecycle = state.decoder.lifecycle();
            Ok(match () {
                () if lifecycle.outcome().is_some() => ENDED,
                () if state.decoder.is_dead() => FAULTY,
                () if lifecycle.error_seen() || lifecycle.done_seen => ENDING,
                () => RUNNING,
            })
        })
    }

    /// Events that are no progress: heartbeats, unknown and malformed ones.
    #[getter]
    fn idle_events_seen(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |state| Ok(state.decoder.idle_events()))
    }

    /// Bytes taken in.
    #[getter]
    fn bytes_seen(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |state| Ok(state.decoder.bytes()))
    }

    /// Chunks and messages taken in.
    #[getter]
    fn chunks_seen(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |state| Ok(state.decoder.chunks()))
    }

    /// Events decoded.
    #[getter]
    fn events_seen(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |state| Ok(state.decoder.events()))
    }

    /// Comment lines and events without data: signs of life that mean nothing.
    #[getter]
    fn comments_seen(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |state| Ok(state.decoder.framer().comments() + state.decoder.blanks()))
    }

    /// Of the last event that had one.
    #[getter]
    fn last_sequence_number(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        self.with(py, |state| Ok(state.decoder.lifecycle().last_sequence_number()))
    }

    /// The last SSE `id`, "" when none was sent.
    #[getter]
    fn last_event_id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.with(py, |state| Ok(string(py, state.decoder.framer().last_event_id())))
    }

    /// The last valid SSE `retry` in milliseconds, clamped to 64 bits.
    #[getter]
    fn retry(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        self.with(py, |state| Ok(state.decoder.framer().retry()))
    }

    /// The response's id, once an event told it.
    #[getter]
    fn response_id(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.with(py, |state| Ok(state.decoder.lifecycle().response_id().map(str::to_owned)))
    }

    /// Whether the sentinel `[DONE]` was seen.
    #[getter]
    fn done_seen(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |state| Ok(state.decoder.lifecycle().done_seen))
    }

    /// Bytes of memory that this reader holds outside Python.
    #[getter]
    fn state_bytes(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |state| {
            let heap = state.decoder.heap_bytes()
                + state.fold.as_ref().map_or(0, Fold::heap_bytes)
                + state.arrivals.heap_bytes()
                + state.tapped.as_ref().map_or(0, |tapped| tapped.heap_bytes());
            let readings = state.readings.iter().filter_map(|(_, reading)| reading.try_lock().ok());
            let parsing: usize = readings.map(|reading| size_of::<Reading>() + reading.heap_bytes()).sum();
            Ok(size_of::<Self>() + heap + parsing)
        })
    }
}

/// Panics inside the core's guard, to show what a bug does.
#[cfg(feature = "planted-panic")]
#[pyfunction(name = "_plant_panic")]
pub(crate) fn plant_panic(py: Python<'_>, reader: &Bound<'_, Reader>) -> PyResult<()> {
    #[allow(clippy::panic)]
    reader.get().with(py, |_| panic!("planted"))
}
