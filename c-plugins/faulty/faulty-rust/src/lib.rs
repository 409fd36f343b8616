//! A plugin of which each slot fails on demand: MORTISE_FAULTY names the slot, at every `_plugin_init`. It panics there; with `!` behind the slot's name it returns an error
//! instead, or, where it cannot, panics with a value that is no text. Name and version are constants, which cannot fail.

use mortise::{
    export_plugin, fail, Code, Context, Dependency, Function, Host, Incompatibility, Plugin, Priority, Registry, Result, Stage,
    StageRequirement, Text, ValueRef,
};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

/// What is to fail.
struct Fault {
    slot: String,
    is_odd: bool,
}

impl Fault {
    fn wanted() -> Self {
        let wanted = std::env::var("MORTISE_FAULTY").unwrap_or_default();
        let slot = wanted.trim_end_matches('!').to_owned();
        Self { is_odd: slot.len() < wanted.len(), slot }
    }

    /// In a slot that can return an error.
    fn at(&self, slot: &str) -> Result {
        match self.slot == slot {
            true if self.is_odd => fail!("{} of faulty-rust: größer 💥", slot),
            true => panic!("{} of faulty-rust: größer 💥", slot),
            false => Ok(()),
        }
    }

    /// In a slot that cannot.
    fn in_getter(&self, slot: &str) {
        if self.slot == slot && self.is_odd {
            std::panic::panic_any(42u8);
        }
        self.at(slot).expect("panics instead");
    }
}

struct FaultyRust {
    fault: Arc<Fault>,
    count: AtomicI64,
}

impl Drop for FaultyRust {
    fn drop(&mut self) {
        self.fault.in_getter("destroy");
    }
}

/// Dropped with the stage that owns it.
struct StageState(Arc<Fault>);

impl Drop for StageState {
    fn drop(&mut self) {
        self.0.in_getter("stage_destroy");
    }
}

impl Plugin for FaultyRust {
    fn new() -> Result<Self> {
        let fault = Arc::new(Fault::wanted());
        fault.at("_plugin_init")?;
        Ok(Self { fault, count: AtomicI64::new(0) })
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        let state = StageState(self.fault.clone());
        vec![
            Stage::new("faulty-rust:echo", move |_: &Self, context| {
                state.0.at("execute")?;
                let value: ValueRef = context.get("value")?;
                context.set("echo", value)
            })
            .dry_run(|plugin, context| {
                plugin.fault.at("dry_run")?;
                context.describe("Copy `value` to `echo`.")
            }),
            Stage::new("faulty-rust:count", |plugin: &Self, context| {
                context.set("count", plugin.count.fetch_add(1, Ordering::Relaxed) + 1)
            })
            .dry_run(|_, context| context.describe("Add 1 to the counter.")),
            Stage::new("faulty-rust:fail", |_: &Self, _| fail!(Code::WRONG_TYPE, "cannot do that"))
                .dry_run(|_, context| context.describe("Fail.")),
            Stage::new("faulty-rust:panic", |_: &Self, _| panic!("stage panic of faulty-rust"))
                .dry_run(|_, context| context.describe("Panic.")),
        ]
    }

    fn functions(&self) -> Vec<Function<Self>> {
        vec![
            Function::new("echo", |_: &Self, call| call.get::<ValueRef>(0).map(ValueRef::to_owned)),
            Function::new("add", |_: &Self, call| match call.int64(0)?.checked_add(call.int64(1)?) {
                Some(sum) => Ok(sum),
                None => fail!(Code::INVALID_DATA, "the sum is no int64"),
            }),
            Function::new("fail", |_: &Self, call| -> Result { Err(call.string(0)?.into()) }),
            Function::new("panic", |_: &Self, call| -> Result { panic!("{}", call.string(0)?) }),
        ]
    }

    fn is_core(&self) -> bool {
        self.fault.in_getter("is_core");
        false
    }

    fn priority(&self) -> Priority {
        self.fault.in_getter("priority");
        Priority::default()
    }

    fn compatible_api_versions(&self) -> Vec<Text> {
        self.fault.in_getter("compatible_api_versions");
        Vec::new()
    }

    fn dependencies(&self) -> Vec<Dependency> {
        self.fault.in_getter("dependencies");
        Vec::new()
    }

    fn required_stages(&self) -> Vec<StageRequirement> {
        self.fault.in_getter("required_stages");
        Vec::new()
    }

    fn conflicts_with(&self) -> Vec<Text> {
        self.fault.in_getter("conflicts_with");
        Vec::new()
    }

    fn incompatible_with(&self) -> Vec<Incompatibility> {
        self.fault.in_getter("incompatible_with");
        Vec::new()
    }

    fn register_stages(&self, _: &Registry<Self>) -> Result {
        self.fault.at("register_stages")
    }

    fn init(&self, _: Host) -> Result {
        self.fault.at("init")
    }

    fn preflight(&self, _: &Context) -> Result {
        self.fault.at("preflight_check")
    }

    fn shutdown(&self) -> Result {
        self.fault.at("shutdown")
    }
}

export_plugin!(FaultyRust, manifest: include_str!("../manifest.json"), threads: Safe);
