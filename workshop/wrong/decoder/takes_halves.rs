//! Mistake: it works only for some of the places where the bytes can be cut
fn decode(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::from(*buffer.first()?);
    let end = buffer.len().min(1 + length);
    Some(buffer.drain(..end).skip(1).collect())
}
