//! `mortise.services/1`: tables of functions that the plugin offers to other plugins. Looking one up: `Host::service`.

use crate::abi::*;
use crate::boundary::{code_of, or_else_keep};
use crate::code::Code;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::metadata::Text;
use crate::plugin::Plugin;
use crate::table::Table;
use crate::text::intern;
use std::mem::size_of;
use std::os::raw::c_void;

/// `Service::new("com.example.store", "1.0.0", &STORE)`
#[derive(Clone)]
pub struct Service {
    name: Text,
    version: Text,
    table: Address,
}

#[derive(Clone, Copy)]
struct Address(*const c_void);
// SAFETY: the address of a static that is Sync.
unsafe impl Send for Address {}
// SAFETY: the same.
unsafe impl Sync for Address {}

impl Service {
    /// `name`: reverse DNS, or `[A-Za-z][A-Za-z0-9._-]{0,63}`; `version`: a semantic version. The table is a static, since others may still call it
    /// while this plugin shuts down, on any thread.
    pub fn new<T: Table>(name: impl Into<Text>, version: impl Into<Text>, table: &'static T) -> Self {
        Self { name: name.into(), version: version.into(), table: Address((table as *const T).cast()) }
    }

    pub(crate) fn fill(&self, service: &mut MortiseService) -> Result {
        service.name = intern("the service's name", &self.name)?.as_ptr();
        service.version = intern("the service's version", &self.version)?.as_ptr();
        service.table = self.table.0;
        Ok(())
    }
}

/// The table of a plugin of type `P`.
pub(crate) struct Services<P>(std::marker::PhantomData<P>);

impl<P: Plugin> Services<P> {
    pub(crate) const TABLE: &'static MortiseServicesExtension = &MortiseServicesExtension {
        size: size_of::<MortiseServicesExtension>() as u32,
        reserved: 0,
        count: count::<P>,
        describe: describe::<P>,
    };
}

unsafe extern "C" fn count<P: Plugin>(instance: *const c_void) -> u32 {
    // SAFETY: the host passes the plugin's instance.
    or_else_keep(0, || Ok(unsafe { Instance::<P>::at(instance) }?.services().len() as u32))
}

unsafe extern "C" fn describe<P: Plugin>(instance: *const c_void, index: u32, service: *mut MortiseService) -> FfiResult {
    code_of(|| {
        // SAFETY: the host passes the plugin's instance, and its own struct to be filled, which has the size of version 1.0 at least.
        let (instance, service) = unsafe { (Instance::<P>::at(instance)?, service.as_mut()) };
        let services = instance.services();
        let found = services.get(index as usize).ok_or_else(|| Error::new(Code::NOT_FOUND, format!("there is no service {}", index)))?;
        found.fill(service.ok_or_else(|| Error::new(Code::NULL_POINTER, "describe has nowhere to write to"))?)
    })
}
