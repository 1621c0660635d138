//! The obvious tree that a partial parser grows: for the tests and for the fuzz target.
// A twin that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::panic)]

use or_stream_core::partial::Sink;
use serde_json::{Map, Value};

/// A tree as the sink of the parser: the obvious one, which walks its path for every call.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) root: Option<Value>,
    path: Vec<Step>,
    key: String,
    pub(crate) restarts: usize,
}

#[derive(Debug)]
enum Step {
    Key(String),
    Last,
}

impl Tree {
    fn place(&mut self) -> &mut Value {
        self.path.iter().fold(self.root.as_mut().unwrap(), |value, step| match step {
            Step::Key(key) => value.get_mut(key).unwrap(),
            Step::Last => value.as_array_mut().unwrap().last_mut().unwrap(),
        })
    }

    /// Puts a value into its place. Returns the step from there to the value.
    fn put(&mut self, value: Value) -> Option<Step> {
        if self.root.is_none() {
            self.root = Some(value);
            return None;
        }
        let key = self.key.clone();
        match self.place() {
            Value::Object(object) => {
                object.insert(key.clone(), value);
                Some(Step::Key(key))
            }
            Value::Array(array) => {
                array.push(value);
                Some(Step::Last)
            }
            // A number that is the whole text is told again when it turns out to be longer.
            root => {
                *root = value;
                None
            }
        }
    }

    fn open(&mut self, value: Value) {
        // The root has no step: an open value that is the root leaves the path as it is.
        let step = self.put(value);
        self.path.extend(step);
    }
}

impl Sink for Tree {
    type Error = std::convert::Infallible;

    fn restart(&mut self) {
        *self = Self { restarts: self.restarts + 1, ..Self::default() };
    }

    fn key(&mut self, key: &str) -> Result<(), Self::Error> {
        key.clone_into(&mut self.key);
        Ok(())
    }

    fn open_object(&mut self) -> Result<(), Self::Error> {
        self.open(Value::Object(Map::new()));
        Ok(())
    }

    fn open_array(&mut self) -> Result<(), Self::Error> {
        self.open(Value::Array(Vec::new()));
        Ok(())
    }

    fn close(&mut self) -> Result<(), Self::Error> {
        self.path.pop();
        Ok(())
    }

    fn open_string(&mut self) -> Result<(), Self::Error> {
        self.open(Value::String(String::new()));
        Ok(())
    }

    fn text(&mut self, more: &str) -> Result<(), Self::Error> {
        assert!(!more.is_empty(), "nothing is told of nothing");
        let Value::String(text) = self.place() else { panic!("text outside a string") };
        text.push_str(more);
        Ok(())
    }

    fn close_string(&mut self) -> Result<(), Self::Error> {
        self.path.pop();
        Ok(())
    }

    fn number(&mut self, number: &str) -> Result<(), Self::Error> {
        // serde_json refuses floats beyond all floats; their text is as good for comparing.
        self.put(serde_json::from_str(number).unwrap_or_else(|_| number.into()));
        Ok(())
    }

    fn bool(&mut self, value: bool) -> Result<(), Self::Error> {
        self.put(Value::Bool(value));
        Ok(())
    }

    fn null(&mut self) -> Result<(), Self::Error> {
        self.put(Value::Null);
        Ok(())
    }
}
