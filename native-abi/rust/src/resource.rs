//! `mortise.resources/1`: what the plugin uses outside itself, so that two plugins that cannot share it are found before they run.

use crate::abi::*;
use crate::boundary::{code_of, or_else_keep};
use crate::code::Code;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::metadata::Text;
use crate::plugin::Plugin;
use crate::text::intern;
use std::mem::size_of;
use std::os::raw::c_void;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Access {
    SharedRead = MORTISE_SHARED_READ,
    SharedWrite = MORTISE_SHARED_WRITE,
    /// Conflicts with every other access.
    ExclusiveWrite = MORTISE_EXCLUSIVE_WRITE,
    /// Makes the identifier itself; conflicts with another that makes it.
    ProvidesUnique = MORTISE_PROVIDES_UNIQUE,
}

/// `Resource::new("port", "8080", Access::ProvidesUnique)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The type: `file`, `port`, `device` …, an open list. (`type` is a word of Rust's own.)
    pub kind: Text,
    /// Compared byte by byte within a type.
    pub identifier: Text,
    pub access: Access,
}

impl Resource {
    pub fn new(kind: impl Into<Text>, identifier: impl Into<Text>, access: Access) -> Self {
        Self { kind: kind.into(), identifier: identifier.into(), access }
    }

    pub(crate) fn fill(&self, resource: &mut MortiseResource) -> Result {
        resource.access = self.access as u32;
        resource.kind = intern("the resource's type", &self.kind)?.as_ptr();
        resource.identifier = intern("the resource's identifier", &self.identifier)?.as_ptr();
        Ok(())
    }
}

/// The table of a plugin of type `P`.
pub(crate) struct Resources<P>(std::marker::PhantomData<P>);

impl<P: Plugin> Resources<P> {
    pub(crate) const TABLE: &'static MortiseResourcesExtension = &MortiseResourcesExtension {
        size: size_of::<MortiseResourcesExtension>() as u32,
        reserved: 0,
        count: count::<P>,
        describe: describe::<P>,
    };
}

unsafe extern "C" fn count<P: Plugin>(instance: *const c_void) -> u32 {
    // SAFETY: the host passes the plugin's instance.
    or_else_keep(0, || Ok(unsafe { Instance::<P>::at(instance) }?.resources.len() as u32))
}

unsafe extern "C" fn describe<P: Plugin>(instance: *const c_void, index: u32, resource: *mut MortiseResource) -> FfiResult {
    code_of(|| {
        // SAFETY: the host passes the plugin's instance, and its own struct to be filled, which has the size of version 1.0 at least.
        let (instance, resource) = unsafe { (Instance::<P>::at(instance)?, resource.as_mut()) };
        let missing = || Error::new(Code::NOT_FOUND, format!("there is no resource {}", index));
        let found = instance.resources.get(index as usize).ok_or_else(missing)?;
        found.fill(resource.ok_or_else(|| Error::new(Code::NULL_POINTER, "describe has nowhere to write to"))?)
    })
}
