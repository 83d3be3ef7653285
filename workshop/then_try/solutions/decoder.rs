//! The length may be cut in the middle, too.
fn decode(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let &[high, low, ..] = buffer.as_slice() else { return None };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if buffer.len() < 2 + length {
        return None;
    }
    let frame = buffer.drain(..2 + length).skip(2).collect();
    Some(frame)
}
