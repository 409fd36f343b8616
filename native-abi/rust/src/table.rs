//! Tables of functions that two sides share by address: services and extensions.

use crate::abi::*;

/// A table that begins with its size.
///
/// # Safety
/// The type is `#[repr(C)]`; its first field is a `u32`, which in every table that is offered is `size_of::<Self>()`. Its functions are `extern "C"`, are
/// sound to call with what the table's documentation asks for, and let no panic out ([`crate::boundary`]).
pub unsafe trait Table: Sync + 'static {}

// SAFETY: tables of the contract.
unsafe impl Table for MortiseConfigExtension {}
// SAFETY: the same.
unsafe impl Table for MortiseHealthExtension {}
// SAFETY: the same.
unsafe impl Table for MortiseMessagesExtension {}
// SAFETY: the same.
unsafe impl Table for MortiseMetricsExtension {}
// SAFETY: the same.
unsafe impl Table for MortiseStateExtension {}
