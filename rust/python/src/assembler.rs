//! `Assembler`: bytes of one stream in, the response out; with events on the way where they are asked for.

use or_stream_core::assemble::{Fold, OutputSource};
use or_stream_core::decoder::Decoder;
use or_stream_core::error::Error;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::arguments::PartialArguments;
use crate::blocks::blocks;
use crate::event;
use crate::input::Input;
use crate::limits::Limits;
use crate::reader::{Reader, Settings, State, failure, snapshot};

/// Smallest chunk for which giving up the GIL pays: below it two threads are slower than one (measured).
pub(crate) const DETACH_BYTES: usize = 8192;

/// The fold of one stream's events into a response, without a Python object per event.
#[pyclass(frozen, subclass, extends = Reader, module = "or_stream._core")]
pub(crate) struct Assembler;

#[pymethods]
impl Assembler {
    #[new]
    #[pyo3(signature = (*, limits=None, strict=false, output_source="auto"))]
    fn new(limits: Option<&Limits>, strict: bool, output_source: &str) -> PyResult<PyClassInitializer<Self>> {
        let source = self::output_source(output_source)?;
        let settings = Settings { limits: Limits::core(limits), strict, fold: Some(source) };
        Ok(PyClassInitializer::from(Reader::new(settings)).add_subclass(Self))
    }

    /// Takes the next bytes of the body. Between two blocks of a long chunk a signal handler may raise: what was taken
    /// until then stays, and `bytes_seen` tells how much it is.
    #[pyo3(signature = (chunk, /))]
    pub(crate) fn feed<'py>(this: &Bound<'py, Self>, chunk: &Bound<'py, PyAny>) -> PyResult<()> {
        let input = Input::chunk(chunk)?;
        let bytes = input.as_bytes()?;
        let py = this.py();
        this.as_super().get().with(py, |state| {
            for (index, block) in blocks(bytes).enumerate() {
                if index > 0 {
                    py.check_signals()?;
                }
                let State { decoder, fold: Some(fold), .. } = &mut *state else { return Ok(()) };
                let mut take = || decoder.feed(block, fold);
                let taken = if block.len() < DETACH_BYTES { take() } else { py.detach(take) };
                taken.map_err(|error| failure(py, &error, state))?;
            }
            Ok(())
        })
    }

    /// Takes one WebSocket message or JSON line, which is one event without framing.
    #[pyo3(signature = (message, /))]
    pub(crate) fn feed_message<'py>(this: &Bound<'py, Self>, message: &Bound<'py, PyAny>) -> PyResult<()> {
        let input = Input::message(message)?;
        let bytes = input.as_bytes()?;
        fold(this, |_, decoder, fold| decoder.feed_message(bytes, fold))
    }

    /// As `feed`, and returns the events too, from the same pass.
    #[pyo3(signature = (chunk, /))]
    fn decode<'py>(this: &Bound<'py, Self>, chunk: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let input = Input::chunk(chunk)?;
        let bytes = input.as_bytes()?;
        Reader::feed(this.as_super(), bytes)
    }

    /// As `feed_message`, and returns the events too.
    #[pyo3(signature = (message, /))]
    fn decode_message<'py>(this: &Bound<'py, Self>, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let input = Input::message(message)?;
        let bytes = input.as_bytes()?;
        Reader::events(this.as_super(), |decoder, sink| decoder.feed_message(bytes, sink))
    }

    /// As `finish`, and returns the last events too.
    fn decode_end<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        Reader::events(this.as_super(), |decoder, sink| decoder.finish(sink))
    }

    /// Takes one event that a decoder handed out.
    #[pyo3(signature = (event, /))]
    fn push<'py>(this: &Bound<'py, Self>, event: &Bound<'py, PyAny>) -> PyResult<()> {
        let raw = event::raw(event)?;
        let name = event::name(event)?;
        fold(this, |_, decoder, fold| decoder.feed_event(raw, name.as_bytes(), fold))
    }

    /// The body has ended: fixes the outcome and returns it.
    pub(crate) fn finish<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        fold(this, |_, decoder, fold| decoder.finish(fold))?;
        this.as_any().getattr("outcome").map(Some)
    }

    /// The arguments so far of a running tool call, by its `call_id` or item id.
    #[pyo3(signature = (call_id, /))]
    fn arguments(this: &Bound<'_, Self>, call_id: &str) -> PyResult<PartialArguments> {
        PartialArguments::of_call(this.as_super(), call_id)
    }

    /// The response as of now, as JSON.
    fn snapshot_json<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        let py = this.py();
        this.as_super().get().with(py, |state| {
            let id = state.decoder.lifecycle().response_id();
            let json = state.fold.as_ref().map_or(Ok(Vec::new()), |fold| snapshot(fold, id));
            json.map(|json| PyBytes::new(py, &json)).map_err(|error| failure(py, &error, state))
        })
    }

    /// Whether anything of a response was received.
    #[getter]
    fn has_response(this: &Bound<'_, Self>) -> PyResult<bool> {
        read(this, or_stream_core::assemble::Fold::has_response)
    }

    /// The text of the messages as of now.
    #[getter]
    fn output_text(this: &Bound<'_, Self>) -> PyResult<String> {
        read(this, Fold::output_text)
    }

    /// The sound so far: the base64 texts of its deltas behind each other, each with its own padding.
    #[getter]
    fn audio_base64(this: &Bound<'_, Self>) -> PyResult<String> {
        read(this, |fold| fold.audio().into_owned())
    }

    /// What the sound so far says.
    #[getter]
    fn transcript(this: &Bound<'_, Self>) -> PyResult<String> {
        read(this, |fold| fold.transcript().into_owned())
    }

    /// The output text that an event was the first to tell, by the event's index (rule R9); None where it told none, or
    /// where a delta's own text is it.
    #[pyo3(signature = (event_index, /))]
    fn late_text(this: &Bound<'_, Self>, event_index: u64) -> PyResult<Option<String>> {
        read(this, |fold| fold.late_text(event_index))
    }

    /// The server's error, normalised, as JSON; None where it reported none.
    #[getter]
    fn error_json<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        Ok(read(this, Fold::error)?.map(|json| PyBytes::new(this.py(), &json)))
    }
}

/// Whose telling of the output counts, by its name.
pub(crate) fn output_source(name: &str) -> PyResult<OutputSource> {
    match name {
        "auto" => Ok(OutputSource::Auto),
        "terminal" => Ok(OutputSource::Terminal),
        "stream" => Ok(OutputSource::Stream),
        _ => Err(PyValueError::new_err("output_source must be 'auto', 'terminal' or 'stream'")),
    }
}

fn fold(
    this: &Bound<'_, Assembler>,
    call: impl FnOnce(Python<'_>, &mut Decoder, &mut Fold) -> Result<(), Error>,
) -> PyResult<()> {
    let py = this.py();
    this.as_super().get().with(py, |state| {
        let State { decoder, fold: Some(fold), .. } = state else { return Ok(()) };
        call(py, decoder, fold).map_err(|error| failure(py, &error, state))
    })
}

fn read<T: Default>(this: &Bound<'_, Assembler>, look: impl FnOnce(&Fold) -> T) -> PyResult<T> {
    this.as_super().get().with(this.py(), |state| Ok(state.fold.as_ref().map(look).unwrap_or_default()))
}
