//! Panics: what they said and where, kept for the host instead of printed, as far as they happen inside a call of the host.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// How many panics of one call are remembered. More than one is met where the author's code catches some itself.
const REMEMBERED: usize = 16;

/// A panic as the hook saw it.
struct Seen {
    kind: TypeId,
    text: Option<String>,
    location: String,
    printed: bool,
}

/// The calls of the host that this thread is inside of.
struct Calls {
    depth: usize,
    /// Where those of the innermost call begin in `seen`.
    begin: usize,
    seen: Vec<Seen>,
}

thread_local! {
    static CALLS: RefCell<Calls> = const { RefCell::new(Calls { depth: 0, begin: 0, seen: Vec::new() }) };
}

/// Installs the hook, once. A panic outside any call of the host, on a thread of the plugin's own for example, is left to the hook that was there before.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let location = info.location().map_or_else(|| "at an unknown place".to_owned(), ToString::to_string);
            if !remember(info.payload(), location) {
                previous(info);
            }
        }));
    });
}

/// Whether that is enough. A second panic in one call is printed too, and the first with it: if it came while the first unwound, the process
/// ends before a host could be told.
fn remember(payload: &(dyn Any + Send), location: String) -> bool {
    let seen = Seen { kind: payload.type_id(), text: text_of(payload).map(str::to_owned), location, printed: true };
    let remembered = CALLS.try_with(|calls| {
        let mut calls = calls.try_borrow_mut().ok()?;
        if calls.depth == 0 {
            return None;
        }
        let begin = calls.begin;
        let is_first = calls.seen.len() == begin;
        for before in calls.seen[begin..].iter_mut().filter(|before| !before.printed) {
            before.printed = true;
            // Not eprintln, which panics where there is nobody to read it.
            let _ = writeln!(std::io::stderr(), "{}", said(before.text.as_deref(), Some(&before.location)));
        }
        if calls.seen.len() - begin >= REMEMBERED {
            calls.seen.remove(begin);
        }
        calls.seen.push(Seen { printed: !is_first, ..seen });
        Some(is_first)
    });
    matches!(remembered, Ok(Some(true)))
}

/// Runs `work`. A panic in it comes back as a sentence: `panicked: TEXT (src/lib.rs:12:5)`.
#[inline]
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let call = Call::enter();
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    outcome.map_err(|payload| {
        let text = text_of(&*payload).map(str::to_owned);
        let location = call.location((*payload).type_id(), text.as_deref());
        let sentence = said(text.as_deref(), location.as_deref());
        match dropped(payload) {
            None => sentence,
            Some(second) => format!("{}; dropping what it panicked with: {}", sentence, second),
        }
    })
}

/// Drops a panic's payload, which may panic itself. What that panicked with is leaked, lest there be no end.
fn dropped(payload: Box<dyn Any + Send>) -> Option<String> {
    let second = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))).err()?;
    let sentence = said(text_of(&*second), None);
    std::mem::forget(second);
    Some(sentence)
}

fn said(text: Option<&str>, location: Option<&str>) -> String {
    let text = text.unwrap_or("with a value that is no text");
    match location {
        Some(location) => format!("panicked: {} ({})", text, location),
        None => format!("panicked: {}", text),
    }
}

fn text_of(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<&'static str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// One call of the host, from its begin to its end. Calls nest: plugin → host → the same plugin.
struct Call {
    outer_begin: usize,
}

impl Call {
    #[inline]
    fn enter() -> Self {
        CALLS.with(|calls| {
            let mut calls = calls.borrow_mut();
            let outer_begin = calls.begin;
            calls.depth += 1;
            calls.begin = calls.seen.len();
            Self { outer_begin }
        })
    }

    /// Where the panic was that said `text`: the latest one, since code of the author may have caught others before and, in `drop`, after it.
    fn location(&self, kind: TypeId, text: Option<&str>) -> Option<String> {
        CALLS.with(|calls| {
            let calls = calls.borrow();
            let own = calls.seen[calls.begin..].iter().rev();
            own.clone().find(|seen| seen.kind == kind && seen.text.as_deref() == text).map(|seen| seen.location.clone())
        })
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        let forgotten = CALLS.with(|calls| {
            let mut calls = calls.borrow_mut();
            let begin = calls.begin;
            calls.depth -= 1;
            calls.begin = self.outer_begin;
            calls.seen.split_off(begin)
        });
        drop(forgotten);
    }
}
