//! `version.h`

/// A different major cannot be loaded.
pub const MORTISE_ABI_MAJOR: u16 = 1;
pub const MORTISE_ABI_MINOR: u16 = 0;
/// Release of the headers that this crate mirrors. Information only.
pub const MORTISE_HEADER_VERSION: &str = "0.1.0";

/// Bytes of a word of the target: every layout is laid out in words.
pub const MORTISE_WORD: usize = std::mem::size_of::<*const u8>();

const _: () = assert!(MORTISE_WORD == 4 || MORTISE_WORD == 8);
