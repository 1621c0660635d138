//! `Tap`: what a proxy wants to know of the bytes that it passes on.

use or_stream_core::assemble::{Fold, OutputSource};
use or_stream_core::decoder::Decoder;
use or_stream_core::error::Error;
use or_stream_core::tap::{self, Arrivals};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict};

use crate::assembler::DETACH_BYTES;
use crate::errors;
use crate::input::Input;
use crate::limits::Limits;
use crate::reader::{Condition, Reader, Settings, State, broken};
use crate::tapped::{Tapped, Tee};

/// The facts of one stream that passes by. Never raises on what a server sends.
#[pyclass(frozen, subclass, extends = Reader, module = "or_stream._core")]
pub(crate) struct Tap;

impl Tap {
    /// Takes note of a chunk. Returns whether the bytes end behind a blank line now.
    #[inline]
    pub(crate) fn note<'py>(this: &Bound<'py, Self>, chunk: &Bound<'py, PyAny>, now: u64) -> PyResult<bool> {
        let input = Input::chunk(chunk)?;
        let bytes = input.as_bytes()?;
        let py = this.py();
        let mut state = this.as_super().get().state(py)?;
        state.arrivals.pass(bytes);
        let is_whole = state.arrivals.at_boundary();
        if state.arrivals.put_off(bytes, now) {
            state.condition = Condition::Behind;
            return Ok(is_whole);
        }
        drop(state);
        call(this, |py, facts, decoder, fold| {
            facts.read_as_of(now, bytes);
            let mut tee = Tee(facts, fold);
            if bytes.len() < DETACH_BYTES {
                decoder.feed(bytes, &mut tee)
            } else {
                py.detach(|| decoder.feed(bytes, &mut tee))
            }
        })?;
        Ok(is_whole)
    }
}

#[pymethods]
impl Tap {
    #[new]
    #[pyo3(signature = (level="usage", *, limits=None))]
    fn new(level: &str, limits: Option<&Limits>) -> PyResult<PyClassInitializer<Self>> {
        let fold = match level {
            // The facts cost nothing apart: whoever asks for some gets all.
            "terminal" | "usage" | "timing" => None,
            "items" => Some(OutputSource::Auto),
            _ => return Err(PyValueError::new_err("level must be 'terminal', 'usage', 'timing' or 'items'")),
        };
        let settings = Settings { limits: Limits::core(limits), strict: false, fold };
        Ok(PyClassInitializer::from(Reader::tapping(settings)).add_subclass(Self))
    }

