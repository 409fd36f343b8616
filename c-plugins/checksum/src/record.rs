//! The record that the host reads from the file before any code of the plugin runs: how the plugin was built, and its manifest.

use crate::abi::*;
use std::mem::size_of;

const MANIFEST: &str = concat!(
    r#"{"name":"checksum","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","description":"CRC-32C and xxHash64 of the content of a run.","author":"Mortise contributors","license":"MIT","kind":"stage","#,
    r#""tags":["checksum","example","rust"]}"#
);

#[repr(C)]
struct RecordWithManifest {
    record: MortiseRecord,
    manifest: [u8; MANIFEST.len()],
}

const fn manifest_bytes() -> [u8; MANIFEST.len()] {
    let mut bytes = [0; MANIFEST.len()];
    let mut index = 0;
    while index < bytes.len() {
        bytes[index] = MANIFEST.as_bytes()[index];
        index += 1;
    }
    bytes
}

#[used]
#[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mortise")]
#[cfg_attr(not(target_vendor = "apple"), link_section = ".mortise")]
static RECORD: RecordWithManifest = RecordWithManifest {
    record: MortiseRecord {
        magic: *b"\x7fMORTISE",
        format: 1,
        record_size: size_of::<MortiseRecord>() as u32,
        abi_major: ABI_MAJOR,
        abi_minor: ABI_MINOR,
        word: size_of::<usize>() as u8,
        language: LANGUAGE_RUST,
        threads: THREADS_SAFE,
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
        manifest_length: MANIFEST.len() as u64,
    },
    manifest: manifest_bytes(),
};
