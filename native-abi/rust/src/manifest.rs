//! The manifest at compile time: checked to be one JSON object with a name and a version, and stripped of white space. A mistake is an error of the compiler.
//! The rules are those of `toolchain/manifest-rules.mjs`; test/manifest/vectors.json holds the two together. All of it is `const fn`; what is written a little long is so because little of the language may be used there.

use crate::abi::{MORTISE_MAX_MANIFEST, MORTISE_MAX_NAME};
use crate::json::{is_at, is_space, is_text, skip_space, skip_string, skip_value};

/// Where the string behind a top-level key is: its first byte, and the byte after its last.
#[derive(Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
}

const NOWHERE: Span = Span { from: 0, to: 0 };

/// Keys of the manifest itself.
const MAX_KEYS: usize = 256;
/// Bytes of a version.
const MAX_VERSION: usize = 256;
/// The greatest number of a version: what JavaScript holds exactly.
const MAX_NUMBER: u64 = 9_007_199_254_740_991;

/// What a scan found.
struct Found {
    name: Span,
    version: Span,
}

/// Bytes of the name and a NUL.
pub const fn name_length(manifest: &str) -> usize {
    let found = scan(manifest.as_bytes());
    found.name.to - found.name.from + 1
}

/// The name and a NUL.
pub const fn name<const N: usize>(manifest: &str) -> [u8; N] {
    c_text(manifest.as_bytes(), scan(manifest.as_bytes()).name)
}

/// Bytes of the version and a NUL.
pub const fn version_length(manifest: &str) -> usize {
    let found = scan(manifest.as_bytes());
    found.version.to - found.version.from + 1
}

/// The version and a NUL.
pub const fn version<const N: usize>(manifest: &str) -> [u8; N] {
    c_text(manifest.as_bytes(), scan(manifest.as_bytes()).version)
}

const fn c_text<const N: usize>(json: &[u8], span: Span) -> [u8; N] {
    let mut text = [0; N];
    let mut at = 0;
    while at < N - 1 {
        text[at] = json[span.from + at];
        at += 1;
    }
    text
}

/// Bytes of the manifest without white space between its parts.
pub const fn minified_length(manifest: &str) -> usize {
    let json = manifest.as_bytes();
    let (mut at, mut length, mut in_string) = (after_mark(json), 0, false);
    while at < json.len() {
        if in_string || !is_space(json[at]) {
            length += 1;
        }
        if in_string && json[at] == b'\\' {
            at += 1;
            length += 1;
        } else if json[at] == b'"' {
            in_string = !in_string;
        }
        at += 1;
    }
    assert!(length <= MORTISE_MAX_MANIFEST, "the manifest is too long: 1048576 bytes are the limit");
    length
}

/// The manifest without white space between its parts.
pub const fn minified<const N: usize>(manifest: &str) -> [u8; N] {
    let json = manifest.as_bytes();
    let mut bytes = [0; N];
    let (mut at, mut length, mut in_string) = (after_mark(json), 0, false);
    while at < json.len() {
        if in_string || !is_space(json[at]) {
            bytes[length] = json[at];
            length += 1;
        }
        if in_string && json[at] == b'\\' {
            at += 1;
            bytes[length] = json[at];
            length += 1;
        } else if json[at] == b'"' {
            in_string = !in_string;
        }
        at += 1;
    }
    bytes
}

/// Behind a byte order mark, if there is one.
const fn after_mark(json: &[u8]) -> usize {
    if json.len() >= 3 && json[0] == 0xEF && json[1] == 0xBB && json[2] == 0xBF {
        3
    } else {
        0
    }
}

const fn scan(json: &[u8]) -> Found {
    let mut found = Found { name: NOWHERE, version: NOWHERE };
    let mut keys = [NOWHERE; MAX_KEYS];
    let mut count = 0;
    let mut at = skip_space(json, after_mark(json));
    assert!(at < json.len(), "the manifest is not JSON: it ends too early");
    assert!(is_at(json, at, b'{'), "the manifest must be one JSON object, such as {{\"name\": \"greeter\", \"version\": \"1.0.0\"}}");
    at = skip_space(json, at + 1);
    let mut is_over = is_at(json, at, b'}');
    while !is_over {
        let from = at;
        at = skip_string(json, at);
        let key = Span { from: from + 1, to: at - 1 };
        assert!(!has_escape(json, key), "the manifest: a top-level key is written with a backslash; write it without");
        check_new(json, &keys, count, key);
        keys[count] = key;
        count += 1;
        at = skip_space(json, at);
        assert!(is_at(json, at, b':'), "the manifest is not JSON: a colon is missing after a key");
        let value = skip_space(json, at + 1);
        at = skip_value(json, value, 1);
        if is_text(json, key.from, key.to, b"name") {
            found.name = Span { from: value + 1, to: at - 1 };
            check_name(json, value, found.name);
        } else if is_text(json, key.from, key.to, b"version") {
            found.version = Span { from: value + 1, to: at - 1 };
            check_version(json, value, found.version);
        }
        at = skip_space(json, at);
        is_over = is_at(json, at, b'}');
        if !is_over {
            assert!(is_at(json, at, b','), "the manifest is not JSON: a comma or a closing brace is missing");
            at = skip_space(json, at + 1);
        }
    }
    assert!(skip_space(json, at + 1) == json.len(), "the manifest is not JSON: something follows its object");
    assert!(
        found.name.to != 0,
        "the manifest's \"name\" must be a letter, then letters, digits, \".\", \"_\" or \"-\", 64 at most; it is missing"
    );
    assert!(found.version.to != 0, "the manifest's \"version\" must be a semantic version such as 1.0.0; it is missing");
    found
}

