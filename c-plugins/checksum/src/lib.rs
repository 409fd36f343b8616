//! The table that the host sees, and the record that it reads from the file. All of it is static: the free slots have nothing to do.

mod abi;
mod boundary;
mod crc32c;
mod host;
mod record;
mod stage;
mod xxh64;

use abi::{
    FfiPluginPriority, FfiResult, FfiSlice, FfiStageRequirement, MortiseError, MortiseErrorExtension, MortiseRegistry, MortiseStage,
    MortiseText, PluginVTable,
};
use boundary::{with_last_message, Failure};
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::ptr;

/// Holds pointers to statics only.
#[repr(transparent)]
struct Shared<T>(T);
unsafe impl<T> Sync for Shared<T> {}

extern "C" fn destroy(_: *mut c_void) {}

extern "C" fn name(_: *const c_void) -> *const c_char {
    b"checksum\0".as_ptr().cast()
}

extern "C" fn version(_: *const c_void) -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

extern "C" fn free_text(_: *mut c_char) {}

extern "C" fn is_core(_: *const c_void) -> bool {
    false
}

extern "C" fn priority(_: *const c_void) -> FfiPluginPriority {
    FfiPluginPriority { category: abi::PRIORITY_THIRD_PARTY, value: 170 }
}

extern "C" fn nothing(_: *const c_void) -> FfiSlice {
    FfiSlice { ptr: ptr::null(), len: 0 }
}

extern "C" fn required_stages(_: *const c_void) -> FfiSlice {
    const fn provided(id: &'static [u8]) -> FfiStageRequirement {
        FfiStageRequirement { stage_id: id.as_ptr().cast(), required: false, provided: true }
    }
    static PROVIDED: Shared<[FfiStageRequirement; 2]> = Shared([provided(b"checksum:crc32c\0"), provided(b"checksum:xxh64\0")]);
    FfiSlice { ptr: PROVIDED.0.as_ptr().cast(), len: PROVIDED.0.len() }
}

extern "C" fn free_slice(_: FfiSlice) {}

extern "C" fn init(_: *mut c_void, app: *mut c_void) -> FfiResult {
    with_last_message(|| match app.is_null() {
        true => Err(Failure::new(abi::NULL_POINTER, "init was called without a host")),
        false => Ok(()),
    })
}

extern "C" fn preflight_check(_: *const c_void, _: *const c_void) -> FfiResult {
    abi::OK
}

unsafe extern "C" fn register_stages(_: *const c_void, registry: *mut c_void) -> FfiResult {
    with_last_message(|| {
        let registry = registry.cast::<MortiseRegistry>().as_ref();
        let registry = registry.ok_or_else(|| Failure::new(abi::NULL_POINTER, "register_stages was called without a registry"))?;
        stage::STAGES.iter().try_for_each(|stage| register(registry, stage))
    })
}

fn register(registry: &MortiseRegistry, stage: &stage::Stage) -> Result<(), Failure> {
    let mut reason = [0u8; 256];
    let mut error = MortiseError {
        size: size_of::<MortiseError>() as u32,
        code: abi::OK,
        message: MortiseText { data: reason.as_mut_ptr().cast(), capacity: reason.len(), length: 0 },
    };
    let entry = MortiseStage {
        size: size_of::<MortiseStage>() as u32,
        flags: 0,
        id: stage.id.as_ptr().cast(),
        name: stage.name.as_ptr().cast(),
        description: stage.description.as_ptr().cast(),
        state: ptr::null_mut(),
        execute: stage.execute,
        dry_run: Some(stage.dry_run),
        destroy: None,
    };
    match unsafe { (registry.register_stage)(registry, &entry, &mut error) } {
        abi::OK => Ok(()),
        code => {
            let length = error.message.length.min(reason.len());
            let reason = String::from_utf8_lossy(&reason[..length]);
            Err(Failure::new(code, format!("the host refused the stage {} (code {}): {}", stage.id.trim_end_matches('\0'), code, reason)))
        }
    }
}

extern "C" fn shutdown(_: *mut c_void) -> FfiResult {
    abi::OK
}

static TABLE: Shared<PluginVTable> = Shared(PluginVTable {
    instance: ptr::null_mut(),
    destroy,
    name,
    free_name: free_text,
    version,
    free_version: free_text,
    is_core,
    priority,
    compatible_api_versions: nothing, // every host
    free_compatible_api_versions: free_slice,
    dependencies: nothing,
    free_dependencies: free_slice,
    required_stages,
    free_required_stages: free_slice,
    conflicts_with: nothing,
    free_conflicts_with: free_slice,
    incompatible_with: nothing,
    free_incompatible_with: free_slice,
    init,
    preflight_check,
    register_stages,
    shutdown,
});

/// The table is never written to, by the plugin or by the host.
#[no_mangle]
pub extern "C" fn _plugin_init() -> *mut PluginVTable {
    &TABLE.0 as *const PluginVTable as *mut PluginVTable
}

unsafe extern "C" fn last_message(_: *const c_void, message: *mut MortiseText) {
    boundary::take_last_message(message);
}

static ERROR_EXTENSION: MortiseErrorExtension =
    MortiseErrorExtension { size: size_of::<MortiseErrorExtension>() as u32, reserved: 0, last_message };

/// # Safety
/// `id` is NULL or a NUL-terminated string.
#[no_mangle]
pub unsafe extern "C" fn mortise_plugin_extension(id: *const c_char) -> *const c_void {
    if !id.is_null() && CStr::from_ptr(id).to_bytes() == b"mortise.error/1" {
        return (&ERROR_EXTENSION as *const MortiseErrorExtension).cast();
    }
    ptr::null()
}
