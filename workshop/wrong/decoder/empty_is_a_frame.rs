//! Mistake: an empty buffer is no frame, and was taken for one
fn decode(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::from(buffer.first().copied().unwrap_or(0));
    if buffer.len() < length {
        return None;
    }
    let end = buffer.len().min(1 + length);
    Some(buffer.drain(..end).skip(1).collect())
}
