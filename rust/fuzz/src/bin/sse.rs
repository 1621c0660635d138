//! The framer against its slow twin for any cutting; and limits, which any cutting meets at the same byte.
#![no_main]

#[path = "../../../core/tests/twin/framing.rs"]
mod twin;

use libfuzzer_sys::fuzz_target;
use or_stream_core::error::Error;
use or_stream_core::limits::Limits;
use or_stream_core::sse::Framer;
use or_stream_fuzz::Input;

fn framed<'a>(chunks: impl Iterator<Item = &'a [u8]>, limits: Limits) -> Result<twin::Said, Error> {
    let (mut framer, mut events) = (Framer::new(limits), Vec::new());
    for chunk in chunks {
        let mut cursor = 0;
        while let Some(frame) = framer.next(chunk, &mut cursor)? {
            let (name, data, retry) = (frame.name.to_vec(), frame.data.to_vec(), frame.retry);
            events.push((name, data, framer.last_event_id().to_vec(), retry));
        }
    }
    Ok((events, framer.last_event_id().to_vec(), framer.retry(), framer.comments()))
}

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::of(data) else { return };
    if input.is_set(1) {
        let tight = Limits {
            max_line_bytes: 14,
            max_event_bytes: 8,
            max_id_bytes: 2,
            max_event_name_bytes: 1,
            ..Limits::default()
        };
        assert_eq!(framed(input.chunks(), tight), framed(std::iter::once(input.body), tight));
        return;
    }
    let wanted = Ok(twin::twin(input.body));
    assert_eq!(framed(input.chunks(), Limits::default()), wanted);
    assert_eq!(framed(std::iter::once(input.body), Limits::default()), wanted);
});
