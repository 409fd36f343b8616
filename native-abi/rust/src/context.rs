//! The shared, typed data of one run.

use crate::abi::{MortiseContext, MortiseValue, MORTISE_DRY_RUN};
use crate::code::Code;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::text::{str_from, with_c_str};
use crate::typed::{read, typed_getters, wanted, FromValue};
use crate::value::{ToValue, ValueRef};
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Live,
    /// Say what would be done; change nothing.
    DryRun,
}

/// The context of one call, on its thread. What it gives lives as long as that call, also after a key was set again.
///
/// Getters fail with [`Code::NOT_FOUND`] where there is no such key, and [`Code::WRONG_TYPE`] where its value has another type.
pub struct Context<'a> {
    raw: &'a MortiseContext,
    /// Of its thread only.
    _unshared: PhantomData<*const ()>,
}

impl<'a> Context<'a> {
    /// # Safety
    /// `raw` is NULL or the host's context, and valid for `'a`, which ends with the call that brought it.
    #[inline]
    pub(crate) unsafe fn from_raw(raw: *const MortiseContext) -> Result<Self> {
        // SAFETY: by the caller.
        match unsafe { raw.as_ref() } {
            Some(raw) if !raw.host.is_null() && !raw.cancelled.is_null() => Ok(Self { raw, _unshared: PhantomData }),
            _ => Err(Error::new(Code::NULL_POINTER, "the host gave no context")),
        }
    }

    /// The struct of the contract.
    pub fn as_raw(&self) -> *const MortiseContext {
        self.raw
    }

    pub fn host(&self) -> Host {
        // SAFETY: it is the host's struct, and was checked not to be NULL.
        unsafe { Host::from_raw(self.raw.host) }.expect("checked before")
    }

    pub fn mode(&self) -> Mode {
        if self.raw.mode == MORTISE_DRY_RUN {
            Mode::DryRun
        } else {
            Mode::Live
        }
    }

