//! Many recordings at once, on threads that never hold the GIL: `read_many`.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::assembler::output_source;
use crate::input::Input;
use crate::limits::Limits;
use crate::reader::Settings;
use crate::recording::{self, Recording, Source};

/// How long a Ctrl-C may wait.
const SIGNALS: Duration = Duration::from_millis(50);

/// Folds each source, in order: paths are opened and read here, buffers are bodies.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // PyO3 makes the list
#[pyo3(signature = (sources, /, *, threads=None, limits=None, strict=false, output_source="auto"))]
pub(crate) fn read_many(
    py: Python<'_>,
    sources: Vec<Bound<'_, PyAny>>,
    threads: Option<NonZeroUsize>,
    limits: Option<&Limits>,
    strict: bool,
    output_source: &str,
) -> PyResult<Vec<Recording>> {
    let settings = Settings { limits: Limits::core(limits), strict, fold: Some(self::output_source(output_source)?) };
    let inputs: Vec<_> =
        sources.iter().enumerate().map(|(index, source)| body(index, source)).collect::<Result<_, _>>()?;
    let sources: Vec<Source<'_>> =
        sources.iter().zip(&inputs).map(|(path, input)| source(path, input.as_ref())).collect::<Result<_, _>>()?;
    let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = threads.unwrap_or_else(cores).get().min(sources.len());
    py.detach(|| read(&sources, threads, settings))
}

/// The bytes of a source that is a buffer; None for a path.
fn body<'py>(index: usize, source: &Bound<'py, PyAny>) -> PyResult<Option<Input<'py>>> {
    if source.is_instance_of::<pyo3::types::PyString>() || source.hasattr("__fspath__")? {
        return Ok(None);
    }
    Input::chunk(source).map(Some).map_err(|_| {
        let name = source.get_type().name().map(|name| name.to_string()).unwrap_or_default();
        PyTypeError::new_err(format!("source {index} must be a path or a buffer of bytes, not {name}"))
    })
}

fn source<'a>(source: &Bound<'_, PyAny>, input: Option<&'a Input<'_>>) -> PyResult<Source<'a>> {
    match input {
        Some(input) => input.as_bytes().map(Source::Bytes),
        None => source.extract().map(Source::File),
    }
}

/// Deals the sources out to threads, while this one waits for them and for signals.
fn read(sources: &[Source<'_>], threads: usize, settings: Settings) -> PyResult<Vec<Recording>> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    let work = |sender: mpsc::Sender<(usize, Recording)>| {
        let mut block = recording::block();
        let stopped = || stop.load(Ordering::Relaxed);
        while let index = next.fetch_add(1, Ordering::Relaxed)
            && let Some(source) = sources.get(index)
            && let Some(recording) = Recording::read(source, settings, &mut block, &stopped)
            && sender.send((index, recording)).is_ok()
        {}
    };
    let mut recordings: Vec<Option<Recording>> = sources.iter().map(|_| None).collect();
    let interrupted = thread::scope(|scope| {
        let work = &work;
        for started in 0..threads {
            let own = sender.clone();
            let thread = thread::Builder::new().spawn_scoped(scope, move || work(own));
            if thread.is_err() && started == 0 {
                // The system gives no thread at all; Ctrl-C has to wait.
                work(sender.clone());
            }
            if thread.is_err() {
                break;
            }
        }
        drop(sender);
        let waited = wait(&receiver, &mut recordings);
        stop.store(true, Ordering::Relaxed);
        waited
    });
    interrupted?;
    Ok(recordings.into_iter().flatten().collect())
}

/// Takes the recordings as they come. Fails when a signal handler does.
fn wait(receiver: &mpsc::Receiver<(usize, Recording)>, recordings: &mut [Option<Recording>]) -> PyResult<()> {
    let mut looked = Instant::now();
    loop {
        match receiver.recv_timeout(SIGNALS) {
            Ok((index, recording)) => {
                if let Some(place) = recordings.get_mut(index) {
                    *place = Some(recording);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        if looked.elapsed() >= SIGNALS {
            // None while the interpreter ends under us: nobody is left to be interrupted.
            #[allow(clippy::redundant_closure_for_method_calls)] // the method is not general enough over its lifetime
            Python::try_attach(|py| py.check_signals()).transpose()?;
            looked = Instant::now();
        }
    }
}
