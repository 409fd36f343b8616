//! `extension.h` and the headers in `ext/`: the tables that a plugin offers by id. A table that is not offered costs nothing.

use super::{FfiResult, MortiseError, MortiseText, MortiseValue};
use std::os::raw::{c_char, c_void};
use std::sync::atomic::AtomicU32;

// ---- ext/error.h ----

pub const MORTISE_EXT_ERROR: &str = "mortise.error/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseErrorExtension {
    pub size: u32,
    pub reserved: u32,
    pub last_message: unsafe extern "C" fn(instance: *const c_void, message: *mut MortiseText),
}

// ---- ext/config.h ----

pub const MORTISE_EXT_CONFIG: &str = "mortise.config/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseConfigExtension {
    pub size: u32,
    pub reserved: u32,
    pub schema: unsafe extern "C" fn(instance: *const c_void) -> *const c_char,
    pub apply: unsafe extern "C" fn(instance: *mut c_void, json: *const c_char, length: usize, error: *mut MortiseError) -> FfiResult,
}

// ---- ext/functions.h ----

pub const MORTISE_EXT_FUNCTIONS: &str = "mortise.functions/1";
pub const MORTISE_FUNCTION_QUICK: u32 = 1;
pub const MORTISE_FUNCTION_IDEMPOTENT: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseFunction {
    pub size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub description: *const c_char,
    pub arguments_schema: *const c_char,
    pub result_schema: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseCall {
    pub size: u32,
    pub flags: u32,
    pub cancelled: *const AtomicU32,
    /// NULL: the application.
    pub caller: *const c_char,
    pub timeout_ns: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseFunctionsExtension {
    pub size: u32,
    pub reserved: u32,
    pub count: unsafe extern "C" fn(instance: *const c_void) -> u32,
    pub describe: unsafe extern "C" fn(instance: *const c_void, index: u32, function: *mut MortiseFunction) -> FfiResult,
    pub call: unsafe extern "C" fn(
        instance: *mut c_void,
        index: u32,
        call: *const MortiseCall,
        arguments: *const MortiseValue,
        argument_count: usize,
        result: *mut MortiseValue,
        error: *mut MortiseError,
    ) -> FfiResult,
    pub free_result: unsafe extern "C" fn(instance: *mut c_void, result: *mut MortiseValue),
}

// ---- ext/health.h ----

pub const MORTISE_EXT_HEALTH: &str = "mortise.health/1";
pub const MORTISE_HEALTHY: u32 = 0;
pub const MORTISE_HEALTH_WARNING: u32 = 1;
pub const MORTISE_HEALTH_ERROR: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseHealthExtension {
    pub size: u32,
    pub reserved: u32,
    pub check: unsafe extern "C" fn(instance: *const c_void, message: *mut MortiseText) -> u32,
}

// ---- ext/messages.h ----

pub const MORTISE_EXT_MESSAGES: &str = "mortise.messages/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseMessage {
    pub size: u32,
    pub flags: u32,
    pub topic: *const c_char,
    pub from: *const c_char,
    pub sequence: u64,
    pub payload: MortiseValue,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseMessagesExtension {
    pub size: u32,
    pub reserved: u32,
    pub topic: unsafe extern "C" fn(instance: *const c_void, index: u32) -> *const c_char,
    pub receive: unsafe extern "C" fn(instance: *mut c_void, message: *const MortiseMessage, error: *mut MortiseError) -> FfiResult,
}

// ---- ext/metrics.h ----

pub const MORTISE_EXT_METRICS: &str = "mortise.metrics/1";
pub const MORTISE_COUNTER: u32 = 0;
pub const MORTISE_GAUGE: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseMetric {
    pub size: u32,
    pub kind: u32,
    pub name: *const c_char,
    pub help: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseMetricsExtension {
    pub size: u32,
    pub reserved: u32,
    pub count: unsafe extern "C" fn(instance: *const c_void) -> u32,
    pub describe: unsafe extern "C" fn(instance: *const c_void, index: u32, metric: *mut MortiseMetric) -> FfiResult,
    pub read: unsafe extern "C" fn(instance: *const c_void, values: *mut f64, count: u32) -> FfiResult,
}

// ---- ext/resources.h ----

pub const MORTISE_EXT_RESOURCES: &str = "mortise.resources/1";
pub const MORTISE_SHARED_READ: u32 = 0;
pub const MORTISE_SHARED_WRITE: u32 = 1;
pub const MORTISE_EXCLUSIVE_WRITE: u32 = 2;
pub const MORTISE_PROVIDES_UNIQUE: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseResource {
    pub size: u32,
    pub access: u32,
    /// `type` in C.
    pub kind: *const c_char,
    pub identifier: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseResourcesExtension {
    pub size: u32,
    pub reserved: u32,
    pub count: unsafe extern "C" fn(instance: *const c_void) -> u32,
    pub describe: unsafe extern "C" fn(instance: *const c_void, index: u32, resource: *mut MortiseResource) -> FfiResult,
}

// ---- ext/services.h ----

pub const MORTISE_EXT_SERVICES: &str = "mortise.services/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseService {
    pub size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub table: *const c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseServicesExtension {
    pub size: u32,
    pub reserved: u32,
    pub count: unsafe extern "C" fn(instance: *const c_void) -> u32,
    pub describe: unsafe extern "C" fn(instance: *const c_void, index: u32, service: *mut MortiseService) -> FfiResult,
}

// ---- ext/state.h ----

pub const MORTISE_EXT_STATE: &str = "mortise.state/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MortiseStateExtension {
    pub size: u32,
    pub reserved: u32,
    pub version: unsafe extern "C" fn(instance: *const c_void) -> u32,
    pub save: unsafe extern "C" fn(instance: *const c_void, value: *mut MortiseValue, error: *mut MortiseError) -> FfiResult,
    pub free_value: unsafe extern "C" fn(instance: *const c_void, value: *mut MortiseValue),
    pub restore:
        unsafe extern "C" fn(instance: *mut c_void, version: u32, value: *const MortiseValue, error: *mut MortiseError) -> FfiResult,
}
