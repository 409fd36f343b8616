//! `value.h`

use super::Row;
use std::mem::size_of;
use std::os::raw::c_void;

/// Bytes of one string, bytes or JSON text.
pub const MORTISE_MAX_VALUE: usize = 268_435_456;
/// Nested objects and arrays.
pub const MORTISE_MAX_JSON_DEPTH: usize = 1024;

macro_rules! tags {
    ($($name:ident = $value:literal, $text:literal;)+) => {
        $(pub const $name: u32 = $value;)+
        /// Name, tag, name in messages.
        pub const MORTISE_TAGS: &[Row] = &[$((stringify!($name), $value, $text)),+];
    };
}

tags! {
    MORTISE_NULL = 0, "null";
    MORTISE_BOOL = 1, "bool";
    MORTISE_INT64 = 2, "int64";
    MORTISE_DOUBLE = 3, "double";
    MORTISE_STRING = 4, "string";
    MORTISE_BYTES = 5, "bytes";
    MORTISE_JSON = 6, "json";
}

/// The member `as` of a value.
#[repr(C)]
#[derive(Clone, Copy)]
pub union MortisePayload {
    pub bits: u64,
    pub boolean: u64,
    pub int64: i64,
    pub number: f64,
    pub data: *const c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseValue {
    pub tag: u32,
    pub flags: u32,
    /// `as` in C.
    pub payload: MortisePayload,
    pub length: u64,
}

impl MortiseValue {
    pub const NULL: Self = Self::scalar(MORTISE_NULL, 0);

    pub(crate) const fn scalar(tag: u32, bits: u64) -> Self {
        Self { tag, flags: 0, payload: MortisePayload { bits }, length: 0 }
    }

    /// Borrows: the pointer is valid as long as `data` is.
    pub(crate) fn data(tag: u32, data: &[u8]) -> Self {
        // All bits first: where a pointer is narrower than the payload, the rest must be 0.
        let mut value = Self::scalar(tag, 0);
        value.payload.data = data.as_ptr().cast();
        value.length = data.len() as u64;
        value
    }
}

const _: () = assert!(size_of::<MortiseValue>() == 24);
