//! Failures: a code and a text for the operator.

use crate::code::Code;
use std::fmt;
use std::io;

/// What a plugin's own functions return: by default nothing, or why not.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Why something failed. The host adds plugin, version, path and operation to the message; say what failed, with which file or device, and what
/// would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// [`Code::OK`] arrives as [`Code::ERR`].
    pub code: Code,
    pub message: String,
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The same failure, with what was being done before its message: `reading /etc/greeter.json: permission denied`.
    #[must_use]
    pub fn within(self, what: impl fmt::Display) -> Self {
        Self { code: self.code, message: format!("{}: {}", what, self.message) }
    }

    /// That the host refused something: `the host would not WHAT: SENTENCE (CODE)`.
    pub(crate) fn refused(what: impl fmt::Display, code: Code) -> Self {
        Self::new(code, format!("the host would not {}: {} ({})", what, code.sentence(), code))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Self::new(Code::ERR, message)
    }
}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self::new(Code::ERR, message)
    }
}

impl From<Box<dyn std::error::Error>> for Error {
    fn from(error: Box<dyn std::error::Error>) -> Self {
        Self::new(Code::ERR, error.to_string())
    }
}

impl From<Box<dyn std::error::Error + Send + Sync>> for Error {
    fn from(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::new(Code::ERR, error.to_string())
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::NotFound => Code::NOT_FOUND,
            io::ErrorKind::AlreadyExists => Code::EXISTS,
            io::ErrorKind::PermissionDenied => Code::DENIED,
            io::ErrorKind::TimedOut => Code::TIMED_OUT,
            io::ErrorKind::OutOfMemory => Code::OUT_OF_MEMORY,
            _ => Code::ERR,
        };
        Self::new(code, error.to_string())
    }
}

macro_rules! from_errors {
    ($($type:ty => $code:ident),+ $(,)?) => {
        $(impl From<$type> for Error {
            fn from(error: $type) -> Self {
                Self::new(Code::$code, error.to_string())
            }
        })+
    };
}

from_errors! {
    fmt::Error => ERR,
    std::str::Utf8Error => UTF8_ERROR,
    std::string::FromUtf8Error => UTF8_ERROR,
    std::char::ParseCharError => INVALID_DATA,
    std::num::ParseIntError => INVALID_DATA,
    std::num::ParseFloatError => INVALID_DATA,
    std::num::TryFromIntError => INVALID_DATA,
    std::str::ParseBoolError => INVALID_DATA,
    std::env::VarError => NOT_FOUND,
    std::time::SystemTimeError => ERR,
    std::sync::mpsc::RecvError => ERR,
}

/// Returns from the function with a failure: `fail!("cannot open {path}")`, `fail!(Code::DENIED, "{path} is not yours")`.
#[macro_export]
macro_rules! fail {
    ($format:literal $(, $argument:expr)* $(,)?) => {
        return ::std::result::Result::Err($crate::Error::new($crate::Code::ERR, ::std::format!($format $(, $argument)*)))
    };
    ($code:expr, $format:literal $(, $argument:expr)* $(,)?) => {
        return ::std::result::Result::Err($crate::Error::new($code, ::std::format!($format $(, $argument)*)))
    };
}
