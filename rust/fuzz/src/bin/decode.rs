//! Layouts against the general scan: any body in any cutting reads the same, told twice so that shapes repeat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use or_stream_core::decoder::Decoder;
use or_stream_core::error::Error;
use or_stream_fuzz::{Input, Seen, Standing, same, standing};

fn decoded<'a>(
    chunks: impl IntoIterator<Item = &'a [u8]>,
    mut decoder: Decoder,
    seen: &mut Seen,
) -> (Standing, Option<Error>) {
    let error = chunks.into_iter().find_map(|chunk| decoder.feed(chunk, seen).err());
    let error = decoder.finish(seen).err().or(error);
    (standing(&decoder), error)
}

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::of(data) else { return };
    let body = if input.is_set(2) { input.body.repeat(2) } else { input.body.to_vec() };
    let input = Input { body: &body, ..input };
    let decoder = || Decoder::new(input.limits(), input.strict());
    same("layouts", |seen, oracle| decoded([input.body], if oracle { decoder().plain() } else { decoder() }, seen));
    same("layouts and cuts", |seen, oracle| match oracle {
        true => decoded([input.body], decoder().plain(), seen),
        false => decoded(input.chunks(), decoder(), seen),
    });
});
