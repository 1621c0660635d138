//! Runs one path of the core over a file, or over each of a folder, for instruction counts:
//! `workload frame|decode|tap|assemble FILE CHUNK TIMES`.
//!
//! The regression gate runs it under callgrind (`benches/instructions.py`); by hand it prints nanoseconds per event.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use or_stream_core::assemble::Assembler;
use or_stream_core::decoder::{Decoder, Event, Sink};
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::error::Error;
use or_stream_core::limits::Limits;
use or_stream_core::sse::Framer;
use or_stream_core::tap::{Arrivals, Tap};

struct Count(u64);

impl Sink for Count {
    fn event(&mut self, _: &Event<'_>, _: &mut Diagnostics) -> Result<(), Error> {
        self.0 += 1;
        Ok(())
    }
}

/// Runs the path once and returns the number of events.
fn run(path: &str, body: &[u8], chunk: usize) -> Result<u64, Error> {
    let chunks = body.chunks(chunk);
    match path {
        "frame" => {
            let (mut framer, mut events) = (Framer::new(Limits::default()), 0);
            for chunk in chunks {
                let mut cursor = 0;
                while framer.next(chunk, &mut cursor)?.is_some() {
                    events += 1;
                }
            }
            Ok(events)
        }
        "decode" => {
            let (mut decoder, mut count) = (Decoder::new(Limits::default(), false), Count(0));
            for chunk in chunks {
                decoder.feed(chunk, &mut count)?;
            }
            decoder.finish(&mut count)?;
            Ok(count.0)
        }
        "tap" => {
            let (mut decoder, mut tap) = (Decoder::new(Limits::default(), false), Tap::default());
            let mut arrivals = Arrivals::default();
            for chunk in chunks {
                arrivals.pass(chunk);
                tap.read_as_of(1, chunk);
                decoder.feed(chunk, &mut tap)?;
            }
            decoder.finish(&mut tap)?;
            Ok(decoder.events())
        }
        _ => {
            let mut assembler = Assembler::new(Limits::default(), false);
            for chunk in chunks {
                assembler.feed(chunk)?;
            }
            assembler.finish()?;
            Ok(assembler.decoder().events())
        }
    }
}

/// The body of a file, or those of the event streams in a folder.
fn read(path: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    if !path.is_dir() {
        return Ok(vec![std::fs::read(path)?]);
    }
    let mut paths: Vec<_> = std::fs::read_dir(path)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sse"));
    paths.sort();
    paths.iter().map(std::fs::read).collect()
}

#[allow(clippy::print_stdout, clippy::print_stderr)] // a command
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, file, chunk, times] = arguments.as_slice() else {
        eprintln!("usage: workload frame|decode|tap|assemble FILE CHUNK TIMES");
        return ExitCode::from(2);
    };
    let (Ok(bodies), Ok(chunk), Ok(times)) = (read(Path::new(file)), chunk.parse(), times.parse::<u32>()) else {
        eprintln!("workload: unreadable file or numbers");
        return ExitCode::from(2);
    };
    let mut best = u128::MAX;
    let mut events = 0;
    for _ in 0..times.max(1) {
        let start = Instant::now();
        events = 0;
        for body in &bodies {
            match run(path, body, chunk) {
                Ok(count) => events += count,
                Err(error) => {
                    eprintln!("workload: {error}");
                    return ExitCode::FAILURE;
                }
            }
        }
        best = best.min(start.elapsed().as_nanos());
    }
    println!("{path}: {events} events, {} ns each at best", best / u128::from(events.max(1)));
    ExitCode::SUCCESS
}
