//! Mistake: a frame was taken that was not whole, or bytes of the next one with it
fn decode(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::from(*buffer.first()?);
    let frame = buffer.get(1..1 + length)?.to_vec();
    buffer.truncate(0);
    if frame.is_empty() { None } else { Some(frame) }
}
