//! What classes that are made by hand have in common: their definitions live as long as the process.

use std::ffi::{CString, c_char, c_int, c_void};

use pyo3::ffi;
use pyo3::prelude::*;

/// One slot of a class.
pub(crate) fn slot(slot: c_int, pfunc: *mut c_void) -> ffi::PyType_Slot {
    ffi::PyType_Slot { slot, pfunc }
}

/// A list of definitions as the interpreter wants it: closed by an empty one, for ever where it is.
pub(crate) fn leak<T>(mut definitions: Vec<T>, end: T) -> *mut c_void {
    definitions.push(end);
    Box::leak(definitions.into_boxed_slice()).as_mut_ptr().cast()
}

/// A text that stays.
pub(crate) fn c_string(text: &str) -> PyResult<*mut c_char> {
    Ok(CString::new(text)?.into_raw())
}
