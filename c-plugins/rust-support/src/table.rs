//! Slots of the base table that are the same in every plugin here: all that is handed out is static, so the free slots have nothing to do.

use crate::abi::{
    self, FfiPluginDependency, FfiResult, FfiSlice, FfiStageRequirement, MortiseError, MortiseErrorExtension, MortiseRegistry,
    MortiseStage, MortiseText,
};
use crate::boundary::{take_last_message, with_last_message, Failure};
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::ptr;

/// Holds pointers to statics only.
#[repr(transparent)]
pub struct Shared<T>(pub T);
unsafe impl<T> Sync for Shared<T> {}

pub extern "C" fn destroy(_: *mut c_void) {}

pub extern "C" fn free_text(_: *mut c_char) {}

pub extern "C" fn free_slice(_: FfiSlice) {}

pub extern "C" fn is_third_party(_: *const c_void) -> bool {
    false
}

pub extern "C" fn nothing(_: *const c_void) -> FfiSlice {
    FfiSlice { ptr: ptr::null(), len: 0 }
}

pub fn slice_of<T>(items: &'static [T]) -> FfiSlice {
    FfiSlice { ptr: items.as_ptr().cast(), len: items.len() }
}

/// A stage that the plugin registers. `id` ends with NUL.
pub const fn provides(id: &'static [u8]) -> FfiStageRequirement {
    FfiStageRequirement { stage_id: id.as_ptr().cast(), required: false, provided: true }
}

/// A stage that the plugin cannot work without. `id` ends with NUL.
pub const fn needs_stage(id: &'static [u8]) -> FfiStageRequirement {
    FfiStageRequirement { stage_id: id.as_ptr().cast(), required: true, provided: false }
}

/// A plugin that this one cannot work without. Both texts end with NUL.
pub const fn needs_plugin(name: &'static [u8], range: &'static [u8]) -> FfiPluginDependency {
    FfiPluginDependency { plugin_name: name.as_ptr().cast(), version_constraint: range.as_ptr().cast(), required: true }
}

pub extern "C" fn init(_: *mut c_void, app: *mut c_void) -> FfiResult {
    with_last_message(|| match app.is_null() {
        true => Err(Failure::new(abi::NULL_POINTER, "init was called without a host")),
        false => Ok(()),
    })
}

pub extern "C" fn preflight_check(_: *const c_void, _: *const c_void) -> FfiResult {
    abi::OK
}

pub extern "C" fn shutdown(_: *mut c_void) -> FfiResult {
    abi::OK
}

/// A stage as it is registered. Texts end with NUL.
pub struct Stage {
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub execute: abi::StageCall,
    pub dry_run: abi::StageCall,
}

/// What a plugin's slot `register_stages` does.
///
/// # Safety
/// `registry` is NULL or valid for the call.
pub unsafe fn register_stages(registry: *mut c_void, stages: &[Stage]) -> FfiResult {
    with_last_message(|| {
        let registry = registry.cast::<MortiseRegistry>().as_ref();
        let registry = registry.ok_or_else(|| Failure::new(abi::NULL_POINTER, "register_stages was called without a registry"))?;
        stages.iter().try_for_each(|stage| register(registry, stage))
    })
}

fn register(registry: &MortiseRegistry, stage: &Stage) -> Result<(), Failure> {
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

unsafe extern "C" fn last_message(_: *const c_void, message: *mut MortiseText) {
    take_last_message(message);
}

static ERROR_EXTENSION: MortiseErrorExtension =
    MortiseErrorExtension { size: size_of::<MortiseErrorExtension>() as u32, reserved: 0, last_message };

/// What a plugin's `mortise_plugin_extension` answers if it offers no more than the texts of its failures.
///
/// # Safety
/// `id` is NULL or a NUL-terminated string.
pub unsafe fn extension(id: *const c_char) -> *const c_void {
    if !id.is_null() && CStr::from_ptr(id).to_bytes() == b"mortise.error/1" {
        return (&ERROR_EXTENSION as *const MortiseErrorExtension).cast();
    }
    ptr::null()
}

/// A text with its NUL, as C takes it.
pub fn c_str(text: &'static [u8]) -> &'static CStr {
    CStr::from_bytes_with_nul(text).expect("a literal that ends with its only NUL")
}
