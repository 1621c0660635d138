//! Event objects: one final class per kind, made by hand because they are made millions of times.
//!
//! All classes share one layout: a fixed head, and behind it the event's data in the same allocation, so that `raw`
//! costs one copy of a few hundred bytes, pins no chunk, and every other field can be decoded when somebody asks.
//! They are not tracked by the garbage collector: a head holds strings and, once asked for, a dict of decoded fields,
//! none of which leads back to the event unless a user puts it there. `unsafe` stands here, in `class`, in `coroutine`,
//! in `step` and in `growing`. The files: `class` makes the classes, `fields` says what the attributes read, `shown` what `repr` prints.

mod class;
mod fields;
mod shown;

use std::mem::MaybeUninit;
use std::ptr;

use or_stream_core::assemble::Moment;
use or_stream_core::decoder::{self, Decoder, Sink};
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::envelope::Key;
use or_stream_core::error::Error;
use or_stream_core::json::Reason;
use or_stream_core::kind::{Kind, Role, Stream};
use or_stream_core::limits::Limits;
use or_stream_core::unescape;
use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};
use pyo3::{ffi, intern};

use self::class::new_class;
use crate::reader::Reader;
use crate::text::json_string;
use crate::words::Words;

/// The fixed part of an event. The data follows it; its length is the object's size.
#[repr(C)]
struct Head {
    base: ffi::PyVarObject,
    /// `type`, never null.
    name: *mut ffi::PyObject,
    /// The text of a delta; null in classes that have none.
    delta: *mut ffi::PyObject,
    /// A dict of fields that were decoded, null until then.
    decoded: *mut ffi::PyObject,
    index: u64,
    offset: u64,
    /// Negative where the event has none.
    sequence_number: i64,
    /// The reader whose fold took the event in, where it was a delta of an item's text; null otherwise. Readers hold no
    /// events, but for a moment those of an interrupted call.
    reader: *mut ffi::PyObject,
    /// What the event was for that fold; without a reader it means nothing.
    told: MaybeUninit<Told>,
    kind: Kind,
    reason: Option<Reason>,
}

/// Where in a reader's fold an event's text stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) moment: Moment,
    /// Which of the streams that the reader has read.
    pub(crate) generation: u16,
}

/// The classes and the interned names of their types.
struct Classes {
    base: Py<PyType>,
    of_kind: Vec<Py<PyType>>,
    names: Vec<Vec<Py<PyString>>>,
}

static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();

/// Makes the Python object of an event. Its delta may be one of the words at hand.
#[inline]
pub(crate) fn make<'py>(
    py: Python<'py>,
    event: &decoder::Event<'_>,
    told: Option<(&Bound<'py, Reader>, Told)>,
    words: Option<&mut Words>,
) -> PyResult<Bound<'py, PyAny>> {
    let classes = classes(py)?;
    let name = classes.name(py, event);
    let delta = has_delta(event.kind).then(|| delta(py, event, words));
    let Some(class) = classes.of_kind.get(event.kind as usize) else {
        return Err(PyTypeError::new_err("an event kind without a class"));
    };
    let length = event.raw.len();
    // SAFETY: the allocation holds a head and `length` bytes. Every field of the head is written before the object is
    // handed on. `PyObject_InitVar` takes its own reference to the class, which lives as long as the module.
    unsafe {
        let memory = ffi::PyObject_Malloc(size_of::<Head>() + length).cast::<Head>();
        if memory.is_null() {
            return Err(PyMemoryError::new_err(()));
        }
        ffi::PyObject_InitVar(memory.cast(), class.as_ptr().cast(), length.cast_signed());
        (&raw mut (*memory).name).write(name.into_ptr());
        (&raw mut (*memory).delta).write(delta.map_or(ptr::null_mut(), Bound::into_ptr));
        (&raw mut (*memory).decoded).write(ptr::null_mut());
        (&raw mut (*memory).index).write(event.index);
        (&raw mut (*memory).offset).write(event.offset);
        (&raw mut (*memory).sequence_number).write(event.sequence_number.map_or(-1, u64::cast_signed));
        let (reader, told) = told.map_or((ptr::null_mut(), MaybeUninit::uninit()), |(reader, told)| {
            (reader.clone().into_ptr(), MaybeUninit::new(told))
        });
        (&raw mut (*memory).reader).write(reader);
        (&raw mut (*memory).told).write(told);
        (&raw mut (*memory).kind).write(event.kind);
        (&raw mut (*memory).reason).write(event.fault.map(|fault| fault.reason));
        ptr::copy_nonoverlapping(event.raw.as_ptr(), memory.add(1).cast::<u8>(), length);
        Ok(Bound::from_owned_ptr(py, memory.cast()))
    }
}

