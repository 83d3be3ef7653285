//! Mistake: nothing was decoded after the first frame: neither the empty one nor the last
fn decode(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::from(*buffer.first()?);
    if length == 0 || buffer.len() < length + 1 {
        return None;
    }
    let frame = buffer[1..=length].to_vec();
    buffer.drain(..=length);
    Some(frame)
}
