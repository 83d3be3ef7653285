//! Line by line.
fn wire(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(
            |line| {
                if line.starts_with('.') { format!(".{line}\r\n") } else { format!("{line}\r\n") }
            },
        )
        .collect();
    lines.concat() + ".\r\n"
}