#[inline]
fn delta<'py>(py: Python<'py>, event: &decoder::Event<'_>, words: Option<&mut Words>) -> Bound<'py, PyString> {
    let value = event.fields.get(Key::Delta);
    let text = match words {
        Some(words) => words.string(py, event.text, value),
        None => json_string(py, event.text, value),
    };
    text.unwrap_or_else(|| intern!(py, "").clone())
}

/// The data of an event object.
pub(crate) fn raw<'a>(event: &'a Bound<'_, PyAny>) -> PyResult<&'a [u8]> {
    let base = &classes(event.py())?.base;
    if !event.is_instance(base.bind(event.py()))? {
        return Err(PyTypeError::new_err(format!("expected an event, not {}", event.get_type().name()?)));
    }
    // SAFETY: the classes cannot be instantiated or subclassed from Python, so this object is one of ours.
    Ok(unsafe { raw_of(event.as_ptr()) })
}

/// The reader that folded an event, and where.
fn event_reader<'py>(event: &Bound<'py, PyAny>) -> PyResult<Option<(Bound<'py, Reader>, Told)>> {
    raw(event)?;
    Ok(reader(event))
}

/// The `type` of an event, which its data need not tell (rule E1).
pub(crate) fn name(event: &Bound<'_, PyAny>) -> PyResult<PyBackedStr> {
    event.getattr(intern!(event.py(), "type"))?.extract()
}

/// Whether an event tells the end of the response, be it one that only servers have and the contract has not.
pub(crate) fn is_end(event: &Bound<'_, PyAny>) -> bool {
    let by_name = |name: PyBackedStr| matches!(&*name, "response.done" | "response.cancelled" | "response.canceled");
    head(event).kind.role() == Role::Terminal || name(event).is_ok_and(by_name)
}

/// An event of its type and data again, for pickle and copy; or of the data of several, of which `last` was the last.
#[pyfunction]
#[pyo3(signature = (name, raw, index, offset, last=None, /))]
pub(crate) fn rebuild_event<'py>(
    py: Python<'py>,
    name: &str,
    raw: &[u8],
    index: u64,
    offset: u64,
    last: Option<&Bound<'py, PyAny>>,
) -> PyResult<Py<PyAny>> {
    let unlimited = Limits {
        max_event_bytes: usize::MAX,
        max_json_depth: usize::MAX,
        max_number_digits: usize::MAX,
        ..Limits::default()
    };
    let told = match last {
        Some(last) => event_reader(last)?,
        None => None,
    };
    let mut rebuilt = Rebuilt { py, raw, index, offset, told, event: None };
    let result = Decoder::new(unlimited, false).feed_event(raw, name.as_bytes(), &mut rebuilt);
    match rebuilt.event {
        Some(event) => event.map(Bound::unbind),
        None => Err(PyTypeError::new_err(result.map_or_else(|error| error.to_string(), |()| "no event".to_owned()))),
    }
}

