//! The manifest as the compiler reads it. What is an error of the compiler there is a panic here.

use mortise::export::manifest;
use std::panic::catch_unwind;

/// Asserts name, version and the text without white space of a manifest, all read at compile time.
macro_rules! assert_read {
    ($json:expr, $name:literal, $version:literal, $minified:expr) => {{
        const NAME: [u8; manifest::name_length($json)] = manifest::name($json);
        const VERSION: [u8; manifest::version_length($json)] = manifest::version($json);
        const MINIFIED: [u8; manifest::minified_length($json)] = manifest::minified($json);
        assert_eq!(NAME, concat!($name, "\0").as_bytes());
        assert_eq!(VERSION, concat!($version, "\0").as_bytes());
        assert_eq!(std::str::from_utf8(&MINIFIED).unwrap(), $minified);
    }};
}

/// What is wrong with a manifest; None: nothing.
fn wrong(json: &str) -> Option<String> {
    let json = json.to_owned();
    let payload = catch_unwind(move || manifest::name_length(&json)).err()?;
    let text = payload.downcast_ref::<String>().cloned();
    Some(text.unwrap_or_else(|| payload.downcast_ref::<&str>().unwrap().to_string()))
}

#[test]
fn name_and_version_are_those_of_the_top_level() {
    assert_read!(r#"{"name":"a","version":"0.0.0"}"#, "a", "0.0.0", r#"{"name":"a","version":"0.0.0"}"#);
    assert_read!(
        r#"{ "x": {"name": "inner", "version": 1}, "version": "1.2.3-rc.1+b.01", "list": ["name", "b"], "name": "A-b_c.9" }"#,
        "A-b_c.9",
        "1.2.3-rc.1+b.01",
        r#"{"x":{"name":"inner","version":1},"version":"1.2.3-rc.1+b.01","list":["name","b"],"name":"A-b_c.9"}"#
    );
}

#[test]
fn white_space_goes_but_not_inside_strings() {
    assert_read!(
        "\u{feff}\t{\r\n \"name\" : \"a\" , \"version\":\"1.0.0\", \"t\": \"two  \\\" \\\\\", \"größer\" : [ 1 , -0.5e+3 , true,false,null, {} , [ ] ] } \n",
        "a",
        "1.0.0",
        "{\"name\":\"a\",\"version\":\"1.0.0\",\"t\":\"two  \\\" \\\\\",\"größer\":[1,-0.5e+3,true,false,null,{},[]]}"
    );
}

#[test]
fn a_version_is_a_semantic_version() {
    let with = |version: &str| wrong(&format!("{{\"name\":\"a\",\"version\":{}}}", version));
    for good in ["1.0.0", "0.10.200", "1.0.0-0", "1.0.0-a.b-c.0d", "1.0.0+0", "1.0.0-x+y-z.00", "1.0.0--"] {
        assert_eq!(with(&format!("\"{}\"", good)), None, "{}", good);
    }
    for bad in [
        "",
        "1",
        "1.0",
        "1.0.",
        "1.0.0.0",
        "01.0.0",
        "1.00.0",
        "v1.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+",
        "1.0.0 ",
        "1.0.0-ä",
        "1.0.0+a+b",
    ] {
        let message = with(&format!("\"{}\"", bad)).expect(bad);
        assert!(message.contains("\"version\" must be a semantic version such as 1.0.0"), "{}", message);
    }
    assert!(with("1").unwrap().contains("must be a semantic version"));
    assert!(with("null").unwrap().contains("must be a semantic version"));
    assert!(with("\"1.0.0\\u002d1\"").unwrap().contains("without escapes"));
}

#[test]
fn a_name_is_a_plugins_name() {
    let with = |name: &str| wrong(&format!("{{\"version\":\"1.0.0\",\"name\":{}}}", name));
    assert_eq!(with(&format!("\"a{}\"", "b".repeat(63))), None);
    for bad in [
        format!("\"a{}\"", "b".repeat(64)),
        "\"\"".into(),
        "\"1a\"".into(),
        "\"a b\"".into(),
        "\"ä\"".into(),
        "\"a\\u0062\"".into(),
        "7".into(),
    ] {
        let message = with(&bad).expect(&bad);
        assert!(message.contains("\"name\" must be a letter"), "{}", message);
    }
}

#[test]
fn what_is_no_json_object_with_both_is_refused_with_the_reason() {
    for (json, reason) in [
        ("", "ends too early"),
        ("1", "must be one JSON object, such as {\"name\": \"greeter\", \"version\": \"1.0.0\"}"),
        ("[]", "must be one JSON object"),
        ("{}", "\"name\" must be a letter, then letters, digits, \".\", \"_\" or \"-\", 64 at most; it is missing"),
        ("{\"name\":\"a\"}", "\"version\" must be a semantic version such as 1.0.0; it is missing"),
        ("{\"version\":\"1.0.0\"}", "\"name\" must be a letter, then letters, digits, \".\", \"_\" or \"-\", 64 at most; it is missing"),
        ("{\"name\":\"a\",\"version\":\"1.0.0\",\"name\":\"b\"}", "\"name\" twice"),
        ("{\"name\":\"a\",\"version\":\"1.0.0\",\"version\":\"1.0.0\"}", "\"version\" twice"),
        ("{\"name\":\"a\",\"version\":\"1.0.0\"", "a comma or a closing brace"),
        ("{\"name\":\"a\",\"version\":\"1.0.0\"} x", "something follows"),
        ("{\"name\":\"a\",\"version\":\"1.0.0\",}", "a key in quotes is missing"),
        ("{\"name\" \"a\"}", "a colon is missing"),
        ("{\"n\\u0061me\":\"a\"}", "written with a backslash"),
        ("{\"a\":}", "a value is missing"),
        ("{\"a\":", "ends too early"),
        ("{\"a\":01}", "begins with 0"),
        ("{\"a\":1.}", "malformed"),
        ("{\"a\":-}", "malformed"),
        ("{\"a\":truth}", "unknown word"),
        ("{\"a\":nul", "unknown word"),
        ("{\"a\":[1 2]}", "a comma or a closing bracket"),
        ("{\"a\":[1,]}", "a value is missing"),
        ("{\"a\":{\"b\" 1}}", "a colon is missing"),
        ("{\"a\":\"b", "does not end"),
        ("{\"a\":\"b\\", "begins no escape"),
        ("{\"a\":\"\\x\"}", "begins no escape"),
        ("{\"a\":\"\\u12g4\"}", "begins no escape"),
        ("{\"a\":\"line\nbreak\"}", "a line break"),
    ] {
        let message = wrong(json).expect(json);
        assert!(message.starts_with("the manifest") && message.contains(reason), "{}: {}", json, message);
    }
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(2000), "]".repeat(2000));
    assert!(wrong(&deep).unwrap().contains("nested too deeply"));
}
