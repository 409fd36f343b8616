//! What a plugin can ask of its host.

mod fake_host;

use fake_host::*;
use mortise::abi::*;
use mortise::*;
use std::time::Duration;

/// What the plugin finds: a service of two functions.
#[repr(C)]
struct Store {
    size: u32,
    first: u32,
}

// SAFETY: `#[repr(C)]`, its size first, no functions.
unsafe impl Table for Store {}

struct Asking;

impl Plugin for Asking {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    fn functions(&self) -> Vec<Function<Self>> {
        vec![
            Function::new("about", |_: &Self, call| {
                let host = call.host();
                Ok(format!("{} {} {}", host.app(), host.api_version(), host.config_dir()))
            }),
            Function::new("option", |_: &Self, call| call.host().config::<Value>(call.string(0)?)),
            Function::new("number", |_: &Self, call| call.host().require_config::<f64>(call.string(0)?)),
            Function::new("options", |_: &Self, call| Ok(Json(call.host().config_json()?))),
            Function::new("call", |_: &Self, call| call.host().call(call.string(0)?, &[&call.get::<ValueRef>(1)?])),
            Function::new("call soon", |_: &Self, call| call.host().call_within(Duration::from_millis(1), call.string(0)?, &[])),
            Function::new("publish", |_: &Self, call| call.host().publish(call.string(0)?, call.get::<ValueRef>(1)?)),
            Function::new("store", |_: &Self, call| {
                // SAFETY: that name and range stand for a `Store` here.
                Ok(unsafe { call.host().service::<Store>(call.string(0)?, "^1.0.0") }?.first)
            }),
            Function::new("extension", |_: &Self, call| {
                // SAFETY: the host has none.
                Ok(unsafe { call.host().extension::<Store>("com.example.none/1") }?.is_some())
            }),
            Function::new("large line", |_: &Self, call| {
                call.host().try_log(Level::Trace, "text", &[("bytes", &call.string(0)?.parse::<u64>()?)])
            }),
            Function::new("line", |_: &Self, call| call.host().try_log(Level::Trace, call.string(0)?, &[("a\0b", &1)])),
        ]
    }

    fn extension(id: &str) -> Option<Extension> {
        [MORTISE_EXT_RESOURCES, MORTISE_EXT_ERROR].contains(&id).then_some(Extension::new(&OWN))
    }
}

static OWN: Store = Store { size: std::mem::size_of::<Store>() as u32, first: 0 };

