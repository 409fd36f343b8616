//! One opening of the plugin.

use crate::abi::{MortiseFunction, MortiseHost, MortiseResource, MortiseService};
use crate::boundary::{drop_kept, run};
use crate::code::Code;
use crate::error::{Error, Result};
use crate::function::Function;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::resource::Resource;
use crate::service::Service;
use crate::stage::Stage;
use std::mem::{take, MaybeUninit};
use std::os::raw::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the host calls `instance`: always on the heap and never without a size, whatever the plugin's type is.
pub(crate) struct Instance<P> {
    pub(crate) plugin: P,
    /// Until they are registered.
    stages: Mutex<Vec<Stage<P>>>,
    pub(crate) functions: Vec<Function<P>>,
    pub(crate) resources: Vec<Resource>,
    /// From `init` on.
    services: Mutex<Vec<Service>>,
    host: AtomicPtr<MortiseHost>,
}

/// What stages and functions get may be used from several threads at once.
fn shared<T: Send + Sync>() {}

impl<P: Plugin> Instance<P> {
    /// Makes the plugin, and asks for what is the same for all of its life.
    pub(crate) fn open() -> Result<NonNull<Self>> {
        shared::<Self>();
        let mut instance = Self {
            plugin: P::new()?,
            stages: Mutex::new(Vec::new()),
            functions: Vec::new(),
            resources: Vec::new(),
            services: Mutex::new(Vec::new()),
            host: AtomicPtr::new(ptr::null_mut()),
        };
        match run(|| instance.ask()) {
            Ok(()) => Ok(NonNull::from(Box::leak(Box::new(instance)))),
            Err(failure) => {
                instance.drop_kept();
                Err(failure)
            }
        }
    }

    fn ask(&mut self) -> Result {
        self.stages = Mutex::new(self.plugin.stages());
        self.functions = self.plugin.functions();
        self.resources = self.plugin.resources();
        // Tried before anybody asks, since `describe` has no text to fail with.
        for function in &self.functions {
            // SAFETY: plain data, of which 0 and NULL are values.
            function.fill(&mut unsafe { MaybeUninit::<MortiseFunction>::zeroed().assume_init() })?;
        }
        for resource in &self.resources {
            // SAFETY: the same.
            resource.fill(&mut unsafe { MaybeUninit::<MortiseResource>::zeroed().assume_init() })?;
        }
        Ok(())
    }

    /// # Safety
    /// `instance` is of `open`, and has not been closed.
    pub(crate) unsafe fn at<'a>(instance: *const c_void) -> Result<&'a Self> {
        let missing = || Error::new(Code::NULL_POINTER, "the host passed no instance");
        // SAFETY: by the caller.
        unsafe { instance.cast::<Self>().as_ref() }.ok_or_else(missing)
    }

    /// # Safety
    /// `instance` is NULL or of `open`, and not used again.
    pub(crate) unsafe fn close(instance: *mut c_void) {
        if !instance.is_null() {
            // SAFETY: by the caller.
            (*unsafe { Box::from_raw(instance.cast::<Self>()) }).drop_kept();
        }
    }

    /// Drops everything that is the author's, piece by piece: each may panic, and two panics at once would end the process.
    fn drop_kept(self) {
        let Self { plugin, stages, functions, .. } = self;
        for stage in stages.into_inner().unwrap_or_else(PoisonError::into_inner) {
            stage.drop_kept();
        }
        for function in functions {
            function.drop_kept();
        }
        drop_kept("", plugin);
    }

    /// Those that were not registered yet.
    pub(crate) fn stages(&self) -> MutexGuard<'_, Vec<Stage<P>>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take_stages(&self) -> Vec<Stage<P>> {
        take(&mut *self.stages())
    }

    pub(crate) fn services(&self) -> MutexGuard<'_, Vec<Service>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn offer(&self, services: Vec<Service>) -> Result {
        for service in &services {
            // SAFETY: plain data, of which 0 and NULL are values.
            service.fill(&mut unsafe { MaybeUninit::<MortiseService>::zeroed().assume_init() })?;
        }
        *self.services() = services;
        Ok(())
    }

    pub(crate) fn meet(&self, host: Host) {
        self.host.store(host.as_raw() as *mut MortiseHost, Ordering::Release);
    }

    pub(crate) fn host(&self) -> Result<Host> {
        // SAFETY: what `meet` got, or NULL.
        unsafe { Host::from_raw(self.host.load(Ordering::Acquire)) }
    }
}

/// The plugin behind the instance that the host passes to a function of an extension's table.
///
/// # Safety
/// `instance` was passed by the host to a function of this plugin, whose type is `P`, and the reference is not kept beyond the call.
pub unsafe fn plugin_of<'a, P: Plugin>(instance: *const c_void) -> Result<&'a P> {
    // SAFETY: by the caller.
    unsafe { Instance::<P>::at(instance) }.map(|instance| &instance.plugin)
}
