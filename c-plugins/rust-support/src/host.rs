//! The run's context and the host behind it, without raw pointers for the plugin.

use crate::abi::{self, MortiseContext, MortiseField, MortiseValue};
use crate::boundary::Failure;
use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

/// A value that the host gave: readable until the outermost call into the plugin returns.
pub enum Value<'a> {
    String(&'a str),
    Bytes(&'a [u8]),
    Other,
}

pub struct Context<'a>(&'a MortiseContext);

impl<'a> Context<'a> {
    /// # Safety
    /// `raw` is NULL or valid for `'a`, which ends with the call that brought it.
    pub unsafe fn new(raw: *const MortiseContext) -> Result<Self, Failure> {
        raw.as_ref().map(Self).ok_or_else(|| Failure::new(abi::NULL_POINTER, "no context was given"))
    }

    pub fn cancelled(&self) -> bool {
        // The contract's relaxed atomic load. AtomicU32 has the layout of u32.
        unsafe { &*self.0.cancelled.cast::<AtomicU32>() }.load(Ordering::Relaxed) != 0
    }

    /// None: the context has no such value.
    pub fn get(&self, key: &CStr) -> Result<Option<Value<'a>>, Failure> {
        let mut value = MortiseValue { tag: abi::TAG_NULL, flags: 0, bits: 0, length: 0 };
        match unsafe { (self.0.get)(self.0, key.as_ptr(), &mut value) } {
            abi::OK => {}
            abi::NOT_FOUND => return Ok(None),
            code => return Err(refused("give", key, code)),
        }
        Ok(Some(match value.tag {
            abi::TAG_BYTES => Value::Bytes(unsafe { slice_of(&value) }),
            abi::TAG_STRING => {
                let text = std::str::from_utf8(unsafe { slice_of(&value) });
                Value::String(text.map_err(|_| Failure::new(abi::UTF8_ERROR, format!("{} is not valid UTF-8", key.to_string_lossy())))?)
            }
            _ => Value::Other,
        }))
    }

    pub fn set_string(&self, key: &CStr, text: &str) -> Result<(), Failure> {
        match unsafe { (self.0.set)(self.0, key.as_ptr(), &string(text)) } {
            abi::OK => Ok(()),
            code => Err(refused("take", key, code)),
        }
    }

    /// For a dry run: one sentence.
    pub fn describe(&self, text: &str) -> Result<(), Failure> {
        match unsafe { (self.0.describe)(self.0, text.as_ptr().cast(), text.len()) } {
            abi::OK => Ok(()),
            code => Err(Failure::new(code, format!("the host refused the description (code {})", code))),
        }
    }

    /// A line at level debug. That the host drops it is no reason to fail.
    pub fn log_debug(&self, message: &str, fields: &[Field]) {
        let host = unsafe { &*self.0.host };
        let level = unsafe { &*host.log_level.cast::<AtomicU32>() }.load(Ordering::Relaxed);
        if level > abi::LOG_DEBUG {
            return;
        }
        // A Field has the layout of the MortiseField in it.
        unsafe { (host.log)(host, abi::LOG_DEBUG, message.as_ptr().cast(), message.len(), fields.as_ptr().cast(), fields.len()) };
    }
}

/// A named value of a log line, which borrows what it is made of.
#[repr(transparent)]
pub struct Field<'a>(MortiseField, PhantomData<&'a str>);

impl<'a> Field<'a> {
    pub fn string(key: &'a CStr, text: &'a str) -> Self {
        Self(field(key, string(text)), PhantomData)
    }

    pub fn int64(key: &'a CStr, number: i64) -> Self {
        Self(field(key, MortiseValue { tag: abi::TAG_INT64, flags: 0, bits: number as u64, length: 0 }), PhantomData)
    }
}

fn refused(verb: &str, key: &CStr, code: i32) -> Failure {
    Failure::new(code, format!("the host would not {} the context value {} (code {})", verb, key.to_string_lossy(), code))
}

fn string(text: &str) -> MortiseValue {
    MortiseValue { tag: abi::TAG_STRING, flags: 0, bits: text.as_ptr() as usize as u64, length: text.len() as u64 }
}

fn field(key: &CStr, value: MortiseValue) -> MortiseField {
    MortiseField { key: key.as_ptr(), reserved: ptr::null(), value }
}

/// # Safety
/// `value` comes from the host and has the tag of a value with data.
unsafe fn slice_of<'a>(value: &MortiseValue) -> &'a [u8] {
    // NULL is allowed where the length is 0, in C but not in a slice.
    if value.length == 0 {
        return &[];
    }
    std::slice::from_raw_parts(value.bits as usize as *const u8, value.length as usize)
}
