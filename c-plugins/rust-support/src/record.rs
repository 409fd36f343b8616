//! The record that the host reads from the file before any code of the plugin runs: how the plugin was built, and its manifest.

use crate::abi::*;
use std::mem::size_of;

/// `N`: bytes of the manifest. A plugin puts one into the section of records:
///
/// ```text
/// #[used]
/// #[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mortise")]
/// #[cfg_attr(not(target_vendor = "apple"), link_section = ".mortise")]
/// static RECORD: Record<{ MANIFEST.len() }> = Record::new(THREADS_SAFE, MANIFEST);
/// ```
#[repr(C)]
pub struct Record<const N: usize> {
    record: MortiseRecord,
    manifest: [u8; N],
}

impl<const N: usize> Record<N> {
    /// `manifest`: one JSON object of `N` bytes.
    pub const fn new(threads: u8, manifest: &str) -> Self {
        assert!(manifest.len() == N);
        let mut bytes = [0; N];
        let mut index = 0;
        while index < N {
            bytes[index] = manifest.as_bytes()[index];
            index += 1;
        }
        Self { record: header(threads, N as u64), manifest: bytes }
    }
}

const fn header(threads: u8, manifest_length: u64) -> MortiseRecord {
    MortiseRecord {
        magic: *b"\x7fMORTISE",
        format: 1,
        record_size: size_of::<MortiseRecord>() as u32,
        abi_major: ABI_MAJOR,
        abi_minor: ABI_MINOR,
        word: size_of::<usize>() as u8,
        language: LANGUAGE_RUST,
        threads,
        reserved: 0,
        header_version: *b"0.1.0\0\0\0\0\0\0\0\0\0\0\0",
        size_vtable: size_of::<PluginVTable>() as u16,
        size_slice: size_of::<FfiSlice>() as u16,
        size_dependency: size_of::<FfiPluginDependency>() as u16,
        size_stage_requirement: size_of::<FfiStageRequirement>() as u16,
        size_value: size_of::<MortiseValue>() as u16,
        size_error: size_of::<MortiseError>() as u16,
        size_host: size_of::<MortiseHost>() as u16,
        size_context: size_of::<MortiseContext>() as u16,
        size_stage: size_of::<MortiseStage>() as u16,
        size_registry: size_of::<MortiseRegistry>() as u16,
        reserved2: 0,
        manifest_length,
    }
}
