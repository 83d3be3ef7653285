#![doc = include_str!("../README.md")]
use std::{
    mem,
    sync::Arc,
    task::{RawWaker, RawWakerVTable, Waker},
};

/// What a waker calls. It may be called on any thread, and must not expect to know which.
pub trait Hook: Send + Sync + 'static {
    /// The waker is being cloned, by the functions that are on the stack. The clone is a waker of
    /// what this returns: of another hook, or, with `None`, of the same.
    fn cloned(&self) -> Option<Hooked>;
    /// The waker, or a clone of it, was woken.
    fn woken(&self);
}

/// The box makes a thin pointer, which is all that a waker has room for, of a fat one.
pub type Hooked = Arc<Box<dyn Hook>>;

/// Makes a waker, which is one count of `hook`. So the counts that you do not hold yourself are the
/// clones that are kept elsewhere. Wakers of one `hook` are the same for [`Waker::will_wake`].
pub fn waker(hook: Hooked) -> Waker {
    let data = Arc::into_raw(hook).cast();
    // SAFETY: `data` is one count of a `Hooked`, which is `Send` and `Sync`, and which the waker
    // owns from here on. Each function of the table treats it as that.
    unsafe { Waker::new(data, &TABLE) }
}

static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

/// Only called by way of the table, as are the three below: so `data` comes from [`waker`].
unsafe fn clone(data: *const ()) -> RawWaker {
    let data = data.cast::<Box<dyn Hook>>();
    // SAFETY: the waker that is being cloned has a count of its own, and lives until this returns.
    if let Some(other) = unsafe { &*data }.cloned() {
        return RawWaker::new(Arc::into_raw(other).cast(), &TABLE);
    }
    // SAFETY: as above. The new count belongs to the waker that is returned.
    unsafe { Arc::increment_strong_count(data) };
    RawWaker::new(data.cast(), &TABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: this uses the waker up, and nothing else lets its count go: we do.
    let hook = unsafe { Arc::from_raw(data.cast::<Box<dyn Hook>>()) };
    hook.woken();
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the waker has a count of its own, and lives until this returns.
    unsafe { &*data.cast::<Box<dyn Hook>>() }.woken();
}

unsafe fn drop(data: *const ()) {
    // SAFETY: the waker is gone after this, and nothing else lets its count go: we do.
    mem::drop(unsafe { Arc::from_raw(data.cast::<Box<dyn Hook>>()) });
}
