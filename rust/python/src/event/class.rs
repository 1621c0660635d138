//! The classes of events, and what the interpreter calls on their objects.

use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr;

use or_stream_core::kind::Kind;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyType};

use super::fields::{Field, fields_of};
use super::shown::shown;
use super::{Head, data, has_delta, head, name};
use crate::by_hand::{c_string, leak, slot};
use crate::errors;

/// Makes one class. Definitions live as long as the process: classes are never unloaded.
pub(super) fn new_class<'py>(
    module: &Bound<'py, PyModule>,
    name: &str,
    kind: Option<Kind>,
    base: Option<&Bound<'py, PyType>>,
) -> PyResult<Bound<'py, PyType>> {
    let members = kind.map_or_else(Vec::new, members_of);
    let getters: Vec<ffi::PyGetSetDef> = fields_of(kind).into_iter().map(getter_of).collect();
    let methods = if kind.is_none() { vec![reduce_method()] } else { Vec::new() };
    let mut slots = vec![
        slot(ffi::Py_tp_members, leak(members, ffi::PyMemberDef::default())),
        slot(ffi::Py_tp_getset, leak(getters, ffi::PyGetSetDef::default())),
        slot(ffi::Py_tp_methods, leak(methods, ffi::PyMethodDef::zeroed())),
        slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        slot(ffi::Py_tp_repr, repr as *mut c_void),
        slot(ffi::Py_tp_doc, c_string(&doc_of(kind))?.cast()),
        ffi::PyType_Slot::default(),
    ];
    let basetype = if kind.is_none() { ffi::Py_TPFLAGS_BASETYPE } else { 0 };
    let flags =
        ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_IMMUTABLETYPE | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION | basetype;
    let mut spec = ffi::PyType_Spec {
        name: c_string(&format!("or_stream.{name}"))?.cast_const(),
        basicsize: size_of::<Head>().try_into()?,
        itemsize: 1,
        flags: flags.try_into()?,
        slots: slots.as_mut_ptr(),
    };
    let bases = base.map_or(ptr::null_mut(), pyo3::Bound::as_ptr);
    // SAFETY: spec and slots are valid for the call; what the type keeps of them (names and definitions) is leaked.
    unsafe {
        let class = ffi::PyType_FromModuleAndSpec(module.as_ptr(), &raw mut spec, bases);
        Ok(Bound::from_owned_ptr_or_err(module.py(), class)?.cast_into_unchecked())
    }
}

fn doc_of(kind: Option<Kind>) -> String {
    match kind.map(Kind::names) {
        None => "What every event has; each concrete class adds the fields of its type.".into(),
        Some([]) => "An event without a class of its own.".into(),
        Some(names) => format!("Event `{}`.", names.join("`, `")),
    }
}

fn members_of(kind: Kind) -> Vec<ffi::PyMemberDef> {
    let member = |name: &'static std::ffi::CStr, offset: usize| ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_OBJECT_EX,
        offset: offset.cast_signed(),
        flags: ffi::Py_READONLY,
        doc: ptr::null(),
    };
    let mut members = vec![member(c"type", offset_of!(Head, name))];
    if has_delta(kind) {
        members.push(member(c"delta", offset_of!(Head, delta)));
    }
    members
}

fn getter_of(field: Field) -> ffi::PyGetSetDef {
    let name = c_string(field.name).unwrap_or(ptr::null_mut()).cast_const();
    let closure = Box::into_raw(Box::new(field)).cast();
    ffi::PyGetSetDef { name, get: Some(get), set: None, doc: ptr::null(), closure }
}

fn reduce_method() -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: c"__reduce__".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: reduce },
        ml_flags: ffi::METH_NOARGS,
        ml_doc: ptr::null(),
    }
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: called once, by the interpreter, when nothing refers to the object any more.
    unsafe {
        let head = object.cast::<Head>();
        ffi::Py_XDECREF((*head).name);
        ffi::Py_XDECREF((*head).delta);
        ffi::Py_XDECREF((*head).decoded);
        ffi::Py_XDECREF((*head).reader);
        let class = ffi::Py_TYPE(object);
        ffi::PyObject_Free(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

/// Calls Rust from a C slot: errors and panics become Python exceptions.
///
/// # Safety
/// The caller holds the GIL and `object` is an event.
unsafe fn guarded(
    object: *mut ffi::PyObject,
    call: impl for<'py> FnOnce(&Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>,
) -> *mut ffi::PyObject {
    // SAFETY: slots are called with the GIL held and with a borrowed reference.
    let (py, event) = unsafe {
        let py = Python::assume_attached();
        (py, Bound::from_borrowed_ptr(py, object))
    };
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| call(&event)));
    let result = result.unwrap_or_else(|_| {
        Err(errors::plain(
            py,
            "InternalError",
            "reading an event failed, which is a bug in or_stream; please report it",
        ))
    });
    match result {
        Ok(value) => value.into_ptr(),
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}

unsafe extern "C" fn get(object: *mut ffi::PyObject, closure: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: the closure of every definition is a leaked `Field`.
    unsafe {
        let field = &*closure.cast::<Field>();
        guarded(object, |event| (field.get)(event, field.name))
    }
}

unsafe extern "C" fn reduce(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a method of our classes.
    unsafe {
        guarded(object, |event| {
            let py = event.py();
            let rebuild = py.import("or_stream._core")?.getattr("rebuild_event")?;
            let (head, raw) = (head(event), PyBytes::new(py, data(event)));
            Ok((rebuild, (name(event)?, raw, head.index, head.offset)).into_pyobject(py)?.into_any())
        })
    }
}

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a slot of our classes.
    unsafe { guarded(object, |event| Ok(PyString::new(event.py(), &shown(event)?).into_any())) }
}
