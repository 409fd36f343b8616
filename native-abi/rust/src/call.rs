//! One call of a function of the plugin.

use crate::abi::{MortiseCall, MortiseValue};
use crate::code::Code;
use crate::context::Cancellation;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::text::str_from;
use crate::typed::{read, typed_getters, FromValue};
use crate::value::ValueRef;
use std::marker::PhantomData;
use std::time::Duration;

/// A call in progress, with its arguments, which are borrowed for the call. They are counted from 0 here, and from 1 in messages.
///
/// Getters fail with [`Code::INVALID_DATA`] where there is no such argument, and [`Code::WRONG_TYPE`] where it has another type.
pub struct Call<'a> {
    function: &'a str,
    arguments: &'a [MortiseValue],
    raw: &'a MortiseCall,
    host: Host,
    /// Of its thread only.
    _unshared: PhantomData<*const ()>,
}

impl<'a> Call<'a> {
    /// # Safety
    /// `raw` is NULL or the host's; it and what `arguments` point to are valid for `'a`.
    pub(crate) unsafe fn from_raw(
        function: &'a str,
        raw: *const MortiseCall,
        arguments: *const MortiseValue,
        count: usize,
        host: Host,
    ) -> Result<Self> {
        let refused = || Error::new(Code::NULL_POINTER, format!("`{}` was called without its call or its arguments", function));
        // SAFETY: by the caller.
        let raw = unsafe { raw.as_ref() }.filter(|raw| !raw.cancelled.is_null()).ok_or_else(refused)?;
        let arguments = match count {
            0 => &[],
            _ if arguments.is_null() => return Err(refused()),
            // SAFETY: by the caller.
            _ => unsafe { std::slice::from_raw_parts(arguments, count) },
        };
        Ok(Self { function, arguments, raw, host, _unshared: PhantomData })
    }

    pub fn host(&self) -> Host {
        self.host
    }

    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty()
    }

    /// Who calls: a plugin's or script's name; None: the application.
    pub fn caller(&self) -> Option<&'a str> {
        // SAFETY: valid for the call.
        unsafe { str_from(self.raw.caller) }
    }

    /// How long the caller was willing to wait when the call began; None: for ever.
    pub fn timeout(&self) -> Option<Duration> {
        Some(self.raw.timeout_ns).filter(|left| *left > 0).map(Duration::from_nanos)
    }

    /// Whether the caller gave up: look in every loop. Costs one load.
    pub fn cancelled(&self) -> bool {
        self.cancellation().is_cancelled()
    }

    /// The flag by itself, which other threads may read while the call lasts.
    pub fn cancellation(&self) -> Cancellation<'a> {
        // SAFETY: valid for the call, and checked not to be NULL.
        Cancellation(unsafe { &*self.raw.cancelled })
    }

    /// Fails with [`Code::CANCELLED`] if the caller gave up.
    pub fn check_cancelled(&self) -> Result {
        self.cancellation().check()
    }

    /// The argument at `index`, whatever it is; None: there are fewer.
    pub fn value(&self, index: usize) -> Result<Option<ValueRef<'a>>> {
        // SAFETY: arguments are borrowed for the call.
        self.arguments.get(index).map(|raw| unsafe { ValueRef::from_raw(raw) }).transpose()
    }

    /// The argument at `index` as a type; [`Code::INVALID_DATA`] where there are fewer.
    pub fn get<T: FromValue<'a>>(&self, index: usize) -> Result<T> {
        match self.value(index)? {
            Some(value) => read(value, || self.subject(index)),
            None => {
                let noun = if T::WANTED.is_empty() { "a value" } else { T::WANTED };
                let message = format!("{} must be {}, but {} given", self.subject(index), noun, counted(self.len()));
                Err(Error::new(Code::INVALID_DATA, message))
            }
        }
    }

    /// The argument at `index` as a type; None where there are fewer, or it is null.
    pub fn find<T: FromValue<'a>>(&self, index: usize) -> Result<Option<T>> {
        match self.value(index)? {
            None | Some(ValueRef::Null) => Ok(None),
            Some(value) => read(value, || self.subject(index)).map(Some),
        }
    }

    typed_getters!('a, index: usize);

    fn subject(&self, index: usize) -> String {
        format!("argument {} of `{}`", index + 1, self.function)
    }
}

fn counted(length: usize) -> String {
    match length {
        0 => "none was".to_owned(),
        1 => "1 was".to_owned(),
        more => format!("{} were", more),
    }
}