struct Rebuilt<'a, 'py> {
    py: Python<'py>,
    /// The data as it was received, of which a message loses the white space around it.
    raw: &'a [u8],
    index: u64,
    offset: u64,
    told: Option<(Bound<'py, Reader>, Told)>,
    event: Option<PyResult<Bound<'py, PyAny>>>,
}

impl Sink for Rebuilt<'_, '_> {
    fn event(&mut self, event: &decoder::Event<'_>, _: &mut Diagnostics) -> Result<(), Error> {
        let Self { raw, index, offset, .. } = *self;
        let told = self.told.as_ref().map(|(reader, told)| (reader, *told));
        self.event = Some(make(self.py, &decoder::Event { raw, index, offset, ..*event }, told, None));
        Ok(())
    }
}

/// Adds the classes to the module.
pub(crate) fn add_classes(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let base = new_class(module, "BaseEvent", None, None)?;
    module.add("BaseEvent", &base)?;
    let mut classes = Classes { base: base.clone().unbind(), of_kind: Vec::new(), names: Vec::new() };
    for kind in Kind::ALL {
        let class = new_class(module, kind.class(), Some(*kind), Some(&base))?;
        module.add(kind.class(), &class)?;
        classes.of_kind.push(class.unbind());
        classes.names.push(kind.names().iter().map(|name| PyString::intern(py, name).unbind()).collect());
    }
    // A second initialisation of the module keeps the classes of the first.
    let _ = CLASSES.set(py, classes);
    Ok(())
}

fn classes(py: Python<'_>) -> PyResult<&Classes> {
    CLASSES.get(py).ok_or_else(|| PyTypeError::new_err("or_stream._core is not initialised"))
}

impl Classes {
    #[inline]
    fn name<'py>(&self, py: Python<'py>, event: &decoder::Event<'_>) -> Bound<'py, PyString> {
        let known = self.names.get(event.kind as usize).and_then(|names| names.get(event.spelling));
        match known {
            Some(name) => name.bind(py).clone(),
            None => PyString::new(py, &unescape::whole(event.name).0),
        }
    }
}

/// Whether events of a kind carry their delta ready. Shell output is an object and decodes when asked for.
fn has_delta(kind: Kind) -> bool {
    matches!(kind.role(), Role::Delta(stream) if stream != Stream::ShellOutput)
}

/// # Safety
/// `object` must be an event.
unsafe fn raw_of<'a>(object: *mut ffi::PyObject) -> &'a [u8] {
    // SAFETY: the data follows the head and is as long as the object's size says; it never changes.
    unsafe {
        let length = ffi::Py_SIZE(object).unsigned_abs();
        std::slice::from_raw_parts(object.cast::<Head>().add(1).cast::<u8>(), length)
    }
}

fn head<'a>(event: &'a Bound<'_, PyAny>) -> &'a Head {
    // SAFETY: only getters of our classes call this, with an instance of theirs; heads do not move.
    unsafe { &*event.as_ptr().cast::<Head>() }
}

/// The reader that folded this event, and where.
fn reader<'py>(event: &Bound<'py, PyAny>) -> Option<(Bound<'py, Reader>, Told)> {
    let head = head(event);
    // SAFETY: a reader that is there is one, and `told` was written with it.
    unsafe {
        let reader = Bound::from_borrowed_ptr_or_opt(event.py(), head.reader)?;
        Some((reader.cast_into_unchecked(), head.told.assume_init()))
    }
}

fn data<'a>(event: &'a Bound<'_, PyAny>) -> &'a [u8] {
    // SAFETY: as above.
    unsafe { raw_of(event.as_ptr()) }
}

/// The dict of fields that were decoded before.
fn kept_fields<'py>(event: &Bound<'py, PyAny>) -> Bound<'py, PyDict> {
    let py = event.py();
    let head = event.as_ptr().cast::<Head>();
    // SAFETY: the GIL is held (the module says that it needs it), so nobody else writes the pointer.
    unsafe {
        if (*head).decoded.is_null() {
            (*head).decoded = PyDict::new(py).into_ptr();
        }
        Bound::from_borrowed_ptr(py, (*head).decoded).cast_into_unchecked()
    }
}
