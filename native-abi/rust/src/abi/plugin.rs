//! `plugin.h`

use super::{FfiResult, MORTISE_WORD};
use std::mem::size_of;
use std::os::raw::{c_char, c_void};

/// A run of `len` items; empty is `{NULL, 0}` or `{any, 0}`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FfiSlice {
    pub ptr: *const c_void,
    pub len: usize,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FfiVersionRange {
    pub constraint: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FfiPluginDependency {
    pub plugin_name: *const c_char,
    /// NULL: any version.
    pub version_constraint: *const c_char,
    pub required: bool,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FfiStageRequirement {
    pub stage_id: *const c_char,
    pub required: bool,
    pub provided: bool,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FfiPluginPriority {
    pub category: u8,
    pub value: u8,
}

pub const FFI_PRIORITY_KERNEL: u8 = 0;
pub const FFI_PRIORITY_CORE_CRITICAL: u8 = 1;
pub const FFI_PRIORITY_CORE: u8 = 2;
pub const FFI_PRIORITY_THIRD_PARTY_HIGH: u8 = 3;
pub const FFI_PRIORITY_THIRD_PARTY: u8 = 4;
pub const FFI_PRIORITY_THIRD_PARTY_LOW: u8 = 5;
/// The middle of `FFI_PRIORITY_THIRD_PARTY`: where a plugin belongs that has no reason to be elsewhere.
pub const FFI_PRIORITY_DEFAULT: u8 = 175;

/// Name, category, lowest value, highest value.
pub const MORTISE_PRIORITIES: &[(&str, u8, u8, u8)] = &[
    ("FFI_PRIORITY_KERNEL", FFI_PRIORITY_KERNEL, 0, 10),
    ("FFI_PRIORITY_CORE_CRITICAL", FFI_PRIORITY_CORE_CRITICAL, 11, 50),
    ("FFI_PRIORITY_CORE", FFI_PRIORITY_CORE, 51, 100),
    ("FFI_PRIORITY_THIRD_PARTY_HIGH", FFI_PRIORITY_THIRD_PARTY_HIGH, 101, 150),
    ("FFI_PRIORITY_THIRD_PARTY", FFI_PRIORITY_THIRD_PARTY, 151, 200),
    ("FFI_PRIORITY_THIRD_PARTY_LOW", FFI_PRIORITY_THIRD_PARTY_LOW, 201, 255),
];

/// Bytes of a plugin's name.
pub const MORTISE_MAX_NAME: usize = 64;
/// Bytes of every other string that ends in NUL.
pub const MORTISE_MAX_STRING: usize = 65536;
/// Items of a slice.
pub const MORTISE_MAX_ITEMS: usize = 4096;

/// Name and version.
pub type TextGetter = unsafe extern "C" fn(instance: *const c_void) -> *const c_char;
pub type TextFree = unsafe extern "C" fn(text: *mut c_char);
pub type SliceGetter = unsafe extern "C" fn(instance: *const c_void) -> FfiSlice;
pub type SliceFree = unsafe extern "C" fn(slice: FfiSlice);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct PluginVTable {
    pub instance: *mut c_void,
    pub destroy: unsafe extern "C" fn(instance: *mut c_void),
    pub name: TextGetter,
    pub free_name: TextFree,
    pub version: TextGetter,
    pub free_version: TextFree,
    pub is_core: unsafe extern "C" fn(instance: *const c_void) -> bool,
    pub priority: unsafe extern "C" fn(instance: *const c_void) -> FfiPluginPriority,
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
    pub init: unsafe extern "C" fn(instance: *mut c_void, app: *mut c_void) -> FfiResult,
    pub preflight_check: unsafe extern "C" fn(instance: *const c_void, context: *const c_void) -> FfiResult,
    pub register_stages: unsafe extern "C" fn(instance: *const c_void, registry: *mut c_void) -> FfiResult,
    pub shutdown: unsafe extern "C" fn(instance: *mut c_void) -> FfiResult,
}

const _: () = assert!(size_of::<PluginVTable>() == 22 * MORTISE_WORD);
const _: () = assert!(size_of::<FfiSlice>() == 2 * MORTISE_WORD);
const _: () = assert!(size_of::<FfiPluginDependency>() == 3 * MORTISE_WORD);
const _: () = assert!(size_of::<FfiStageRequirement>() == 2 * MORTISE_WORD);
const _: () = assert!(size_of::<FfiPluginPriority>() == 2);
