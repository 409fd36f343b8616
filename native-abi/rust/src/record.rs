//! The record that the host reads from the file before any code of the plugin runs: how the plugin was built, and its manifest.

use crate::abi::*;
use crate::manifest;
use std::mem::size_of;

/// Which calls may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Threads {
    /// Never two calls at once; one that would come back into the plugin gets [`Code::REENTERED`](crate::Code::REENTERED).
    One = MORTISE_THREADS_ONE,
    /// Stages and functions may run at once, on any thread; all other calls come alone.
    Safe = MORTISE_THREADS_SAFE,
}

/// `N`: bytes of the manifest, which follows the record.
#[repr(C)]
pub struct Record<const N: usize> {
    record: MortiseRecord,
    manifest: [u8; N],
}

impl<const N: usize> Record<N> {
    pub const fn new(threads: Threads, manifest: &str) -> Self {
        Self { record: header(threads as u8, N as u64), manifest: manifest::minified(manifest) }
    }

    /// Reads a byte of it, which is what makes a linker keep it: `#[used]` alone is a matter between the compiler and itself.
    pub fn keep(&'static self) {
        // SAFETY: reads from a reference.
        unsafe { std::ptr::read_volatile(&self.record.magic[0]) };
    }
}

const fn header(threads: u8, manifest_length: u64) -> MortiseRecord {
    MortiseRecord {
        magic: *MORTISE_RECORD_MAGIC,
        format: MORTISE_RECORD_FORMAT,
        record_size: size_of::<MortiseRecord>() as u32,
        abi_major: MORTISE_ABI_MAJOR,
        abi_minor: MORTISE_ABI_MINOR,
        word: MORTISE_WORD as u8,
        language: MORTISE_LANGUAGE_RUST,
        threads,
        reserved: 0,
        header_version: padded(MORTISE_HEADER_VERSION),
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

const fn padded(text: &str) -> [u8; 16] {
    assert!(text.len() < 16);
    let mut bytes = [0; 16];
    let mut at = 0;
    while at < text.len() {
        bytes[at] = text.as_bytes()[at];
        at += 1;
    }
    bytes
}