    /// `namespace:stage`; None in a preflight check.
    pub fn stage_id(&self) -> Option<&'a str> {
        // SAFETY: valid for the call.
        unsafe { str_from(self.raw.stage_id) }
    }

    /// Whether the caller gave up: look in every loop. Costs one load.
    #[inline]
    pub fn cancelled(&self) -> bool {
        self.cancellation().is_cancelled()
    }

    /// The flag by itself, which other threads may read while the call lasts.
    #[inline]
    pub fn cancellation(&self) -> Cancellation<'a> {
        // SAFETY: valid for the call, and checked not to be NULL.
        Cancellation(unsafe { &*self.raw.cancelled })
    }

    /// Fails with [`Code::CANCELLED`] if the caller gave up: `context.check_cancelled()?` in every loop.
    #[inline]
    pub fn check_cancelled(&self) -> Result {
        self.cancellation().check()
    }

    /// The value of `key`, whatever it is; None: there is none.
    #[inline]
    pub fn value(&self, key: &str) -> Result<Option<ValueRef<'a>>> {
        let mut value = MortiseValue::NULL;
        // SAFETY: the arguments are as the contract wants them.
        match Code(with_c_str(KEY, key, |name| unsafe { (self.raw.get)(self.raw, name, &mut value) })?) {
            // SAFETY: stays as it is until the call into the plugin ends, also when the key is set again.
            Code::OK => unsafe { ValueRef::from_raw(&value) }.map(Some),
            Code::NOT_FOUND => Ok(None),
            code => Err(refused("give", key, code)),
        }
    }

    pub fn has(&self, key: &str) -> Result<bool> {
        Ok(self.value(key)?.is_some())
    }

    /// The value of `key` as a type; [`Code::NOT_FOUND`] where there is none.
    #[inline]
    pub fn get<T: FromValue<'a>>(&self, key: &str) -> Result<T> {
        match self.value(key)? {
            Some(value) => read(value, || subject(key)),
            None => Err(Error::new(Code::NOT_FOUND, format!("the context has no `{}`{}", key, wanted::<T>(", which must be ")))),
        }
    }

    /// The value of `key` as a type; None where there is none, or it is null.
    #[inline]
    pub fn find<T: FromValue<'a>>(&self, key: &str) -> Result<Option<T>> {
        match self.value(key)? {
            None | Some(ValueRef::Null) => Ok(None),
            Some(value) => read(value, || subject(key)).map(Some),
        }
    }

    typed_getters!('a, key: &str);

    /// Sets `key`; the host copies the value. [`Code::INVALID_DATA`] for an integer that is beyond an `i64`.
    #[inline]
    pub fn set(&self, key: &str, value: impl ToValue) -> Result {
        let value = value.to_value()?.to_raw();
        // SAFETY: the arguments are as the contract wants them.
        match Code(with_c_str(KEY, key, |name| unsafe { (self.raw.set)(self.raw, name, &value) })?) {
            Code::OK => Ok(()),
            code => Err(refused("set", key, code)),
        }
    }

    /// Removes `key`, and says whether it was there.
    pub fn remove(&self, key: &str) -> Result<bool> {
        // SAFETY: the arguments are as the contract wants them.
        match Code(with_c_str(KEY, key, |name| unsafe { (self.raw.remove)(self.raw, name) })?) {
            Code::OK => Ok(true),
            Code::NOT_FOUND => Ok(false),
            code => Err(refused("remove", key, code)),
        }
    }

    /// All keys with their values, in the order in which they were first set.
    pub fn entries(&self) -> Entries<'a> {
        Entries { raw: self.raw, cursor: 0, is_over: false, _unshared: PhantomData }
    }

    /// In a dry run: one sentence for each thing that would be done.
    pub fn describe(&self, sentence: impl AsRef<str>) -> Result {
        let sentence = sentence.as_ref();
        // SAFETY: the arguments are as the contract wants them.
        match Code(unsafe { (self.raw.describe)(self.raw, sentence.as_ptr().cast(), sentence.len()) }) {
            Code::OK => Ok(()),
            code => Err(Error::refused("take the description", code)),
        }
    }
}

const KEY: &str = "the context key";

fn subject(key: &str) -> String {
    format!("the context value `{}`", key)
}

fn refused(verb: &str, key: &str, code: Code) -> Error {
    Error::refused(format_args!("{} the context value `{}`", verb, key), code)
}

/// Whether the caller gave up. May be handed to other threads while the call lasts.
#[derive(Clone, Copy, Debug)]
pub struct Cancellation<'a>(pub(crate) &'a AtomicU32);

impl Cancellation<'_> {
    #[inline]
    pub fn is_cancelled(self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Fails with [`Code::CANCELLED`] if the caller gave up.
    #[inline]
    pub fn check(self) -> Result {
        if self.is_cancelled() {
            return Err(Error::new(Code::CANCELLED, "cancelled"));
        }
        Ok(())
    }
}

/// The keys of a context with their values. A key that is set meanwhile is met, one that is removed is not.
pub struct Entries<'a> {
    raw: &'a MortiseContext,
    cursor: usize,
    is_over: bool,
    _unshared: PhantomData<*const ()>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<(&'a str, ValueRef<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let (mut key, mut value) = (ptr::null(), MortiseValue::NULL);
        // SAFETY: the arguments are as the contract wants them.
        let code = Code(unsafe { (self.raw.next)(self.raw, &mut self.cursor, &mut key, &mut value) });
        self.is_over = code != Code::OK;
        match code {
            // SAFETY: both stay as they are until the call into the plugin ends.
            Code::OK => Some(unsafe { ValueRef::from_raw(&value).map(|value| (str_from(key).unwrap_or(""), value)) }),
            Code::NOT_FOUND => None,
            code => Some(Err(Error::refused("walk the context", code))),
        }
    }
}
