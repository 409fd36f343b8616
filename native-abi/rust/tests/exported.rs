//! A plugin as a host sees it: its table, driven from outside.

mod fake_host;
mod subject;

use fake_host::*;
use mortise::abi::*;
use std::os::raw::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Once;
use subject::{fail_at, DROPPED, SHUT_DOWN};

/// Panics that reached the hook that was there before the plugin's.
static PRINTED: AtomicUsize = AtomicUsize::new(0);

/// Opens the plugin so that `place` fails; afterwards nothing does.
fn open_failing(place: &'static str) -> Result<Opened, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PRINTED.fetch_add(1, Ordering::Relaxed);
            previous(info);
        }));
    });
    fail_at(place);
    DROPPED.store(0, Ordering::Relaxed);
    SHUT_DOWN.store(0, Ordering::Relaxed);
    Opened::open()
}

fn open() -> Opened {
    open_failing("").unwrap()
}

fn running() -> Opened {
    let mut plugin = open();
    assert_eq!(plugin.register(), (MORTISE_OK, String::new()));
    assert_eq!(plugin.init(), (MORTISE_OK, String::new()));
    plugin
}

/// Asserts that `message` is the text of a panic with its place in the plugin.
fn assert_panicked(message: &str, text: &str) {
    let place = message.strip_prefix(&format!("panicked: {} (tests/subject/mod.rs:", text));
    assert!(place.map_or(false, |place| place.ends_with(')')), "{:?} instead of {:?}", message, text);
}

fn run(plugin: &Opened, what: &str) -> Outcome {
    plugin.execute("subject:second", &FakeContext::new(plugin.host, &[("do", what.into())]))
}

// ---- metadata ----

unsafe fn dependency(item: &FfiPluginDependency) -> (String, Option<String>, bool) {
    (text(item.plugin_name).unwrap(), text(item.version_constraint), item.required)
}

unsafe fn requirement(item: &FfiStageRequirement) -> (String, bool, bool) {
    (text(item.stage_id).unwrap(), item.required, item.provided)
}

unsafe fn range(item: &FfiVersionRange) -> String {
    text(item.constraint).unwrap()
}

unsafe fn name(item: &*const std::os::raw::c_char) -> String {
    text(*item).unwrap()
}

#[test]
fn says_what_its_methods_and_its_manifest_say() {
    let _one = alone();
    let plugin = open();
    let table = &plugin.table;
    unsafe {
        assert_eq!(text((table.name)(table.instance)).unwrap(), "subject");
        assert_eq!(text((table.version)(table.instance)).unwrap(), "1.2.3-a.1+b");
        assert!((table.is_core)(table.instance));
        assert_eq!((table.priority)(table.instance), FfiPluginPriority { category: FFI_PRIORITY_CORE, value: 60 });
    }
    let none = String::new();
    let ranges = plugin.items(table.compatible_api_versions, table.free_compatible_api_versions, range);
    assert_eq!(ranges, (vec!["^2.0.0".to_owned(), "^3.0.0".to_owned()], none.clone()));
    let dependencies = plugin.items(table.dependencies, table.free_dependencies, dependency);
    let wanted = vec![("text".to_owned(), Some("^1.0.0".to_owned()), true), ("checksum".to_owned(), None, false)];
    assert_eq!(dependencies, (wanted, none.clone()));
    let (requirements, _) = plugin.items(table.required_stages, table.free_required_stages, requirement);
    let wanted = [
        ("text:survey", true, false),
        ("subject:double", false, true),
        ("subject:first", false, true),
        ("subject:second", false, true),
        ("subject:types", false, true),
    ];
    assert_eq!(requirements, wanted.map(|(id, required, provided)| (id.to_owned(), required, provided)));
    assert_eq!(plugin.items(table.conflicts_with, table.free_conflicts_with, name).0, ["legacy"]);
    let (incompatible, _) = plugin.items(table.incompatible_with, table.free_incompatible_with, dependency);
    assert_eq!(incompatible, [("other".to_owned(), Some("<2".to_owned()), false), ("rival".to_owned(), None, false)]);
    assert_eq!(plugin.destroy(), "");
}

