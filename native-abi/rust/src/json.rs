//! JSON at compile time: passing over a value, which fails the compilation where it is malformed. Each function takes the place where its piece begins, and returns
//! the one behind it.

use crate::abi::MORTISE_MAX_JSON_DEPTH;

pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether the bytes from `from` to `to` are `text`.
pub(crate) const fn is_text(json: &[u8], from: usize, to: usize, text: &[u8]) -> bool {
    if to - from != text.len() {
        return false;
    }
    let mut at = 0;
    while at < text.len() {
        if json[from + at] != text[at] {
            return false;
        }
        at += 1;
    }
    true
}

pub(crate) const fn is_at(json: &[u8], at: usize, byte: u8) -> bool {
    at < json.len() && json[at] == byte
}

pub(crate) const fn skip_space(json: &[u8], mut at: usize) -> usize {
    while at < json.len() && is_space(json[at]) {
        at += 1;
    }
    at
}

/// Passes over a value that lies within `outer` objects and arrays. Without recursion: the compiler gives constants few frames.
pub(crate) const fn skip_value(json: &[u8], at: usize, outer: usize) -> usize {
    let mut ends = [0; MORTISE_MAX_JSON_DEPTH];
    let (mut at, mut depth) = (at, 0);
    loop {
        assert!(at < json.len(), "the manifest is not JSON: it ends too early");
        if matches!(json[at], b'{' | b'[') {
            assert!(
                outer + depth < MORTISE_MAX_JSON_DEPTH,
                "the manifest is nested too deeply: 1024 objects and arrays within each other are the limit"
            );
            ends[depth] = if json[at] == b'{' { b'}' } else { b']' };
            depth += 1;
            at = skip_space(json, at + 1);
            if !is_at(json, at, ends[depth - 1]) {
                at = skip_key(json, at, ends[depth - 1]);
                continue;
            }
        } else {
            at = skip_plain(json, at);
        }
        // A value is over, or a list that is empty: with it all that end here.
        loop {
            if depth == 0 {
                return at;
            }
            at = skip_space(json, at);
            if !is_at(json, at, ends[depth - 1]) {
                break;
            }
            depth -= 1;
            at += 1;
        }
        assert!(is_at(json, at, b','), "the manifest is not JSON: a comma or a closing bracket is missing");
        at = skip_key(json, skip_space(json, at + 1), ends[depth - 1]);
    }
}

/// Passes over the key, if what ends with `end` is an object, to its value.
const fn skip_key(json: &[u8], at: usize, end: u8) -> usize {
    if end != b'}' {
        return at;
    }
    let colon = skip_space(json, skip_string(json, at));
    assert!(is_at(json, colon, b':'), "the manifest is not JSON: a colon is missing after a key");
    skip_space(json, colon + 1)
}

/// What holds nothing else.
const fn skip_plain(json: &[u8], at: usize) -> usize {
    match json[at] {
        b'"' => skip_string(json, at),
        b't' => skip_word(json, at, b"true"),
        b'f' => skip_word(json, at, b"false"),
        b'n' => skip_word(json, at, b"null"),
        _ => skip_number(json, at),
    }
}

pub(crate) const fn skip_string(json: &[u8], at: usize) -> usize {
    assert!(is_at(json, at, b'"'), "the manifest is not JSON: a key in quotes is missing (a comma too many?)");
    let mut at = at + 1;
    while !is_at(json, at, b'"') {
        assert!(at < json.len(), "the manifest is not JSON: a string does not end");
        assert!(json[at] >= 0x20, "the manifest is not JSON: a line break or another control character is inside a string");
        at = if json[at] == b'\\' { skip_escape(json, at) } else { at + 1 };
    }
    at + 1
}

const fn skip_escape(json: &[u8], at: usize) -> usize {
    const BAD: &str = "the manifest is not JSON: a string has a backslash that begins no escape";
    assert!(at + 1 < json.len(), "{}", BAD);
    if json[at + 1] != b'u' {
        assert!(matches!(json[at + 1], b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), "{}", BAD);
        return at + 2;
    }
    let mut digit = 0;
    while digit < 4 {
        assert!(at + 2 + digit < json.len() && json[at + 2 + digit].is_ascii_hexdigit(), "{}", BAD);
        digit += 1;
    }
    at + 6
}

const fn skip_word(json: &[u8], at: usize, word: &[u8]) -> usize {
    let end = at + word.len();
    assert!(end <= json.len() && is_text(json, at, end, word), "the manifest is not JSON: an unknown word stands for a value");
    end
}

const fn skip_digits(json: &[u8], mut at: usize) -> usize {
    assert!(at < json.len() && json[at].is_ascii_digit(), "the manifest is not JSON: a value is missing, or a number is malformed");
    while at < json.len() && json[at].is_ascii_digit() {
        at += 1;
    }
    at
}

const fn skip_number(json: &[u8], at: usize) -> usize {
    let from = if json[at] == b'-' { at + 1 } else { at };
    let mut at = skip_digits(json, from);
    assert!(json[from] != b'0' || at == from + 1, "the manifest is not JSON: a number begins with 0");
    if is_at(json, at, b'.') {
        at = skip_digits(json, at + 1);
    }
    if is_at(json, at, b'e') || is_at(json, at, b'E') {
        at = if is_at(json, at + 1, b'+') || is_at(json, at + 1, b'-') { at + 2 } else { at + 1 };
        at = skip_digits(json, at);
    }
    at
}