    /// Takes note of the next bytes of the body.
    #[pyo3(signature = (chunk, /, t_ns=None))]
    fn feed<'py>(this: &Bound<'py, Self>, chunk: &Bound<'py, PyAny>, t_ns: Option<u64>) -> PyResult<()> {
        let now = time(this.py(), t_ns)?;
        Self::note(this, chunk, now).map(|_| ())
    }

    /// Takes note of one WebSocket message, which is one event without framing.
    #[pyo3(signature = (message, /, t_ns=None))]
    fn feed_message<'py>(this: &Bound<'py, Self>, message: &Bound<'py, PyAny>, t_ns: Option<u64>) -> PyResult<()> {
        let input = Input::message(message)?;
        let bytes = input.as_bytes()?;
        let now = time(this.py(), t_ns)?;
        this.as_super().get().state(this.py())?.arrivals.pass_message(bytes);
        call(this, |_, facts, decoder, fold| {
            facts.read_as_of(now, bytes);
            decoder.feed_message(bytes, &mut Tee(facts, fold))
        })
    }

    /// The body has ended: fixes the outcome and returns it.
    fn finish<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        call(this, |_, facts, decoder, fold| decoder.finish(&mut Tee(facts, fold)))?;
        this.as_super().get().with(this.py(), |state| {
            state.arrivals.forget();
            Ok(())
        })?;
        this.as_any().getattr("outcome")
    }

    /// The response as far as it is known, as JSON, with the status that it shall have unless the server ended it.
    fn partial_json<'py>(this: &Bound<'py, Self>, status: &str) -> PyResult<Bound<'py, PyBytes>> {
        read(this, |facts, state| {
            let id = state.decoder.lifecycle().response_id();
            let mut json = Vec::new();
            match &state.fold {
                Some(fold) if fold.has_response() => fold.write_partial(id, status, &mut json),
                _ => facts.write_partial(id, status, &mut json),
            }
            Ok(PyBytes::new(this.py(), &json))
        })
    }

    /// The last usage object that the server sent, as JSON.
    #[getter]
    fn usage_json<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        read(this, |facts, _| Ok(facts.usage().map(|json| PyBytes::new(this.py(), json))))
    }

    /// The server's error, normalised, as JSON; None where it reported none.
    #[getter]
    fn error_json<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        read(this, |facts, _| Ok(facts.error().map(|json| PyBytes::new(this.py(), json))))
    }

    /// The model as the server names it.
    #[getter]
    fn model(this: &Bound<'_, Self>) -> PyResult<Option<String>> {
        read(this, |facts, _| Ok(facts.model().map(str::to_owned)))
    }

    /// The response's status as the server told it last, such as `in_progress`.
    #[getter]
    fn status(this: &Bound<'_, Self>) -> PyResult<Option<String>> {
        read(this, |facts, _| Ok(facts.status().map(str::to_owned)))
    }

    /// All bytes that passed, read or not.
    #[getter]
    fn bytes(this: &Bound<'_, Self>) -> PyResult<u64> {
        glance(this, Arrivals::bytes)
    }

    /// Events whose data could not be decoded.
    #[getter]
    fn malformed(this: &Bound<'_, Self>) -> PyResult<u64> {
        read(this, |facts, _| Ok(facts.malformed()))
    }

    /// Whether the bytes so far end behind a blank line, where a proxy may put a comment.
    #[getter]
    fn at_boundary(this: &Bound<'_, Self>) -> PyResult<bool> {
        glance(this, Arrivals::at_boundary)
    }

    /// How many bytes of the last chunk stand before its last blank line.
    #[getter]
    fn boundary(this: &Bound<'_, Self>) -> PyResult<usize> {
        glance(this, Arrivals::boundary)
    }

    /// Whether anything of the output was seen.
    #[getter]
    fn output_started(this: &Bound<'_, Self>) -> PyResult<bool> {
        read(this, |facts, _| Ok(facts.output_started()))
    }

    /// Whether a tool call was announced.
    #[getter]
    fn tool_call_started(this: &Bound<'_, Self>) -> PyResult<bool> {
        read(this, |facts, _| Ok(facts.tool_call_started()))
    }

    /// How often each event type came, by the contract's name of the type.
    #[getter]
    fn event_counts<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        read(this, |facts, _| {
            let counts = PyDict::new(this.py());
            for (kind, count) in facts.counts() {
                let name = kind.names().first().copied().unwrap_or(kind.class());
                counts.set_item(name, count)?;
            }
            Ok(counts)
        })
    }

    /// Delta events, empty ones too.
    #[getter]
    fn deltas(this: &Bound<'_, Self>) -> PyResult<u64> {
        read(this, |facts, _| Ok(facts.deltas()))
    }

    /// Bytes of all deltas as sent.
    #[getter]
    fn delta_bytes(this: &Bound<'_, Self>) -> PyResult<u64> {
        read(this, |facts, _| Ok(facts.delta_bytes()))
    }

    /// When the first byte came, in ns of `time.monotonic_ns`.
    #[getter]
    fn first_byte_ns(this: &Bound<'_, Self>) -> PyResult<Option<u64>> {
        read(this, |facts, _| Ok(facts.moments().first_byte))
    }

    /// When the first event came.
    #[getter]
    fn first_event_ns(this: &Bound<'_, Self>) -> PyResult<Option<u64>> {
        read(this, |facts, _| Ok(facts.moments().first_event))
    }

    /// When the first piece of text, reasoning or arguments came.
    #[getter]
    fn first_token_ns(this: &Bound<'_, Self>) -> PyResult<Option<u64>> {
        read(this, |facts, _| Ok(facts.moments().first_token))
    }

    /// The same without reasoning.
    #[getter]
    fn first_output_ns(this: &Bound<'_, Self>) -> PyResult<Option<u64>> {
        read(this, |facts, _| Ok(facts.moments().first_output))
    }

    /// When the latest event came.
    #[getter]
    fn last_event_ns(this: &Bound<'_, Self>) -> PyResult<Option<u64>> {
        read(this, |facts, _| Ok(facts.moments().last_event))
    }

    /// Why the rest of the stream passes unread: what a stream reader would have raised; None while it is read.
    #[getter]
    fn fault<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = this.py();
        this.as_super().get().with(py, |state| {
            let error = tapped(py, state)?.fault.as_ref().map(|error| errors::raise(py, error, None));
            Ok(error.map(|error| error.into_value(py).into_bound(py).into_any()))
        })
    }
}

/// Calls the core, with all read that came before.
fn call<'py>(
    this: &Bound<'py, Tap>,
    call: impl FnOnce(Python<'py>, &mut tap::Tap, &mut Decoder, Option<&mut Fold>) -> Result<(), Error>,
) -> PyResult<()> {
    let py = this.py();
    this.as_super().get().with(py, |state| {
        if let Some(tapped) = &mut state.tapped {
            let result = call(py, &mut tapped.facts, &mut state.decoder, state.fold.as_mut());
            tapped.keep(result);
        }
        Ok(())
    })
}

/// Looks at the facts, with all read that came before.
fn read<T>(this: &Bound<'_, Tap>, look: impl FnOnce(&tap::Tap, &State) -> PyResult<T>) -> PyResult<T> {
    let py = this.py();
    this.as_super().get().with(py, |state| look(&tapped(py, state)?.facts, state))
}

/// Looks at what is known of bytes that may not have been read.
fn glance<T>(this: &Bound<'_, Tap>, look: impl FnOnce(&Arrivals) -> T) -> PyResult<T> {
    Ok(look(&this.as_super().get().state(this.py())?.arrivals))
}

/// A tap has them from the beginning.
fn tapped<'a>(py: Python<'_>, state: &'a State) -> PyResult<&'a Tapped> {
    state.tapped.as_deref().ok_or_else(|| broken(py))
}

/// The caller's time, or now by `time.monotonic_ns`, so that both can be compared.
pub(crate) fn time(py: Python<'_>, given: Option<u64>) -> PyResult<u64> {
    static CLOCK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    match given {
        Some(time) => Ok(time),
        None => CLOCK.import(py, "time", "monotonic_ns")?.call0()?.extract(),
    }
}
