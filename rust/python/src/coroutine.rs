//! The Python face of a step: a class made by hand, because one is made for every event.
//!
//! Beside what a class of `PyO3` costs, this one saves the making of a step, of which the last one that was let go is
//! kept for the next, and the making of a `StopIteration` around its value, where the interpreter asks for `am_send`
//! (3.11; later ones ask so for generators only).

use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::exceptions::PyValueError;
use pyo3::ffi::{
    self,
    PySendResult::{PYGEN_ERROR, PYGEN_NEXT, PYGEN_RETURN},
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::iterator::PySendResult;
use pyo3::types::{PyTuple, PyType};

use crate::by_hand::{c_string, leak, slot};
use crate::errors;
use crate::step::{Push, Step};

#[repr(C)]
struct Object {
    base: ffi::PyObject,
    step: Step,
    /// Whether a call on the step is under way, which no second one may enter.
    running: bool,
    /// Whether the garbage collector knows of it. It has to once the step waits: the event loop, whose task waits with
    /// it, can be reached from there.
    tracked: bool,
}

static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The memory of the last step that was let go. Whoever swaps it out owns it.
static SPARE: AtomicPtr<ffi::PyObject> = AtomicPtr::new(ptr::null_mut());

/// Makes the coroutine of a step.
#[inline]
pub(crate) fn make(py: Python<'_>, step: Step) -> PyResult<Bound<'_, PyAny>> {
    let class = CLASS.get(py).ok_or_else(|| PyValueError::new_err("or_stream._core is not initialised"))?;
    let class = class.as_ptr().cast::<ffi::PyTypeObject>();
    let spare = SPARE.swap(ptr::null_mut(), Ordering::AcqRel);
    // SAFETY: the memory is an `Object`'s, from the garbage collector's allocator, and nobody else's. All fields are
    // written before it is handed on; both calls take a reference to the class.
    unsafe {
        let object = if spare.is_null() { ffi::PyObject_GC_New(class) } else { ffi::PyObject_Init(spare, class) };
        if object.is_null() {
            return Err(PyErr::fetch(py));
        }
        let memory = object.cast::<Object>();
        (&raw mut (*memory).step).write(step);
        (&raw mut (*memory).running).write(false);
        (&raw mut (*memory).tracked).write(false);
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Adds the class to the module.
pub(crate) fn add_class(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let method = |name: &'static std::ffi::CStr, call: ffi::PyCFunction, flags| ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: call },
        ml_flags: flags,
        ml_doc: ptr::null(),
    };
    let methods = vec![
        method(c"send", send_method, ffi::METH_O),
        method(c"throw", throw_method, ffi::METH_VARARGS),
        method(c"close", close_method, ffi::METH_NOARGS),
    ];
    let getter = |name: &'static std::ffi::CStr| ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(shown),
        set: None,
        doc: ptr::null(),
        closure: name.as_ptr().cast_mut().cast(),
    };
    let mut slots = [
        slot(ffi::Py_am_await, itself as *mut c_void),
        slot(ffi::Py_am_send, send as *mut c_void),
        slot(ffi::Py_tp_iternext, next as *mut c_void),
        slot(ffi::Py_tp_methods, leak(methods, ffi::PyMethodDef::zeroed())),
        slot(ffi::Py_tp_getset, leak(vec![getter(c"cr_frame"), getter(c"cr_await")], ffi::PyGetSetDef::default())),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_clear, clear as *mut c_void),
        slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        slot(ffi::Py_tp_doc, c_string("The coroutine that brings the next event, or the next batch of them.")?.cast()),
        ffi::PyType_Slot::default(),
    ];
    let flags = ffi::Py_TPFLAGS_DEFAULT
        | ffi::Py_TPFLAGS_HAVE_GC
        | ffi::Py_TPFLAGS_IMMUTABLETYPE
        | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION;
    let mut spec = ffi::PyType_Spec {
        name: c"or_stream._core._Step".as_ptr(),
        basicsize: size_of::<Object>().try_into()?,
        itemsize: 0,
        flags: flags.try_into()?,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: spec and slots are valid for the call; what the type keeps of them is static or leaked.
    let class: Bound<'_, PyType> = unsafe {
        let class = ffi::PyType_FromModuleAndSpec(module.as_ptr(), &raw mut spec, ptr::null_mut());
        Bound::from_owned_ptr_or_err(module.py(), class)?.cast_into_unchecked()
    };
    module.add("_Step", &class)?;
    // A second initialisation of the module keeps the class of the first.
    let _ = CLASS.set(module.py(), class.unbind());
    Ok(())
}

/// Goes on with a value. An event that is there takes a short way: on the long one errors and references are let go of,
/// for which `PyO3` wants to know that the GIL is held.
///
/// # Safety
/// The caller holds the GIL and `object` is a step.
#[inline]
unsafe fn go_on_with(
    object: *mut ffi::PyObject,
    value: impl for<'py> FnOnce(Python<'py>) -> Bound<'py, PyAny>,
) -> Turn {
    let memory = object.cast::<Object>();
    // SAFETY: as above; a step that is running is borrowed by the call that runs it.
    unsafe {
        let at_once = if (*memory).running { None } else { (*memory).step.at_once(Python::assume_attached()) };
        match at_once {
            Some(event) => (PYGEN_RETURN, event.into_ptr()),
            None => go_on(object, |py| Push::Send(value(py))),
        }
    }
}