#[test]
fn a_getter_that_panics_leaves_its_text_and_a_value_that_can_be_freed() {
    let _one = alone();
    for slot in ["compatible_api_versions", "dependencies", "required_stages", "conflicts_with", "incompatible_with"] {
        let plugin = open_failing(slot).unwrap();
        let table = &plugin.table;
        let getters = [
            ("compatible_api_versions", plugin.items(table.compatible_api_versions, table.free_compatible_api_versions, range).1),
            ("dependencies", plugin.items(table.dependencies, table.free_dependencies, dependency).1),
            ("required_stages", plugin.items(table.required_stages, table.free_required_stages, requirement).1),
            ("conflicts_with", plugin.items(table.conflicts_with, table.free_conflicts_with, name).1),
            ("incompatible_with", plugin.items(table.incompatible_with, table.free_incompatible_with, dependency).1),
        ];
        for (getter, message) in getters {
            match getter == slot {
                true => assert_panicked(&message, &format!("{} panicked", slot)),
                false => assert_eq!(message, "", "{}", getter),
            }
        }
        assert_eq!(plugin.destroy(), "");
    }
    let plugin = open_failing("is_core").unwrap();
    assert!(!unsafe { (plugin.table.is_core)(plugin.table.instance) });
    assert_panicked(&last_message(), "is_core panicked");
    plugin.destroy();
    let plugin = open_failing("priority").unwrap();
    assert_eq!(unsafe { (plugin.table.priority)(plugin.table.instance) }.value, 175);
    assert_panicked(&last_message(), "priority panicked");
    plugin.destroy();
}

#[test]
fn a_nul_in_a_string_fails_the_getter() {
    let _one = alone();
    let plugin = open_failing("NUL").unwrap();
    let (items, message) = plugin.items(plugin.table.dependencies, plugin.table.free_dependencies, dependency);
    assert_eq!((items.len(), message.as_str()), (0, "the plugin name \"che\\0cksum\" contains NUL"));
    plugin.destroy();
}

// ---- opening ----

#[test]
fn an_opening_that_fails_says_why_and_the_next_one_is_fresh() {
    let _one = alone();
    assert_eq!(open_failing("new!").err().unwrap(), "new failed");
    assert_panicked(&open_failing("new").err().unwrap(), "new panicked");
    for place in ["stages", "functions", "resources"] {
        assert_panicked(&open_failing(place).err().unwrap(), &format!("{} panicked", place));
        assert!(DROPPED.load(Ordering::Relaxed) >= 1, "{}", place);
    }
    assert_eq!(open_failing("function name").err().unwrap(), "the function's name \"a\\0b\" contains NUL");

    // A message that nobody asked for is gone.
    let plugin = open_failing("is_core").unwrap();
    unsafe { (plugin.table.is_core)(ptr::null()) };
    unsafe { (plugin.table.destroy)(plugin.table.instance) };
    let plugin = open();
    assert_eq!(last_message(), "");
    assert_eq!(plugin.call("count", &[]), Err((MORTISE_NULL_POINTER, no_host())));
    plugin.destroy();
}

fn no_host() -> String {
    "the host did not say what it offers: it gave NULL".to_owned()
}

#[test]
fn openings_one_after_another_have_states_of_their_own() {
    let _one = alone();
    for _ in 0..2 {
        let plugin = running();
        assert_eq!(plugin.call("count", &[]), Ok(Held::Int64(0)));
        assert_eq!(plugin.call("count", &[]), Ok(Held::Int64(1)));
        assert_eq!(plugin.destroy(), "");
    }
}

#[test]
fn a_call_without_an_instance_is_a_failure() {
    let _one = alone();
    let plugin = open();
    assert_eq!(unsafe { (plugin.table.shutdown)(ptr::null_mut()) }, MORTISE_NULL_POINTER);
    assert_eq!(last_message(), "the host passed no instance");
    assert_eq!(unsafe { (plugin.table.init)(plugin.table.instance, ptr::null_mut()) }, MORTISE_NULL_POINTER);
    assert_eq!(last_message(), no_host());
    plugin.destroy();
}

// ---- lifecycle ----

