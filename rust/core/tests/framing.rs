//! The framer against a slow, obvious twin, for any bytes and any cutting.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "twin/framing.rs"]
mod twin;

use or_stream_core::error::Error;
use or_stream_core::limits::{Limit, Limits};
use or_stream_core::sse::Framer;
use proptest::prelude::*;
use twin::{Said, twin};

fn framed<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> Result<Said, Error> {
    let mut framer = Framer::new(limits);
    let mut events = Vec::new();
    for chunk in chunks {
        let mut cursor = 0;
        while let Some(frame) = framer.next(chunk, &mut cursor)? {
            let (name, data, retry) = (frame.name.to_vec(), frame.data.to_vec(), frame.retry);
            events.push((name, data, framer.last_event_id().to_vec(), retry));
        }
    }
    Ok((events, framer.last_event_id().to_vec(), framer.retry(), framer.comments()))
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"data:",
        b"data",
        b"data: ",
        b"event: a",
        b"event",
        b"id: 7",
        b"id",
        b"retry: 15",
        b"retry: 99999999999999999999999",
        b"retry:x",
        b": c",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b" ",
        b":",
        b"x",
        b"\0",
        "é\u{2028}".as_bytes(),
        b"\xef\xbb\xbf",
        b"\xef\xbb",
        b"\xff",
        b"databc",
        // Whole blocks, so that runs of one shape come about.
        b"event: a\ndata: x\n\n",
        b"event: a\rdata: x\n\n",
        b"event: a\rid: 5\ndata: x\n\n",
        b"event:\ndata:x\n\n",
        b"data:x\n\n",
        b"data: x\n\n",
        b"event: a\ndata: x\n",
    ];
    proptest::collection::vec((proptest::sample::select(PIECES), 1_usize..4), 0..40)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, times)| piece.repeat(times)).collect())
}

/// `body` cut at every one of `cuts`, taken modulo its length.
fn cut<'a>(body: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (body.len() + 1)).collect();
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| &body[ends[0]..ends[1]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_cut_says_what_the_twin_says(body in stream(), cuts in proptest::collection::vec(any::<usize>(), 0..6)) {
        let wanted = twin(&body);
        prop_assert_eq!(&framed(cut(&body, &cuts), Limits::default()).unwrap(), &wanted);
        prop_assert_eq!(&framed(body.chunks(1), Limits::default()).unwrap(), &wanted);
    }

    #[test]
    fn any_cut_meets_the_same_limit_at_the_same_byte(body in stream(), cuts in proptest::collection::vec(any::<usize>(), 0..6)) {
        let tight = Limits { max_line_bytes: 14, max_event_bytes: 8, max_id_bytes: 2, max_event_name_bytes: 1, ..Limits::default() };
        prop_assert_eq!(framed([&*body], tight), framed(cut(&body, &cuts), tight));
        prop_assert_eq!(framed([&*body], tight), framed(body.chunks(1), tight));
    }
}

#[test]
fn an_event_is_out_with_its_blank_line() {
    for end in ["\n\n", "\r\r", "\r\n\r\n", "\n\r"] {
        let body = format!("data: x{end}");
        let without_lf = body.strip_suffix("\r\n").map_or(body.clone(), |body| format!("{body}\r"));
        assert_eq!(framed([without_lf.as_bytes()], Limits::default()).unwrap().0.len(), 1, "{end:?}");
    }
}

#[test]
fn comments_and_unknown_lines_are_never_held() {
    let mut framer = Framer::new(Limits::default());
    for start in [&b": "[..], b"unknown"] {
        framer.next(start, &mut 0).unwrap();
        for _ in 0..64 {
            framer.next(&vec![b'x'; 65536], &mut 0).unwrap();
        }
        framer.next(b"\n", &mut 0).unwrap();
    }
    assert!(framer.heap_bytes() < 64);
}

#[test]
fn an_endless_line_is_held_up_to_its_limit() {
    let limits = Limits { max_line_bytes: 1 << 20, ..Limits::default() };
    let mut framer = Framer::new(limits);
    framer.next(b"data: ", &mut 0).unwrap();
    let error = (0..100).find_map(|_| framer.next(&vec![b'x'; 65536], &mut 0).err());
    assert!(matches!(error, Some(Error::Limit { limit: Limit::LineBytes, offset, .. }) if offset == 1 << 20));
    assert!(framer.heap_bytes() <= 2 << 20);
}

#[test]
fn the_offset_of_data_does_not_depend_on_cuts() {
    for (body, offset) in
        [("data\ndata\n\n", 4), ("\ndata\n\n", 5), ("data:\n\n", 5), ("data: x\n\n", 6), (":c\ndata: \n\n", 9)]
    {
        for cut in 0..body.len() {
            let (mut framer, mut offsets) = (Framer::new(Limits::default()), Vec::new());
            for chunk in [&body.as_bytes()[..cut], &body.as_bytes()[cut..]] {
                let mut cursor = 0;
                while let Some(frame) = framer.next(chunk, &mut cursor).unwrap() {
                    offsets.push(frame.offset);
                }
            }
            assert_eq!(offsets, [offset], "{body:?} cut at {cut}");
        }
    }
}