/// Goes on from a slot.
///
/// # Safety
/// As for `go_on_with`.
unsafe fn go_on(object: *mut ffi::PyObject, push: impl for<'py> FnOnce(Python<'py>) -> Push<'py>) -> Turn {
    let memory = object.cast::<Object>();
    // SAFETY: as above; `running` keeps a second call away while the step is borrowed.
    unsafe {
        if (*memory).running {
            return fail(PyValueError::new_err("coroutine already executing"));
        }
        (*memory).running = true;
        let step = &mut (*memory).step;
        let turn = Python::attach(|py| {
            let result = catch_unwind(AssertUnwindSafe(|| step.go_on(py, push(py)))).unwrap_or_else(|_| {
                step.leave(py);
                Err(broken(py))
            });
            match result {
                Ok(PySendResult::Return(value)) => (PYGEN_RETURN, value.into_ptr()),
                Ok(PySendResult::Next(waits)) => (PYGEN_NEXT, waits.into_ptr()),
                Err(error) => fail(error),
            }
        });
        (*memory).running = false;
        if turn.0 == PYGEN_NEXT && !(*memory).tracked {
            (*memory).tracked = true;
            ffi::PyObject_GC_Track(object.cast());
        }
        turn
    }
}

type Turn = (ffi::PySendResult, *mut ffi::PyObject);

fn fail(error: PyErr) -> Turn {
    Python::attach(|py| error.restore(py));
    (PYGEN_ERROR, ptr::null_mut())
}

#[cold]
fn broken(py: Python<'_>) -> PyErr {
    errors::plain(py, "InternalError", "reading a stream failed, which is a bug in or_stream; please report it")
}

unsafe extern "C" fn itself(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: slots are called with the GIL held and with a borrowed reference.
    unsafe { ffi::Py_NewRef(object) }
}

unsafe extern "C" fn send(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    result: *mut *mut ffi::PyObject,
) -> ffi::PySendResult {
    // SAFETY: as above; `result` is the caller's to be written.
    unsafe {
        let (turn, value) = go_on_with(object, |py| Bound::from_borrowed_ptr(py, value));
        *result = value;
        turn
    }
}

unsafe extern "C" fn next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: as above.
    unsafe { stepped(go_on_with(object, |py| py.None().into_bound(py))) }
}

unsafe extern "C" fn send_method(object: *mut ffi::PyObject, value: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: as above.
    unsafe { stepped(go_on_with(object, |py| Bound::from_borrowed_ptr(py, value))) }
}

unsafe extern "C" fn throw_method(object: *mut ffi::PyObject, error: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: as above; a method that takes any number of arguments gets a tuple.
    unsafe {
        stepped(go_on(object, |py| Push::Throw(Bound::from_borrowed_ptr(py, error).cast_into_unchecked::<PyTuple>())))
    }
}

/// What `send` returns and raises.
fn stepped((turn, value): Turn) -> *mut ffi::PyObject {
    if turn == PYGEN_RETURN {
        // SAFETY: the GIL is held and the reference is ours.
        unsafe {
            ffi::PyErr_SetObject(ffi::PyExc_StopIteration, value);
            ffi::Py_DECREF(value);
        }
        return ptr::null_mut();
    }
    value
}

unsafe extern "C" fn close_method(object: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    let memory = object.cast::<Object>();
    // SAFETY: as above.
    unsafe {
        if (*memory).running {
            return fail(PyValueError::new_err("coroutine already executing")).1;
        }
        (*memory).running = true;
        let step = &mut (*memory).step;
        let closed = Python::attach(|py| match step.close(py) {
            Ok(()) => py.None().into_ptr(),
            Err(error) => fail(error).1,
        });
        (*memory).running = false;
        closed
    }
}

/// An attribute of what is awaited, for whoever prints where a task stands.
unsafe extern "C" fn shown(object: *mut ffi::PyObject, name: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: as above; the closure of both definitions is their name.
    unsafe {
        let awaited = (*object.cast::<Object>()).step.awaited();
        let awaited = awaited.map_or_else(|| ffi::Py_None(), Py::as_ptr);
        ffi::PyObject_GetAttrString(awaited, name.cast_const().cast())
    }
}

unsafe extern "C" fn traverse(object: *mut ffi::PyObject, visit: ffi::visitproc, arg: *mut c_void) -> c_int {
    // SAFETY: called by the garbage collector, which changes nothing meanwhile.
    unsafe {
        let own = [ffi::Py_TYPE(object).cast::<ffi::PyObject>()];
        let step = &(*object.cast::<Object>()).step;
        let held = [step.stream().map(Py::as_ptr), step.awaited().map(Py::as_ptr)];
        for held in own.into_iter().chain(held.into_iter().flatten()) {
            let told = visit(held, arg);
            if told != 0 {
                return told;
            }
        }
    }
    0
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: called by the garbage collector for an object that nobody else refers to.
    Python::attach(|py| unsafe { (*object.cast::<Object>()).step.leave(py) });
    0
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    let memory = object.cast::<Object>();
    // SAFETY: called once, by the interpreter, when nothing refers to the object any more.
    unsafe {
        if (*memory).tracked {
            ffi::PyObject_GC_UnTrack(object.cast());
        }
        (*memory).step.leave(Python::assume_attached());
        let class = ffi::Py_TYPE(object);
        let kept = SPARE.compare_exchange(ptr::null_mut(), object, Ordering::AcqRel, Ordering::Relaxed);
        if kept.is_err() {
            ffi::PyObject_GC_Del(object.cast());
        }
        ffi::Py_DECREF(class.cast());
    }
}
