//! A host in Rust that calls a plugin's table as the real one does, and remembers what the plugin asked of it.
#![allow(dead_code)]
// Values that were given out stay where they are while the list of them grows.
#![allow(clippy::vec_box)]

use mortise::abi::*;
use std::ffi::{CStr, CString};
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

extern "C" {
    fn _plugin_init() -> *mut PluginVTable;
    fn mortise_plugin_extension(id: *const c_char) -> *const c_void;
}

/// One test at a time: a library has one instance.
pub fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

// ---- values ----

/// A value with what it points to.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    Null,
    Bool(bool),
    Int64(i64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Json(String),
}

impl Held {
    /// Borrows from `self`.
    pub fn raw(&self) -> MortiseValue {
        let data = |tag, bytes: &[u8]| MortiseValue {
            tag,
            flags: 0,
            payload: MortisePayload { data: bytes.as_ptr().cast() },
            length: bytes.len() as u64,
        };
        let scalar = |tag, bits| MortiseValue { tag, flags: 0, payload: MortisePayload { bits }, length: 0 };
        match self {
            Self::Null => scalar(MORTISE_NULL, 0),
            Self::Bool(truth) => scalar(MORTISE_BOOL, u64::from(*truth)),
            Self::Int64(number) => scalar(MORTISE_INT64, *number as u64),
            Self::Double(number) => scalar(MORTISE_DOUBLE, number.to_bits()),
            Self::String(text) => data(MORTISE_STRING, text.as_bytes()),
            Self::Bytes(bytes) => data(MORTISE_BYTES, bytes),
            Self::Json(text) => data(MORTISE_JSON, text.as_bytes()),
        }
    }

    pub unsafe fn copy(raw: &MortiseValue) -> Self {
        let bytes = || match raw.length {
            0 => Vec::new(),
            length => std::slice::from_raw_parts(raw.payload.data.cast::<u8>(), length as usize).to_vec(),
        };
        let text = || String::from_utf8(bytes()).unwrap();
        match raw.tag {
            MORTISE_NULL => Self::Null,
            MORTISE_BOOL => Self::Bool(raw.payload.boolean != 0),
            MORTISE_INT64 => Self::Int64(raw.payload.int64),
            MORTISE_DOUBLE => Self::Double(raw.payload.number),
            MORTISE_STRING => Self::String(text()),
            MORTISE_BYTES => Self::Bytes(bytes()),
            MORTISE_JSON => Self::Json(text()),
            tag => panic!("tag {tag}"),
        }
    }
}

impl From<&str> for Held {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

pub unsafe fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        None
    } else {
        Some(CStr::from_ptr(pointer).to_str().unwrap().to_owned())
    }
}

// ---- the host ----

/// Level, message, fields.
type Line = (u32, String, Vec<(String, Held)>);

#[derive(Default)]
pub struct Heard {
    pub lines: Vec<Line>,
    pub published: Vec<(String, Held)>,
    pub options: Vec<(String, Held)>,
    /// Address of a table.
    pub service: usize,
}

#[repr(C)]
pub struct FakeHost {
    pub raw: MortiseHost,
    pub log_level: AtomicU32,
    heard: Mutex<Heard>,
    /// Values that were given out.
    given: Mutex<Vec<Box<Held>>>,
}

unsafe impl Sync for FakeHost {}
unsafe impl Send for FakeHost {}

impl FakeHost {
    /// For the life of the process, as the contract has it.
    pub fn new() -> &'static Self {
        let host = Box::leak(Box::new(Self {
            raw: MortiseHost {
                size: size_of::<MortiseHost>() as u32,
                abi_major: 1,
                abi_minor: 0,
                app: c("acme"),
                api_version: c("2.1.0"),
                config_dir: c("/etc/acme"),
                log_level: ptr::null(),
                log,
                config,
                call,
                publish,
                service,
                extension: no_extension,
            },
            log_level: AtomicU32::new(MORTISE_LOG_INFO),
            heard: Mutex::default(),
            given: Mutex::default(),
        }));
        host.raw.log_level = &host.log_level;
        host
    }

    /// Gives back what it remembers.
    pub fn forget(&self) {
        *self.heard() = Heard::default();
        *self.given.lock().unwrap() = Vec::new();
    }

    pub fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap()
    }
}

