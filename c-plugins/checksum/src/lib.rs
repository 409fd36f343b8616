//! The table that the host sees. All of it is static: the free slots have nothing to do.

mod crc32c;
mod record;
mod stage;
mod xxh64;

use rust_support::abi::{FfiPluginPriority, FfiResult, FfiSlice, FfiStageRequirement, PluginVTable, PRIORITY_THIRD_PARTY};
use rust_support::table::{self, provides, slice_of, Shared};
use std::os::raw::{c_char, c_void};
use std::ptr;

extern "C" fn name(_: *const c_void) -> *const c_char {
    b"checksum\0".as_ptr().cast()
}

extern "C" fn version(_: *const c_void) -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

extern "C" fn priority(_: *const c_void) -> FfiPluginPriority {
    FfiPluginPriority { category: PRIORITY_THIRD_PARTY, value: 170 }
}

extern "C" fn required_stages(_: *const c_void) -> FfiSlice {
    static PROVIDED: Shared<[FfiStageRequirement; 2]> = Shared([provides(b"checksum:crc32c\0"), provides(b"checksum:xxh64\0")]);
    slice_of(&PROVIDED.0)
}

unsafe extern "C" fn register_stages(_: *const c_void, registry: *mut c_void) -> FfiResult {
    table::register_stages(registry, &stage::STAGES)
}

static TABLE: Shared<PluginVTable> = Shared(PluginVTable {
    instance: ptr::null_mut(),
    destroy: table::destroy,
    name,
    free_name: table::free_text,
    version,
    free_version: table::free_text,
    is_core: table::is_third_party,
    priority,
    compatible_api_versions: table::nothing, // every host
    free_compatible_api_versions: table::free_slice,
    dependencies: table::nothing,
    free_dependencies: table::free_slice,
    required_stages,
    free_required_stages: table::free_slice,
    conflicts_with: table::nothing,
    free_conflicts_with: table::free_slice,
    incompatible_with: table::nothing,
    free_incompatible_with: table::free_slice,
    init: table::init,
    preflight_check: table::preflight_check,
    register_stages,
    shutdown: table::shutdown,
});

/// The table is never written to, by the plugin or by the host.
#[no_mangle]
pub extern "C" fn _plugin_init() -> *mut PluginVTable {
    &TABLE.0 as *const PluginVTable as *mut PluginVTable
}

/// # Safety
/// `id` is NULL or a NUL-terminated string.
#[no_mangle]
pub unsafe extern "C" fn mortise_plugin_extension(id: *const c_char) -> *const c_void {
    table::extension(id)
}