#[test]
fn lifecycle_slots_fail_with_code_and_text() {
    let _one = alone();
    for (place, wanted) in [("init!", "init failed"), ("preflight_check!", "preflight_check failed"), ("shutdown!", "shutdown failed")] {
        let mut plugin = open_failing(place).unwrap();
        plugin.register();
        let context = FakeContext::new(plugin.host, &[]);
        let outcomes = [plugin.init(), plugin.preflight(&context), plugin.shutdown()];
        let failed: Vec<&Outcome> = outcomes.iter().filter(|(code, _)| *code != MORTISE_OK).collect();
        assert_eq!(failed, [&(MORTISE_DENIED, wanted.to_owned())]);
        plugin.destroy();
    }
    let mut plugin = open_failing("register_stages!").unwrap();
    assert_eq!(plugin.register(), (MORTISE_DENIED, "register_stages failed".to_owned()));
    plugin.destroy();
    for place in ["init", "shutdown"] {
        let mut plugin = open_failing(place).unwrap();
        plugin.register();
        let (code, message) = if place == "init" { plugin.init() } else { plugin.shutdown() };
        assert_eq!(code, MORTISE_ERR);
        assert_panicked(&message, &format!("{} panicked", place));
        plugin.destroy();
    }
}

#[test]
fn preflight_sees_the_context_and_the_host() {
    let _one = alone();
    let plugin = running();
    let context = FakeContext::new(plugin.host, &[]);
    assert_eq!(plugin.preflight(&context).0, MORTISE_OK);
    assert_eq!(context.value("checked"), Some("2.1.0".into()));
    plugin.destroy();
}

#[test]
fn services_that_fail_fail_init_and_shut_the_plugin_down() {
    let _one = alone();
    let mut plugin = open_failing("services").unwrap();
    plugin.register();
    let (code, message) = plugin.init();
    assert_eq!((code, SHUT_DOWN.load(Ordering::Relaxed)), (MORTISE_ERR, 1));
    assert_panicked(&message, "services panicked");
    plugin.destroy();
}

#[test]
fn a_stage_that_the_host_refuses_is_dropped_with_those_behind_it() {
    let _one = alone();
    let mut plugin = open_failing("same id").unwrap();
    let wanted = "the host would not take the stage `subject:first`: it is there already (MORTISE_EXISTS)";
    assert_eq!(plugin.register(), (MORTISE_EXISTS, wanted.to_owned()));
    assert_eq!((plugin.stages.len(), DROPPED.load(Ordering::Relaxed)), (1, 1));
    assert_eq!(plugin.destroy(), "");
    assert_eq!(DROPPED.load(Ordering::Relaxed), 4);
}

#[test]
fn what_panics_while_the_plugin_is_taken_down_is_told_and_the_rest_is_dropped() {
    let _one = alone();
    for (place, wanted) in [
        ("plugin", "panicked: cannot drop plugin ("),
        ("first stage", "stage subject:first: panicked: cannot drop first stage ("),
        ("second stage", "stage subject:second: panicked: cannot drop second stage ("),
        ("function", "function echo: panicked: cannot drop function ("),
    ] {
        let mut plugin = open_failing(place).unwrap();
        plugin.register();
        let message = plugin.destroy();
        assert!(message.starts_with(wanted), "{}", message);
        assert_eq!(DROPPED.load(Ordering::Relaxed), 4);
        // Also what was never registered.
        let plugin = open_failing(place).unwrap();
        assert!(plugin.destroy().starts_with(wanted));
        assert_eq!(DROPPED.load(Ordering::Relaxed), 4);
    }
}

// ---- stages ----

#[test]
fn stages_are_registered_as_they_are_declared() {
    let _one = alone();
    let plugin = running();
    let ids: Vec<&str> = plugin.stages.iter().map(|stage| stage.id.as_str()).collect();
    assert_eq!(ids, ["subject:first", "subject:second", "subject:double", "subject:types", "subject:late"]);
    let first = &plugin.stages[0];
    assert_eq!((first.name.as_deref(), first.description.as_deref()), (Some("First"), Some("Counts.")));
    assert_eq!((first.raw.flags, first.raw.dry_run.is_some()), (MORTISE_STAGE_QUICK, false));
    let double = &plugin.stages[2];
    assert_eq!((double.name.as_deref(), double.raw.flags, double.raw.dry_run.is_some()), (None, 0, true));
    plugin.destroy();
}

