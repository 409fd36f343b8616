//! `error.h`

use super::{FfiResult, MORTISE_WORD};
use std::mem::size_of;
use std::os::raw::c_char;

/// Text that the callee writes into memory of the caller.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MortiseText {
    pub data: *mut c_char,
    pub capacity: usize,
    pub length: usize,
}

/// The host offers at least that many bytes for a message.
pub const MORTISE_MIN_MESSAGE: usize = 1024;
/// Bytes of a message that the kits keep until the host asks, or take of the host; cut at the end of a character.
pub const MORTISE_KIT_MESSAGE: usize = 4096;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MortiseError {
    pub size: u32,
    pub code: FfiResult,
    pub message: MortiseText,
}

const _: () = assert!(size_of::<MortiseText>() == 3 * MORTISE_WORD);
const _: () = assert!(size_of::<MortiseError>() == 8 + 3 * MORTISE_WORD);
