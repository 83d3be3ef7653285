//! What each of the four functions does, and that no count is lost and none is let go twice.
use hooked_waker::{Hook, Hooked, waker};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::Waker,
};

#[derive(Default)]
struct Seen {
    clones: AtomicUsize,
    wakes: AtomicUsize,
    drops: AtomicUsize,
}

struct Counting {
    seen: Arc<Seen>,
    panics: bool,
    /// What clones are made of, if not of this.
    other: Option<Hooked>,
}

impl Hook for Counting {
    fn cloned(&self) -> Option<Hooked> {
        self.seen.clones.fetch_add(1, SeqCst);
        assert!(!self.panics, "a part of the test");
        self.other.clone()
    }

    fn woken(&self) {
        self.seen.wakes.fetch_add(1, SeqCst);
        assert!(!self.panics, "a part of the test");
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.seen.drops.fetch_add(1, SeqCst);
    }
}

fn hooked(panics: bool) -> (Hooked, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    (Arc::new(Box::new(Counting { seen: seen.clone(), panics, other: None })), seen)
}

/// Clones, wakes and drops of the hook so far.
fn counts(seen: &Seen) -> [usize; 3] {
    [&seen.clones, &seen.wakes, &seen.drops].map(|count| count.load(SeqCst))
}

#[test]
fn each_clone_and_each_wake_is_told() {
    let (hook, seen) = hooked(false);
    let first = waker(hook);
    let second = first.clone();
    assert_eq!(counts(&seen), [1, 0, 0]);
    first.wake_by_ref();
    second.wake();
    assert_eq!(counts(&seen), [1, 2, 0]);
    drop(first);
    assert_eq!(counts(&seen), [1, 2, 1], "the hook goes with the last waker");
}

#[test]
fn the_count_of_the_hook_is_the_number_of_wakers() {
    let (hook, _) = hooked(false);
    let first = waker(hook.clone());
    assert_eq!(Arc::strong_count(&hook), 2);
    let kept: Vec<Waker> = (0..10).map(|_| first.clone()).collect();
    assert_eq!(Arc::strong_count(&hook), 12);
    for waker in kept {
        waker.wake();
    }
    assert_eq!(Arc::strong_count(&hook), 2, "a waker that is used up counts no more");
    first.wake_by_ref();
    assert_eq!(Arc::strong_count(&hook), 2, "one that is woken by reference stays");
    drop(first);
    assert_eq!(Arc::strong_count(&hook), 1);
}

#[test]
fn all_wakers_of_one_hook_are_the_same_and_those_of_another_are_not() {
    let ((hook, _), (other, _)) = (hooked(false), hooked(false));
    let first = waker(hook.clone());
    assert!(first.will_wake(&first.clone()));
    assert!(first.clone().clone().will_wake(&first));
    assert!(first.will_wake(&waker(hook)));
    assert!(!first.will_wake(&waker(other)));
}

#[test]
fn clone_from_of_the_same_waker_tells_nothing() {
    let (hook, seen) = hooked(false);
    let first = waker(hook.clone());
    let mut kept = first.clone();
    kept.clone_from(&first);
    assert_eq!(counts(&seen), [1, 0, 0], "it is the same already");
    assert_eq!(Arc::strong_count(&hook), 3);
}

#[test]
fn a_hook_that_panics_leaves_the_counts_right() {
    let (hook, seen) = hooked(true);
    let first = waker(hook.clone());
    assert!(catch_unwind(AssertUnwindSafe(|| first.clone())).is_err());
    assert_eq!(Arc::strong_count(&hook), 2, "there is no clone");
    assert!(catch_unwind(AssertUnwindSafe(|| first.wake_by_ref())).is_err());
    assert_eq!(Arc::strong_count(&hook), 2);
    assert!(catch_unwind(AssertUnwindSafe(|| first.wake())).is_err());
    assert_eq!(Arc::strong_count(&hook), 1, "it is used up all the same");
    assert_eq!(counts(&seen), [1, 2, 0]);
    drop(hook);
    assert_eq!(counts(&seen), [1, 2, 1]);
}

#[test]
fn wakers_are_cloned_woken_and_dropped_on_many_threads() {
    let (hook, seen) = hooked(false);
    let first = waker(hook.clone());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mine = first.clone();
            scope.spawn(move || {
                for _ in 0..1_000 {
                    let kept = mine.clone();
                    kept.wake();
                }
            });
        }
    });
    assert_eq!(Arc::strong_count(&hook), 2);
    drop(first);
    drop(hook);
    assert_eq!(counts(&seen), [4_004, 4_000, 1]);
}

#[test]
fn a_hook_can_have_its_clones_made_of_another() {
    let (other, others) = hooked(false);
    let seen = Arc::new(Seen::default());
    let counting = Counting { seen: seen.clone(), panics: false, other: Some(other.clone()) };
    let first = waker(Arc::new(Box::new(counting)));
    let clone = first.clone();
    assert!(!clone.will_wake(&first) && clone.will_wake(&clone.clone()));
    assert_eq!(Arc::strong_count(&other), 3, "mine, the first one's, and the clone's");
    clone.wake();
    assert_eq!((counts(&seen), counts(&others)), ([1, 0, 0], [1, 1, 0]));
    drop(first);
    assert_eq!((counts(&seen), Arc::strong_count(&other)), ([1, 0, 1], 1));
}
