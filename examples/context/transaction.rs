//! Transaction: all of it happens, or nothing; also when it is cancelled half-way.
//!
//! In Python: `async with session.transaction()`, see `transaction.py` beside this file.
//! Look for: The reader never sees half a transfer. In "roll back on cancellation" Python's `main`
//! goes on after the roll back, at 0.35 s; Rust's goes on at 0.25 s, and then waits for it.
//!
//!     cargo run --example transaction
use async_concepts::context::{AsyncContext, BodyOutcome, Cleanups, Exit};
use async_concepts::{LaneExt, say, stage::SceneRun, stage::Stage};
use std::{error::Error, process::ExitCode, sync::Arc, sync::Mutex, time::Duration};
use tokio::{spawn, sync::watch, time::sleep, time::timeout};

const ALICE: usize = 0;
const BOB: usize = 1;
type Accounts = [u64; 2];
type Fault = Box<dyn Error + Send + Sync>;

/// Readers see what is committed. The one transaction that may be open works on a copy of it.
struct Store {
    committed: watch::Sender<Accounts>,
    open: Option<Accounts>,
}

/// A connection to the store. It takes a statement 100 ms to get there.
#[derive(Clone)]
struct Session(Arc<Mutex<Store>>);

impl Session {
    async fn execute<T>(&self, statement: &str, work: impl FnOnce(&mut Store) -> T) -> T {
        sleep(Duration::from_millis(100)).await;
        say!("{statement}");
        work(&mut self.0.lock().expect("no statement panics"))
    }

    async fn add(&self, account: usize, amount: i64) -> Result<(), Fault> {
        let add = |store: &mut Store| {
            let balance = &mut store.open.as_mut().ok_or("no transaction is open")?[account];
            *balance = balance.checked_add_signed(amount).ok_or("insufficient funds")?;
            Ok(())
        };
        self.execute(&format!("{} {amount:+}", ["alice", "bob"][account]), add).await
    }

    fn transaction(&self) -> Transaction {
        Transaction(self.clone())
    }
}

/// Sees each version that there is to be seen, and returns them when the store is gone.
async fn read(mut committed: watch::Receiver<Accounts>) -> Vec<Accounts> {
    let mut seen = vec![];
    loop {
        let accounts = *committed.borrow_and_update();
        say!("alice {}, bob {}", accounts[ALICE], accounts[BOB]);
        seen.push(accounts);
        if committed.changed().await.is_err() {
            return seen;
        }
    }
}

// ANCHOR: transaction
struct Transaction(Session);

impl AsyncContext for Transaction {
    type Value = Session;
    type Error = Fault;

    async fn enter(&mut self) -> Result<Session, Fault> {
        let begin = |store: &mut Store| {
            if store.open.is_some() {
                return Err("another transaction is open");
            }
            store.open = Some(*store.committed.borrow());
            Ok(())
        };
        self.0.execute("begin", begin).await?;
        Ok(self.0.clone())
    }

    async fn exit(&mut self, outcome: &BodyOutcome<Fault>) -> Result<Exit, Fault> {
        let succeeded = matches!(outcome, BodyOutcome::Succeeded);
        let end = |store: &mut Store| {
            if let Some(accounts) = store.open.take().filter(|_| succeeded) {
                store.committed.send_replace(accounts); // both balances, in one step
            }
        };
        self.0.execute(if succeeded { "commit" } else { "roll back" }, end).await;
        Ok(Exit::PassOn)
    }
}

async fn transfer(cleanups: &Cleanups, session: &Session, amount: i64) {
    let transfer = cleanups.with(session.transaction(), async |session| {
        session.add(BOB, amount).await?;
        session.add(ALICE, -amount).await // until then there is too much money
    });
    match transfer.await {
        Ok(_) => say!("transferred"),
        Err(error) => say!("error: {error}"),
    }
}
// ANCHOR_END: transaction

/// Runs a scene beside a reader, and returns what that saw.
async fn beside_a_reader(scene: impl AsyncFnOnce(&Cleanups, &Session)) -> Vec<Accounts> {
    let (committed, reader) = watch::channel([100, 0]);
    let reader = spawn(read(reader).lane("reader"));
    let session = Session(Arc::new(Mutex::new(Store { committed, open: None })));
    let cleanups = Cleanups::within(Duration::from_secs(1)); // for each roll-back, and each commit
    scene(&cleanups, &session).await;
    drop(session);
    reader.await.expect("a reader does not panic")
}

pub async fn one_transfer(amount: i64) -> Vec<Accounts> {
    beside_a_reader(async |cleanups, session| transfer(cleanups, session, amount).await).await
}

pub async fn cancelled() -> Vec<Accounts> {
    beside_a_reader(async |cleanups, session| {
        let too_slow = transfer(cleanups, session, 30).lane("A").cancellable();
        if timeout(Duration::from_millis(250), too_slow).await.is_err() {
            say!("timed out");
        }
        cleanups.wait().await.expect("it is rolled back"); // or it would still be open
        transfer(cleanups, session, 40).await;
    })
    .await
}

fn never_half(run: &SceneRun) -> bool {
    run.returns(|seen: &Vec<Accounts>| seen.iter().all(|[alice, bob]| alice + bob == 100))
}

pub fn stage() -> Stage {
    Stage::of(include_str!("transaction.rs"))
        .scene("commit", || one_transfer(30))
        .must_hold("the reader never sees half a transfer", never_half)
        .scene("roll back on error", || one_transfer(130))
        .variant_of("commit")
        .must_hold("the reader never sees half a transfer", never_half)
        .scene("roll back on cancellation", cancelled)
        .variant_of("commit")
        .must_hold("the reader never sees half a transfer", never_half)
}

fn main() -> ExitCode {
    stage().run()
}
