//! The border between Rust and the host: failures become a code and a text, and no panic passes.

use crate::abi::{self, FfiResult, MortiseError, MortiseText};
use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

pub struct Failure {
    pub code: FfiResult,
    pub message: String,
}

impl Failure {
    pub fn new(code: FfiResult, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Runs `work`; a panic in it is a failure like any other, with the panic's message.
fn caught(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Failure::new(abi::ERR, format!("panicked: {}", panic_message(&*panic)))))
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "no message",
    }
}

/// For calls with an error out-parameter.
///
/// # Safety
/// `error` is NULL or valid for the call.
pub unsafe fn with_error(error: *mut MortiseError, work: impl FnOnce() -> Result<(), Failure>) -> FfiResult {
    let failure = match caught(work) {
        Ok(()) => return abi::OK,
        Err(failure) => failure,
    };
    if !error.is_null() && (*error).size as usize >= MortiseError::LEAST_SIZE {
        (*error).code = failure.code;
        write_text(&mut (*error).message, &failure.message);
    }
    failure.code
}

/// What `mortise.error/1` answers. One text for all: calls of the base table come one at a time.
static LAST_MESSAGE: Mutex<String> = Mutex::new(String::new());

/// For calls of the base table: kept to the codes 1 to 4, which every host of that table knows.
pub fn with_last_message(work: impl FnOnce() -> Result<(), Failure>) -> FfiResult {
    let outcome = caught(work);
    let mut last = LAST_MESSAGE.lock().unwrap_or_else(PoisonError::into_inner);
    match outcome {
        Ok(()) => {
            *last = String::new();
            abi::OK
        }
        Err(failure) => {
            *last = failure.message;
            if (abi::ERR..=abi::INVALID_DATA).contains(&failure.code) {
                failure.code
            } else {
                abi::ERR
            }
        }
    }
}

/// Gives the last message out and forgets it.
///
/// # Safety
/// `text` is NULL or valid for the call.
pub unsafe fn take_last_message(text: *mut MortiseText) {
    let message = std::mem::take(&mut *LAST_MESSAGE.lock().unwrap_or_else(PoisonError::into_inner));
    if !text.is_null() {
        write_text(&mut *text, &message);
    }
}

/// Copies as much of `message` as fits, never a part of a character.
unsafe fn write_text(text: &mut MortiseText, message: &str) {
    let mut length = message.len().min(text.capacity);
    while !message.is_char_boundary(length) {
        length -= 1;
    }
    if length > 0 {
        std::ptr::copy_nonoverlapping(message.as_ptr(), text.data.cast::<u8>(), length);
    }
    text.length = length;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::size_of;

    fn message_in(capacity: usize, work: impl FnOnce() -> Result<(), Failure>) -> (FfiResult, String) {
        let mut buffer = vec![0u8; capacity];
        let text = MortiseText { data: buffer.as_mut_ptr().cast(), capacity, length: 0 };
        let mut error = MortiseError { size: size_of::<MortiseError>() as u32, code: abi::OK, message: text };
        let code = unsafe { with_error(&mut error, work) };
        assert_eq!(code, error.code);
        (code, String::from_utf8(buffer[..error.message.length].to_vec()).unwrap())
    }

    #[test]
    fn carries_the_message_of_a_panic() {
        let (code, message) = message_in(64, || panic!("table {} is torn", 3));
        assert_eq!((code, message.as_str()), (abi::ERR, "panicked: table 3 is torn"));
    }

    #[test]
    fn cuts_a_long_message_between_characters() {
        let (_, message) = message_in(4, || Err(Failure::new(abi::ERR, "aéé")));
        assert_eq!(message, "aé");
    }

    #[test]
    fn keeps_codes_of_the_base_table_within_its_range() {
        assert_eq!(with_last_message(|| Err(Failure::new(abi::NOT_FOUND, "x"))), abi::ERR);
        assert_eq!(with_last_message(|| Err(Failure::new(abi::NULL_POINTER, "x"))), abi::NULL_POINTER);
    }
}
