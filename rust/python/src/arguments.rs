//! `PartialArguments`: the arguments of a tool call while they are told, fed by hand or by an assembler.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use or_stream_core::assemble::{Arguments, Bookmark, Call, Fold};
use or_stream_core::partial::Partial;
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::event::Told;
use crate::growing::Growing;
use crate::limits::Limits;
use crate::reader::{Reader, State, broken, lock};
use crate::tree::Tree;

/// Most ids that the error for an unknown one lists, and most characters of each.
const LISTED_IDS: usize = 8;
const LISTED_CHARS: usize = 64;

/// The arguments of a tool call while they are told: text so far, value so far.
#[pyclass(frozen, module = "or_stream")]
pub(crate) struct PartialArguments {
    reading: Arc<Mutex<Reading>>,
    /// Where the text comes from; None where the user pushes it.
    origin: Option<Origin>,
}

/// A call of an assembler, and the place of its reading there.
struct Origin {
    reader: Py<Reader>,
    call: Call,
    place: usize,
}

/// A text with its value, and how far of the assembler's telling it has come.
pub(crate) struct Reading {
    partial: Partial,
    tree: Tree,
    bookmark: Bookmark,
    text: Growing,
    /// Bytes of the text that `text` holds, and how often it had been replaced by then.
    made: (usize, u32),
}

impl Reading {
    fn new(limits: or_stream_core::limits::Limits) -> Self {
        Self {
            partial: Partial::new(limits),
            tree: Tree::default(),
            bookmark: Bookmark::default(),
            text: Growing::default(),
            made: (0, 0),
        }
    }

    /// Reads on in an assembler's fold.
    #[inline]
    fn follow(&mut self, fold: &Fold, call: Call) {
        match fold.arguments(call, &mut self.bookmark) {
            Arguments::More(text) => self.partial.push(&text),
            Arguments::Full(text) => self.partial.replace(&text),
        }
        self.partial.set_ended(fold.arguments_ended(call));
    }

    /// Brings the value up to date.
    #[inline]
    fn catch_up(&mut self, py: Python<'_>) -> PyResult<()> {
        self.partial.parse(&mut self.tree.growing(py))?;
        self.tree.show(py)
    }

    fn text<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let (text, replaced) = (self.partial.text(), self.partial.replaced());
        if self.made.1 != replaced {
            self.text = Growing::default();
            self.made = (0, replaced);
        }
        if let Some(more) = text.get(self.made.0..).filter(|more| !more.is_empty()) {
            self.made.0 = text.len();
            self.text.append(py, more)?;
        }
        Ok(self.text.text(py))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.partial.heap_bytes()
    }
}

impl PartialArguments {
    /// The view of one call of an assembler. All views of a call share one reading.
    pub(crate) fn of_call(reader: &Bound<'_, Reader>, id: &str) -> PyResult<Self> {
        let py = reader.py();
        reader.get().with(py, |state| {
            let State { fold: Some(fold), readings, .. } = state else { return Err(unknown(id, &[])) };
            let call = fold.call(id).ok_or_else(|| unknown(id, &fold.call_ids()))?;
            Self::following(reader, call, readings)
        })
    }

    /// The view of the call whose delta an event was; None where that was of another stream.
    pub(crate) fn of_event(reader: &Bound<'_, Reader>, told: Told) -> PyResult<Option<Self>> {
        reader.get().with(reader.py(), |state| {
            let State { fold: Some(fold), readings, .. } = state else { return Ok(None) };
            let call = fold.call_then(told.moment).filter(|_| told.generation == state.generation);
            call.map(|call| Self::following(reader, call, readings)).transpose()
        })
    }

    fn following(
        reader: &Bound<'_, Reader>,
        call: Call,
        readings: &mut Vec<(Call, Arc<Mutex<Reading>>)>,
    ) -> PyResult<Self> {
        {
            let limits = reader.get().settings.limits;
            let place = readings.iter().position(|(known, _)| *known == call).unwrap_or_else(|| {
                readings.push((call, Arc::new(Mutex::new(Reading::new(limits)))));
                readings.len() - 1
            });
            let Some((_, reading)) = readings.get(place) else { return Err(broken(reader.py())) };
            let origin = Origin { reader: reader.clone().unbind(), call, place };
            Ok(Self { reading: reading.clone(), origin: Some(origin) })
        }
    }