#[test]
fn a_stage_works_and_describes() {
    let _one = alone();
    let plugin = running();
    let context = FakeContext::new(plugin.host, &[("number", Held::Double(21.0))]);
    assert_eq!(plugin.execute("subject:double", &context), (MORTISE_OK, String::new()));
    assert_eq!(context.value("doubled"), Some(Held::Int64(42)));
    assert_eq!(plugin.dry_run("subject:double", &context).0, MORTISE_OK);
    assert_eq!(*context.sentences.lock().unwrap(), ["Multiply by 2."]);
    plugin.destroy();
}

#[test]
fn stages_run_on_many_threads_at_once() {
    let _one = alone();
    let plugin = running();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let context = FakeContext::new(plugin.host, &[]);
                    assert_eq!(plugin.execute("subject:first", &context).0, MORTISE_OK);
                    assert_panicked(&run(&plugin, "panic").1, "no way");
                }
            });
        }
    });
    let clock = unsafe { &*extension("com.example.clock/1").cast::<subject::Clock>() };
    assert_eq!(unsafe { (clock.plugin)(plugin.table.instance) }, 800);
    plugin.destroy();
}

#[test]
fn values_of_every_type_come_and_go() {
    let _one = alone();
    let plugin = running();
    let given = [
        ("whole", Held::Double(40.0)),
        ("int", Held::Int64(2)),
        ("text", "größer".into()),
        ("bytes", Held::Bytes(vec![0, 255])),
        ("json", Held::Json("[1]".to_owned())),
        ("truth", Held::Bool(true)),
    ];
    let context = FakeContext::new(plugin.host, &given);
    assert_eq!(plugin.execute("subject:types", &context), (MORTISE_OK, String::new()));
    for (key, value) in [
        ("sum", Held::Double(42.0)),
        ("text", "replaced".into()),
        ("kept", "GRÖSSER".into()),
        ("bytes", Held::Int64(2)),
        ("json", Held::Json("[1]".to_owned())),
        ("absent", Held::Null),
        ("truth", Held::Bool(false)),
        ("keys", "whole int text bytes json truth sum absent kept".into()),
        ("removed", Held::Bool(true)),
        ("id", "subject:stage".into()),
    ] {
        assert_eq!(context.value(key), Some(value), "{}", key);
    }
    assert_eq!(context.value("int"), None);
    plugin.destroy();
}

#[test]
fn a_value_of_another_type_is_named_with_what_was_wanted_and_found() {
    let _one = alone();
    let plugin = running();
    let double = |values: &[(&str, Held)]| plugin.execute("subject:double", &FakeContext::new(plugin.host, values));
    let wrong = |found: &str| (MORTISE_WRONG_TYPE, format!("the context value `number` must be an int64, but is {}", found));
    assert_eq!(double(&[("number", "7".into())]), wrong("a string"));
    assert_eq!(double(&[("number", Held::Null)]), wrong("null"));
    assert_eq!(double(&[("number", Held::Double(1.5))]), wrong("the double 1.5"));
    assert_eq!(double(&[("number", Held::Double(1e300))]).0, MORTISE_WRONG_TYPE);
    assert_eq!(double(&[("number", Held::Double(f64::NAN))]), wrong("the double NaN"));
    let missing = "the context has no `number`, which must be an int64";
    assert_eq!(double(&[]), (MORTISE_NOT_FOUND, missing.to_owned()));
    plugin.destroy();
}

#[test]
fn failures_keep_their_code_and_their_text() {
    let _one = alone();
    let plugin = running();
    assert_eq!(run(&plugin, "fail"), (MORTISE_BUSY, "größer 💥".to_owned()));
    assert_eq!(run(&plugin, "fail with success"), (MORTISE_ERR, "not so".to_owned()));
    let (code, message) = run(&plugin, "read a file");
    assert!(code == MORTISE_NOT_FOUND && message.starts_with("reading: "), "{}", message);
    plugin.destroy();
}

