//! The tables of a plugin, by id.

use crate::abi::*;
use crate::boundary::or_else_keep;
use crate::function::Functions;
use crate::last_message;
use crate::plugin::Plugin;
use crate::resource::Resources;
use crate::service::Services;
use crate::table::Table;
use crate::text::str_from;
use std::os::raw::{c_char, c_void};
use std::ptr;

/// The address of a static table, which a plugin offers by an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension(*const c_void);

impl Extension {
    /// The functions of the table get the plugin's instance from the host: [`plugin_of`](crate::plugin_of) makes a reference of it.
    pub fn new<T: Table>(table: &'static T) -> Self {
        Self((table as *const T).cast())
    }
}

/// What `mortise_plugin_extension` does.
///
/// # Safety
/// `id` is NULL or a NUL-terminated string.
pub(crate) unsafe fn find<P: Plugin>(id: *const c_char) -> *const c_void {
    or_else_keep(ptr::null(), || {
        // SAFETY: by the caller.
        let id = unsafe { str_from(id) }.unwrap_or("");
        if id == MORTISE_EXT_ERROR {
            return Ok((&last_message::EXTENSION as *const MortiseErrorExtension).cast());
        }
        if let Some(extension) = P::extension(id) {
            return Ok(extension.0);
        }
        Ok(match id {
            MORTISE_EXT_FUNCTIONS => (Functions::<P>::TABLE as *const MortiseFunctionsExtension).cast(),
            MORTISE_EXT_RESOURCES => (Resources::<P>::TABLE as *const MortiseResourcesExtension).cast(),
            MORTISE_EXT_SERVICES => (Services::<P>::TABLE as *const MortiseServicesExtension).cast(),
            _ => ptr::null(),
        })
    })
}
