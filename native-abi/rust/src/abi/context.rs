//! `context.h`

use super::{FfiResult, MortiseHost, MortiseValue, MORTISE_WORD};
use std::mem::size_of;
use std::os::raw::c_char;
use std::sync::atomic::AtomicU32;

pub const MORTISE_LIVE: u32 = 0;
pub const MORTISE_DRY_RUN: u32 = 1;

/// Bytes of a context key; 1 at least.
pub const MORTISE_MAX_KEY: usize = 255;

#[repr(C)]
pub struct MortiseContext {
    pub size: u32,
    pub mode: u32,
    pub cancelled: *const AtomicU32,
    pub host: *const MortiseHost,
    /// NULL in a preflight check.
    pub stage_id: *const c_char,
    pub get: unsafe extern "C" fn(context: *const MortiseContext, key: *const c_char, value: *mut MortiseValue) -> FfiResult,
    pub set: unsafe extern "C" fn(context: *const MortiseContext, key: *const c_char, value: *const MortiseValue) -> FfiResult,
    pub remove: unsafe extern "C" fn(context: *const MortiseContext, key: *const c_char) -> FfiResult,
    pub next: unsafe extern "C" fn(
        context: *const MortiseContext,
        cursor: *mut usize,
        key: *mut *const c_char,
        value: *mut MortiseValue,
    ) -> FfiResult,
    pub describe: unsafe extern "C" fn(context: *const MortiseContext, text: *const c_char, length: usize) -> FfiResult,
}

const _: () = assert!(size_of::<MortiseContext>() == 8 + 8 * MORTISE_WORD);
