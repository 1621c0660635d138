//! The framer against a slow, obvious twin, for any bytes and any cutting.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use or_stream_core::error::Error;
use or_stream_core::limits::{Limit, Limits};
use or_stream_core::sse::Framer;
use proptest::prelude::*;

/// What a stream says: its events (name, data, id, retry), the last id and retry, and the number of comments.
type Said = (Vec<(Vec<u8>, Vec<u8>, Vec<u8>, Option<u64>)>, Vec<u8>, Option<u64>, u64);

/// The standard's algorithm, read off the page: split the whole body into lines, then interpret them one by one.
fn twin(body: &[u8]) -> Said {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let (mut events, mut last_id, mut retry, mut comments) = (Vec::new(), Vec::new(), None, 0);
    let (mut name, mut data, mut id, mut own_retry): (Vec<u8>, Vec<u8>, Vec<u8>, _) = Default::default();
    for line in lines(body) {
        if line.is_empty() {
            last_id.clone_from(&id);
            if data.pop().is_some() {
                events.push((name.clone(), data.clone(), last_id.clone(), own_retry));
            }
            (name, data, own_retry) = Default::default();
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (field, value) = (&line[..colon], line.get(colon + 1..).unwrap_or_default());
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"" => comments += 1,
            b"event" => name = value.to_vec(),
            b"data" => data.extend(value.iter().chain(b"\n")),
            b"id" if !value.contains(&0) => id = value.to_vec(),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                retry = Some(std::str::from_utf8(value).unwrap().parse().unwrap_or(u64::MAX));
                own_retry = retry;
            }
            _ => {}
        }
    }
    (events, last_id, retry, comments)
}

fn lines(body: &[u8]) -> Vec<&[u8]> {
    let (mut lines, mut start, mut at) = (Vec::new(), 0, 0);
    while at < body.len() {
        if matches!(body[at], b'\n' | b'\r') {
            lines.push(&body[start..at]);
            at += usize::from(body[at] == b'\r' && body.get(at + 1) == Some(&b'\n'));
            start = at + 1;
        }
        at += 1;
    }
    lines
}

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
