#![doc = include_str!("../README.md")]
use std::{
    mem,
    sync::Arc,
    task::{RawWaker, RawWakerVTable, Waker},
};

/// What a waker calls. A waker can be called on any thread, so a hook is `Send` and `Sync`.
pub trait Hook: Send + Sync + 'static {
    /// Called while a waker that has this hook is being cloned: a backtrace that is taken here
    /// shows the code that clones it. The clone calls the hook that this returns; with `None` it
    /// calls the same hook as the waker.
    fn cloned(&self) -> Option<Hooked>;
    /// A waker that has this hook was called.
    fn woken(&self);
}

/// Why the box: a pointer to a `dyn Hook` is two words, and a waker has room for one. A pointer to
/// the box is one word.
pub type Hooked = Arc<Box<dyn Hook>>;

/// Makes a waker that owns one count of `hook`, as does each of its clones unless [`Hook::cloned`]
/// gives the clone another hook. So from [`Arc::strong_count`], less the counts that you hold
/// yourself, you know how many wakers of `hook` are kept elsewhere. For [`Waker::will_wake`] all
/// wakers of one `hook` are the same.
pub fn waker(hook: Hooked) -> Waker {
    let data = Arc::into_raw(hook).cast();
    // SAFETY: `data` is one count of a `Hooked`, which is `Send` and `Sync`, and which the waker
    // owns from here on. Each function of the table treats it as that.
    unsafe { Waker::new(data, &TABLE) }
}

static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

/// This function and the three below are only called through the table. So `data` is always that of
/// a waker which [`waker`] or this function has made.
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
    // SAFETY: the waker is consumed. Only `hook` gives its count back, at the end of this function.
    let hook = unsafe { Arc::from_raw(data.cast::<Box<dyn Hook>>()) };
    hook.woken();
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the waker has a count of its own, and lives until this returns.
    unsafe { &*data.cast::<Box<dyn Hook>>() }.woken();
}

unsafe fn drop(data: *const ()) {
    // SAFETY: the waker is gone after this, and nothing else gives its count back.
    mem::drop(unsafe { Arc::from_raw(data.cast::<Box<dyn Hook>>()) });
}
