//! `Timeline`: when the events of a stream came, as columns; and `Histogram` for the durations between them.

use std::sync::Mutex;

use or_stream_core::decoder::Decoder;
use or_stream_core::error::Error;
use or_stream_core::timeline;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::assembler::DETACH_BYTES;
use crate::errors;
use crate::input::Input;
use crate::limits::Limits;
use crate::reader::{Reader, Settings, lock};
use crate::tap::time;

/// The times of one stream. Never raises on what a server sends.
#[pyclass(frozen, subclass, extends = Reader, module = "or_stream._core")]
pub(crate) struct Timeline {
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    timeline: timeline::Timeline,
    fault: Option<Error>,
}

#[pymethods]
impl Timeline {
    #[new]
    #[pyo3(signature = (*, limits=None))]
    fn new(limits: Option<&Limits>) -> PyClassInitializer<Self> {
        let settings = Settings { limits: Limits::core(limits), strict: false, fold: None };
        PyClassInitializer::from(Reader::new(settings)).add_subclass(Self { notes: Mutex::default() })
    }

    /// Takes note of the next bytes of the body.
    #[pyo3(signature = (chunk, /, t_ns=None))]
    fn feed<'py>(this: &Bound<'py, Self>, chunk: &Bound<'py, PyAny>, t_ns: Option<u64>) -> PyResult<()> {
        // The time first: nothing of ours may stand between the arrival and its stamp.
        let now = time(this.py(), t_ns)?;
        let input = Input::chunk(chunk)?;
        let bytes = input.as_bytes()?;
        note(this, |py, timeline, decoder| {
            timeline.pass(bytes, now);
            if bytes.len() < DETACH_BYTES {
                decoder.feed(bytes, timeline)
            } else {
                py.detach(|| decoder.feed(bytes, timeline))
            }
        })
    }

    /// Takes note of one WebSocket message, which is one event without framing.
    #[pyo3(signature = (message, /, t_ns=None))]
    fn feed_message<'py>(this: &Bound<'py, Self>, message: &Bound<'py, PyAny>, t_ns: Option<u64>) -> PyResult<()> {
        let now = time(this.py(), t_ns)?;
        let input = Input::message(message)?;
        let bytes = input.as_bytes()?;
        note(this, |_, timeline, decoder| {
            timeline.pass(bytes, now);
            decoder.feed_message(bytes, timeline)
        })
    }

    /// The body has ended: fixes the outcome and returns it.
    fn finish<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        note(this, |_, timeline, decoder| {
            let finished = decoder.finish(timeline);
            timeline.shrink();
            finished
        })?;
        this.as_any().getattr("outcome")
    }

    /// Forgets everything, for another stream.
    fn reset(this: &Bound<'_, Self>) -> PyResult<()> {
        this.as_super().get().reset(this.py())?;
        *lock(this.py(), &this.get().notes)? = Notes::default();
        Ok(())
    }

    /// When the chunk came that completed each event, as native 64-bit integers.
    #[getter]
    fn times_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| timeline.times().flat_map(u64::to_ne_bytes).collect())
    }

    /// The chunk of each event, as native 32-bit integers.
    #[getter]
    fn chunks_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| words(&timeline.events().chunks, u32::to_ne_bytes))
    }

    /// The kind of each event, as its place in `kind_names`.
    #[getter]
    fn kinds_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| timeline.events().kinds.clone())
    }

    /// The output index of each event, -1 for none, as native 32-bit integers.
    #[getter]
    fn items_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| words(&timeline.events().items, i32::to_ne_bytes))
    }

    /// The bytes of each delta, as native 32-bit integers.
    #[getter]
    fn delta_sizes_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| words(&timeline.events().bytes, u32::to_ne_bytes))
    }

    /// The characters of each delta, as native 32-bit integers.
    #[getter]
    fn characters_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| words(&timeline.events().characters, u32::to_ne_bytes))
    }

    /// When each chunk came, as native 64-bit integers.
    #[getter]
    fn chunk_times_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| words(&timeline.chunks().times, u64::to_ne_bytes))
    }

    /// The size of each chunk, as native 32-bit integers.
    #[getter]
    fn chunk_sizes_bytes<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        column(this, |timeline| words(&timeline.chunks().sizes, u32::to_ne_bytes))
    }

    /// The event type that each number in the column of kinds stands for.
    #[getter]
    fn kind_names<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(this.py(), timeline::kind_names().collect::<Vec<_>>())
    }

    /// The last usage object that the server sent, as JSON.
    #[getter]
    fn usage_json<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        read(this, |notes| Ok(notes.timeline.tap().usage().map(|json| PyBytes::new(this.py(), json))))
    }

    /// The model as the server names it.
    #[getter]
    fn model(this: &Bound<'_, Self>) -> PyResult<Option<String>> {
        read(this, |notes| Ok(notes.timeline.tap().model().map(str::to_owned)))
    }

    /// Bytes of memory that the columns take.
    #[getter]
    fn column_bytes(this: &Bound<'_, Self>) -> PyResult<usize> {
        read(this, |notes| Ok(notes.timeline.heap_bytes()))
    }

    /// Why the rest of the stream was not read; None while it is.
    #[getter]
    fn fault<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = this.py();
        read(this, |notes| {
            let error = notes.fault.as_ref().map(|error| errors::raise(py, error, None));
            Ok(error.map(|error| error.into_value(py).into_bound(py).into_any()))
        })
    }
}

fn note<'py>(
    this: &Bound<'py, Timeline>,
    call: impl FnOnce(Python<'py>, &mut timeline::Timeline, &mut Decoder) -> Result<(), Error>,
) -> PyResult<()> {
    let py = this.py();
    this.as_super().get().with(py, |state| {
        let mut notes = lock(py, &this.get().notes)?;
        if let Err(error) = call(py, &mut notes.timeline, &mut state.decoder) {
            notes.fault.get_or_insert(error);
        }
        Ok(())
    })
}

fn read<T>(this: &Bound<'_, Timeline>, look: impl FnOnce(&Notes) -> PyResult<T>) -> PyResult<T> {
    let py = this.py();
    this.as_super().get().with(py, |_| look(&*lock(py, &this.get().notes)?))
}

fn column<'py>(
    this: &Bound<'py, Timeline>,
    column: impl FnOnce(&timeline::Timeline) -> Vec<u8>,
) -> PyResult<Bound<'py, PyBytes>> {
    read(this, |notes| Ok(PyBytes::new(this.py(), &column(&notes.timeline))))
}

fn words<T: Copy, const N: usize>(numbers: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(|number| bytes(*number)).collect()
}
