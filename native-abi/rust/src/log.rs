//! Log lines: a level, a text and named values.

use crate::abi::*;
use crate::call::Call;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::registry::Registry;
use crate::text::c_string;
use crate::value::ToValue;
use std::ffi::CString;
use std::ptr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Level {
    Trace = MORTISE_LOG_TRACE,
    Debug = MORTISE_LOG_DEBUG,
    Info = MORTISE_LOG_INFO,
    Warn = MORTISE_LOG_WARN,
    Error = MORTISE_LOG_ERROR,
    Fatal = MORTISE_LOG_FATAL,
}

/// Whatever knows the host: what the log macros take first.
pub trait HasHost {
    fn host(&self) -> Host;
}

impl HasHost for Host {
    fn host(&self) -> Host {
        *self
    }
}

impl HasHost for Context<'_> {
    fn host(&self) -> Host {
        Context::host(self)
    }
}

impl HasHost for Call<'_> {
    fn host(&self) -> Host {
        Call::host(self)
    }
}

impl<P> HasHost for Registry<'_, P> {
    fn host(&self) -> Host {
        Registry::host(self)
    }
}

impl<T: HasHost + ?Sized> HasHost for &T {
    fn host(&self) -> Host {
        (**self).host()
    }
}

impl Host {
    /// Whether a line at that level is kept. The macros ask before they make the line.
    pub fn logs(self, level: Level) -> bool {
        level as u32 >= self.log_level()
    }

    /// Queues a line: `host.log(Level::Info, "ready", &[("port", &8080)])`. Returns at once, on any thread. A line that the host does not take, because its
    /// queue is full for example, is counted there; it is no reason to fail. A line with a field that is an integer beyond an `i64` is lost: give its digits.
    pub fn log(self, level: Level, message: &str, fields: &[(&str, &dyn ToValue)]) {
        if self.logs(level) {
            let _ = self.try_log(level, message, fields);
        }
    }

    /// As `log`, whatever the level, and says why the host did not take the line.
    pub fn try_log(self, level: Level, message: &str, fields: &[(&str, &dyn ToValue)]) -> Result {
        let keys = fields.iter().map(|(key, _)| c_string("the field", key)).collect::<Result<Vec<CString>>>()?;
        let line = |((_, value), key): (&(&str, &dyn ToValue), &CString)| {
            Ok(MortiseField { key: key.as_ptr(), reserved: ptr::null(), value: value.to_value()?.to_raw() })
        };
        let raw = fields.iter().zip(&keys).map(line).collect::<Result<Vec<MortiseField>>>()?;
        let host = self.as_raw();
        // SAFETY: the arguments are as the contract wants them; the host copies the line.
        match Code(unsafe { ((*host).log)(host, level as u32, message.as_ptr().cast(), message.len(), raw.as_ptr(), raw.len()) }) {
            Code::OK => Ok(()),
            code => Err(Error::refused("take the log line", code)),
        }
    }
}

/// Logs at a level: `log!(Level::Info, host, "read {path}"; bytes = length, "file.mode" = mode)`. The second argument is a host, or what knows it: a context, a call, a
/// registry. Nothing is formatted, and no field computed, if the line is dropped.
#[macro_export]
macro_rules! log {
    ($level:expr, $to:expr, $format:literal $(, $argument:expr)* $(; $($key:tt = $value:expr),+ $(,)?)?) => {{
        let host = $crate::HasHost::host(&$to);
        let level = $level;
        if host.logs(level) {
            host.log(level, &::std::format!($format $(, $argument)*), &[$($(($crate::__field_name!($key), &$value)),+)?]);
        }
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __field_name {
    ($name:ident) => {
        ::std::stringify!($name)
    };
    ($name:literal) => {
        $name
    };
}

macro_rules! level_macros {
    ($dollar:tt $($name:ident = $level:ident, $about:literal;)+) => {
        $(
            #[doc = $about]
            #[macro_export]
            macro_rules! $name {
                ($dollar($dollar line:tt)+) => { $crate::log!($crate::Level::$level, $dollar($dollar line)+) };
            }
        )+
    };
}

level_macros! { $
    trace = Trace, "[`log!`] at level trace.";
    debug = Debug, "[`log!`] at level debug.";
    info = Info, "[`log!`] at level info: `info!(host, \"read {path}\"; bytes = length)`.";
    warn = Warn, "[`log!`] at level warn.";
    error = Error, "[`log!`] at level error.";
    fatal = Fatal, "[`log!`] at level fatal.";
}
