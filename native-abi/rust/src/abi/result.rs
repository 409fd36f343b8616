//! `result.h`

/// 0 is success. A code that is not in [`MORTISE_RESULTS`] is a failure too.
pub type FfiResult = i32;

/// One row of a list of the header: a constant's name, its value, and its text.
pub type Row = (&'static str, i32, &'static str);

macro_rules! results {
    ($($name:ident = $value:literal, $text:literal;)+) => {
        $(pub const $name: FfiResult = $value;)+
        /// Name, code, sentence.
        pub const MORTISE_RESULTS: &[Row] = &[$((stringify!($name), $value, $text)),+];
    };
}

results! {
    MORTISE_OK = 0, "success";
    MORTISE_ERR = 1, "failed";
    MORTISE_NULL_POINTER = 2, "a required pointer was NULL";
    MORTISE_UTF8_ERROR = 3, "a string was not valid UTF-8";
    MORTISE_INVALID_DATA = 4, "an argument was out of its domain";
    MORTISE_NOT_FOUND = 16, "nothing goes by that name here";
    MORTISE_EXISTS = 17, "that name is taken";
    MORTISE_WRONG_TYPE = 18, "the value has another type";
    MORTISE_TOO_LARGE = 19, "over a stated size limit";
    MORTISE_OUT_OF_MEMORY = 20, "memory could not be had";
    MORTISE_READ_ONLY = 21, "this context may be read, not written";
    MORTISE_WRONG_STATE = 22, "not allowed in this state of the plugin or the call";
    MORTISE_BUSY = 23, "a queue or a limit is full for now";
    MORTISE_WOULD_BLOCK = 24, "the answer needs the main thread, which is the caller";
    MORTISE_CANCELLED = 25, "the call was cancelled";
    MORTISE_DENIED = 26, "no permission for that";
    MORTISE_TIMED_OUT = 27, "the deadline passed";
    MORTISE_UNSUPPORTED = 28, "this host or plugin does not offer that";
    MORTISE_REENTERED = 29, "the plugin is already inside a call and takes one at a time";
}