fn c(text: &str) -> *const c_char {
    CString::new(text).unwrap().into_raw()
}

unsafe fn of<'a>(host: *const MortiseHost) -> &'a FakeHost {
    &*host.cast::<FakeHost>()
}

unsafe extern "C" fn log(
    host: *const MortiseHost,
    level: u32,
    message: *const c_char,
    length: usize,
    fields: *const MortiseField,
    count: usize,
) -> FfiResult {
    let message = String::from_utf8(std::slice::from_raw_parts(message.cast::<u8>(), length).to_vec()).unwrap();
    let fields = if count == 0 { &[] } else { std::slice::from_raw_parts(fields, count) };
    let fields = fields.iter().map(|field| (text(field.key).unwrap(), Held::copy(&field.value))).collect();
    of(host).heard().lines.push((level, message, fields));
    MORTISE_OK
}

unsafe extern "C" fn config(host: *const MortiseHost, key: *const c_char, value: *mut MortiseValue) -> FfiResult {
    let (host, key) = (of(host), text(key).unwrap());
    let found = host.heard().options.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone());
    match found {
        None => MORTISE_NOT_FOUND,
        Some(found) => {
            let found = Box::new(found);
            *value = found.raw();
            host.given.lock().unwrap().push(found);
            MORTISE_OK
        }
    }
}

/// `echo` gives its argument back; everything else fails.
unsafe extern "C" fn call(
    host: *const MortiseHost,
    function: *const c_char,
    arguments: *const MortiseValue,
    count: usize,
    timeout_ns: u64,
    result: *mut MortiseValue,
    error: *mut MortiseError,
) -> FfiResult {
    let function = text(function).unwrap();
    if function == "echo" {
        let value = Box::new(Held::copy(&std::slice::from_raw_parts(arguments, count)[0]));
        *result = value.raw();
        of(host).given.lock().unwrap().push(value);
        return MORTISE_OK;
    }
    if timeout_ns > 0 {
        return MORTISE_TIMED_OUT;
    }
    fail(error, MORTISE_ERR, "the handler threw")
}

unsafe fn fail(error: *mut MortiseError, code: FfiResult, message: &str) -> FfiResult {
    if let Some(error) = error.as_mut() {
        error.code = code;
        error.message.length = message.len().min(error.message.capacity);
        ptr::copy_nonoverlapping(message.as_ptr(), error.message.data.cast(), error.message.length);
    }
    code
}

unsafe extern "C" fn publish(host: *const MortiseHost, topic: *const c_char, payload: *const MortiseValue) -> FfiResult {
    of(host).heard().published.push((text(topic).unwrap(), Held::copy(&*payload)));
    MORTISE_OK
}

unsafe extern "C" fn service(host: *const MortiseHost, name: *const c_char, range: *const c_char, table: *mut *const c_void) -> FfiResult {
    let is_known = text(name).unwrap() == "com.example.store" && text(range).unwrap() == "^1.0.0";
    *table = of(host).heard().service as *const c_void;
    if is_known {
        MORTISE_OK
    } else {
        MORTISE_NOT_FOUND
    }
}

unsafe extern "C" fn no_extension(_: *const MortiseHost, _: *const c_char) -> *const c_void {
    ptr::null()
}

// ---- contexts ----

#[repr(C)]
pub struct FakeContext {
    raw: MortiseContext,
    pub cancelled: AtomicU32,
    stage_id: CString,
    values: Mutex<Vec<(CString, Box<Held>)>>,
    replaced: Mutex<Vec<Box<Held>>>,
    pub sentences: Mutex<Vec<String>>,
}

