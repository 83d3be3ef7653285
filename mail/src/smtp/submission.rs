//! Submission to a real provider: the same client over another transport, TLS, and with a password.
//!
//! A mail server that takes mail from its own users for the whole world (RFC 6409) wants two things
//! that a server on a private network does not: a connection that others cannot read, and a
//! password. There are two ways to the first:
//!
//! - *Implicit TLS*, port 465 (RFC 8314): TLS from the first byte on.
//! - *STARTTLS*, port 587 (RFC 3207): the conversation begins in plain text and changes over.
//!
//! In both cases what comes out is a `Client<TlsStream<TcpStream>>`: the client is generic over its
//! transport, and everything but this file is the same as over plain TCP. The certificate has to be
//! one that this system trusts, for the name of the host; there is no way to turn that off, and no
//! way back to plain text.
//!
//! STARTTLS has a trap of its own. What an attacker on the way appends to the server's `220` is
//! read before the handshake, in plain text, and would be taken for the reply to the first command
//! after it (CVE-2021-38371 and its like). So bytes that follow the `220` end the connection, and
//! nothing of them is parsed.
use super::client::{Client, ClientError, Extensions, Phase, Timeouts};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{fmt, io, path::Path, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// At once: port 465.
    Implicit,
    /// After STARTTLS, which the server has to offer: port 587.
    StartTls,
}

impl Security {
    /// The port that is usual for it: RFC 8314, 7.
    pub fn port(self) -> u16 {
        match self {
            Security::Implicit => 465,
            Security::StartTls => 587,
        }
    }
}

/// A user and a password. Neither is shown by `Debug`.
#[derive(Clone)]
pub struct Credentials {
    /// As the provider knows it, often an address.
    user: String,
    /// Only said over TLS, and shown nowhere.
    password: String,
}

impl Credentials {
    /// A user and a password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Credentials {
        Credentials { user: user.into(), password: password.into() }
    }

    /// With the password that is in a variable of the environment.
    ///
    /// # Errors
    /// If there is no such variable, or if it is not Unicode.
    pub fn from_environment(user: &str, variable: &str) -> Result<Credentials, io::Error> {
        let password = std::env::var(variable)
            .map_err(|error| io::Error::other(format!("{variable}: {error}")))?;
        Ok(Credentials::new(user, password))
    }

    /// With the password that is in a file, without a line break at its end.
    ///
    /// # Errors
    /// If the file cannot be read, or is not a plain file.
    pub fn from_file(user: &str, path: &Path) -> Result<Credentials, io::Error> {
        let password = crate::files::read_plain_file(path)?;
        Ok(Credentials::new(user, password.trim_end_matches(['\r', '\n'])))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// A provider's submission server.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Where to connect to, and the name that the certificate must be for.
    host: String,
    /// The usual one, unless another was named.
    port: u16,
    /// When TLS begins.
    security: Security,
    /// Without them, no password is said.
    credentials: Option<Credentials>,
    /// How long to wait for each step.
    timeouts: Timeouts,
    /// The certificates that are trusted.
    tls: Arc<ClientConfig>,
}

