//! What both stages have in common: where the bytes come from, and where the sum goes.

use crate::crc32c::Crc32c;
use crate::xxh64::Xxh64;
use rust_support::abi::{self, FfiResult, MortiseContext, MortiseError};
use rust_support::boundary::{with_error, Failure};
use rust_support::host::{Context, Field, Value};
use rust_support::table::{c_str, Stage};
use std::fs::File;
use std::io::Read;
use std::os::raw::c_void;

/// Bytes between two looks at the cancellation flag: far below a millisecond of work.
const PIECE: usize = 256 * 1024;

trait Sum {
    /// The context key that takes the sum; ends with NUL.
    const KEY: &'static [u8];
    fn start() -> Self;
    fn add(&mut self, bytes: &[u8]);
    fn hex(&self) -> String;
}

impl Sum for Crc32c {
    const KEY: &'static [u8] = b"checksum.crc32c\0";
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
    const KEY: &'static [u8] = b"checksum.xxh64\0";
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

enum Source<'a> {
    Content(&'a [u8]),
    File(&'a str),
}

fn source_of<'a>(context: &Context<'a>) -> Result<Source<'a>, Failure> {
    match context.get(c_str(b"content\0"))? {
        Some(Value::Bytes(bytes)) => return Ok(Source::Content(bytes)),
        Some(_) => return Err(Failure::new(abi::WRONG_TYPE, "the context value `content` must be bytes")),
        None => {}
    }
    match context.get(c_str(b"path\0"))? {
        Some(Value::String(path)) => Ok(Source::File(path)),
        Some(_) => Err(Failure::new(abi::WRONG_TYPE, "the context value `path` must be a string")),
        None => Err(Failure::new(abi::NOT_FOUND, "the context has neither `content` (bytes) nor `path` (string): set one of them")),
    }
}

fn open(path: &str) -> Result<File, Failure> {
    let unreadable = |reason: String| Failure::new(abi::ERR, format!("cannot read {}: {}", path, reason));
    // Asked first, because opening a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !metadata.is_file() {
        return Err(unreadable("not a regular file".to_string()));
    }
    File::open(path).map_err(|error| unreadable(error.to_string()))
}

fn add_checked<S: Sum>(sum: &mut S, total: &mut u64, piece: &[u8], context: &Context) -> Result<(), Failure> {
    if context.cancelled() {
        return Err(Failure::new(abi::CANCELLED, format!("cancelled after {} bytes", total)));
    }
    sum.add(piece);
    *total += piece.len() as u64;
    Ok(())
}

fn compute<S: Sum>(context: &Context) -> Result<(), Failure> {
    let mut sum = S::start();
    let mut total = 0;
    match source_of(context)? {
        Source::Content(bytes) => {
            for piece in bytes.chunks(PIECE) {
                add_checked(&mut sum, &mut total, piece, context)?;
            }
        }
        Source::File(path) => {
            let mut file = open(path)?;
            let mut buffer = vec![0; PIECE];
            loop {
                let length = match file.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => length,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(Failure::new(abi::ERR, format!("cannot read {}: {}", path, error))),
                };
                add_checked(&mut sum, &mut total, &buffer[..length], context)?;
            }
        }
    }
    let hex = sum.hex();
    context.set_string(c_str(S::KEY), &hex)?;
    let fields = [Field::string(c_str(b"sum\0"), &hex), Field::int64(c_str(b"bytes\0"), total as i64)];
    context.log_debug("checksum computed", &fields);
    Ok(())
}

/// In a dry run no earlier stage has set anything yet: a missing input is no failure.
fn describe<S: Sum>(context: &Context) -> Result<(), Failure> {
    let key = c_str(S::KEY).to_string_lossy();
    context.describe(&match source_of(context) {
        Ok(Source::Content(bytes)) => format!("Compute {} of the {} bytes of content.", key, bytes.len()),
        Ok(Source::File(path)) => format!("Read {} and compute its {}.", path, key),
        Err(failure) if failure.code == abi::NOT_FOUND => format!("Compute {} of the content that an earlier stage sets.", key),
        Err(failure) => return Err(failure),
    })
}

unsafe extern "C" fn execute<S: Sum>(_state: *mut c_void, context: *const MortiseContext, error: *mut MortiseError) -> FfiResult {
    with_error(error, || compute::<S>(&Context::new(context)?))
}

unsafe extern "C" fn dry_run<S: Sum>(_state: *mut c_void, context: *const MortiseContext, error: *mut MortiseError) -> FfiResult {
    with_error(error, || describe::<S>(&Context::new(context)?))
}

pub static STAGES: [Stage; 2] = [
    Stage {
        id: "checksum:crc32c\0",
        name: "CRC-32C\0",
        description: "Computes the CRC-32C of `content`, or of the file at `path`, as `checksum.crc32c`.\0",
        execute: execute::<Crc32c>,
        dry_run: dry_run::<Crc32c>,
    },
    Stage {
        id: "checksum:xxh64\0",
        name: "xxHash64\0",
        description: "Computes the xxHash64 (seed 0) of `content`, or of the file at `path`, as `checksum.xxh64`.\0",
        execute: execute::<Xxh64>,
        dry_run: dry_run::<Xxh64>,
    },
];
