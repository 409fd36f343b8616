//! Result codes, as a type that knows its name.

use crate::abi::{self, FfiResult, MORTISE_RESULTS};
use std::fmt;

/// A result code of the contract. Codes that this crate does not know are kept as they are; they are failures too.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(pub FfiResult);

macro_rules! codes {
    ($($name:ident = $from:ident),+ $(,)?) => {
        impl Code {
            $(pub const $name: Self = Self(abi::$from);)+
        }
    };
}

codes! {
    OK = MORTISE_OK,
    ERR = MORTISE_ERR,
    NULL_POINTER = MORTISE_NULL_POINTER,
    UTF8_ERROR = MORTISE_UTF8_ERROR,
    INVALID_DATA = MORTISE_INVALID_DATA,
    NOT_FOUND = MORTISE_NOT_FOUND,
    EXISTS = MORTISE_EXISTS,
    WRONG_TYPE = MORTISE_WRONG_TYPE,
    TOO_LARGE = MORTISE_TOO_LARGE,
    OUT_OF_MEMORY = MORTISE_OUT_OF_MEMORY,
    READ_ONLY = MORTISE_READ_ONLY,
    WRONG_STATE = MORTISE_WRONG_STATE,
    BUSY = MORTISE_BUSY,
    WOULD_BLOCK = MORTISE_WOULD_BLOCK,
    CANCELLED = MORTISE_CANCELLED,
    DENIED = MORTISE_DENIED,
    TIMED_OUT = MORTISE_TIMED_OUT,
    UNSUPPORTED = MORTISE_UNSUPPORTED,
    REENTERED = MORTISE_REENTERED,
}

impl Code {
    /// `MORTISE_NOT_FOUND`; None for a code that is not in the contract.
    pub fn name(self) -> Option<&'static str> {
        self.row().map(|(name, _, _)| *name)
    }

    /// What the code means, as a sentence without its full stop.
    pub fn sentence(self) -> &'static str {
        self.row().map_or("the code is not in the contract", |(_, _, text)| text)
    }

    fn row(self) -> Option<&'static abi::Row> {
        MORTISE_RESULTS.iter().find(|(_, code, _)| *code == self.0)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => out.write_str(name),
            None => write!(out, "code {}", self.0),
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
