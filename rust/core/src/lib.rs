//! Open Responses event streams without I/O: framing, decoding and reassembly.
//!
//! Bytes go in, events come out, and a response grows from them. There are no sockets, clocks or threads here, and
//! nothing of Python. A module uses only modules of a lower floor (a test checks it):
//!
//! | floor | modules |
//! |---|---|
//! | 0 | [`error`], [`limits`], [`diagnostics`], [`kind`], [`lines`], [`json`], [`unescape`], [`object`], [`memory`], [`histogram`] |
//! | 1 | [`sse`], [`envelope`], [`server_error`], [`lifecycle`], [`text`], [`partial`] |
//! | 2 | [`layout`], [`slots`], [`encode`] |
//! | 3 | [`decoder`], [`snapshot`], [`agreement`], [`synthesize`] |
//! | 4 | [`assemble`], [`tap`] |
//! | 5 | [`timeline`] |
//!
//! ```
//! use or_stream_core::{assemble::Assembler, limits::Limits};
//!
//! let mut assembler = Assembler::new(Limits::default(), false);
//! assembler.feed(b"data: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n").unwrap();
//! assert_eq!(assembler.output_text(), "hi");
//! ```
#![forbid(unsafe_code)]

pub mod agreement;
pub mod assemble;
pub mod decoder;
pub mod diagnostics;
pub mod encode;
pub mod envelope;
pub mod error;
pub mod histogram;
pub mod json;
pub mod kind;
pub mod layout;
pub mod lifecycle;
pub mod limits;
pub mod lines;
pub mod memory;
pub mod object;
pub mod partial;
pub mod server_error;
pub mod slots;
pub mod snapshot;
pub mod sse;
pub mod synthesize;
pub mod tap;
pub mod text;
pub mod timeline;
pub mod unescape;
