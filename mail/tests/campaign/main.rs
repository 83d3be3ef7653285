//! What a campaign promises, on virtual time and with a post office that does as it is told.
mod bounds;
mod endings;
mod journal;
mod over_smtp;
mod post;
mod retries;