impl FakeContext {
    pub fn new(host: &'static FakeHost, values: &[(&str, Held)]) -> Box<Self> {
        let values = values.iter().map(|(key, value)| (CString::new(*key).unwrap(), Box::new(value.clone()))).collect();
        let mut context = Box::new(Self {
            raw: MortiseContext {
                size: size_of::<MortiseContext>() as u32,
                mode: MORTISE_LIVE,
                cancelled: ptr::null(),
                host: &host.raw,
                stage_id: ptr::null(),
                get,
                set,
                remove,
                next,
                describe,
            },
            cancelled: AtomicU32::new(0),
            stage_id: CString::new("subject:stage").unwrap(),
            values: Mutex::new(values),
            replaced: Mutex::default(),
            sentences: Mutex::default(),
        });
        context.raw.cancelled = &context.cancelled;
        context.raw.stage_id = context.stage_id.as_ptr();
        context
    }

    pub fn value(&self, key: &str) -> Option<Held> {
        let values = self.values.lock().unwrap();
        values.iter().find(|(name, _)| name.to_str() == Ok(key)).map(|(_, value)| (**value).clone())
    }
}

unsafe fn in_context<'a>(context: *const MortiseContext) -> &'a FakeContext {
    &*context.cast::<FakeContext>()
}

unsafe extern "C" fn get(context: *const MortiseContext, key: *const c_char, value: *mut MortiseValue) -> FfiResult {
    let values = in_context(context).values.lock().unwrap();
    match values.iter().find(|(name, _)| name.as_c_str() == CStr::from_ptr(key)) {
        None => MORTISE_NOT_FOUND,
        Some((_, found)) => {
            *value = found.raw();
            MORTISE_OK
        }
    }
}

unsafe extern "C" fn set(context: *const MortiseContext, key: *const c_char, value: *const MortiseValue) -> FfiResult {
    let (context, key, value) = (in_context(context), CStr::from_ptr(key), Box::new(Held::copy(&*value)));
    let mut values = context.values.lock().unwrap();
    match values.iter_mut().find(|(name, _)| name.as_c_str() == key) {
        Some((_, old)) => context.replaced.lock().unwrap().push(std::mem::replace(old, value)),
        None => values.push((key.to_owned(), value)),
    }
    MORTISE_OK
}

unsafe extern "C" fn remove(context: *const MortiseContext, key: *const c_char) -> FfiResult {
    let context = in_context(context);
    let mut values = context.values.lock().unwrap();
    match values.iter().position(|(name, _)| name.as_c_str() == CStr::from_ptr(key)) {
        None => MORTISE_NOT_FOUND,
        Some(at) => {
            context.replaced.lock().unwrap().push(values.remove(at).1);
            MORTISE_OK
        }
    }
}

unsafe extern "C" fn next(
    context: *const MortiseContext,
    cursor: *mut usize,
    key: *mut *const c_char,
    value: *mut MortiseValue,
) -> FfiResult {
    let values = in_context(context).values.lock().unwrap();
    match values.get(*cursor) {
        None => MORTISE_NOT_FOUND,
        Some((name, found)) => {
            *cursor += 1;
            *key = name.as_ptr();
            *value = found.raw();
            MORTISE_OK
        }
    }
}

unsafe extern "C" fn describe(context: *const MortiseContext, sentence: *const c_char, length: usize) -> FfiResult {
    let sentence = std::slice::from_raw_parts(sentence.cast::<u8>(), length).to_vec();
    in_context(context).sentences.lock().unwrap().push(String::from_utf8(sentence).unwrap());
    MORTISE_OK
}

// ---- the registry, and an opened plugin ----

pub struct Registered {
    pub id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub raw: MortiseStage,
}

#[repr(C)]
struct FakeRegistry {
    raw: MortiseRegistry,
    stages: Mutex<Vec<Registered>>,
}

