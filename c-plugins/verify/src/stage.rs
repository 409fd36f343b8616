//! verify:crc32c

use mortise::{fail, Code, Context, Error, Result, ValueRef};

/// Where checksum:crc32c puts its sum.
const FOUND: &str = "checksum.crc32c";
const EXPECTED: &str = "verify.expected";

/// A sum as checksum:crc32c writes it.
fn is_sum(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// None: the context has no such value.
fn sum<'a>(context: &Context<'a>, key: &str) -> Result<Option<&'a str>> {
    let must = || format!("the context value `{}` must be 8 lower-case hexadecimal digits, as checksum:crc32c writes them", key);
    match context.value(key)? {
        None => Ok(None),
        Some(ValueRef::String(text)) if is_sum(text) => Ok(Some(text)),
        Some(ValueRef::String(text)) => fail!(Code::INVALID_DATA, "{}, but is {:?}", must(), shortened(text)),
        Some(_) => fail!(Code::WRONG_TYPE, "{}", must()),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(32) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

fn missing(key: &str, remedy: &str) -> Error {
    Error::new(Code::NOT_FOUND, format!("the context has no `{}`: {}", key, remedy))
}

fn compare(found: &str, expected: &str) -> Result {
    match found == expected {
        true => Ok(()),
        false => fail!("{} is {}, but {} is {}", FOUND, found, EXPECTED, expected),
    }
}

pub fn verify(context: &Context) -> Result {
    let wanted = sum(context, EXPECTED)?.ok_or_else(|| missing(EXPECTED, "set it to the sum that the content must have"))?;
    let is = sum(context, FOUND)?.ok_or_else(|| missing(FOUND, "run checksum:crc32c before"))?;
    compare(is, wanted)
}

/// In a dry run no earlier stage has set anything yet: a missing value is no failure.
pub fn describe(context: &Context) -> Result {
    context.describe(match sum(context, EXPECTED)? {
        Some(expected) => format!("Compare {} with {}.", FOUND, expected),
        None => format!("Compare {} with the sum that an earlier stage sets in {}.", FOUND, EXPECTED),
    })
}

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
