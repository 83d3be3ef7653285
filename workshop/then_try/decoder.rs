use super::*;

async fn long_frames() -> Vec<Vec<u8>> {
    let mut bytes = b"\x00\x03abc\x00\x00\x01\x04".to_vec();
    bytes.extend([7; 260]);
    frames(&bytes, 3)
}

#[test]
fn a_length_may_have_two_bytes() {
    workshop::attempt(long_frames)
        .predicted(PREDICTION)
        .returns(vec![b"abc".to_vec(), vec![], vec![7; 260]])
        .verdict();
}