#[test]
fn a_message_is_cut_between_characters() {
    let _one = alone();
    let plugin = running();
    let context = FakeContext::new(plugin.host, &[("do", "fail".into())]);
    for (capacity, wanted) in [(0, ""), (3, "gr"), (4, "grö"), (10, "größer "), (100, "größer 💥")] {
        assert_eq!(plugin.execute_in("subject:second", &context, capacity).1, wanted);
    }
    let stage = &plugin.stages[1].raw;
    let context: *const FakeContext = &*context;
    assert_eq!(unsafe { (stage.execute)(stage.state, context.cast(), ptr::null_mut()) }, MORTISE_BUSY);
    assert_eq!(unsafe { (stage.execute)(stage.state, ptr::null(), ptr::null_mut()) }, MORTISE_NULL_POINTER);
    plugin.destroy();

    let plugin = open_failing("is_core").unwrap();
    unsafe { (plugin.table.is_core)(plugin.table.instance) };
    assert_eq!(last_message_in(plugin.table.instance, 12), "panicked: is");
    assert_eq!(last_message(), "");
    plugin.destroy();
}

// ---- panics ----

#[test]
fn a_panic_is_told_with_its_text_and_its_place_and_not_printed() {
    let _one = alone();
    let plugin = running();
    let printed = PRINTED.load(Ordering::Relaxed);
    for (what, text) in [("panic", "no way"), ("panic with more", "no way"), ("rethrow", "thrown again")] {
        let (code, message) = run(&plugin, what);
        assert_eq!(code, MORTISE_ERR);
        assert_panicked(&message, text);
    }
    assert_panicked(&run(&plugin, "panic with a number").1, "with a value that is no text");
    assert_eq!(PRINTED.load(Ordering::Relaxed), printed);
    plugin.destroy();
}

#[test]
fn the_panic_that_got_out_is_told_and_not_one_that_the_plugin_caught() {
    let _one = alone();
    let plugin = running();
    assert_panicked(&run(&plugin, "panic twice").1, "not caught");
    assert_panicked(&run(&plugin, "panic and drop").1, "first");
    plugin.destroy();
}

#[test]
fn a_payload_whose_drop_panics_does_no_harm() {
    let _one = alone();
    let plugin = running();
    let (code, message) = run(&plugin, "panic with a bomb");
    assert_eq!(code, MORTISE_ERR);
    assert!(message.starts_with("panicked: with a value that is no text (tests/subject/mod.rs:"), "{}", message);
    assert!(message.ends_with("; dropping what it panicked with: panicked: the payload burst"), "{}", message);
    plugin.destroy();
}

#[test]
fn a_panic_on_a_thread_of_the_plugins_own_is_printed_as_ever() {
    let _one = alone();
    let plugin = running();
    let printed = PRINTED.load(Ordering::Relaxed);
    let context = FakeContext::new(plugin.host, &[("do", "panic elsewhere".into())]);
    assert_eq!(plugin.execute("subject:second", &context).0, MORTISE_OK);
    assert_eq!(context.value("joined"), Some(Held::Bool(true)));
    assert_eq!(PRINTED.load(Ordering::Relaxed), printed + 1);
    plugin.destroy();
}

// ---- functions ----

#[test]
fn functions_are_described_and_called() {
    let _one = alone();
    let plugin = running();
    let described = plugin.described();
    assert_eq!(described.len(), 6);
    assert_eq!(described[0], ("add".to_owned(), MORTISE_FUNCTION_QUICK | MORTISE_FUNCTION_IDEMPOTENT, Some("Adds.".to_owned())));
    assert_eq!(plugin.call("add", &[Held::Int64(40), Held::Double(2.0)]), Ok(Held::Int64(42)));
    let values = [
        Held::Null,
        Held::Bool(true),
        Held::Int64(i64::MIN),
        Held::Double(-0.5),
        Held::String(String::new()),
        "grö\0ßer".into(),
        Held::Bytes(vec![1, 2, 3]),
        Held::Json("{}".to_owned()),
    ];
    for value in values {
        assert_eq!(plugin.call("echo", std::slice::from_ref(&value)), Ok(value));
    }
    assert_eq!(plugin.call("caller", &[]), Ok(Held::Null));
    assert_eq!(plugin.call("app", &[]), Ok("acme 5".into()));
    plugin.destroy();
}