    /// Looks at the reading, brought up to date.
    #[inline]
    fn read<T>(&self, py: Python<'_>, look: impl FnOnce(&mut Reading) -> PyResult<T>) -> PyResult<T> {
        let Some(Origin { reader, call, place }) = &self.origin else {
            return self.change(py, |reading| {
                reading.catch_up(py)?;
                look(reading)
            });
        };
        reader.get().with(py, |state| {
            let mut reading = lock(py, &self.reading)?;
            // An assembler that was reset reads another stream: its old calls stay as they were.
            let is_current = state.readings.get(*place).is_some_and(|(_, known)| Arc::ptr_eq(known, &self.reading));
            if let Some(fold) = state.fold.as_ref().filter(|_| is_current) {
                reading.follow(fold, *call);
            }
            reading.catch_up(py)?;
            look(&mut reading)
        })
    }

    /// Calls the core under the lock, for a text that the user pushes.
    #[inline]
    fn change<T>(&self, py: Python<'_>, call: impl FnOnce(&mut Reading) -> PyResult<T>) -> PyResult<T> {
        let guarded = AssertUnwindSafe(|| call(&mut *lock(py, &self.reading)?));
        catch_unwind(guarded).unwrap_or_else(|_| Err(broken(py)))
    }

    fn push_only(&self) -> PyResult<()> {
        if self.origin.is_some() {
            return Err(PyTypeError::new_err("these arguments grow with their assembler; feed that"));
        }
        Ok(())
    }
}

#[pymethods]
impl PartialArguments {
    #[new]
    #[pyo3(signature = (*, limits=None))]
    fn new(limits: Option<&Limits>) -> Self {
        Self { reading: Arc::new(Mutex::new(Reading::new(Limits::core(limits)))), origin: None }
    }

    /// Takes the next delta.
    #[pyo3(signature = (delta, /))]
    fn push(&self, py: Python<'_>, delta: &Bound<'_, PyString>) -> PyResult<()> {
        self.push_only()?;
        let delta = delta.to_str()?;
        self.change(py, |reading| {
            reading.partial.push(delta);
            Ok(())
        })
    }

    /// Takes the arguments in full, as their done event tells them (rule R4).
    #[pyo3(signature = (arguments, /))]
    fn done(&self, py: Python<'_>, arguments: &Bound<'_, PyString>) -> PyResult<()> {
        self.push_only()?;
        let arguments = arguments.to_str()?;
        self.change(py, |reading| {
            reading.partial.done(arguments);
            Ok(())
        })
    }

    /// The text so far.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.read(py, |reading| reading.text(py))
    }

    /// The value so far.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.read(py, |reading| Ok(reading.tree.value(py)))
    }

    /// Whether the text so far is one whole JSON value.
    #[getter]
    fn is_complete(&self, py: Python<'_>) -> PyResult<bool> {
        self.read(py, |reading| Ok(reading.partial.is_complete()))
    }

    /// Whether the text so far is JSON or the beginning of it.
    #[getter]
    fn is_valid(&self, py: Python<'_>) -> PyResult<bool> {
        self.read(py, |reading| Ok(reading.partial.fault().is_none()))
    }

    /// Why the text is no JSON.
    #[getter]
    fn reason(&self, py: Python<'_>) -> PyResult<Option<&'static str>> {
        self.read(py, |reading| Ok(reading.partial.fault().map(|fault| fault.reason.text())))
    }

    /// The character of the text at which it stops being JSON.
    #[getter]
    fn offset(&self, py: Python<'_>) -> PyResult<Option<usize>> {
        self.read(py, |reading| {
            let before = reading.partial.fault().and_then(|fault| reading.partial.text().get(..fault.at));
            Ok(before.map(|text| text.chars().count()))
        })
    }

    /// Bytes of text parsed so far.
    #[getter]
    fn bytes_parsed(&self, py: Python<'_>) -> PyResult<u64> {
        self.read(py, |reading| Ok(reading.partial.examined()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        self.read(py, |reading| {
            let shown = |truth| if truth { "True" } else { "False" };
            let (complete, valid) = (reading.partial.is_complete(), reading.partial.fault().is_none());
            let length = reading.partial.text().chars().count();
            let (complete, valid) = (shown(complete), shown(valid));
            Ok(format!("<PartialArguments: {length} characters, is_complete={complete}, is_valid={valid}>"))
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.origin.as_ref().map_or(Ok(()), |origin| visit.call(&origin.reader))
    }
}

#[cold]
fn unknown(id: &str, known: &[String]) -> PyErr {
    let shown = |id: &str| format!("'{}'", id.chars().take(LISTED_CHARS).collect::<String>());
    let mut message = format!("no tool call {}", shown(id));
    if known.is_empty() {
        message.push_str("; none has begun");
    } else {
        let listed: Vec<String> = known.iter().take(LISTED_IDS).map(|id| shown(id)).collect();
        message = format!("{message}; known are {}", listed.join(", "));
    }
    if known.len() > LISTED_IDS {
        message = format!("{message} and {} more", known.len() - LISTED_IDS);
    }
    PyKeyError::new_err(message)
}
