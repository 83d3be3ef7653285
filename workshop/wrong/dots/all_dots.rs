//! Mistake: a dot was lost at the beginning of a line, or one was added
fn wire(text: &str) -> String {
    let mut wire = String::new();
    for line in text.lines() {
        wire += &line.replace('.', "..");
        wire += "\r\n";
    }
    wire + ".\r\n"
}
