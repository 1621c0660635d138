//! Python bindings of `or-stream-core`. No bytes are parsed here and no policy is made: input is borrowed, the core is
//! called under a lock and a panic guard, and what it hands out becomes Python objects. `step` is what an asynchronous
//! stream does for each event and each chunk; what it does once is Python.

mod arguments;
mod assembler;
mod blocks;
mod by_hand;
mod coroutine;
mod decoder;
mod diagnostic;
mod encode;
mod errors;
mod event;
mod growing;
mod histogram;
mod input;
mod intake;
mod limits;
mod many;
mod passage;
mod reader;
mod recording;
mod sse;
mod step;
mod stream;
mod tap;
mod tapped;
mod text;
mod timeline;
mod tree;
mod value;
mod words;

use pyo3::prelude::*;

/// The compiled core of `or_stream`.
#[pymodule(gil_used = true)]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::arguments::PartialArguments;
    #[pymodule_export]
    use super::assembler::Assembler;
    #[pymodule_export]
    use super::decoder::Decoder;
    #[pymodule_export]
    use super::diagnostic::Diagnostic;
    #[pymodule_export]
    use super::histogram::Histogram;
    #[pymodule_export]
    use super::intake::Intake;
    #[pymodule_export]
    use super::limits::Limits;
    #[pymodule_export]
    use super::passage::Passage;
    #[pymodule_export]
    use super::reader::Reader;
    #[pymodule_export]
    use super::recording::Recording;
    #[pymodule_export]
    use super::sse::{ServerSentEvent, SseDecoder};
    #[pymodule_export]
    use super::stream::{AsyncBatches, AsyncEvents, Events, Stream};
    #[pymodule_export]
    use super::tap::Tap;
    #[pymodule_export]
    use super::timeline::Timeline;

    #[pymodule_export]
    use super::encode::{encode_event, synthesize_body, synthesize_events};
    #[pymodule_export]
    use super::event::rebuild_event;
    #[pymodule_export]
    use super::many::read_many;
    #[pymodule_export]
    use super::value::open_json;

    #[cfg(feature = "planted-panic")]
    #[pymodule_export]
    use super::reader::plant_panic;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("build_profile", if cfg!(debug_assertions) { "debug" } else { "release" })?;
        super::coroutine::add_class(module)?;
        super::event::add_classes(module)
    }
}
