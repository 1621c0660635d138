//! What the attributes of an event read: a field is decoded from the event's data when somebody asks for it.

use or_stream_core::json::{self, Reason, Shape};
use or_stream_core::kind::{Kind, Role, Stream};
use or_stream_core::server_error;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString};

use super::{data, has_delta, head, kept_fields, reader};
use crate::arguments::PartialArguments;
use crate::text::string;
use crate::value;

/// Reads one field of an event; the name is the field's own.
type Getter = for<'py> fn(&Bound<'py, PyAny>, &'static str) -> PyResult<Bound<'py, PyAny>>;

/// A field of a class: its getter finds it through the closure pointer of its definition.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) get: Getter,
}

/// The fields of a class; the base class has those of every event.
pub(super) fn fields_of(kind: Option<Kind>) -> Vec<Field> {
    let Some(kind) = kind else {
        return vec![
            Field { name: "sequence_number", get: get_sequence_number },
            Field { name: "first_sequence_number", get: get_first_sequence_number },
            Field { name: "index", get: get_index },
            Field { name: "raw", get: get_raw },
            Field { name: "data", get: get_data },
        ];
    };
    let names = kind.fields().iter().filter(|name| !(has_delta(kind) && **name == "delta"));
    let mut fields: Vec<Field> = names.map(|name| Field { name, get: getter_for(kind, name) }).collect();
    if let Role::Delta(stream) = kind.role()
        && !matches!(stream, Stream::Audio | Stream::Transcript | Stream::ShellOutput)
    {
        fields.push(Field { name: "snapshot", get: get_snapshot });
        if matches!(stream, Stream::Arguments | Stream::McpArguments) {
            fields.push(Field { name: "arguments", get: get_arguments });
        }
    }
    fields
}

/// The text up to and with this delta. Events that no stream folded do not have it.
fn get_snapshot<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let py = event.py();
    let (reader, told) = reader(event).ok_or_else(|| of_no_stream(name))?;
    let text = reader.get().with(py, |state| {
        let fold = state.fold.as_ref().filter(|_| told.generation == state.generation);
        Ok(fold.and_then(|fold| fold.text_then(told.moment)))
    })?;
    Ok(text.ok_or_else(|| of_no_stream(name))?.into_pyobject(py)?.into_any())
}

/// The live view of the call that this delta belongs to. Events that no stream folded do not have it.
fn get_arguments<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let (reader, told) = reader(event).ok_or_else(|| of_no_stream(name))?;
    let view = PartialArguments::of_event(&reader, told)?.ok_or_else(|| of_no_stream(name))?;
    view.into_bound_py_any(event.py())
}

#[cold]
fn of_no_stream(name: &str) -> PyErr {
    PyAttributeError::new_err(format!(
        "this event has no {name}: only deltas of a stream or an Assembler that is still read have it"
    ))
}

fn getter_for(kind: Kind, name: &str) -> Getter {
    match (kind, name) {
        (Kind::MalformedEvent, "reason") => get_reason,
        (Kind::MalformedEvent, _) => get_offset,
        (Kind::ErrorEvent, "error") => get_error,
        (Kind::ErrorEvent, _) => get_error_member,
        (_, "response") => get_response,
        (_, "item" | "part" | "annotation" | "logprobs") => get_model,
        (_, index) if index.ends_with("_index") => get_index_field,
        (_, "text" | "refusal" | "arguments" | "code" | "input" | "command" | "diff" | "partial_image_b64") => get_text,
        _ => get_value,
    }
}

fn get_sequence_number<'py>(event: &Bound<'py, PyAny>, _: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let number = head(event).sequence_number;
    Ok((number >= 0).then_some(number).into_pyobject(event.py())?)
}

/// Of an event that stands for several, which only a coalescing stream makes; else its own number.
fn get_first_sequence_number<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let first = get_index_field(event, name)?;
    if first.is_none() { get_sequence_number(event, name) } else { Ok(first) }
}

fn get_index<'py>(event: &Bound<'py, PyAny>, _: &'static str) -> PyResult<Bound<'py, PyAny>> {
    Ok(head(event).index.into_pyobject(event.py())?.into_any())
}

