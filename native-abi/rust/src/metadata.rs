//! What a plugin says of itself beyond name and version, and how that is handed over and taken back.

use crate::abi::*;
use crate::error::Result;
use crate::text::c_string;
use std::borrow::Cow;
use std::ffi::CString;
use std::os::raw::{c_char, c_void};
use std::ptr;

/// A text that is a literal or one's own.
pub type Text = Cow<'static, str>;

/// When a plugin is loaded: lower first, dependencies before that. Each category has a band of values, and the host refuses a value outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// 0–10
    Kernel(u8),
    /// 11–50
    CoreCritical(u8),
    /// 51–100
    Core(u8),
    /// 101–150
    ThirdPartyHigh(u8),
    /// 151–200: where a plugin belongs that has no reason to be elsewhere.
    ThirdParty(u8),
    /// 201–255
    ThirdPartyLow(u8),
}

impl Default for Priority {
    fn default() -> Self {
        Self::ThirdParty(FFI_PRIORITY_DEFAULT)
    }
}

impl Priority {
    pub(crate) fn to_raw(self) -> FfiPluginPriority {
        let (category, value) = match self {
            Self::Kernel(value) => (FFI_PRIORITY_KERNEL, value),
            Self::CoreCritical(value) => (FFI_PRIORITY_CORE_CRITICAL, value),
            Self::Core(value) => (FFI_PRIORITY_CORE, value),
            Self::ThirdPartyHigh(value) => (FFI_PRIORITY_THIRD_PARTY_HIGH, value),
            Self::ThirdParty(value) => (FFI_PRIORITY_THIRD_PARTY, value),
            Self::ThirdPartyLow(value) => (FFI_PRIORITY_THIRD_PARTY_LOW, value),
        };
        FfiPluginPriority { category, value }
    }
}

/// Another plugin: needed, or not to run beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub plugin: Text,
    /// An npm range; None: any version.
    pub range: Option<Text>,
    pub is_required: bool,
}

impl Dependency {
    /// A plugin that must be there, and is initialised before this one.
    pub fn required(plugin: impl Into<Text>, range: impl Into<Text>) -> Self {
        Self { plugin: plugin.into(), range: Some(range.into()), is_required: true }
    }

    /// A plugin that is initialised before this one if it is there; beside another version of it this one is refused.
    pub fn optional(plugin: impl Into<Text>, range: impl Into<Text>) -> Self {
        Self { is_required: false, ..Self::required(plugin, range) }
    }

    /// The same plugin in any version.
    #[must_use]
    pub fn any_version(self) -> Self {
        Self { range: None, ..self }
    }
}

/// A plugin that this one cannot run beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incompatibility {
    pub plugin: Text,
    /// An npm range; None: any version.
    pub range: Option<Text>,
}

impl Incompatibility {
    pub fn new(plugin: impl Into<Text>, range: impl Into<Text>) -> Self {
        Self { plugin: plugin.into(), range: Some(range.into()) }
    }

    /// The same plugin in any version.
    #[must_use]
    pub fn any_version(self) -> Self {
        Self { range: None, ..self }
    }
}

/// A stage of another plugin that this one uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRequirement {
    pub stage: Text,
    pub is_required: bool,
}

impl StageRequirement {
    /// The plugin cannot work without it.
    pub fn required(stage: impl Into<Text>) -> Self {
        Self { stage: stage.into(), is_required: true }
    }

    /// The plugin uses it where it is there.
    pub fn optional(stage: impl Into<Text>) -> Self {
        Self { stage: stage.into(), is_required: false }
    }
}

// ---- handing over ----

pub(crate) const EMPTY: FfiSlice = FfiSlice { ptr: ptr::null(), len: 0 };

/// An item of a slice, and the strings that it owns once it was handed over.
pub(crate) trait Item: Sized + 'static {
    /// Takes the strings back.
    ///
    /// # Safety
    /// They are those of `CString::into_raw`, and taken back for the first time.
    unsafe fn release(self);
}

/// # Safety
/// `text` is NULL or of `CString::into_raw`, and not used again.
unsafe fn release(text: *const c_char) {
    if !text.is_null() {
        // SAFETY: by the caller.
        drop(unsafe { CString::from_raw(text as *mut c_char) });
    }
}

impl Item for FfiVersionRange {
    unsafe fn release(self) {
        // SAFETY: by the caller.
        unsafe { release(self.constraint) };
    }
}

