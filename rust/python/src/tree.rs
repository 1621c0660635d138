//! The value of a text that is still being told, as plain Python objects that grow in place.
//!
//! A delta costs what it adds: the dicts and lists of the open path stay the same objects, finished values are never
//! touched again, and an open string grows as `growing` says. Users get the root itself, not a copy.

use or_stream_core::partial::Sink;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString};

use crate::growing::Growing;
use crate::value::number;

/// The root and the path from it to where the text is.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    root: Option<Py<PyAny>>,
    open: Vec<Container>,
    /// Of the member whose value comes next, or whose string is open.
    key: Option<Py<PyString>>,
    string: Option<OpenString>,
}

#[derive(Debug)]
enum Container {
    Object(Py<PyDict>),
    Array(Py<PyList>),
}

/// A string whose end has not come.
#[derive(Debug, Default)]
struct OpenString {
    text: Growing,
    /// Its container holds it as it is now.
    shown: bool,
    /// Its index, once a list has held it.
    index: Option<usize>,
}

impl Tree {
    /// The value so far; None where there is none yet.
    #[inline]
    pub(crate) fn value<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.root.as_ref().map_or_else(|| py.None().into_bound(py), |root| root.bind(py).clone())
    }

    /// Takes over what a parser tells.
    pub(crate) fn growing<'a, 'py>(&'a mut self, py: Python<'py>) -> Growth<'a, 'py> {
        Growth { py, tree: self }
    }

    /// Puts the open string into its container as it is now.
    #[inline]
    pub(crate) fn show(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(string) = &mut self.string else { return Ok(()) };
        if string.shown {
            return Ok(());
        }
        let text = string.text.text(py).into_any();
        string.shown = true;
        match (self.open.last(), string.index) {
            (Some(Container::Array(list)), Some(index)) => list.bind(py).set_item(index, text),
            (Some(Container::Array(list)), None) => {
                string.index = Some(list.bind(py).len());
                list.bind(py).append(text)
            }
            _ => self.put(text),
        }
    }

    /// Takes the open string out of its container: while that holds it, it cannot grow in place. Nobody sees the gap.
    #[inline]
    fn hide(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(string) = self.string.as_mut().filter(|string| string.shown) else { return Ok(()) };
        string.shown = false;
        let gap = py.None().into_bound(py);
        match (self.open.last(), string.index) {
            (Some(Container::Array(list)), Some(index)) => list.bind(py).set_item(index, gap),
            _ => self.put(gap),
        }
    }

    /// A value in its place: member, element or root.
    #[inline]
    fn put(&mut self, value: Bound<'_, PyAny>) -> PyResult<()> {
        let py = value.py();
        match (self.open.last(), &self.key) {
            (Some(Container::Object(dict)), Some(key)) => dict.bind(py).set_item(key, value),
            (Some(Container::Array(list)), _) => list.bind(py).append(value),
            _ => {
                self.root = Some(value.unbind());
                Ok(())
            }
        }
    }
}

/// A tree that takes what a parser tells, with the GIL held.
pub(crate) struct Growth<'a, 'py> {
    py: Python<'py>,
    tree: &'a mut Tree,
}

impl Sink for Growth<'_, '_> {
    type Error = PyErr;

    /// The old root belongs to whoever holds it; it does not change any more.
    fn restart(&mut self) {
        *self.tree = Tree::default();
    }

    fn key(&mut self, key: &str) -> PyResult<()> {
        self.tree.key = Some(PyString::new(self.py, key).unbind());
        Ok(())
    }

    fn open_object(&mut self) -> PyResult<()> {
        let dict = PyDict::new(self.py);
        self.tree.put(dict.clone().into_any())?;
        self.tree.open.push(Container::Object(dict.unbind()));
        Ok(())
    }

    fn open_array(&mut self) -> PyResult<()> {
        let list = PyList::empty(self.py);
        self.tree.put(list.clone().into_any())?;
        self.tree.open.push(Container::Array(list.unbind()));
        Ok(())
    }

    fn close(&mut self) -> PyResult<()> {
        self.tree.open.pop();
        Ok(())
    }

    fn open_string(&mut self) -> PyResult<()> {
        self.tree.string = Some(OpenString::default());
        Ok(())
    }

    #[inline]
    fn text(&mut self, more: &str) -> PyResult<()> {
        self.tree.hide(self.py)?;
        match &mut self.tree.string {
            Some(string) => string.text.append(self.py, more),
            None => Ok(()),
        }
    }

    fn close_string(&mut self) -> PyResult<()> {
        self.tree.show(self.py)?;
        self.tree.string = None;
        Ok(())
    }

    fn number(&mut self, text: &str) -> PyResult<()> {
        self.tree.put(number(self.py, text.as_bytes())?)
    }

    fn bool(&mut self, value: bool) -> PyResult<()> {
        self.tree.put(PyBool::new(self.py, value).to_owned().into_any())
    }

    fn null(&mut self) -> PyResult<()> {
        self.tree.put(self.py.None().into_bound(self.py))
    }
}