fn get_offset<'py>(event: &Bound<'py, PyAny>, _: &'static str) -> PyResult<Bound<'py, PyAny>> {
    Ok(head(event).offset.into_pyobject(event.py())?.into_any())
}

fn get_reason<'py>(event: &Bound<'py, PyAny>, _: &'static str) -> PyResult<Bound<'py, PyAny>> {
    Ok(head(event).reason.map(Reason::text).unwrap_or_default().into_pyobject(event.py())?.into_any())
}

#[allow(clippy::unnecessary_wraps)] // a `Getter`
fn get_raw<'py>(event: &Bound<'py, PyAny>, _: &'static str) -> PyResult<Bound<'py, PyAny>> {
    Ok(PyBytes::new(event.py(), data(event)).into_any())
}

/// A field that is decoded once and then kept.
fn decoded<'py>(
    event: &Bound<'py, PyAny>,
    name: &'static str,
    decode: impl FnOnce(&[u8]) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = event.py();
    let kept = kept_fields(event);
    if let Some(value) = kept.get_item(name)? {
        return Ok(value);
    }
    let value = decode(String::from_utf8_lossy(data(event)).as_bytes())?;
    kept.set_item(PyString::intern(py, name), &value)?;
    Ok(value)
}

fn get_data<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    if head(event).reason.is_some() {
        return Ok(PyDict::new(event.py()).into_any());
    }
    decoded(event, name, |text| Ok(value::object(event.py(), text)?.into_any()))
}

/// A member as plain Python; containers are kept once decoded.
fn get_value<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let py = event.py();
    let text = String::from_utf8_lossy(data(event));
    match json::member(text.as_bytes(), name) {
        None => Ok(py.None().into_bound(py)),
        Some(found) if matches!(found.shape, Shape::Object | Shape::Array) => {
            decoded(event, name, |text| value::load(py, text, found))
        }
        Some(found) => value::load(py, text.as_bytes(), found),
    }
}

/// A text that the contract requires: missing and null read as "".
fn get_text<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let value = get_value(event, name)?;
    if value.is_none() { Ok(string(event.py(), b"").into_any()) } else { Ok(value) }
}

/// An index: anything but an integer from 0 to 2^53 reads as None, never as a cast of itself.
fn get_index_field<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let text = data(event);
    let value = json::member(text, name).filter(|value| value.shape == Shape::Number);
    Ok(value.and_then(|value| json::small_integer(value.of(text))).into_pyobject(event.py())?)
}

fn get_model<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    decoded(event, name, |text| match json::member(text, name) {
        Some(value) if value.shape != Shape::Null => model(event.py(), name, value.of(text)),
        _ => Ok(event.py().None().into_bound(event.py())),
    })
}

/// The response, also where it stands in the place of the event (rule E13).
fn get_response<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    decoded(event, name, |text| match json::member(text, name) {
        Some(value) if value.shape != Shape::Null => model(event.py(), name, value.of(text)),
        _ if json::member(text, "type").is_none() => model(event.py(), name, text),
        _ => Ok(event.py().None().into_bound(event.py())),
    })
}

/// The server's error in one shape, whichever it was sent in (rule E8).
fn get_error<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    decoded(event, name, |text| {
        model(event.py(), name, &server_error::normalise(text).unwrap_or_else(|| b"{}".to_vec()))
    })
}

fn get_error_member<'py>(event: &Bound<'py, PyAny>, name: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let py = event.py();
    let text = String::from_utf8_lossy(data(event));
    let error = server_error::normalise(text.as_bytes()).unwrap_or_default();
    match json::member(&error, name) {
        Some(found) if found.shape != Shape::Null => value::load(py, &error, found),
        _ if name == "message" => Ok(string(py, b"").into_any()),
        _ => Ok(py.None().into_bound(py)),
    }
}

/// A model of `or_stream.models`, which is imported when the first one is asked for.
fn model<'py>(py: Python<'py>, name: &str, json: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    static LOAD: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let load = LOAD.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("or_stream.models.fields")?.getattr("read_field")?.unbind())
    })?;
    load.bind(py).call1((name, PyBytes::new(py, json)))
}
