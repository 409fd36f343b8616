//! The border between Rust and the host: failures become a code and a text, and no panic passes. For tables of functions that this crate has no
//! wrapper for: every function of such a table begins with one of these.

use crate::abi::{FfiResult, MortiseError, MortiseText, MORTISE_OK};
use crate::code::Code;
use crate::error::{Error, Result};
use crate::last_message;
use crate::panics::caught;
use std::mem::size_of;

/// Bytes of a `MortiseError` in version 1.0 of the contract.
const LEAST_ERROR: usize = 8 + size_of::<MortiseText>();

/// Runs `work`; a panic in it is a failure like any other, with the panic's message and place.
#[inline]
pub fn run<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    caught(work).unwrap_or_else(|message| Err(Error::new(Code::ERR, message)))
}

/// For functions with an error out-parameter: fills it where `work` fails or panics, and returns the code.
///
/// # Safety
/// `error` is NULL or valid for the call, as the contract says.
#[inline]
pub unsafe fn with_error(error: *mut MortiseError, work: impl FnOnce() -> Result) -> FfiResult {
    let failure = match run(work) {
        Ok(()) => return MORTISE_OK,
        Err(failure) => failure,
    };
    let code = code_in(&failure);
    // SAFETY: by the caller; its size says how far it may be written.
    if let Some(error) = unsafe { error.as_mut() } {
        if error.size as usize >= LEAST_ERROR {
            error.code = code;
            // SAFETY: by the caller.
            unsafe { write_text(&mut error.message, &failure.message) };
        }
    }
    code
}

/// For functions of the base table: `mortise.error/1` has the text of the failure.
pub(crate) fn with_last_message(work: impl FnOnce() -> Result) -> FfiResult {
    match run(work) {
        Ok(()) => MORTISE_OK,
        Err(failure) => {
            last_message::keep(&failure.message);
            code_in(&failure)
        }
    }
}

/// For functions that have nowhere to say why they failed.
pub(crate) fn code_of(work: impl FnOnce() -> Result) -> FfiResult {
    run(work).map_or_else(|failure| code_in(&failure), |()| MORTISE_OK)
}

/// For functions that have no code to fail with: the text is kept, and `fallback` is returned.
pub(crate) fn or_else_keep<T>(fallback: T, work: impl FnOnce() -> Result<T>) -> T {
    run(work).unwrap_or_else(|failure| {
        last_message::keep(&failure.message);
        fallback
    })
}

/// For functions that return nothing.
pub(crate) fn kept(work: impl FnOnce()) {
    if let Err(message) = caught(work) {
        last_message::keep(&message);
    }
}

/// Drops what is the author's, whose `drop` may panic: `whose` is said before the text, if it is not empty.
pub(crate) fn drop_kept<T>(whose: &str, value: T) {
    if let Err(message) = caught(|| drop(value)) {
        last_message::keep(&if whose.is_empty() { message } else { format!("{}: {}", whose, message) });
    }
}

/// A failure with the code of success would be taken for success.
fn code_in(failure: &Error) -> FfiResult {
    if failure.code == Code::OK {
        Code::ERR.0
    } else {
        failure.code.0
    }
}

/// Copies as much of `message` as fits, never a part of a character.
///
/// # Safety
/// `text.data` has room for `text.capacity` bytes.
pub(crate) unsafe fn write_text(text: &mut MortiseText, message: &str) {
    let mut length = message.len().min(text.capacity);
    while !message.is_char_boundary(length) {
        length -= 1;
    }
    if length > 0 {
        // SAFETY: by the caller; `length` is at most its capacity.
        unsafe { std::ptr::copy_nonoverlapping(message.as_ptr(), text.data.cast::<u8>(), length) };
    }
    text.length = length;
}
