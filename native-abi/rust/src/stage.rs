//! Stages: the named operations of a plugin over a context.

use crate::abi::{FfiResult, MortiseContext, MortiseError, MORTISE_STAGE_QUICK};
use crate::boundary::{drop_kept, kept, with_error};
use crate::context::Context;
use crate::error::Result;
use crate::instance::Instance;
use crate::metadata::Text;
use crate::plugin::Plugin;
use std::os::raw::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

type Work<P> = Box<dyn Fn(&P, &Context<'_>) -> Result + Send + Sync>;

/// One stage. What its closures own is dropped when the host destroys the stage.
#[must_use]
pub struct Stage<P> {
    pub(crate) id: Text,
    pub(crate) name: Option<Text>,
    pub(crate) description: Option<Text>,
    pub(crate) flags: u32,
    pub(crate) execute: Work<P>,
    pub(crate) dry_run: Option<Work<P>>,
}

/// A stage as a type of its own, for one that has state beside the plugin's.
pub trait Operation<P>: Send + Sync + 'static {
    /// Does the work.
    fn execute(&self, plugin: &P, context: &Context<'_>) -> Result;

    /// Says through [`Context::describe`] what `execute` would do, and changes nothing outside the context.
    fn dry_run(&self, plugin: &P, context: &Context<'_>) -> Result;
}

impl<P: 'static> Stage<P> {
    /// A stage `namespace:stage`, each half `[a-z0-9][a-z0-9._-]*`. In a plugin with `threads: Safe`, `execute` may run on several threads at once.
    pub fn new<F>(id: impl Into<Text>, execute: F) -> Self
    where
        F: Fn(&P, &Context<'_>) -> Result + Send + Sync + 'static,
    {
        Self { id: id.into(), name: None, description: None, flags: 0, execute: Box::new(execute), dry_run: None }
    }

    pub fn of(id: impl Into<Text>, operation: impl Operation<P>) -> Self {
        let operation = Arc::new(operation);
        let described = Arc::clone(&operation);
        Self::new(id, move |plugin: &P, context: &Context<'_>| operation.execute(plugin, context))
            .dry_run(move |plugin: &P, context: &Context<'_>| described.dry_run(plugin, context))
    }

    /// For people; else the id is shown.
    pub fn name(self, name: impl Into<Text>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// For people. Without `dry_run` it is what a dry run shows.
    pub fn description(self, description: impl Into<Text>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// Promises that the stage returns within about 50 µs, never waits and never calls the host's functions: the host may run it on the main thread.
    pub fn quick(self) -> Self {
        Self { flags: self.flags | MORTISE_STAGE_QUICK, ..self }
    }

    /// Says through [`Context::describe`] what the stage would do, and changes nothing outside the context.
    pub fn dry_run<F>(self, dry_run: F) -> Self
    where
        F: Fn(&P, &Context<'_>) -> Result + Send + Sync + 'static,
    {
        Self { dry_run: Some(Box::new(dry_run)), ..self }
    }
}

impl<P> Stage<P> {
    /// Drops what is the author's, piece by piece: two panics at once would end the process.
    pub(crate) fn drop_kept(self) {
        let whose = format!("stage {}", self.id);
        drop_kept(&whose, self.execute);
        drop_kept(&whose, self.dry_run);
    }
}

/// What the host hands back to a stage's functions.
pub(crate) struct Entry<P> {
    pub(crate) stage: Stage<P>,
    /// Lives until `destroy`, which comes after that of all stages.
    pub(crate) instance: NonNull<Instance<P>>,
}

impl<P: Plugin> Entry<P> {
    /// # Safety
    /// `state` is what was registered, and the host has not destroyed it.
    #[inline]
    unsafe fn at<'a>(state: *mut c_void) -> (&'a Stage<P>, &'a P) {
        // SAFETY: by the caller; the instance outlives its stages.
        unsafe {
            let entry = &*state.cast::<Self>();
            (&entry.stage, &entry.instance.as_ref().plugin)
        }
    }
}

pub(crate) unsafe extern "C" fn execute<P: Plugin>(
    state: *mut c_void,
    context: *const MortiseContext,
    error: *mut MortiseError,
) -> FfiResult {
    // SAFETY: as the contract says: the host calls with what was registered, and with a context and an error of the call.
    unsafe {
        with_error(error, || {
            let (stage, plugin) = Entry::<P>::at(state);
            (stage.execute)(plugin, &Context::from_raw(context)?)
        })
    }
}

pub(crate) unsafe extern "C" fn dry_run<P: Plugin>(
    state: *mut c_void,
    context: *const MortiseContext,
    error: *mut MortiseError,
) -> FfiResult {
    // SAFETY: as `execute`.
    unsafe {
        with_error(error, || {
            let (stage, plugin) = Entry::<P>::at(state);
            let context = Context::from_raw(context)?;
            stage.dry_run.as_ref().map_or(Ok(()), |dry_run| dry_run(plugin, &context))
        })
    }
}

pub(crate) unsafe extern "C" fn destroy<P: Plugin>(state: *mut c_void) {
    kept(|| {
        // SAFETY: the host destroys a stage once, and it was made by `Box::into_raw`.
        let entry = unsafe { Box::from_raw(state.cast::<Entry<P>>()) };
        entry.stage.drop_kept();
    });
}
