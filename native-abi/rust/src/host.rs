//! What the host offers.

use crate::abi::{MortiseError, MortiseHost, MortiseText, MortiseValue, MORTISE_KIT_MESSAGE, MORTISE_OK};
use crate::code::Code;
use crate::error::{Error, Result};
use crate::table::Table;
use crate::text::{str_from, with_c_str};
use crate::typed::{read, wanted, FromValue};
use crate::value::{ToValue, Value, ValueRef};
use std::mem::size_of;
use std::os::raw::c_void;
use std::ptr;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The host, for as long as the process lives: any thread may keep it and call it. After the plugin was destroyed everything answers
/// [`Code::CANCELLED`]; before `init` most answers [`Code::WRONG_STATE`].
#[derive(Clone, Copy)]
pub struct Host(&'static MortiseHost);

// SAFETY: the contract has one such struct for each library, at one address for the life of the process; its functions may be called from any thread,
// and its fields do not change but for the atomic behind `log_level`.
unsafe impl Send for Host {}
// SAFETY: the same.
unsafe impl Sync for Host {}

impl Host {
    /// # Safety
    /// `raw` is NULL or the host's struct.
    pub(crate) unsafe fn from_raw(raw: *const MortiseHost) -> Result<Self> {
        // SAFETY: by the caller.
        unsafe { raw.as_ref() }.map(Self).ok_or_else(|| Error::new(Code::NULL_POINTER, "the host did not say what it offers: it gave NULL"))
    }

    /// The struct of the contract.
    pub fn as_raw(self) -> *const MortiseHost {
        self.0
    }

    /// The application's name.
    pub fn app(self) -> &'static str {
        // SAFETY: lives as long as the struct.
        unsafe { str_from(self.0.app) }.unwrap_or("")
    }

    /// The application's plugin API version: a semantic version.
    pub fn api_version(self) -> &'static str {
        // SAFETY: lives as long as the struct.
        unsafe { str_from(self.0.api_version) }.unwrap_or("")
    }

    /// Absolute path of the application's configuration folder. It may not exist.
    pub fn config_dir(self) -> &'static str {
        // SAFETY: lives as long as the struct.
        unsafe { str_from(self.0.config_dir) }.unwrap_or("")
    }

    pub(crate) fn log_level(self) -> u32 {
        // SAFETY: never NULL, and lives as long as the struct; the contract's relaxed atomic load.
        unsafe { &*self.0.log_level }.load(Ordering::Relaxed)
    }

    /// An option that the operator set for this plugin; None: not set, or null. From `init` on.
    pub fn config<T: for<'v> FromValue<'v>>(self, key: &str) -> Result<Option<T>> {
        let mut value = MortiseValue::NULL;
        // SAFETY: the arguments are as the contract wants them.
        match Code(with_c_str("the option's name", key, |name| unsafe { (self.0.config)(self.0, name, &mut value) })?) {
            Code::OK => {}
            Code::NOT_FOUND => return Ok(None),
            code => return Err(Error::refused(format_args!("give the option `{}`", key), code)),
        }
        // SAFETY: lives until `destroy` returns; it is copied here.
        match unsafe { ValueRef::from_raw(&value) }? {
            ValueRef::Null => Ok(None),
            value => read(value, || format!("the option `{}`", key)).map(Some),
        }
    }

    /// As `config`, but [`Code::NOT_FOUND`] where the option is not set, or null.
    pub fn require_config<T: for<'v> FromValue<'v>>(self, key: &str) -> Result<T> {
        let missing = || Error::new(Code::NOT_FOUND, format!("the option `{}` is not set{}", key, wanted::<T>("; it must be ")));
        self.config(key)?.ok_or_else(missing)
    }

    /// All options that the operator set for this plugin: the text of one JSON object.
    pub fn config_json(self) -> Result<String> {
        Ok(self.config::<crate::Json<String>>("")?.map_or_else(|| "{}".to_owned(), |json| json.0))
    }

    /// Calls a function that the application defined, and waits for its answer: `host.call("sum", &[&1.5, &"two"])`. Not from a quick stage.
    pub fn call(self, function: &str, arguments: &[&dyn ToValue]) -> Result<Value> {
        self.call_with(function, arguments, 0)
    }

    /// As `call`, but gives up with [`Code::TIMED_OUT`].
    pub fn call_within(self, timeout: Duration, function: &str, arguments: &[&dyn ToValue]) -> Result<Value> {
        // 0 would be no limit.
        self.call_with(function, arguments, u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX).max(1))
    }

    fn call_with(self, function: &str, arguments: &[&dyn ToValue], timeout_ns: u64) -> Result<Value> {
        let arguments = arguments.iter().map(|argument| Ok(argument.to_value()?.to_raw())).collect::<Result<Vec<MortiseValue>>>()?;
        let mut result = MortiseValue::NULL;
        let mut text = [0u8; MORTISE_KIT_MESSAGE];
        let mut error = MortiseError {
            size: size_of::<MortiseError>() as u32,
            code: MORTISE_OK,
            message: MortiseText { data: text.as_mut_ptr().cast(), capacity: text.len(), length: 0 },
        };
        // SAFETY: the arguments are as the contract wants them, and borrowed for the call.
        let call = |name| unsafe { (self.0.call)(self.0, name, arguments.as_ptr(), arguments.len(), timeout_ns, &mut result, &mut error) };
        let code = Code(with_c_str("the function's name", function, call)?);
        if code != Code::OK {
            let length = error.message.length.min(text.len());
            return Err(failure_of(format_args!("call `{}`", function), code, &text[..length]));
        }
        // SAFETY: lives until this thread calls again, or the call into the plugin ends; it is copied here.
        Ok(unsafe { ValueRef::from_raw(&result) }?.to_owned())
    }

    /// Publishes a message under a topic: parts of `[A-Za-z0-9_-]+` joined by dots.
    pub fn publish(self, topic: &str, payload: impl ToValue) -> Result {
        let payload = payload.to_value()?.to_raw();
        // SAFETY: the arguments are as the contract wants them; the host copies the payload.
        match Code(with_c_str("the topic", topic, |name| unsafe { (self.0.publish)(self.0, name, &payload) })?) {
            Code::OK => Ok(()),
            code => Err(Error::refused(format_args!("publish under `{}`", topic), code)),
        }
    }

    /// Finds a service of another plugin by name and npm range: the address of its table, which begins with its size as a `u32`. On the main thread,
    /// from `init` on. The table is valid until `shutdown` has returned.
    pub fn service_address(self, name: &str, range: &str) -> Result<ptr::NonNull<c_void>> {
        let mut table = ptr::null();
        let find = |name| with_c_str("the version range", range, |range| unsafe { (self.0.service)(self.0, name, range, &mut table) });
        match Code(with_c_str("the service's name", name, find)??) {
            Code::OK => ptr::NonNull::new(table as *mut c_void)
                .ok_or_else(|| Error::new(Code::NULL_POINTER, format!("the table of the service `{}` is NULL", name))),
            code => Err(Error::refused(format_args!("find the service `{}` {}", name, range), code)),
        }
    }

    /// As `service_address`, as the table that `T` declares. [`Code::UNSUPPORTED`] if it is shorter than `T`: it is of an older version then.
    ///
    /// # Safety
    /// `T` is what the service of that name and range declares, as far as its size goes. The table is not used after `shutdown` has returned.
    pub unsafe fn service<T: Table>(self, name: &str, range: &str) -> Result<&'static T> {
        let table = self.service_address(name, range)?;
        // SAFETY: every table begins with its size, which the host checked to be readable; the rest is the caller's promise.
        unsafe { checked_table(table.as_ptr(), format_args!("the service `{}`", name)) }
    }

    /// A table that the host offers beyond the contract, by id (`com.example.clock/1`); None: it does not offer it, or one that is shorter than `T`.
    ///
    /// # Safety
    /// `T` is what that id stands for, as far as its size goes.
    pub unsafe fn extension<T: Table>(self, id: &str) -> Result<Option<&'static T>> {
        // SAFETY: the arguments are as the contract wants them.
        let table = with_c_str("the id", id, |id| unsafe { (self.0.extension)(self.0, id) })?;
        if table.is_null() {
            return Ok(None);
        }
        // SAFETY: static, and begins with its size; the rest is the caller's promise.
        Ok(unsafe { checked_table(table, format_args!("the extension `{}`", id)) }.ok())
    }
}

/// # Safety
/// `table` begins with its size in bytes and is a `T` so far, for the life of the process or as long as the caller promised to use it.
unsafe fn checked_table<T: Table>(table: *const c_void, what: std::fmt::Arguments<'_>) -> Result<&'static T> {
    if table as usize % std::mem::align_of::<T>() != 0 {
        return Err(Error::new(Code::INVALID_DATA, format!("the table of {} is not aligned", what)));
    }
    // SAFETY: by the caller.
    let size = unsafe { *table.cast::<u32>() } as usize;
    if size < size_of::<T>() {
        return Err(Error::new(Code::UNSUPPORTED, format!("the table of {} has {} bytes, {} are wanted", what, size, size_of::<T>())));
    }
    // SAFETY: by the caller; it is aligned and long enough.
    Ok(unsafe { &*table.cast::<T>() })
}

/// What the host said, or else what the code means.
pub(crate) fn failure_of(what: std::fmt::Arguments<'_>, code: Code, text: &[u8]) -> Error {
    if text.is_empty() {
        return Error::refused(what, code);
    }
    Error::new(code, format!("the host would not {}: {} ({})", what, String::from_utf8_lossy(text), code))
}
