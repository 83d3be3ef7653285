use super::*;

#[test]
fn a_panic_is_an_error_of_the_handle() {
    workshop::attempt(total)
        .predicted(PREDICTION)
        .takes(100)
        .holds(
            "the error says that a task panicked",
            |run| matches!(run.output(), Some(Err(error)) if error.contains("panicked")),
        )
        .verdict();
}
