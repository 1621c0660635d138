//! One recorded stream, read to its end without the GIL: `Recording`.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use or_stream_core::assemble::Assembler;
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::error::Error;
use or_stream_core::lifecycle::Outcome;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::diagnostic::{Diagnostic, counts};
use crate::errors::{self, Position};
use crate::reader::{self, Settings};

/// Bytes of a file that a thread holds at a time, and after which it looks whether it should stop.
const BLOCK: usize = 256 * 1024;

/// A thread's own room for a block of a file.
pub(crate) type Block = Box<[u8]>;

/// Room for a block.
pub(crate) fn block() -> Block {
    vec![0; BLOCK].into_boxed_slice()
}

/// Where a body comes from.
pub(crate) enum Source<'a> {
    File(PathBuf),
    Bytes(&'a [u8]),
}

/// Why a recording could not be read to its end.
enum Fault {
    File(io::Error, PathBuf),
    Core(Error),
    Panic,
}

/// What a recorded stream came to.
#[pyclass(frozen, module = "or_stream._core")]
#[derive(Default)]
pub(crate) struct Recording {
    response: Vec<u8>,
    has_response: bool,
    error: Option<Vec<u8>>,
    outcome: Option<Outcome>,
    diagnostics: Diagnostics,
    fault: Option<Fault>,
    events: u64,
    bytes: u64,
    sequence_number: Option<u64>,
    event_id: String,
}

impl Recording {
    /// Reads a source to its end; None when told to stop before it.
    pub(crate) fn read(
        source: &Source<'_>,
        settings: Settings,
        block: &mut Block,
        stop: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let read = || {
            let assembler = Assembler::new(settings.limits, settings.strict);
            let mut assembler = assembler.output_source(settings.fold.unwrap_or_default());
            let fed = match source {
                Source::Bytes(body) => feed(&mut assembler, body, stop),
                Source::File(path) => feed_file(&mut assembler, path, block, stop),
            };
            let fault = match fed {
                Ok(false) => return None,
                Ok(true) => assembler.finish().err().map(Fault::Core),
                Err(fault) => Some(fault),
            };
            Some(Self::of(&assembler, fault))
        };
        let broken = Self { fault: Some(Fault::Panic), ..Self::default() };
        catch_unwind(AssertUnwindSafe(read)).unwrap_or(Some(broken))
    }

    fn of(assembler: &Assembler, fault: Option<Fault>) -> Self {
        let (decoder, fold) = (assembler.decoder(), assembler.fold());
        let life = decoder.lifecycle();
        let (mut json, fault) = match reader::snapshot(fold, life.response_id()) {
            Ok(json) => (json, fault),
            Err(error) => (Vec::new(), fault.or(Some(Fault::Core(error)))),
        };
        json.shrink_to_fit();
        Self {
            has_response: fold.has_response() && !json.is_empty(),
            response: json,
            error: fold.error(),
            outcome: life.outcome().filter(|_| fault.is_none()),
            diagnostics: decoder.diagnostics().clone(),
            fault,
            events: decoder.events(),
            bytes: decoder.bytes(),
            sequence_number: life.last_sequence_number(),
            event_id: String::from_utf8_lossy(decoder.framer().last_event_id()).into_owned(),
        }
    }
}

/// Feeds a body in blocks. Returns whether it came to its end.
fn feed(assembler: &mut Assembler, body: &[u8], stop: &dyn Fn() -> bool) -> Result<bool, Fault> {
    for block in body.chunks(BLOCK) {
        if stop() {
            return Ok(false);
        }
        assembler.feed(block).map_err(Fault::Core)?;
    }
    Ok(true)
}

fn feed_file(
    assembler: &mut Assembler,
    path: &Path,
    block: &mut Block,
    stop: &dyn Fn() -> bool,
) -> Result<bool, Fault> {
    let fault = |error| Fault::File(error, path.to_owned());
    let mut file = File::open(path).map_err(fault)?;
    loop {
        if stop() {
            return Ok(false);
        }
        match file.read(block) {
            Ok(0) => return Ok(true),
            Ok(length) => assembler.feed(block.get(..length).unwrap_or_default()).map_err(Fault::Core)?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(fault(error)),
        }
    }
}

#[pymethods]
impl Recording {
    /// Whether anything of a response was received.
    #[getter]
    fn has_response(&self) -> bool {
        self.has_response
    }

    /// The response as received, as JSON; a bare one where nothing of it was.
    fn snapshot_json<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.response)
    }

    /// The server's error, normalised, as JSON; None where it reported none.
    #[getter]
    fn error_json<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.error.as_ref().map(|json| PyBytes::new(py, json))
    }

    /// What kept the recording from being read to its end, as a new exception; None where nothing did.
    #[getter]
    fn fault(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let error = match &self.fault {
            None => return Ok(None),
            Some(Fault::Panic) => reader::broken(py),
            Some(Fault::File(error, path)) => file_error(py, error, path)?,
            Some(Fault::Core(error)) => {
                let position = Position {
                    partial_json: self.has_response.then(|| self.response.clone()),
                    events_seen: self.events,
                    bytes_seen: self.bytes,
                    last_sequence_number: self.sequence_number,
                    last_event_id: self.event_id.clone(),
                };
                errors::raise(py, error, Some(position))
            }
        };
        Ok(Some(error.into_value(py).into_any()))
    }

    /// How the stream ended; None for one that was not read to its end.
    #[getter]
    fn outcome<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        reader::outcome(py, self.outcome)
    }

    /// The first findings, at most 256.
    #[getter]
    fn diagnostics(&self) -> Vec<Diagnostic> {
        self.diagnostics.kept().iter().map(Diagnostic::of).collect()
    }

    /// How often each rule was broken.
    #[getter]
    fn diagnostic_counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        counts(py, &self.diagnostics)
    }

    /// Events decoded.
    #[getter]
    fn events_seen(&self) -> u64 {
        self.events
    }

    /// Bytes taken in.
    #[getter]
    fn bytes_seen(&self) -> u64 {
        self.bytes
    }

    /// Of the last event that had one.
    #[getter]
    fn last_sequence_number(&self) -> Option<u64> {
        self.sequence_number
    }

    /// The last SSE `id`, "" when none was sent.
    #[getter]
    fn last_event_id(&self) -> &str {
        &self.event_id
    }
}

/// The `OSError` that Python itself would raise for the file.
fn file_error(py: Python<'_>, error: &io::Error, path: &Path) -> PyResult<PyErr> {
    let class = py.get_type::<PyOSError>();
    let made = match error.raw_os_error() {
        Some(number) => {
            let words = py.import("os")?.call_method1("strerror", (number,))?;
            class.call1((number, words, path.as_os_str()))?
        }
        None => class.call1((error.to_string(),))?,
    };
    Ok(PyErr::from_value(made))
}
