//! `mortise.functions/1`: named functions that the application, scripts and other plugins call.

use crate::abi::*;
use crate::boundary::{code_of, drop_kept, kept, or_else_keep, with_error};
use crate::call::Call;
use crate::code::Code;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::metadata::Text;
use crate::plugin::Plugin;
use crate::text::intern;
use crate::value::Value;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::ptr;

type Work<P> = Box<dyn Fn(&P, &Call<'_>) -> Result<Value> + Send + Sync>;

/// One function: `Function::new("add", |_: &Calculator, call| Ok(call.int64(0)? + call.int64(1)?))`.
#[must_use]
pub struct Function<P> {
    name: Text,
    description: Option<Text>,
    arguments_schema: Option<Text>,
    result_schema: Option<Text>,
    flags: u32,
    work: Work<P>,
}

impl<P: 'static> Function<P> {
    /// `name`: `[A-Za-z_][A-Za-z0-9_.-]{0,63}`. In a plugin with `threads: Safe`, it may run on several threads at once.
    pub fn new<F, R>(name: impl Into<Text>, work: F) -> Self
    where
        F: Fn(&P, &Call<'_>) -> Result<R> + Send + Sync + 'static,
        R: Into<Value>,
    {
        let work = move |plugin: &P, call: &Call<'_>| work(plugin, call).map(Into::into);
        Self { name: name.into(), description: None, arguments_schema: None, result_schema: None, flags: 0, work: Box::new(work) }
    }

    pub fn description(self, description: impl Into<Text>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// A JSON Schema of the array of arguments; else any are taken.
    pub fn arguments_schema(self, schema: impl Into<Text>) -> Self {
        Self { arguments_schema: Some(schema.into()), ..self }
    }

    /// A JSON Schema of the result.
    pub fn result_schema(self, schema: impl Into<Text>) -> Self {
        Self { result_schema: Some(schema.into()), ..self }
    }

    /// Promises that it returns within about 50 µs and never waits: it may run on the main thread.
    pub fn quick(self) -> Self {
        Self { flags: self.flags | MORTISE_FUNCTION_QUICK, ..self }
    }

    /// Calling twice does no more than calling once: it may be tried again.
    pub fn idempotent(self) -> Self {
        Self { flags: self.flags | MORTISE_FUNCTION_IDEMPOTENT, ..self }
    }
}

impl<P> Function<P> {
    pub(crate) fn drop_kept(self) {
        drop_kept(&format!("function {}", self.name), self.work);
    }

    /// The strings are static, as the contract wants them.
    pub(crate) fn fill(&self, function: &mut MortiseFunction) -> Result {
        let optional = |text: &Option<Text>| -> Result<*const c_char> {
            Ok(text.as_deref().map(|text| intern("the function's text", text)).transpose()?.map_or(ptr::null(), |text| text.as_ptr()))
        };
        function.flags = self.flags;
        function.name = intern("the function's name", &self.name)?.as_ptr();
        function.description = optional(&self.description)?;
        function.arguments_schema = optional(&self.arguments_schema)?;
        function.result_schema = optional(&self.result_schema)?;
        Ok(())
    }
}

/// The table of a plugin of type `P`.
pub(crate) struct Functions<P>(std::marker::PhantomData<P>);

impl<P: Plugin> Functions<P> {
    pub(crate) const TABLE: &'static MortiseFunctionsExtension = &MortiseFunctionsExtension {
        size: size_of::<MortiseFunctionsExtension>() as u32,
        reserved: 0,
        count: count::<P>,
        describe: describe::<P>,
        call: call::<P>,
        free_result,
    };
}

fn at<P: Plugin>(instance: &Instance<P>, index: u32) -> Result<&Function<P>> {
    let count = instance.functions.len();
    let missing = || Error::new(Code::NOT_FOUND, format!("there is no function {}; there are {}", index, count));
    instance.functions.get(index as usize).ok_or_else(missing)
}

unsafe extern "C" fn count<P: Plugin>(instance: *const c_void) -> u32 {
    // SAFETY: the host passes the plugin's instance.
    or_else_keep(0, || Ok(unsafe { Instance::<P>::at(instance) }?.functions.len() as u32))
}

unsafe extern "C" fn describe<P: Plugin>(instance: *const c_void, index: u32, function: *mut MortiseFunction) -> FfiResult {
    code_of(|| {
        // SAFETY: the host passes the plugin's instance, and its own struct to be filled, which has the size of version 1.0 at least.
        let (instance, function) = unsafe { (Instance::<P>::at(instance)?, function.as_mut()) };
        at(instance, index)?.fill(function.ok_or_else(|| Error::new(Code::NULL_POINTER, "describe has nowhere to write to"))?)
    })
}

unsafe extern "C" fn call<P: Plugin>(
    instance: *mut c_void,
    index: u32,
    call: *const MortiseCall,
    arguments: *const MortiseValue,
    argument_count: usize,
    result: *mut MortiseValue,
    error: *mut MortiseError,
) -> FfiResult {
    // SAFETY: as the contract says: the plugin's instance, and memory of the host for the call.
    unsafe {
        with_error(error, || {
            let instance = Instance::<P>::at(instance)?;
            let function = at(instance, index)?;
            let call = Call::from_raw(&function.name, call, arguments, argument_count, instance.host()?)?;
            let value = (function.work)(&instance.plugin, &call)?;
            match result.as_mut() {
                Some(result) => *result = give(value),
                None => return Err(Error::new(Code::NULL_POINTER, "the call has nowhere to put its result")),
            }
            Ok(())
        })
    }
}

unsafe extern "C" fn free_result(_instance: *mut c_void, result: *mut MortiseValue) {
    kept(|| {
        // SAFETY: the host gives back what `call` put there, once.
        if let Some(result) = unsafe { result.as_mut() } {
            // SAFETY: the same.
            unsafe { take_back(std::mem::replace(result, MortiseValue::NULL)) };
        }
    });
}

/// What the value has on the heap is the host's to give back.
fn give(value: Value) -> MortiseValue {
    let (tag, data) = match value {
        Value::String(text) => (MORTISE_STRING, text.into_bytes()),
        Value::Bytes(bytes) => (MORTISE_BYTES, bytes),
        Value::Json(text) => (MORTISE_JSON, text.into_bytes()),
        scalar => return scalar.as_ref().to_raw(),
    };
    MortiseValue::data(tag, Box::leak(data.into_boxed_slice()))
}

/// # Safety
/// `value` is of `give`, and given back for the first time.
unsafe fn take_back(value: MortiseValue) {
    if matches!(value.tag, MORTISE_STRING | MORTISE_BYTES | MORTISE_JSON) {
        // SAFETY: by the caller: the length is that of the boxed slice, empty ones included.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(value.payload.data as *mut u8, value.length as usize)) });
    }
}
