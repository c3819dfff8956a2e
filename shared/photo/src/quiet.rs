use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Runs `work`; `None` where it panicked. A codec that panics on hostile bytes is an ordinary answer here, so nothing is
/// printed: the process's panic hook is wrapped once, and passed through on every other thread and at every other time.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                previous(info);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(outer);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_panic_becomes_none() {
        assert_eq!(quietly(|| 7), Some(7));
        assert_eq!(quietly(|| panic!("noise")), None::<()>);
        assert_eq!(quietly(|| quietly(|| panic!("noise")).unwrap_or(8)), Some(8));
    }

    /// The harness captures what tests print: look at another process that does not.
    #[test]
    fn a_caught_panic_prints_nothing() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "quiet::tests::a_panic_becomes_none", "--nocapture"])
            .output()
            .unwrap();
        assert!(child.status.success());
        let printed = [child.stdout, child.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert!(printed.contains("1 passed") && !printed.contains("noise"), "{printed}");
    }
}
