//! Mistake: the mail has no end: the server waits for the dot
fn wire(text: &str) -> String {
    let mut wire = String::new();
    for line in text.lines() {
        if line.starts_with('.') {
            wire.push('.');
        }
        wire += line;
        wire += "\n";
    }
    wire + ".\n"
}
