//! The part of the C header (`mortise.h`, ABI 1.0) that the plugins use, declared again. The assertions at the end hold it to the
//! header's sizes; threads, states and ownership are described there.

use std::mem::size_of;
use std::os::raw::{c_char, c_void};

pub const ABI_MAJOR: u16 = 1;
/// The least that this plugin needs.
pub const ABI_MINOR: u16 = 0;

pub type FfiResult = i32;
pub const OK: FfiResult = 0;
pub const ERR: FfiResult = 1;
pub const NULL_POINTER: FfiResult = 2;
pub const UTF8_ERROR: FfiResult = 3;
pub const INVALID_DATA: FfiResult = 4;
pub const NOT_FOUND: FfiResult = 16;
pub const WRONG_TYPE: FfiResult = 18;
pub const CANCELLED: FfiResult = 25;

pub const TAG_NULL: u32 = 0;
pub const TAG_INT64: u32 = 2;
pub const TAG_STRING: u32 = 4;
pub const TAG_BYTES: u32 = 5;

pub const LOG_DEBUG: u32 = 20;

pub const PRIORITY_THIRD_PARTY: u8 = 4;
pub const LANGUAGE_RUST: u8 = 3;
pub const THREADS_SAFE: u8 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct FfiSlice {
    pub ptr: *const c_void,
    pub len: usize,
}

#[repr(C)]
pub struct FfiPluginDependency {
    pub plugin_name: *const c_char,
    pub version_constraint: *const c_char,
    pub required: bool,
}

#[repr(C)]
pub struct FfiStageRequirement {
    pub stage_id: *const c_char,
    pub required: bool,
    pub provided: bool,
}

#[repr(C)]
pub struct FfiPluginPriority {
    pub category: u8,
    pub value: u8,
}

pub type TextGetter = extern "C" fn(*const c_void) -> *const c_char;
pub type TextFree = extern "C" fn(*mut c_char);
pub type SliceGetter = extern "C" fn(*const c_void) -> FfiSlice;
pub type SliceFree = extern "C" fn(FfiSlice);

