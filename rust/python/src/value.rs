//! Checked JSON text as Python objects: integers exact at any size, text always encodable.

use or_stream_core::json::{self, Shape, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList};

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
