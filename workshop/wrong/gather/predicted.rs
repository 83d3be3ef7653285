//! Mistake: the naps ran one after another
const PREDICTION: Prediction = Some((300, "A C B"));