/// Refuses an id that it has already.
unsafe extern "C" fn register_stage(registry: *const MortiseRegistry, stage: *const MortiseStage, error: *mut MortiseError) -> FfiResult {
    let (registry, stage) = (&*registry.cast::<FakeRegistry>(), &*stage);
    let id = text(stage.id).unwrap();
    let mut stages = registry.stages.lock().unwrap();
    if stages.iter().any(|known| known.id == id) {
        return fail(error, MORTISE_EXISTS, "it is there already");
    }
    stages.push(Registered { id, name: text(stage.name), description: text(stage.description), raw: *stage });
    MORTISE_OK
}

/// What came of a call: its code and its text.
pub type Outcome = (FfiResult, String);

pub struct Opened {
    pub host: &'static FakeHost,
    pub table: PluginVTable,
    pub stages: Vec<Registered>,
}

unsafe impl Sync for Opened {}

/// The text that `mortise.error/1` has, in a buffer of `capacity` bytes.
pub fn last_message_in(instance: *const c_void, capacity: usize) -> String {
    let errors = unsafe { &*extension(MORTISE_EXT_ERROR).cast::<MortiseErrorExtension>() };
    let mut buffer = vec![0u8; capacity];
    let mut message = MortiseText { data: buffer.as_mut_ptr().cast(), capacity, length: 0 };
    unsafe { (errors.last_message)(instance, &mut message) };
    String::from_utf8(buffer[..message.length].to_vec()).unwrap()
}

pub fn last_message() -> String {
    last_message_in(ptr::null(), MORTISE_MIN_MESSAGE)
}

pub fn extension(id: &str) -> *const c_void {
    let id = CString::new(id).unwrap();
    unsafe { mortise_plugin_extension(id.as_ptr()) }
}

impl Opened {
    /// The message of a `_plugin_init` that returned NULL.
    pub fn open() -> Result<Self, String> {
        Self::open_with(FakeHost::new())
    }

    pub fn open_with(host: &'static FakeHost) -> Result<Self, String> {
        match unsafe { _plugin_init().as_ref() } {
            None => Err(last_message()),
            Some(table) => Ok(Self { host, table: *table, stages: Vec::new() }),
        }
    }

    fn outcome(&self, code: FfiResult) -> Outcome {
        (code, last_message_in(self.table.instance, MORTISE_MIN_MESSAGE))
    }

    /// A slice getter's items, given back; and its message.
    pub fn items<T, U>(&self, getter: SliceGetter, free: SliceFree, read: unsafe fn(&T) -> U) -> (Vec<U>, String) {
        let slice = unsafe { getter(self.table.instance) };
        let message = last_message_in(self.table.instance, MORTISE_MIN_MESSAGE);
        let items = match slice.len {
            0 => &[],
            length => unsafe { std::slice::from_raw_parts(slice.ptr.cast::<T>(), length) },
        };
        let items = items.iter().map(|item| unsafe { read(item) }).collect();
        unsafe { free(slice) };
        (items, message)
    }

    pub fn register(&mut self) -> Outcome {
        let registry = FakeRegistry {
            raw: MortiseRegistry { size: size_of::<MortiseRegistry>() as u32, reserved: 0, host: &self.host.raw, register_stage },
            stages: Mutex::default(),
        };
        let code = unsafe { (self.table.register_stages)(self.table.instance, &registry as *const FakeRegistry as *mut c_void) };
        self.stages = registry.stages.into_inner().unwrap();
        self.outcome(code)
    }

    pub fn init(&self) -> Outcome {
        let host: *const MortiseHost = &self.host.raw;
        self.outcome(unsafe { (self.table.init)(self.table.instance, host as *mut c_void) })
    }

    pub fn preflight(&self, context: &FakeContext) -> Outcome {
        let context: *const FakeContext = context;
        self.outcome(unsafe { (self.table.preflight_check)(self.table.instance, context.cast()) })
    }

