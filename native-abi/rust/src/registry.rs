//! Registering stages.

use crate::abi::{MortiseError, MortiseRegistry, MortiseStage, MortiseText, MORTISE_KIT_MESSAGE, MORTISE_OK};
use crate::code::Code;
use crate::error::{Error, Result};
use crate::host::{failure_of, Host};
use crate::instance::Instance;
use crate::plugin::Plugin;
use crate::stage::{self, Entry, Stage};
use crate::text::c_string;
use std::ffi::CString;
use std::mem::size_of;
use std::os::raw::c_char;
use std::ptr::{self, NonNull};

/// Takes stages, inside `register_stages`.
pub struct Registry<'a, P> {
    raw: &'a MortiseRegistry,
    host: Host,
    instance: NonNull<Instance<P>>,
}

impl<'a, P: Plugin> Registry<'a, P> {
    /// # Safety
    /// `raw` is NULL or the host's registry, and valid for `'a`. `instance` lives until `destroy`.
    pub(crate) unsafe fn from_raw(raw: *const MortiseRegistry, instance: NonNull<Instance<P>>) -> Result<Self> {
        // SAFETY: by the caller.
        let raw = unsafe { raw.as_ref() }.ok_or_else(|| Error::new(Code::NULL_POINTER, "the host gave no registry"))?;
        // SAFETY: the registry's host is the plugin's.
        Ok(Self { raw, host: unsafe { Host::from_raw(raw.host) }?, instance })
    }

    /// Registers one more stage than [`Plugin::stages`] names. Such a stage is not in the plugin's metadata: say there what is known before.
    pub fn add(&self, stage: Stage<P>) -> Result {
        let id = c_string("the stage id", &stage.id)?;
        let name = optional("the stage name", stage.name.as_deref())?;
        let description = optional("the stage description", stage.description.as_deref())?;
        let mut text = [0u8; MORTISE_KIT_MESSAGE];
        let mut error = MortiseError {
            size: size_of::<MortiseError>() as u32,
            code: MORTISE_OK,
            message: MortiseText { data: text.as_mut_ptr().cast(), capacity: text.len(), length: 0 },
        };
        let (flags, dry_run) = (stage.flags, stage.dry_run.is_some());
        let entry = Box::into_raw(Box::new(Entry { stage, instance: self.instance }));
        let raw = MortiseStage {
            size: size_of::<MortiseStage>() as u32,
            flags,
            id: id.as_ptr(),
            name: pointer(&name),
            description: pointer(&description),
            state: entry.cast(),
            execute: stage::execute::<P>,
            dry_run: if dry_run { Some(stage::dry_run::<P>) } else { None },
            destroy: Some(stage::destroy::<P>),
        };
        // SAFETY: the host copies the struct and its strings.
        let code = Code(unsafe { (self.raw.register_stage)(self.raw, &raw, &mut error) });
        if code == Code::OK {
            return Ok(());
        }
        // SAFETY: what was not registered is still ours.
        unsafe { Box::from_raw(entry) }.stage.drop_kept();
        let length = error.message.length.min(text.len());
        Err(failure_of(format_args!("take the stage `{}`", id.to_string_lossy()), code, &text[..length]))
    }
}

impl<P> Registry<'_, P> {
    pub fn host(&self) -> Host {
        self.host
    }
}

fn optional(what: &str, text: Option<&str>) -> Result<Option<CString>> {
    text.map(|text| c_string(what, text)).transpose()
}

fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}
