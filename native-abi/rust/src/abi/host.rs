//! `host.h`

use super::{FfiResult, MortiseError, MortiseValue, Row, MORTISE_WORD};
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::sync::atomic::AtomicU32;

macro_rules! levels {
    ($($name:ident = $value:literal, $text:literal;)+) => {
        $(pub const $name: u32 = $value;)+
        /// Name, level, name in messages.
        pub const MORTISE_LOG_LEVELS: &[Row] = &[$((stringify!($name), $value, $text)),+];
    };
}

levels! {
    MORTISE_LOG_TRACE = 10, "trace";
    MORTISE_LOG_DEBUG = 20, "debug";
    MORTISE_LOG_INFO = 30, "info";
    MORTISE_LOG_WARN = 40, "warn";
    MORTISE_LOG_ERROR = 50, "error";
    MORTISE_LOG_FATAL = 60, "fatal";
}

/// Bytes of a log message with its fields.
pub const MORTISE_MAX_LOG_LINE: usize = 65536;

#[repr(C)]
#[derive(Clone, Copy)]
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
    pub log_level: *const AtomicU32,
    pub log: unsafe extern "C" fn(
        host: *const MortiseHost,
        level: u32,
        message: *const c_char,
        message_length: usize,
        fields: *const MortiseField,
        field_count: usize,
    ) -> FfiResult,
    pub config: unsafe extern "C" fn(host: *const MortiseHost, key: *const c_char, value: *mut MortiseValue) -> FfiResult,
    pub call: unsafe extern "C" fn(
        host: *const MortiseHost,
        function: *const c_char,
        arguments: *const MortiseValue,
        argument_count: usize,
        timeout_ns: u64,
        result: *mut MortiseValue,
        error: *mut MortiseError,
    ) -> FfiResult,
    pub publish: unsafe extern "C" fn(host: *const MortiseHost, topic: *const c_char, payload: *const MortiseValue) -> FfiResult,
    pub service: unsafe extern "C" fn(
        host: *const MortiseHost,
        name: *const c_char,
        version_range: *const c_char,
        table: *mut *const c_void,
    ) -> FfiResult,
    pub extension: unsafe extern "C" fn(host: *const MortiseHost, id: *const c_char) -> *const c_void,
}

const _: () = assert!(size_of::<MortiseField>() == 2 * MORTISE_WORD + 24);
const _: () = assert!(size_of::<MortiseHost>() == 8 + 10 * MORTISE_WORD);
