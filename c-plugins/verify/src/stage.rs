//! verify:crc32c

use rust_support::abi::{self, FfiResult, MortiseContext, MortiseError};
use rust_support::boundary::{with_error, Failure};
use rust_support::host::{Context, Value};
use rust_support::table::{c_str, Stage};
use std::ffi::CStr;
use std::os::raw::c_void;

/// Where checksum:crc32c puts its sum.
const FOUND: &[u8] = b"checksum.crc32c\0";
const EXPECTED: &[u8] = b"verify.expected\0";

/// A sum as checksum:crc32c writes it.
fn is_sum(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// None: the context has no such value.
fn sum<'a>(context: &Context<'a>, key: &CStr) -> Result<Option<&'a str>, Failure> {
    let must =
        || format!("the context value `{}` must be 8 lower-case hexadecimal digits, as checksum:crc32c writes them", key.to_string_lossy());
    match context.get(key)? {
        None => Ok(None),
        Some(Value::String(text)) if is_sum(text) => Ok(Some(text)),
        Some(Value::String(text)) => Err(Failure::new(abi::INVALID_DATA, format!("{}, but is {:?}", must(), shortened(text)))),
        Some(_) => Err(Failure::new(abi::WRONG_TYPE, must())),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(32) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

fn missing(key: &CStr, remedy: &str) -> Failure {
    Failure::new(abi::NOT_FOUND, format!("the context has no `{}`: {}", key.to_string_lossy(), remedy))
}

fn compare(found: &str, expected: &str) -> Result<(), Failure> {
    match found == expected {
        true => Ok(()),
        false => Err(Failure::new(abi::ERR, format!("checksum.crc32c is {}, but verify.expected is {}", found, expected))),
    }
}

fn verify(context: &Context) -> Result<(), Failure> {
    let (found, expected) = (c_str(FOUND), c_str(EXPECTED));
    let wanted = sum(context, expected)?.ok_or_else(|| missing(expected, "set it to the sum that the content must have"))?;
    let is = sum(context, found)?.ok_or_else(|| missing(found, "run checksum:crc32c before"))?;
    compare(is, wanted)
}

/// In a dry run no earlier stage has set anything yet: a missing value is no failure.
fn describe(context: &Context) -> Result<(), Failure> {
    context.describe(&match sum(context, c_str(EXPECTED))? {
        Some(expected) => format!("Compare checksum.crc32c with {}.", expected),
        None => "Compare checksum.crc32c with the sum that an earlier stage sets in verify.expected.".to_string(),
    })
}

unsafe extern "C" fn execute(_state: *mut c_void, context: *const MortiseContext, error: *mut MortiseError) -> FfiResult {
    with_error(error, || verify(&Context::new(context)?))
}

unsafe extern "C" fn dry_run(_state: *mut c_void, context: *const MortiseContext, error: *mut MortiseError) -> FfiResult {
    with_error(error, || describe(&Context::new(context)?))
}

pub static STAGES: [Stage; 1] = [Stage {
    id: "verify:crc32c\0",
    name: "Verify CRC-32C\0",
    description: "Fails unless `checksum.crc32c` is `verify.expected`.\0",
    execute,
    dry_run,
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_checksum_writes_and_nothing_else() {
        assert!(is_sum("00c0ffee"));
        for text in ["", "00c0ffe", "00c0ffee0", "00C0FFEE", "00c0ffeg", " 0c0ffee", "ééé00"] {
            assert!(!is_sum(text), "{}", text);
        }
    }

    #[test]
    fn says_both_sums_when_they_differ() {
        assert!(compare("00c0ffee", "00c0ffee").is_ok());
        let failure = compare("00c0ffee", "8587d865").err().unwrap();
        assert_eq!(failure.message, "checksum.crc32c is 00c0ffee, but verify.expected is 8587d865");
    }

    #[test]
    fn shortens_between_characters() {
        assert_eq!(shortened(&"é".repeat(40)), format!("{}...", "é".repeat(32)));
    }
}
