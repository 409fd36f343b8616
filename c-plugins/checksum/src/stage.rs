//! What both stages have in common: where the bytes come from, and where the sum goes.

use crate::crc32c::Crc32c;
use crate::xxh64::Xxh64;
use crate::Checksum;
use mortise::{debug, fail, Code, Context, Error, Result, Stage, ValueRef};
use std::fs::File;
use std::io::Read;

/// Bytes between two looks at the cancellation flag: far below a millisecond of work.
const PIECE: usize = 256 * 1024;

pub trait Sum: 'static {
    /// The context key that takes the sum.
    const KEY: &'static str;
    fn start() -> Self;
    fn add(&mut self, bytes: &[u8]);
    fn hex(&self) -> String;
}

impl Sum for Crc32c {
    const KEY: &'static str = "checksum.crc32c";
    fn start() -> Self {
        Crc32c::new()
    }
    fn add(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
    fn hex(&self) -> String {
        format!("{:08x}", self.finish())
    }
}

impl Sum for Xxh64 {
    const KEY: &'static str = "checksum.xxh64";
    fn start() -> Self {
        Xxh64::new()
    }
    fn add(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
    fn hex(&self) -> String {
        format!("{:016x}", self.finish())
    }
}

pub fn of<S: Sum>(id: &'static str) -> Stage<Checksum> {
    Stage::new(id, |_: &Checksum, context| compute::<S>(context)).dry_run(|_, context| describe::<S>(context))
}

enum Source<'a> {
    Content(&'a [u8]),
    File(&'a str),
}

fn source_of<'a>(context: &Context<'a>) -> Result<Source<'a>> {
    match context.value("content")? {
        Some(ValueRef::Bytes(bytes)) => return Ok(Source::Content(bytes)),
        Some(_) => fail!(Code::WRONG_TYPE, "the context value `content` must be bytes"),
        None => {}
    }
    match context.value("path")? {
        Some(ValueRef::String(path)) => Ok(Source::File(path)),
        Some(_) => fail!(Code::WRONG_TYPE, "the context value `path` must be a string"),
        None => fail!(Code::NOT_FOUND, "the context has neither `content` (bytes) nor `path` (string): set one of them"),
    }
}

fn open(path: &str) -> Result<File> {
    // Asked first, because opening a pipe would wait for its writer.
    if !std::fs::metadata(path)?.is_file() {
        fail!("not a regular file");
    }
    Ok(File::open(path)?)
}

fn add_checked<S: Sum>(sum: &mut S, total: &mut u64, piece: &[u8], context: &Context) -> Result {
    if context.cancelled() {
        fail!(Code::CANCELLED, "cancelled after {} bytes", total);
    }
    sum.add(piece);
    *total += piece.len() as u64;
    Ok(())
}

fn compute<S: Sum>(context: &Context) -> Result {
    let mut sum = S::start();
    let mut total = 0;
    match source_of(context)? {
        Source::Content(bytes) => {
            for piece in bytes.chunks(PIECE) {
                add_checked(&mut sum, &mut total, piece, context)?;
            }
        }
        Source::File(path) => {
            let unreadable = |error: Error| Error::new(Code::ERR, format!("cannot read {}: {}", path, error.message));
            let mut file = open(path).map_err(unreadable)?;
            let mut buffer = vec![0; PIECE];
            loop {
                let length = match file.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => length,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(unreadable(error.into())),
                };
                add_checked(&mut sum, &mut total, &buffer[..length], context)?;
            }
        }
    }
    let hex = sum.hex();
    context.set(S::KEY, &hex)?;
    debug!(context, "checksum computed"; sum = hex, bytes = total);
    Ok(())
}

/// In a dry run no earlier stage has set anything yet: a missing input is no failure.
fn describe<S: Sum>(context: &Context) -> Result {
    context.describe(match source_of(context) {
        Ok(Source::Content(bytes)) => format!("Compute {} of the {} bytes of content.", S::KEY, bytes.len()),
        Ok(Source::File(path)) => format!("Read {} and compute its {}.", path, S::KEY),
        Err(failure) if failure.code == Code::NOT_FOUND => format!("Compute {} of the content that an earlier stage sets.", S::KEY),
        Err(failure) => return Err(failure),
    })
}
