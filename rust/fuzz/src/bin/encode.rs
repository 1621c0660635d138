//! What is written is read again: events by the framer, told responses by the fold.
#![no_main]

use std::num::NonZeroUsize;

use libfuzzer_sys::fuzz_target;
use or_stream_core::assemble::Assembler;
use or_stream_core::encode;
use or_stream_core::error::Error;
use or_stream_core::limits::Limits;
use or_stream_core::sse::Framer;
use or_stream_core::synthesize::{Chunking, synthesize};
use or_stream_fuzz::Input;

/// CR and CRLF are LF in an event stream.
fn without_carriage_returns(data: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    for (at, byte) in data.iter().enumerate() {
        match byte {
            b'\r' if data.get(at + 1) == Some(&b'\n') => {}
            b'\r' => kept.push(b'\n'),
            other => kept.push(*other),
        }
    }
    kept
}

fn events_come_back(input: Input<'_>) {
    let cut = input.body.iter().position(|byte| *byte == 0x1e).unwrap_or_default();
    let name = String::from_utf8_lossy(&input.body[..cut]);
    let mut body = Vec::new();
    encode::event(&name, input.body, &mut body);
    encode::comment(&name, &mut body);
    encode::event("", b"next", &mut body);
    let (mut framer, mut read) = (Framer::new(Limits::default()), Vec::new());
    for chunk in (Input { body: &body, ..input }).chunks() {
        let mut cursor = 0;
        while let Some(frame) = framer.next(chunk, &mut cursor).unwrap() {
            read.push((frame.name.to_vec(), frame.data.to_vec()));
        }
    }
    let is_line = !name.contains(['\r', '\n']);
    let name = if is_line { name.as_bytes().to_vec() } else { Vec::new() };
    assert_eq!(read, [(name, without_carriage_returns(input.body)), (Vec::new(), b"next".to_vec())]);
}

fn responses_fold_back(input: Input<'_>) {
    let chunking = match (input.is_set(2), input.is_set(3)) {
        (false, _) => Chunking::Words,
        (true, false) => Chunking::Characters,
        (true, true) => Chunking::Pieces(NonZeroUsize::new(3).unwrap()),
    };
    let mut messages = Vec::new();
    let told = synthesize(input.body, chunking, &mut |name, data| {
        assert!(!name.is_empty());
        messages.push(data.to_vec());
    });
    if told.is_err() {
        assert!(messages.is_empty(), "nothing is told of what is unfit");
        return;
    }
    let mut assembler = Assembler::new(Limits::default(), false);
    let folded =
        messages.iter().try_for_each(|message| assembler.feed_message(message)).and_then(|()| assembler.finish());
    match folded {
        Err(Error::Limit { .. }) => {}
        Err(error) => panic!("{error}"),
        Ok(()) => {
            assert_eq!(assembler.fold().terminal().unwrap(), input.body.trim_ascii());
            assert!(assembler.decoder().lifecycle().outcome().is_some());
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::of(data) else { return };
    events_come_back(input);
    responses_fold_back(input);
});
