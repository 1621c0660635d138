//! What happens to a stream in a relay with every chunk, in one place.
//!
//! A relay of a thousand streams finds each of them out of every cache when its next event comes. What it costs is the
//! number of objects that it looks at then: here it is one, and the tap.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::tap::{Tap, time};

/// One relayed stream's counters and moments; the package's `Passage` has the rest.
#[pyclass(subclass, module = "or_stream._core")]
pub(crate) struct Passage {
    tap: Py<Tap>,
    /// Whether somebody's subclass of the tap has a `feed` of its own, which then sees every chunk.
    is_fed: bool,
    /// Whether chunks that are whole events go out as they came.
    #[pyo3(get, set)]
    straight: bool,
    /// What the client's server has taken.
    #[pyo3(get)]
    bytes_out: u64,
    /// What it is taking; 0 while no write waits.
    going: u64,
    last_sent: u64,
}

#[pymethods]
impl Passage {
    #[new]
    #[pyo3(signature = (tap, /))]
    fn new(tap: &Bound<'_, Tap>) -> PyResult<Self> {
        let now = time(tap.py(), None)?;
        let is_fed = !tap.get_type().getattr("feed")?.is(tap.py().get_type::<Tap>().getattr("feed")?);
        Ok(Self { is_fed, tap: tap.clone().unbind(), straight: false, bytes_out: 0, going: 0, last_sent: now })
    }

    /// Tells the tap of a chunk. Returns it where it may be sent as it is, and notes that this begins; else None.
    #[pyo3(signature = (chunk, /))]
    fn take<'py>(this: &Bound<'py, Self>, chunk: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let py = this.py();
        let now = time(py, None)?;
        let mut passage = this.try_borrow_mut()?;
        if passage.is_fed {
            let tap = passage.tap.clone_ref(py);
            drop(passage);
            return tap.call_method1(py, "feed", (chunk,)).map(|_| None);
        }
        let whole = Tap::note(passage.tap.bind(py), chunk, now)?;
        let Ok(bytes) = chunk.cast_exact::<PyBytes>() else { return Ok(None) };
        if !(passage.straight && whole) {
            return Ok(None);
        }
        passage.begin(bytes.as_bytes().len(), now);
        Ok(Some(bytes.clone()))
    }

    /// Notes that so many bytes are on their way to the client, from now on.
    #[pyo3(signature = (bytes, /))]
    fn sends(this: &Bound<'_, Self>, bytes: usize) -> PyResult<()> {
        let now = time(this.py(), None)?;
        this.try_borrow_mut()?.begin(bytes, now);
        Ok(())
    }

    /// Notes that the client's server has taken them.
    fn sent(&mut self) {
        self.bytes_out += self.going;
        self.going = 0;
    }

    /// Notes that it has not.
    fn unsent(&mut self) {
        self.going = 0;
    }

    /// When the latest bytes for the client were given to its server, in seconds of `time.monotonic`.
    #[getter]
    fn last_sent(&self) -> f64 {
        seconds(self.last_sent)
    }

    /// Since when a write waits for the client; None while none does.
    #[getter]
    fn send_began(&self) -> Option<f64> {
        (self.going > 0).then(|| seconds(self.last_sent))
    }
}

impl Passage {
    #[inline]
    fn begin(&mut self, bytes: usize, now: u64) {
        self.last_sent = now;
        self.going = bytes as u64;
    }
}

#[allow(clippy::cast_precision_loss)] // Python's own clock gives the same numbers
fn seconds(time: u64) -> f64 {
    time as f64 / 1e9
}
