//! Strings on their way into C: with a NUL at the end, and none before.

use crate::code::Code;
use crate::error::{Error, Result};
use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::sync::{Mutex, PoisonError};

/// Bytes that fit on the stack, NUL included: every key, id and name that the contract allows.
const SHORT: usize = 256;

/// Calls `work` with `text` and a NUL after it. `what` is named where the text contains one itself.
#[inline]
pub(crate) fn with_c_str<T>(what: &str, text: &str, work: impl FnOnce(*const c_char) -> T) -> Result<T> {
    if text.len() >= SHORT {
        return Ok(work(c_string(what, text)?.as_ptr()));
    }
    if text.as_bytes().contains(&0) {
        return Err(contains_nul(what, text));
    }
    let mut bytes = [0u8; SHORT];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    Ok(work(bytes.as_ptr().cast()))
}

pub(crate) fn c_string(what: &str, text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| contains_nul(what, text))
}

fn contains_nul(what: &str, text: &str) -> Error {
    Error::new(Code::INVALID_DATA, format!("{} {:?} contains NUL", what, text))
}

/// The one copy of `text` that lives as long as the process: what the contract calls static. Opening the library again makes no more of them.
pub(crate) fn intern(what: &str, text: &str) -> Result<&'static CStr> {
    static INTERNED: Mutex<Option<HashSet<&'static CStr>>> = Mutex::new(None);
    let text = c_string(what, text)?;
    let mut interned = INTERNED.lock().unwrap_or_else(PoisonError::into_inner);
    let interned = interned.get_or_insert_with(HashSet::new);
    if let Some(known) = interned.get(text.as_c_str()) {
        return Ok(known);
    }
    let kept: &'static CStr = Box::leak(text.into_boxed_c_str());
    interned.insert(kept);
    Ok(kept)
}

/// A string of the host. None for NULL. The host promises UTF-8.
///
/// # Safety
/// `text` is NULL or NUL-terminated, and stays as it is for `'a`.
pub(crate) unsafe fn str_from<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: by the caller.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}