export_plugin!(Asking, manifest: r#"{"name": "asking", "version": "1.0.0"}"#, threads: One);

fn running() -> Opened {
    let mut plugin = Opened::open().unwrap();
    assert_eq!((plugin.register().0, plugin.init().0), (MORTISE_OK, MORTISE_OK));
    plugin
}

fn failure(code: FfiResult, message: &str) -> Result<Held, Outcome> {
    Err((code, message.to_owned()))
}

#[test]
fn the_application_is_named() {
    let _one = alone();
    let plugin = running();
    assert_eq!(plugin.call("about", &[]), Ok("acme 2.1.0 /etc/acme".into()));
    plugin.destroy();
}

#[test]
fn options_come_by_name_and_type() {
    let _one = alone();
    let plugin = running();
    plugin.host.heard().options =
        vec![("port".to_owned(), Held::Double(80.0)), ("name".to_owned(), "größer".into()), ("null".to_owned(), Held::Null)];
    plugin.host.heard().options.push((String::new(), Held::Json("{}".to_owned())));
    assert_eq!(plugin.call("option", &["port".into()]), Ok(Held::Double(80.0)));
    assert_eq!(plugin.call("option", &["name".into()]), Ok("größer".into()));
    assert_eq!(plugin.call("option", &["none".into()]), Ok(Held::Null));
    assert_eq!(plugin.call("option", &["null".into()]), Ok(Held::Null));
    assert_eq!(plugin.call("number", &["port".into()]), Ok(Held::Double(80.0)));
    let wrong = "the option `name` must be a double, but is a string";
    assert_eq!(plugin.call("number", &["name".into()]), failure(MORTISE_WRONG_TYPE, wrong));
    let missing = "the option `none` is not set; it must be a double";
    assert_eq!(plugin.call("number", &["none".into()]), failure(MORTISE_NOT_FOUND, missing));
    let null = "the option `null` is not set; it must be a double";
    assert_eq!(plugin.call("number", &["null".into()]), failure(MORTISE_NOT_FOUND, null));
    assert_eq!(plugin.call("options", &[]), Ok(Held::Json("{}".to_owned())));
    plugin.destroy();
}

#[test]
fn functions_of_the_application_are_called() {
    let _one = alone();
    let plugin = running();
    assert_eq!(plugin.call("call", &["echo".into(), Held::Bytes(vec![1])]), Ok(Held::Bytes(vec![1])));
    let threw = "the host would not call `other`: the handler threw (MORTISE_ERR)";
    assert_eq!(plugin.call("call", &["other".into(), Held::Null]), failure(MORTISE_ERR, threw));
    let late = "the host would not call `other`: the deadline passed (MORTISE_TIMED_OUT)";
    assert_eq!(plugin.call("call soon", &["other".into()]), failure(MORTISE_TIMED_OUT, late));
    let nul = "the function's name \"a\\0b\" contains NUL";
    assert_eq!(plugin.call("call", &["a\0b".into(), Held::Null]), failure(MORTISE_INVALID_DATA, nul));
    let long = "x".repeat(300);
    assert_eq!(plugin.call("call", &[long.as_str().into(), Held::Null]).unwrap_err().0, MORTISE_ERR);
    plugin.destroy();
}

#[test]
fn messages_are_published() {
    let _one = alone();
    let plugin = running();
    assert_eq!(plugin.call("publish", &["a.b".into(), Held::Int64(3)]), Ok(Held::Null));
    assert_eq!(plugin.host.heard().published, [("a.b".to_owned(), Held::Int64(3))]);
    plugin.destroy();
}

#[test]
fn a_service_is_found_if_it_is_as_long_as_is_wanted() {
    let _one = alone();
    let plugin = running();
    let store = Store { size: std::mem::size_of::<Store>() as u32, first: 7 };
    plugin.host.heard().service = &store as *const Store as usize;
    assert_eq!(plugin.call("store", &["com.example.store".into()]), Ok(Held::Int64(7)));
    let missing = "the host would not find the service `other` ^1.0.0: nothing goes by that name here (MORTISE_NOT_FOUND)";
    assert_eq!(plugin.call("store", &["other".into()]), failure(MORTISE_NOT_FOUND, missing));
    let short = Store { size: 4, first: 7 };
    plugin.host.heard().service = &short as *const Store as usize;
    let older = "the table of the service `com.example.store` has 4 bytes, 8 are wanted";
    assert_eq!(plugin.call("store", &["com.example.store".into()]), failure(MORTISE_UNSUPPORTED, older));
    assert_eq!(plugin.call("extension", &[]), Ok(Held::Bool(false)));
    plugin.destroy();
}

#[test]
fn a_line_that_cannot_be_logged_says_why() {
    let _one = alone();
    let plugin = running();
    assert_eq!(plugin.call("line", &["text".into()]), failure(MORTISE_INVALID_DATA, "the field \"a\\0b\" contains NUL"));
    plugin.destroy();
}

#[test]
fn an_integer_that_no_int64_holds_is_refused() {
    let _one = alone();
    let plugin = running();
    assert_eq!(plugin.call("large line", &["9223372036854775807".into()]), Ok(Held::Null));
    let beyond = "9223372036854775808 is greater than an int64 can be";
    assert_eq!(plugin.call("large line", &["9223372036854775808".into()]), failure(MORTISE_INVALID_DATA, beyond));
    plugin.destroy();
}

#[test]
fn a_table_of_the_author_counts_before_that_of_the_kit_but_for_the_last_message() {
    let _one = alone();
    let plugin = running();
    let own: *const Store = &OWN;
    assert_eq!(extension(MORTISE_EXT_RESOURCES), own.cast());
    assert_ne!(extension(MORTISE_EXT_ERROR), own.cast());
    plugin.destroy();
}
