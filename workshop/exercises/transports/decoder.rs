//! Predict: the bytes of three frames come in pieces of every size. Which frames will be decoded,
//! and how long will that take?
//!
//! A frame is one byte with its length, and then so many bytes. A decoder gets whatever has come,
//! and takes whole frames out of it; the rest stays for the next time.
//!
//! See `examples/testing/scripted_io.rs`, and the slide “A protocol does no I/O”.
//!
//! Then try: frames whose length has two bytes, the high one first.
use async_concepts::say;
use workshop::{Prediction, given};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

/// Takes the next whole frame from the front of the buffer, if there is one.
fn decode(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    // TODO: only whole frames may be taken, and an empty buffer is no frame.
    let length = usize::from(*buffer.first()?);
    let frame = buffer.iter().skip(1).take(length).copied().collect();
    buffer.clear();
    Some(frame)
}

/// Decodes bytes that come in pieces of this size.
fn frames(bytes: &[u8], size: usize) -> Vec<Vec<u8>> {
    let (mut buffer, mut frames) = (vec![], vec![]);
    for piece in bytes.chunks(size) {
        buffer.extend_from_slice(piece);
        while let Some(frame) = decode(&mut buffer) {
            assert!(frames.len() < bytes.len(), "more frames than bytes");
            frames.push(frame);
        }
    }
    frames
}

/// How many piece sizes give the right frames.
async fn program() -> usize {
    let bytes = b"\x03abc\x00\x05hello";
    let mut right = 0;
    for size in 1..=bytes.len() {
        let frames = frames(bytes, size);
        if frames == [b"abc".to_vec(), vec![], b"hello".to_vec()] {
            right += 1;
        } else {
            say!("in pieces of {size}: {} frames", frames.len());
        }
    }
    given(right)
}

fn main() {
    workshop::show("decoder", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all_at_once() -> Vec<Vec<u8>> {
        frames(b"\x01a\x01b\x01c\x01d", 8)
    }

    async fn unfinished() -> (usize, usize) {
        let mut buffer = b"\x02ab\x04cde".to_vec();
        let mut count = 0;
        while decode(&mut buffer).is_some() {
            count += 1;
        }
        (count, buffer.len())
    }

    #[test]
    fn frames_do_not_depend_on_where_the_bytes_are_cut() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "nothing was decoded after the first frame: neither the empty one nor the last",
                |run| run.count(": 1 frames") == 11,
            )
            .mistake(
                "a frame was taken that was not whole, or bytes of the next one with it",
                |run| run.output() == Some(&0),
            )
            .mistake("it works only for some of the places where the bytes can be cut", |run| {
                run.output().is_some_and(|right| *right < 11)
            })
            .panics("an empty buffer is no frame, and was taken for one", "more frames than bytes")
            .returns(11)
            .says(&[])
            .verdict();
        workshop::scenario("four frames in one piece")
            .attempt(all_at_once)
            .predicted(PREDICTION)
            .returns(vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec(), b"d".to_vec()])
            .verdict();
        workshop::scenario("a whole frame and the beginning of another")
            .attempt(unfinished)
            .predicted(PREDICTION)
            .returns((1, 4))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/decoder.rs"]
mod then_try;