    pub fn shutdown(&self) -> Outcome {
        self.outcome(unsafe { (self.table.shutdown)(self.table.instance) })
    }

    fn stage(&self, id: &str) -> &MortiseStage {
        &self.stages.iter().find(|stage| stage.id == id).expect(id).raw
    }

    /// Runs a stage, with a buffer for its message of `capacity` bytes.
    pub fn execute_in(&self, id: &str, context: &FakeContext, capacity: usize) -> Outcome {
        let stage = self.stage(id);
        let context: *const FakeContext = context;
        with_error_in(capacity, |error| unsafe { (stage.execute)(stage.state, context.cast(), error) })
    }

    pub fn execute(&self, id: &str, context: &FakeContext) -> Outcome {
        self.execute_in(id, context, MORTISE_MIN_MESSAGE)
    }

    pub fn dry_run(&self, id: &str, context: &FakeContext) -> Outcome {
        let stage = self.stage(id);
        let context: *const FakeContext = context;
        with_error_in(MORTISE_MIN_MESSAGE, |error| unsafe { (stage.dry_run.unwrap())(stage.state, context.cast(), error) })
    }

    pub fn functions(&self) -> &'static MortiseFunctionsExtension {
        unsafe { &*extension(MORTISE_EXT_FUNCTIONS).cast() }
    }

    /// Name and flags of each function, in order.
    pub fn described(&self) -> Vec<(String, u32, Option<String>)> {
        let functions = self.functions();
        let count = unsafe { (functions.count)(self.table.instance) };
        let describe = |index| unsafe {
            let mut function: MortiseFunction = std::mem::zeroed();
            function.size = size_of::<MortiseFunction>() as u32;
            assert_eq!((functions.describe)(self.table.instance, index, &mut function), MORTISE_OK);
            (text(function.name).unwrap(), function.flags, text(function.description))
        };
        (0..count).map(describe).collect()
    }

    pub fn call(&self, name: &str, arguments: &[Held]) -> Result<Held, Outcome> {
        let functions = self.functions();
        let index = self.described().iter().position(|(known, _, _)| known == name).expect(name) as u32;
        let raw: Vec<MortiseValue> = arguments.iter().map(Held::raw).collect();
        let cancelled = AtomicU32::new(0);
        let call = MortiseCall {
            size: size_of::<MortiseCall>() as u32,
            flags: 0,
            cancelled: &cancelled,
            caller: ptr::null(),
            timeout_ns: 5_000_000_000,
        };
        let mut result = MortiseValue::NULL;
        let outcome = with_error_in(MORTISE_MIN_MESSAGE, |error| unsafe {
            (functions.call)(self.table.instance, index, &call, raw.as_ptr(), raw.len(), &mut result, error)
        });
        if outcome.0 != MORTISE_OK {
            return Err(outcome);
        }
        let copy = unsafe { Held::copy(&result) };
        unsafe { (functions.free_result)(self.table.instance, &mut result) };
        Ok(copy)
    }

    /// Stages, last first, then the plugin; and what is said of it in the end.
    pub fn destroy(self) -> String {
        for stage in self.stages.iter().rev() {
            unsafe { (stage.raw.destroy.unwrap())(stage.raw.state) };
        }
        unsafe { (self.table.destroy)(self.table.instance) };
        last_message()
    }
}

pub fn with_error_in(capacity: usize, call: impl FnOnce(*mut MortiseError) -> FfiResult) -> Outcome {
    let mut buffer = vec![0u8; capacity];
    let mut error = MortiseError {
        size: size_of::<MortiseError>() as u32,
        code: MORTISE_OK,
        message: MortiseText { data: buffer.as_mut_ptr().cast(), capacity, length: 0 },
    };
    let code = call(&mut error);
    assert_eq!(code, error.code);
    (code, String::from_utf8(buffer[..error.message.length].to_vec()).unwrap())
}
