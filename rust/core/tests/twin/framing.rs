//! The slow, obvious framer: oracle of the tests and of the fuzz target.
// A twin that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

/// What a stream says: its events (name, data, id, retry), the last id and retry, and the number of comments.
pub(crate) type Said = (Vec<(Vec<u8>, Vec<u8>, Vec<u8>, Option<u64>)>, Vec<u8>, Option<u64>, u64);

/// The standard's algorithm, read off the page: split the whole body into lines, then interpret them one by one.
pub(crate) fn twin(body: &[u8]) -> Said {
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