#[repr(C)]
pub struct PluginVTable {
    pub instance: *mut c_void,
    pub destroy: extern "C" fn(*mut c_void),
    pub name: TextGetter,
    pub free_name: TextFree,
    pub version: TextGetter,
    pub free_version: TextFree,
    pub is_core: extern "C" fn(*const c_void) -> bool,
    pub priority: extern "C" fn(*const c_void) -> FfiPluginPriority,
    pub compatible_api_versions: SliceGetter,
    pub free_compatible_api_versions: SliceFree,
    pub dependencies: SliceGetter,
    pub free_dependencies: SliceFree,
    pub required_stages: SliceGetter,
    pub free_required_stages: SliceFree,
    pub conflicts_with: SliceGetter,
    pub free_conflicts_with: SliceFree,
    pub incompatible_with: SliceGetter,
    pub free_incompatible_with: SliceFree,
    pub init: extern "C" fn(*mut c_void, *mut c_void) -> FfiResult,
    pub preflight_check: extern "C" fn(*const c_void, *const c_void) -> FfiResult,
    pub register_stages: unsafe extern "C" fn(*const c_void, *mut c_void) -> FfiResult,
    pub shutdown: extern "C" fn(*mut c_void) -> FfiResult,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseValue {
    pub tag: u32,
    pub flags: u32,
    /// An integer or double as its bits; of strings, bytes and JSON the address.
    pub bits: u64,
    pub length: u64,
}

#[repr(C)]
pub struct MortiseText {
    pub data: *mut c_char,
    pub capacity: usize,
    pub length: usize,
}

#[repr(C)]
pub struct MortiseError {
    pub size: u32,
    pub code: FfiResult,
    pub message: MortiseText,
}

impl MortiseError {
    /// Bytes that every caller's struct has at least, of whatever version: up to the end of `message`.
    pub const LEAST_SIZE: usize = 8 + size_of::<MortiseText>();
}

#[repr(C)]
pub struct MortiseField {
    pub key: *const c_char,
    pub reserved: *const c_void,
    pub value: MortiseValue,
}

#[repr(C)]
pub struct MortiseHost {
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub app: *const c_char,
    pub api_version: *const c_char,
    pub config_dir: *const c_char,
    pub log_level: *const u32,
    pub log: unsafe extern "C" fn(*const MortiseHost, u32, *const c_char, usize, *const MortiseField, usize) -> FfiResult,
    pub config: unsafe extern "C" fn(*const MortiseHost, *const c_char, *mut MortiseValue) -> FfiResult,
    pub call: unsafe extern "C" fn(
        *const MortiseHost,
        *const c_char,
        *const MortiseValue,
        usize,
        u64,
        *mut MortiseValue,
        *mut MortiseError,
    ) -> FfiResult,
    pub publish: unsafe extern "C" fn(*const MortiseHost, *const c_char, *const MortiseValue) -> FfiResult,
    pub service: unsafe extern "C" fn(*const MortiseHost, *const c_char, *const c_char, *mut *const c_void) -> FfiResult,
    pub extension: unsafe extern "C" fn(*const MortiseHost, *const c_char) -> *const c_void,
}

#[repr(C)]
pub struct MortiseContext {
    pub size: u32,
    pub mode: u32,
    pub cancelled: *const u32,
    pub host: *const MortiseHost,
    pub stage_id: *const c_char,
    pub get: unsafe extern "C" fn(*const MortiseContext, *const c_char, *mut MortiseValue) -> FfiResult,
    pub set: unsafe extern "C" fn(*const MortiseContext, *const c_char, *const MortiseValue) -> FfiResult,
    pub remove: unsafe extern "C" fn(*const MortiseContext, *const c_char) -> FfiResult,
    pub next: unsafe extern "C" fn(*const MortiseContext, *mut usize, *mut *const c_char, *mut MortiseValue) -> FfiResult,
    pub describe: unsafe extern "C" fn(*const MortiseContext, *const c_char, usize) -> FfiResult,
}

pub type StageCall = unsafe extern "C" fn(*mut c_void, *const MortiseContext, *mut MortiseError) -> FfiResult;

#[repr(C)]
pub struct MortiseStage {
    pub size: u32,
    pub flags: u32,
    pub id: *const c_char,
    pub name: *const c_char,
    pub description: *const c_char,
    pub state: *mut c_void,
    pub execute: StageCall,
    pub dry_run: Option<StageCall>,
    pub destroy: Option<extern "C" fn(*mut c_void)>,
}

#[repr(C)]
pub struct MortiseRegistry {
    pub size: u32,
    pub reserved: u32,
    pub host: *const MortiseHost,
    pub register_stage: unsafe extern "C" fn(*const MortiseRegistry, *const MortiseStage, *mut MortiseError) -> FfiResult,
}

#[repr(C)]
pub struct MortiseErrorExtension {
    pub size: u32,
    pub reserved: u32,
    pub last_message: unsafe extern "C" fn(*const c_void, *mut MortiseText),
}

#[repr(C)]
pub struct MortiseRecord {
    pub magic: [u8; 8],
    pub format: u32,
    pub record_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub word: u8,
    pub language: u8,
    pub threads: u8,
    pub reserved: u8,
    pub header_version: [u8; 16],
    pub size_vtable: u16,
    pub size_slice: u16,
    pub size_dependency: u16,
    pub size_stage_requirement: u16,
    pub size_value: u16,
    pub size_error: u16,
    pub size_host: u16,
    pub size_context: u16,
    pub size_stage: u16,
    pub size_registry: u16,
    pub reserved2: u32,
    pub manifest_length: u64,
}

const WORD: usize = size_of::<usize>();

const _: () = {
    assert!(size_of::<FfiSlice>() == 2 * WORD);
    assert!(size_of::<FfiPluginDependency>() == 3 * WORD);
    assert!(size_of::<FfiStageRequirement>() == 2 * WORD);
    assert!(size_of::<FfiPluginPriority>() == 2);
    assert!(size_of::<PluginVTable>() == 22 * WORD);
    assert!(size_of::<MortiseValue>() == 24);
    assert!(size_of::<MortiseText>() == 3 * WORD);
    assert!(size_of::<MortiseError>() == 8 + 3 * WORD);
    assert!(size_of::<MortiseField>() == 2 * WORD + 24);
    assert!(size_of::<MortiseHost>() == 8 + 10 * WORD);
    assert!(size_of::<MortiseContext>() == 8 + 8 * WORD);
    assert!(size_of::<MortiseStage>() == 8 + 7 * WORD);
    assert!(size_of::<MortiseRegistry>() == 8 + 2 * WORD);
    assert!(size_of::<MortiseErrorExtension>() == 8 + WORD);
    assert!(size_of::<MortiseRecord>() == 72);
};
