//! `stage.h`

use super::{FfiResult, MortiseContext, MortiseError, MortiseHost, MORTISE_WORD};
use std::mem::size_of;
use std::os::raw::{c_char, c_void};

/// `execute` and `dry_run` return within about 50 µs, never wait and never call `host->call`.
pub const MORTISE_STAGE_QUICK: u32 = 1;

/// Bytes of `namespace:stage`.
pub const MORTISE_MAX_STAGE_ID: usize = 128;
/// Stages of one plugin.
pub const MORTISE_MAX_STAGES: usize = 1024;

pub type StageCall = unsafe extern "C" fn(state: *mut c_void, context: *const MortiseContext, error: *mut MortiseError) -> FfiResult;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseStage {
    pub size: u32,
    pub flags: u32,
    pub id: *const c_char,
    pub name: *const c_char,
    pub description: *const c_char,
    pub state: *mut c_void,
    pub execute: StageCall,
    pub dry_run: Option<StageCall>,
    pub destroy: Option<unsafe extern "C" fn(state: *mut c_void)>,
}

#[repr(C)]
pub struct MortiseRegistry {
    pub size: u32,
    pub reserved: u32,
    pub host: *const MortiseHost,
    pub register_stage:
        unsafe extern "C" fn(registry: *const MortiseRegistry, stage: *const MortiseStage, error: *mut MortiseError) -> FfiResult,
}

const _: () = assert!(size_of::<MortiseStage>() == 8 + 7 * MORTISE_WORD);
const _: () = assert!(size_of::<MortiseRegistry>() == 8 + 2 * MORTISE_WORD);