impl Item for FfiPluginDependency {
    unsafe fn release(self) {
        // SAFETY: by the caller.
        unsafe {
            release(self.plugin_name);
            release(self.version_constraint);
        }
    }
}

impl Item for FfiStageRequirement {
    unsafe fn release(self) {
        // SAFETY: by the caller.
        unsafe { release(self.stage_id) };
    }
}

impl Item for *const c_char {
    unsafe fn release(self) {
        // SAFETY: by the caller.
        unsafe { release(self) };
    }
}

/// Hands items over. Their length is their capacity: the pointer and the length are all that comes back.
fn give<T: Item>(items: Vec<T>) -> FfiSlice {
    if items.is_empty() {
        return EMPTY;
    }
    let items: &'static mut [T] = Box::leak(items.into_boxed_slice());
    FfiSlice { ptr: items.as_mut_ptr() as *const c_void, len: items.len() }
}

/// Takes back what `give` handed over.
///
/// # Safety
/// `slice` comes from `give::<T>`, pointer and length unchanged, for the first time.
pub(crate) unsafe fn take_back<T: Item>(slice: FfiSlice) {
    if slice.len == 0 {
        return;
    }
    // SAFETY: by the caller: a boxed slice has its length as capacity.
    for item in unsafe { Vec::from_raw_parts(slice.ptr as *mut T, slice.len, slice.len) } {
        // SAFETY: by the caller.
        unsafe { item.release() };
    }
}

/// All strings first: a bad one leaves nothing behind.
fn c_strings<'t>(what: &str, texts: impl Iterator<Item = &'t Text>) -> Result<Vec<CString>> {
    texts.map(|text| c_string(what, text)).collect()
}

fn into_raw(text: CString) -> *const c_char {
    text.into_raw()
}

pub(crate) fn give_ranges(ranges: &[Text]) -> Result<FfiSlice> {
    let ranges = c_strings("the version range", ranges.iter())?;
    Ok(give(ranges.into_iter().map(|range| FfiVersionRange { constraint: into_raw(range) }).collect()))
}

pub(crate) fn give_names(names: &[Text]) -> Result<FfiSlice> {
    Ok(give(c_strings("the plugin name", names.iter())?.into_iter().map(into_raw).collect()))
}

pub(crate) fn give_dependencies(dependencies: &[Dependency]) -> Result<FfiSlice> {
    let names = c_strings("the plugin name", dependencies.iter().map(|dependency| &dependency.plugin))?;
    let ranges =
        dependencies.iter().map(|dependency| dependency.range.as_ref().map(|range| c_string("the version range", range)).transpose());
    let ranges = ranges.collect::<Result<Vec<Option<CString>>>>()?;
    let item = |((name, range), dependency): ((CString, Option<CString>), &Dependency)| FfiPluginDependency {
        plugin_name: into_raw(name),
        version_constraint: range.map_or(ptr::null(), into_raw),
        required: dependency.is_required,
    };
    Ok(give(names.into_iter().zip(ranges).zip(dependencies).map(item).collect()))
}

pub(crate) fn give_incompatibilities(plugins: Vec<Incompatibility>) -> Result<FfiSlice> {
    let plugins: Vec<Dependency> =
        plugins.into_iter().map(|plugin| Dependency { plugin: plugin.plugin, range: plugin.range, is_required: false }).collect();
    give_dependencies(&plugins)
}

/// `needed` of other plugins, and `provided` by this one, which may be the same.
pub(crate) fn give_stage_requirements(needed: &[StageRequirement], provided: &[Text]) -> Result<FfiSlice> {
    let mut rows: Vec<(&Text, bool, bool)> =
        needed.iter().map(|need| (&need.stage, need.is_required, provided.contains(&need.stage))).collect();
    let named = |id: &Text| needed.iter().any(|need| need.stage == *id);
    rows.extend(provided.iter().filter(|id| !named(id)).map(|id| (id, false, true)));
    let ids = c_strings("the stage id", rows.iter().map(|(id, _, _)| *id))?;
    let item = |(id, (_, required, provided)): (CString, &(&Text, bool, bool))| FfiStageRequirement {
        stage_id: into_raw(id),
        required: *required,
        provided: *provided,
    };
    Ok(give(ids.into_iter().zip(&rows).map(item).collect()))
}
