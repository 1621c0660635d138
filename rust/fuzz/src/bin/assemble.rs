//! The fold: any cutting, with layouts or without, gives the same response, and it is JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use or_stream_core::assemble::{Bookmark, Fold, OutputSource};
use or_stream_core::decoder::Decoder;
use or_stream_core::error::Error;
use or_stream_fuzz::{Input, Standing, standing};
use serde_json::value::RawValue;

fn snapshot(decoder: &Decoder, fold: &Fold) -> String {
    let mut json = Vec::new();
    fold.write_snapshot(decoder.lifecycle().response_id(), &mut json);
    String::from_utf8(json).unwrap()
}

fn folded<'a>(
    chunks: impl IntoIterator<Item = &'a [u8]>,
    mut decoder: Decoder,
    mut fold: Fold,
    look: bool,
) -> (Standing, Option<Error>, Vec<String>) {
    let mut error = None;
    for chunk in chunks {
        error = error.or(decoder.feed(chunk, &mut fold).err());
        if look {
            serde_json::from_str::<&RawValue>(&snapshot(&decoder, &fold)).unwrap();
        }
    }
    error = decoder.finish(&mut fold).err().or(error);
    let snapshot = snapshot(&decoder, &fold);
    serde_json::from_str::<&RawValue>(&snapshot).unwrap();
    let mut told = vec![snapshot, fold.output_text(), format!("{:?} {}", fold.error(), fold.has_response())];
    for id in fold.call_ids() {
        let call = fold.call(&id).unwrap();
        told.push(format!("{id} {:?} {}", fold.arguments(call, &mut Bookmark::default()), fold.arguments_ended(call)));
    }
    (standing(&decoder), error, told)
}

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::of(data) else { return };
    let source = match (input.is_set(2), input.is_set(3)) {
        (false, _) => OutputSource::Auto,
        (true, false) => OutputSource::Terminal,
        (true, true) => OutputSource::Stream,
    };
    let decoder = || Decoder::new(input.limits(), input.strict());
    let fold = || Fold::new(input.limits(), source);
    let plain = folded([input.body], decoder().plain(), fold(), false);
    assert_eq!(folded(input.chunks(), decoder(), fold(), input.is_set(4)), plain, "layouts and cuts");
});
