use super::*;

#[test]
fn the_machine_works_while_the_table_is_laid() {
    workshop::attempt(breakfast)
        .predicted(PREDICTION)
        .says_in_order(&["0.000 brew the machine starts", "0.000 main the table is laid"])
        .takes(100)
        .returns("coffee")
        .verdict();
}
