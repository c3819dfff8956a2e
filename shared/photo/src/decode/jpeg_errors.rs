use mozjpeg_sys::{jpeg_common_struct, jpeg_error_mgr};
use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::os::raw::c_int;
use std::rc::Rc;

thread_local! {
    static WARNINGS: Cell<u32> = const { Cell::new(0) };
}

/// How many warnings libjpeg gave on this thread since the last [`reset_warnings`].
pub(super) fn warnings() -> u32 {
    WARNINGS.get()
}

/// Starts counting anew.
pub(super) fn reset_warnings() {
    WARNINGS.set(0);
}

/// libjpeg's error handler: a fatal error unwinds without the panic hook, a warning is counted, nothing is printed.
///
/// libjpeg itself treats a broken or missing piece of a scan as a warning and returns success with grey in its place.
pub(super) fn error_manager() -> jpeg_error_mgr {
    jpeg_error_mgr {
        error_exit: Some(unwind),
        emit_message: Some(count_warning),
        output_message: Some(ignore),
        format_message: Some(format_nothing),
        reset_error_mgr: Some(ignore),
        msg_code: 0,
        msg_parm: Default::default(),
        trace_level: 0,
        num_warnings: 0,
        jpeg_message_table: std::ptr::null(),
        last_jpeg_message: 0,
        addon_message_table: std::ptr::null(),
        first_addon_message: 0,
        last_addon_message: 0,
    }
}

extern "C-unwind" fn unwind(_: &mut jpeg_common_struct) {
    std::panic::resume_unwind(Box::new("libjpeg"));
}

extern "C-unwind" fn count_warning(_: &mut jpeg_common_struct, level: c_int) {
    // levels from 0 on are trace messages
    if level < 0 {
        WARNINGS.set(WARNINGS.get().saturating_add(1));
    }
}

extern "C-unwind" fn ignore(_: &mut jpeg_common_struct) {}

extern "C-unwind" fn format_nothing(_: &mut jpeg_common_struct, _: &[u8; 80]) {}

/// The raw bytes, and whether the decoder ever asked for more than there are. libjpeg then invents an end marker and
/// returns success; a whole file ends in one, so a decoder never reads past it.
pub(super) struct Source<'a> {
    rest: &'a [u8],
    ran_out: Rc<Cell<bool>>,
}

impl<'a> Source<'a> {
    /// The second value turns true when the file turns out to be cut off.
    pub(super) fn new(raw: &'a [u8]) -> (Self, Rc<Cell<bool>>) {
        let ran_out = Rc::new(Cell::new(false));
        (Self { rest: raw, ran_out: Rc::clone(&ran_out) }, ran_out)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.rest.is_empty() {
            self.ran_out.set(true);
        }
        Ok(self.rest)
    }

    fn consume(&mut self, count: usize) {
        self.rest = &self.rest[count.min(self.rest.len())..];
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.rest.read(into)
    }
}