/// A key stands once: who reads the manifest must not have to know whether the first or the last counts.
const fn check_new(json: &[u8], keys: &[Span; MAX_KEYS], count: usize, key: Span) {
    let mut index = 0;
    while index < count {
        if is_same(json, keys[index], key) {
            assert!(!is_text(json, key.from, key.to, b"name"), "the manifest has the key \"name\" twice");
            assert!(!is_text(json, key.from, key.to, b"version"), "the manifest has the key \"version\" twice");
            panic!("the manifest has a key twice");
        }
        index += 1;
    }
    assert!(count < MAX_KEYS, "the manifest has too many keys; 256 are the limit");
}

const fn is_same(json: &[u8], one: Span, other: Span) -> bool {
    if one.to - one.from != other.to - other.from {
        return false;
    }
    let mut at = 0;
    while one.from + at < one.to {
        if json[one.from + at] != json[other.from + at] {
            return false;
        }
        at += 1;
    }
    true
}

// ---- name and version ----

const fn check_name(json: &[u8], value: usize, name: Span) {
    const WANTED: &str =
        "the manifest's \"name\" must be a letter, then letters, digits, \".\", \"_\" or \"-\", 64 at most, written without escapes";
    assert!(is_at(json, value, b'"') && name.to > name.from && name.to - name.from <= MORTISE_MAX_NAME, "{}", WANTED);
    assert!(json[name.from].is_ascii_alphabetic(), "{}", WANTED);
    let mut at = name.from;
    while at < name.to {
        assert!(json[at].is_ascii_alphanumeric() || matches!(json[at], b'.' | b'_' | b'-'), "{}", WANTED);
        at += 1;
    }
}

/// Semantic versioning 2.0.0, as far as it can be compared.
const fn check_version(json: &[u8], value: usize, version: Span) {
    const WANTED: &str = "the manifest's \"version\" must be a semantic version such as 1.0.0, written without escapes";
    const LIMITS: &str = "the manifest's \"version\" must be a semantic version such as 1.0.0, of 256 characters at most, with numbers up to 9007199254740991";
    assert!(is_at(json, value, b'"'), "{}", WANTED);
    let (mut at, mut part) = (version.from, 0);
    while part < 3 {
        let from = at;
        while at < version.to && json[at].is_ascii_digit() {
            at += 1;
        }
        assert!(at > from && (json[from] != b'0' || at == from + 1), "{}", WANTED);
        assert!(at - from <= 16 && number(json, from, at) <= MAX_NUMBER, "{}", LIMITS);
        part += 1;
        if part < 3 {
            assert!(at < version.to && json[at] == b'.', "{}", WANTED);
            at += 1;
        }
    }
    if at < version.to && json[at] == b'-' {
        at = identifiers(json, at, version.to, true, WANTED);
    }
    if at < version.to && json[at] == b'+' {
        at = identifiers(json, at, version.to, false, WANTED);
    }
    assert!(at == version.to, "{}", WANTED);
    assert!(version.to - version.from <= MAX_VERSION, "{}", LIMITS);
}

/// Of 19 digits at most.
const fn number(json: &[u8], mut at: usize, end: usize) -> u64 {
    let mut value = 0;
    while at < end {
        value = value * 10 + (json[at] - b'0') as u64;
        at += 1;
    }
    value
}

/// Behind a mark at `at`: identifiers joined by dots. Numbers of a pre-release have no leading zeros.
const fn identifiers(json: &[u8], mut at: usize, end: usize, is_pre_release: bool, wanted: &str) -> usize {
    let mut is_more = true;
    while is_more {
        at += 1;
        let (from, mut is_number) = (at, true);
        while at < end && (json[at].is_ascii_alphanumeric() || json[at] == b'-') {
            is_number = is_number && json[at].is_ascii_digit();
            at += 1;
        }
        assert!(at > from && !(is_pre_release && is_number && json[from] == b'0' && at > from + 1), "{}", wanted);
        is_more = at < end && json[at] == b'.';
    }
    at
}

const fn has_escape(json: &[u8], span: Span) -> bool {
    let mut at = span.from;
    while at < span.to {
        if json[at] == b'\\' {
            return true;
        }
        at += 1;
    }
    false
}