impl Submission {
    /// A server with this name, which its certificate must be for, on the usual port. The
    /// certificates are trusted that this system trusts.
    ///
    /// # Errors
    /// If this system has no certificates that it trusts.
    pub fn new(host: &str, security: Security) -> Result<Submission, io::Error> {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            return Err(io::Error::other("this system has no certificates that it trusts"));
        }
        Ok(Submission::trusting(host, security, roots))
    }

    /// The same, but with these certificates instead of the system's: for a server inside a
    /// company, or in a test.
    pub fn trusting(host: &str, security: Security, roots: RootCertStore) -> Submission {
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Submission {
            host: host.to_owned(),
            port: security.port(),
            security,
            credentials: None,
            timeouts: Timeouts::default(),
            tls: Arc::new(tls),
        }
    }

    /// On another port.
    pub fn port(self, port: u16) -> Submission {
        Submission { port, ..self }
    }

    /// With a password, by AUTH PLAIN or else AUTH LOGIN.
    pub fn credentials(self, credentials: Credentials) -> Submission {
        Submission { credentials: Some(credentials), ..self }
    }

    /// With other timeouts.
    pub fn timeouts(self, timeouts: Timeouts) -> Submission {
        Submission { timeouts, ..self }
    }

    /// Connects, and gets as far as a message can be sent. `name` is what this machine calls
    /// itself.
    ///
    /// # Errors
    /// If there is no connection; if the certificate is not trusted, or is another host's; if the
    /// server does not offer STARTTLS or AUTH, or refuses the password.
    pub async fn connect(&self, name: &str) -> Result<Client<TlsStream<TcpStream>>, ClientError> {
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let stream = match timeout(self.timeouts.connect, connecting).await {
            Ok(stream) => stream.map_err(|error| ClientError::Io(Phase::Connect, error))?,
            Err(_) => return Err(ClientError::TimedOut(Phase::Connect)),
        };
        stream.set_nodelay(true).map_err(|error| ClientError::Io(Phase::Connect, error))?;
        self.over(stream, name).await
    }

    /// The same over a connection that is there already, to whatever it leads.
    ///
    /// # Errors
    /// As for [`connect`](Submission::connect).
    pub async fn over<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: S,
        name: &str,
    ) -> Result<Client<TlsStream<S>>, ClientError> {
        let mut client = match self.security {
            Security::Implicit => {
                Client::over(self.encrypt(io).await?, name, self.timeouts).await?
            }
            Security::StartTls => {
                let plain = Client::over(io, name, self.timeouts).await?.start_tls().await?;
                Client::after_start_tls(self.encrypt(plain).await?, name, self.timeouts).await?
            }
        };
        if let Some(credentials) = &self.credentials {
            client.authenticate(credentials).await?;
        }
        Ok(client)
    }

    async fn encrypt<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: S,
    ) -> Result<TlsStream<S>, ClientError> {
        let host = ServerName::try_from(self.host.clone())
            .map_err(|error| ClientError::Io(Phase::Tls, io::Error::other(error)))?;
        let handshake = TlsConnector::from(self.tls.clone()).connect(host, io);
        match timeout(self.timeouts.greeting, handshake).await {
            Ok(stream) => stream.map_err(|error| ClientError::Io(Phase::Tls, error)),
            Err(_) => Err(ClientError::TimedOut(Phase::Tls)),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Says STARTTLS, and returns the connection, on which the handshake comes next.
    async fn start_tls(mut self) -> Result<S, ClientError> {
        if !self.extensions.start_tls {
            return Err(ClientError::NotOffered("STARTTLS"));
        }
        let reply = self.say(Phase::Tls, "STARTTLS\r\n").await?;
        if !reply.is_positive() {
            return Err(ClientError::Refused(Phase::Tls, reply));
        }
        // The server has to wait for the handshake now. More bytes did not come from the server, or
        // not only: they belong to no conversation that could be trusted.
        if !self.read.is_empty() {
            return Err(ClientError::NotSmtp(Phase::Tls, "bytes follow the 220 to STARTTLS"));
        }
        Ok(self.io)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<TlsStream<S>> {
    /// Says EHLO on a connection that has changed over to TLS. There is no second greeting, and
    /// what was offered before does not count any more: RFC 3207, 4.2.
    async fn after_start_tls(
        io: TlsStream<S>,
        name: &str,
        timeouts: Timeouts,
    ) -> Result<Client<TlsStream<S>>, ClientError> {
        let mut client = Client::new(io, timeouts);
        let hello = client.say(Phase::Hello, &format!("EHLO {name}\r\n")).await?;
        if !hello.is_positive() {
            return Err(ClientError::Refused(Phase::Hello, hello));
        }
        client.extensions = Extensions::read(&hello);
        client.is_ready();
        Ok(client)
    }

    /// Says the password: RFC 4954. This is only there for a connection with TLS.
    async fn authenticate(&mut self, credentials: &Credentials) -> Result<(), ClientError> {
        let Credentials { user, password } = credentials;
        let encode = |text: &str| BASE64_STANDARD.encode(text);
        let mut lines = vec![];
        if self.extensions.auth_plain {
            lines.push(format!("AUTH PLAIN {}\r\n", encode(&format!("\0{user}\0{password}"))));
        } else if self.extensions.auth_login {
            lines.push("AUTH LOGIN\r\n".to_owned());
            lines.push(format!("{}\r\n", encode(user)));
            lines.push(format!("{}\r\n", encode(password)));
        } else {
            return Err(ClientError::NotOffered("AUTH PLAIN or LOGIN"));
        }
        let last = lines.len() - 1;
        self.is_busy();
        for (number, line) in lines.iter().enumerate() {
            let reply = self.say(Phase::Authenticate, line).await?;
            let expected = if number == last { 235 } else { 334 };
            if reply.code() != expected {
                return Err(ClientError::Refused(Phase::Authenticate, reply));
            }
        }
        self.is_ready();
        Ok(())
    }
}
