//! Checked JSON text as Python objects: integers exact at any size, text always encodable.

use or_stream_core::json::{self, Shape, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList};

use crate::text::json_string;

/// The object of a value. The text must have passed the core, which has limited its nesting.
pub(crate) fn load<'py>(py: Python<'py>, text: &[u8], value: Value) -> PyResult<Bound<'py, PyAny>> {
    let own = value.of(text);
    Ok(match value.shape {
        Shape::Null => py.None().into_bound(py),
        Shape::Bool => PyBool::new(py, own == b"true").to_owned().into_any(),
        Shape::Number => number(py, own)?,
        Shape::Plain | Shape::Escaped => json_string(py, text, value).into_pyobject(py)?,
        Shape::Object => object(py, own)?.into_any(),
        Shape::Array => {
            let list = PyList::empty(py);
            for element in json::elements(own) {
                list.append(load(py, own, element)?)?;
            }
            list.into_any()
        }
    })
}

/// The dict of an object.
pub(crate) fn object<'py>(py: Python<'py>, own: &[u8]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in json::members(own) {
        dict.set_item(json_string(py, own, key), load(py, own, value)?)?;
    }
    Ok(dict)
}

/// One level of a checked JSON text: the members of an object or the elements of an array. What is nested in them, and
/// strings of some length, stay JSON text until somebody asks.
#[pyfunction]
#[pyo3(signature = (json, /))]
pub(crate) fn open_json<'py>(json: &Bound<'py, PyBytes>) -> PyResult<Bound<'py, PyAny>> {
    let (py, text) = (json.py(), json.as_bytes().trim_ascii());
    match whole(text).shape {
        Shape::Object => {
            let dict = PyDict::new(py);
            for (key, value) in json::members(text) {
                dict.set_item(json_string(py, text, key), closed(py, text, value)?)?;
            }
            Ok(dict.into_any())
        }
        Shape::Array => {
            let list = PyList::empty(py);
            for element in json::elements(text) {
                list.append(closed(py, text, element)?)?;
            }
            Ok(list.into_any())
        }
        _ => load(py, text, whole(text)),
    }
}

/// Longest string that `open_json` decodes: an identifier, not a text.
const SHORT: usize = 64;

fn closed<'py>(py: Python<'py>, text: &[u8], value: Value) -> PyResult<Bound<'py, PyAny>> {
    let own = value.of(text);
    match value.shape {
        Shape::Object | Shape::Array => Ok(PyBytes::new(py, own).into_any()),
        Shape::Plain | Shape::Escaped if own.len() > SHORT => Ok(PyBytes::new(py, own).into_any()),
        _ => load(py, text, value),
    }
}

/// A text that is one value.
fn whole(text: &[u8]) -> Value {
    let shape = match text.first() {
        Some(b'{') => Shape::Object,
        Some(b'[') => Shape::Array,
        Some(b'"') if text.contains(&b'\\') => Shape::Escaped,
        Some(b'"') => Shape::Plain,
        Some(b't' | b'f') => Shape::Bool,
        Some(b'n') | None => Shape::Null,
        Some(_) => Shape::Number,
    };
    Value::at(0, text.len(), shape)
}

/// The `int` or `float` of a number.
pub(crate) fn number<'py>(py: Python<'py>, own: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let text = std::str::from_utf8(own).unwrap_or_default();
    if own.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return Ok(PyFloat::new(py, text.parse()?).into_any());
    }
    match text.parse::<i64>() {
        Ok(small) => Ok(small.into_pyobject(py)?.into_any()),
        Err(_) => py.get_type::<PyInt>().call1((text,)),
    }
}
