//! Prints what the Rust compiler makes of `mortise::abi`, as JSON of the same form as `native-abi/test/layout.c` does of the headers: a test compares the two.
//! The host's private structs are no business of a plugin, and are left out.

use mortise::abi::*;
use std::mem::{align_of, size_of, MaybeUninit};
use std::ptr::addr_of;

/// An object in the making: names with JSON behind them, in order.
struct Object(Vec<(String, String)>);

impl Object {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn with(mut self, name: &str, json: impl ToString) -> Self {
        self.0.push((name.to_string(), json.to_string()));
        self
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        let members: Vec<String> = self.0.iter().map(|(name, json)| format!("{}: {}", text(name), json)).collect();
        write!(out, "{{\n{}}}", members.join(",\n"))
    }
}

fn text(bytes: &str) -> String {
    let mut quoted = String::from("\"");
    for character in bytes.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\0'..='\x1f' | '\x7f' => quoted += &format!("\\u{:04x}", character as u32),
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

fn size_behind<T>(_: *const T) -> usize {
    size_of::<T>()
}

/// `field as "name in C"` where C's name is a keyword in Rust.
macro_rules! c_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

macro_rules! structs {
    ($($type:ident { $($field:ident $(as $name:literal)?),+ $(,)? })+) => {
        Object::new()$(.with(stringify!($type), {
            let place = MaybeUninit::<$type>::uninit();
            let fields = Object::new()$(.with(c_name!($field $($name)?), {
                // SAFETY: the address of a field within a place of that type; nothing is read.
                let field = unsafe { addr_of!((*place.as_ptr()).$field) };
                let offset = field as usize - place.as_ptr() as usize;
                format!("{{\"offset\": {}, \"size\": {}}}", offset, size_behind(field))
            }))+;
            Object::new().with("size", size_of::<$type>()).with("align", align_of::<$type>()).with("fields", fields)
        }))+
    };
}

macro_rules! constants {
    ($($name:ident)+) => { Object::new()$(.with(stringify!($name), $name))+ };
}

macro_rules! strings {
    ($($name:ident)+) => { Object::new()$(.with(stringify!($name), text($name)))+ };
}

fn values(rows: &[Row]) -> Object {
    rows.iter().fold(Object::new(), |object, (name, value, _)| object.with(name, value))
}

fn rows(rows: &[Row]) -> Object {
    rows.iter().fold(Object::new(), |object, (name, value, meaning)| {
        object.with(name, Object::new().with("value", value).with("text", text(meaning)))
    })
}

fn main() {
    let structs = structs! {
        FfiSlice { ptr, len }
        FfiVersionRange { constraint }
        FfiPluginDependency { plugin_name, version_constraint, required }
        FfiStageRequirement { stage_id, required, provided }
        FfiPluginPriority { category, value }
        PluginVTable {
            instance, destroy, name, free_name, version, free_version, is_core, priority, compatible_api_versions, free_compatible_api_versions,
            dependencies, free_dependencies, required_stages, free_required_stages, conflicts_with, free_conflicts_with, incompatible_with,
            free_incompatible_with, init, preflight_check, register_stages, shutdown,
        }
        MortiseText { data, capacity, length }
        MortiseError { size, code, message }
        MortiseValue { tag, flags, payload as "as", length }
        MortiseField { key, reserved, value }
        MortiseHost { size, abi_major, abi_minor, app, api_version, config_dir, log_level, log, config, call, publish, service, extension }
        MortiseContext { size, mode, cancelled, host, stage_id, get, set, remove, next, describe }
        MortiseStage { size, flags, id, name, description, state, execute, dry_run, destroy }
        MortiseRegistry { size, reserved, host, register_stage }
        MortiseRecord {
            magic, format, record_size, abi_major, abi_minor, word, language, threads, reserved, header_version, size_vtable, size_slice,
            size_dependency, size_stage_requirement, size_value, size_error, size_host, size_context, size_stage, size_registry, reserved2,
            manifest_length,
        }
        MortiseErrorExtension { size, reserved, last_message }
        MortiseConfigExtension { size, reserved, schema, apply }
        MortiseFunction { size, flags, name, description, arguments_schema, result_schema }
        MortiseCall { size, flags, cancelled, caller, timeout_ns }
        MortiseFunctionsExtension { size, reserved, count, describe, call, free_result }
        MortiseHealthExtension { size, reserved, check }
        MortiseMessage { size, flags, topic, from, sequence, payload }
        MortiseMessagesExtension { size, reserved, topic, receive }
        MortiseMetric { size, kind, name, help }
        MortiseMetricsExtension { size, reserved, count, describe, read }
        MortiseResource { size, access, kind as "type", identifier }
        MortiseResourcesExtension { size, reserved, count, describe }
        MortiseService { size, flags, name, version, table }
        MortiseServicesExtension { size, reserved, count, describe }
        MortiseStateExtension { size, reserved, version, save, free_value, restore }
    };

    let priorities = MORTISE_PRIORITIES.iter().fold(Object::new(), |object, (name, category, _, _)| object.with(name, category));
    let enums = Object::new()
        .with("MortiseResultCode", values(MORTISE_RESULTS))
        .with("FfiPriorityCategory", priorities)
        .with("MortiseTag", values(MORTISE_TAGS))
        .with("MortiseLogLevel", values(MORTISE_LOG_LEVELS))
        .with("MortiseMode", constants! { MORTISE_LIVE MORTISE_DRY_RUN })
        .with("MortiseStageFlag", constants! { MORTISE_STAGE_QUICK })
        .with("MortiseLanguage", constants! { MORTISE_LANGUAGE_OTHER MORTISE_LANGUAGE_C MORTISE_LANGUAGE_CPP MORTISE_LANGUAGE_RUST })
        .with("MortiseThreads", constants! { MORTISE_THREADS_ONE MORTISE_THREADS_SAFE })
        .with("MortiseFunctionFlag", constants! { MORTISE_FUNCTION_QUICK MORTISE_FUNCTION_IDEMPOTENT })
        .with("MortiseHealth", constants! { MORTISE_HEALTHY MORTISE_HEALTH_WARNING MORTISE_HEALTH_ERROR })
        .with("MortiseMetricKind", constants! { MORTISE_COUNTER MORTISE_GAUGE })
        .with("MortiseAccess", constants! { MORTISE_SHARED_READ MORTISE_SHARED_WRITE MORTISE_EXCLUSIVE_WRITE MORTISE_PROVIDES_UNIQUE });

    let bands = MORTISE_PRIORITIES.iter().fold(Object::new(), |object, (name, category, low, high)| {
        object.with(name, Object::new().with("value", category).with("low", low).with("high", high))
    });
    let lists = Object::new()
        .with("MORTISE_RESULTS", rows(MORTISE_RESULTS))
        .with("MORTISE_TAGS", rows(MORTISE_TAGS))
        .with("MORTISE_LOG_LEVELS", rows(MORTISE_LOG_LEVELS))
        .with("MORTISE_PRIORITIES", bands);

    let strings = strings! {
        MORTISE_HEADER_VERSION MORTISE_RECORD_SECTION_NAME MORTISE_EXT_CONFIG MORTISE_EXT_ERROR MORTISE_EXT_FUNCTIONS MORTISE_EXT_HEALTH
        MORTISE_EXT_MESSAGES MORTISE_EXT_METRICS MORTISE_EXT_RESOURCES MORTISE_EXT_SERVICES MORTISE_EXT_STATE
    }
    .with("MORTISE_RECORD_MAGIC", text(std::str::from_utf8(MORTISE_RECORD_MAGIC).expect("ASCII")));
    let numbers = constants! {
        MORTISE_ABI_MAJOR MORTISE_ABI_MINOR MORTISE_RECORD_FORMAT MORTISE_MAX_NAME MORTISE_MAX_STRING MORTISE_MAX_ITEMS MORTISE_MAX_LOG_LINE
        MORTISE_MAX_KEY MORTISE_MAX_STAGE_ID MORTISE_MAX_STAGES MORTISE_MAX_MANIFEST MORTISE_MAX_VALUE MORTISE_MAX_JSON_DEPTH MORTISE_MIN_MESSAGE
        MORTISE_KIT_MESSAGE FFI_PRIORITY_DEFAULT
    };

    let layout = Object::new()
        .with("word", MORTISE_WORD)
        .with("structs", structs)
        .with("enums", enums)
        .with("lists", lists)
        .with("strings", strings)
        .with("numbers", numbers);
    println!("{}", layout);
}
