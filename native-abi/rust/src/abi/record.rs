//! `record.h`

use std::mem::size_of;

pub const MORTISE_RECORD_MAGIC: &[u8; 8] = b"\x7fMORTISE";
pub const MORTISE_RECORD_FORMAT: u32 = 1;
/// ELF and PE; on macOS it is `__DATA,__mortise`.
pub const MORTISE_RECORD_SECTION_NAME: &str = ".mortise";
/// Bytes of the manifest.
pub const MORTISE_MAX_MANIFEST: usize = 1_048_576;

pub const MORTISE_LANGUAGE_OTHER: u8 = 0;
pub const MORTISE_LANGUAGE_C: u8 = 1;
pub const MORTISE_LANGUAGE_CPP: u8 = 2;
pub const MORTISE_LANGUAGE_RUST: u8 = 3;

pub const MORTISE_THREADS_ONE: u8 = 0;
pub const MORTISE_THREADS_SAFE: u8 = 1;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
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

const _: () = assert!(size_of::<MortiseRecord>() == 72);
