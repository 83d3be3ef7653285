//! Submit: one mail through a provider, over TLS, with a password, and a certificate that is
//! verified.
//!
//! In Python: `smtplib.SMTP(host, 587)`, `starttls(context=…)`, `login(…)`; there is no twin.
//! Look for: What is *not* here. `Client` is generic over its transport, so everything after
//! `connect` is what it is over plain TCP, from the pipelining to the outcome for each recipient.
//!
//!     cargo run --package async-concepts-mail --features tls --example submit
//!
//! Said without arguments, that prints how to use it. The password is in `SMTP_PASSWORD`.
use mail::{
    Draft, Mailbox,
    smtp::{
        Envelope,
        submission::{Credentials, Security, Submission},
    },
};
use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

const USAGE: &str = "usage: submit [--implicit-tls] HOST[:PORT] FROM TO; \
    the password is in SMTP_PASSWORD";

async fn submit(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let (security, arguments) = match arguments {
        [first, rest @ ..] if first == "--implicit-tls" => (Security::Implicit, rest),
        all => (Security::StartTls, all),
    };
    let [host, from, to] = arguments else { return Err(USAGE.into()) };
    let (from, to): (Mailbox, Mailbox) = (from.parse()?, to.parse()?);

    let user = from.address().as_str();
    let credentials = Credentials::from_environment(user, "SMTP_PASSWORD")?;
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, port.parse()?),
        None => (host.as_str(), security.port()),
    };
    let server = Submission::new(host, security)?.port(port).credentials(credentials);
    let mut client = server.connect("localhost").await?;

    let envelope = Envelope { from: Some(from.address().clone()), to: vec![to.address().clone()] };
    let message = Draft::new(&from).to(to).subject("A test")?.text("It works.\n")?;
    for outcome in client.send(&envelope, &message).await? {
        writeln!(io::stdout(), "{outcome}")?;
    }
    client.quit().await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match submit(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "submit: {error}");
            ExitCode::FAILURE
        }
    }
}