#[test]
fn a_function_says_which_argument_is_wrong() {
    let _one = alone();
    let plugin = running();
    let add = |arguments: &[Held]| plugin.call("add", arguments).unwrap_err();
    let invalid = |message: &str| (MORTISE_INVALID_DATA, message.to_owned());
    assert_eq!(add(&[]), invalid("argument 1 of `add` must be an int64, but none was given"));
    assert_eq!(add(&[Held::Int64(1)]), invalid("argument 2 of `add` must be an int64, but 1 was given"));
    let wrong = "argument 2 of `add` must be an int64, but is bytes".to_owned();
    assert_eq!(add(&[Held::Int64(1), Held::Bytes(vec![])]), (MORTISE_WRONG_TYPE, wrong));
    assert_panicked(&plugin.call("panic", &["big trouble".into()]).unwrap_err().1, "big trouble");
    let overflow = add(&[Held::Int64(i64::MAX), Held::Int64(1)]);
    assert_panicked(&overflow.1, "attempt to add with overflow");
    plugin.destroy();
}

#[test]
fn a_function_that_is_not_there_is_no_function() {
    let _one = alone();
    let plugin = running();
    let functions = plugin.functions();
    let mut function: MortiseFunction = unsafe { std::mem::zeroed() };
    assert_eq!(unsafe { (functions.describe)(plugin.table.instance, 6, &mut function) }, MORTISE_NOT_FOUND);
    assert_eq!(unsafe { (functions.describe)(plugin.table.instance, 0, ptr::null_mut()) }, MORTISE_NULL_POINTER);
    assert_eq!(last_message(), "");
    plugin.destroy();
}

// ---- other tables ----

#[test]
fn resources_and_services_are_described() {
    let _one = alone();
    let plugin = running();
    let instance: *const c_void = plugin.table.instance;
    let resources = unsafe { &*extension(MORTISE_EXT_RESOURCES).cast::<MortiseResourcesExtension>() };
    let services = unsafe { &*extension(MORTISE_EXT_SERVICES).cast::<MortiseServicesExtension>() };
    unsafe {
        let mut resource: MortiseResource = std::mem::zeroed();
        assert_eq!(((resources.count)(instance), (resources.describe)(instance, 0, &mut resource)), (1, MORTISE_OK));
        assert_eq!((text(resource.kind).unwrap(), text(resource.identifier).unwrap()), ("port".to_owned(), "8080".to_owned()));
        assert_eq!(resource.access, MORTISE_PROVIDES_UNIQUE);
        assert_eq!((resources.describe)(instance, 1, &mut resource), MORTISE_NOT_FOUND);
        let mut service: MortiseService = std::mem::zeroed();
        assert_eq!(((services.count)(instance), (services.describe)(instance, 0, &mut service)), (1, MORTISE_OK));
        assert_eq!((text(service.name).unwrap(), text(service.version).unwrap()), ("com.example.clock".to_owned(), "1.0.0".to_owned()));
        assert_eq!(service.table, (&subject::CLOCK as *const subject::Clock).cast());
        assert_eq!((services.describe)(instance, 1, &mut service), MORTISE_NOT_FOUND);
    }
    plugin.destroy();
}

#[test]
fn tables_are_found_by_id() {
    let _one = alone();
    let plugin = open();
    assert!(!extension("com.example.clock/1").is_null());
    assert!(extension(MORTISE_EXT_HEALTH).is_null());
    assert!(extension("").is_null());
    fail_at("extension");
    assert!(extension("com.example.clock/1").is_null());
    assert_panicked(&last_message(), "extension panicked");
    plugin.destroy();
}

// ---- log ----

#[test]
fn lines_are_logged_with_their_fields_and_those_below_the_level_cost_nothing() {
    let _one = alone();
    let plugin = running();
    assert_eq!(run(&plugin, "log"), (MORTISE_OK, String::new()));
    let fields = vec![("bytes".to_owned(), Held::Int64(7)), ("file.name".to_owned(), "a\0b".into())];
    assert_eq!(plugin.host.heard().lines, [(MORTISE_LOG_INFO, "read 7".to_owned(), fields)]);
    // `panic_if` is called in the arguments of the line below the level, and would be told.
    fail_at("debug");
    assert_eq!(run(&plugin, "log").0, MORTISE_OK);
    plugin.host.log_level.store(MORTISE_LOG_DEBUG, Ordering::Relaxed);
    assert_panicked(&run(&plugin, "log").1, "debug panicked");
    plugin.destroy();
}
