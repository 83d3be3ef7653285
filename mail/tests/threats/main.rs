//! What a server and a client meet sooner or later, by accident or by malice, and what must come of
//! it. Each test fails without the defence that it is about.
mod addresses;
mod cancellation;
mod deadlines;
mod endings;
mod framing;
mod limits;
mod order;
mod panics;
mod readme;
mod scene;
mod shutdown;
mod single_connection;
