//! `mortise.error/1`: the text behind a base slot that failed.

use crate::abi::{MortiseErrorExtension, MortiseText, MORTISE_KIT_MESSAGE};
use crate::boundary::write_text;
use std::mem::{size_of, take};
use std::os::raw::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One text for all: calls of the base table come one at a time. It outlives the instance, since `destroy` is asked too.
static LAST: Mutex<String> = Mutex::new(String::new());

fn last() -> MutexGuard<'static, String> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps `message` until the host asks. Where several calls fail before it does, as stages' `destroy` before the plugin's, all are kept.
pub(crate) fn keep(message: &str) {
    let mut last = last();
    if !last.is_empty() {
        last.push_str("; ");
    }
    last.push_str(if message.is_empty() { "failed without saying why" } else { message });
    let mut kept = last.len().min(MORTISE_KIT_MESSAGE);
    while !last.is_char_boundary(kept) {
        kept -= 1;
    }
    last.truncate(kept);
}

pub(crate) fn forget() {
    *last() = String::new();
}

pub(crate) static EXTENSION: MortiseErrorExtension =
    MortiseErrorExtension { size: size_of::<MortiseErrorExtension>() as u32, reserved: 0, last_message };

unsafe extern "C" fn last_message(_instance: *const c_void, message: *mut MortiseText) {
    let text = take(&mut *last());
    // SAFETY: the host hands over a text that is its own for the call.
    if let Some(message) = unsafe { message.as_mut() } {
        // SAFETY: the same.
        unsafe { write_text(message, &text) };
    }
}
