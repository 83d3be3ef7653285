//! The rest is split off.
fn decode(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let (&length, rest) = buffer.split_first()?;
    if rest.len() < usize::from(length) {
        return None;
    }
    let rest = buffer.split_off(1 + usize::from(length));
    let mut frame = std::mem::replace(buffer, rest);
    frame.rotate_left(1);
    frame.pop();
    Some(frame)
}
