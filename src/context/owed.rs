//! Exits that are owed: counted from the moment of entering, and passed on to a task when their
//! debtor is dropped.
use super::{AsyncContext, CleanupError, Exit, Outcome};
use crate::LaneExt;
use futures::{FutureExt, future::BoxFuture};
use std::{any::Any, fmt::Display, mem, panic::AssertUnwindSafe, time::Duration};
use tokio::{runtime::Handle, sync::watch, task_local, time::timeout};

/// The debts of several contexts. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger(watch::Sender<Page>);

#[derive(Debug, Default)]
struct Page {
    owed: usize,
    errors: Vec<CleanupError>,
}

task_local! {
    /// While a body is polled or dropped: what has to be paid before its own context exits.
    static INSIDE: Ledger;
}

impl Ledger {
    /// Runs a body; contexts that are entered in it, in the same task, come upon this ledger.
    pub async fn scope<F: Future>(&self, body: F) -> F::Output {
        INSIDE.scope(self.clone(), body).await
    }

    pub async fn all_paid(&self) {
        self.0.subscribe().wait_for(|page| page.owed == 0).await.expect("its sender is here");
    }

    pub fn take_errors(&self) -> Vec<CleanupError> {
        let mut errors = vec![];
        self.0.send_modify(|page| errors = mem::take(&mut page.errors));
        errors
    }
}

/// One exit that is owed. To drop it without having paid is to abandon it.
struct Debt {
    ledger: Ledger,
    error: Option<CleanupError>,
}

impl Debt {
    fn new(ledger: &Ledger) -> Debt {
        ledger.0.send_modify(|page| page.owed += 1);
        Debt { ledger: ledger.clone(), error: Some(CleanupError::Abandoned) }
    }

    fn pay(&mut self, error: Option<CleanupError>) {
        self.error = error;
    }
}

impl Drop for Debt {
    fn drop(&mut self) {
        self.ledger.0.send_modify(|page| {
            page.owed -= 1;
            page.errors.extend(self.error.take());
        });
    }
}

/// How a body ended, and its exit.
type Exited<E> = (Outcome<E>, Result<Exit, Failure<E>>);

/// How an exit can fail.
pub(super) enum Failure<E> {
    Error(E),
    Panic(Box<dyn Any + Send>),
    Overran(Duration),
}

impl<E: Display> Failure<E> {
    pub fn in_words(self) -> CleanupError {
        match self {
            Failure::Error(error) => CleanupError::Failed(error.to_string()),
            Failure::Panic(_) => CleanupError::Panicked,
            Failure::Overran(bound) => CleanupError::Overran(bound),
        }
    }
}

/// A context that has been entered. To drop it before its exit is over is to cancel the body, or
/// whoever awaits the exit.
pub(super) struct Entered<C: AsyncContext> {
    /// None when the exit has begun.
    context: Option<C>,
    /// The exit, while it runs here.
    exiting: Option<BoxFuture<'static, Exited<C::Error>>>,
    bound: Duration,
    debt: Debt,
    /// Exits of contexts that were entered in the body and cancelled there.
    pub inside: Ledger,
    /// The ledger of the body in which this one was entered.
    outside: Option<Ledger>,
}

impl<C: AsyncContext> Entered<C> {
    pub fn new(context: C, bound: Duration, ledger: &Ledger) -> Entered<C> {
        Entered {
            context: Some(context),
            exiting: None,
            bound,
            debt: Debt::new(ledger),
            inside: Ledger::default(),
            outside: INSIDE.try_with(Ledger::clone).ok(),
        }
    }

    pub async fn exit(&mut self, outcome: Outcome<C::Error>) -> Exited<C::Error> {
        let context = self.context.take().expect("it is left once");
        // Kept in `self`, so that it can go on in a task when whoever awaits it is dropped.
        let exited =
            self.exiting.insert(exit(context, outcome, self.bound, self.inside.clone())).await;
        self.exiting = None;
        self.debt.pay(None);
        exited
    }

    /// Leaves word of what the caller will not be told.
    pub fn report(&mut self, error: Option<CleanupError>) {
        self.debt.pay(error);
    }
}

fn exit<C: AsyncContext>(
    mut context: C,
    outcome: Outcome<C::Error>,
    bound: Duration,
    inside: Ledger,
) -> BoxFuture<'static, Exited<C::Error>> {
    Box::pin(async move {
        inside.all_paid().await;
        let exited =
            match AssertUnwindSafe(timeout(bound, context.exit(&outcome))).catch_unwind().await {
                Ok(Ok(exited)) => exited.map_err(Failure::Error),
                Ok(Err(_)) => Err(Failure::Overran(bound)),
                Err(panic) => Err(Failure::Panic(panic)),
            };
        (outcome, exited)
    })
}

impl<C: AsyncContext> Drop for Entered<C> {
    fn drop(&mut self) {
        let begin = |context| exit(context, Outcome::Cancelled, self.bound, self.inside.clone());
        let Some(exiting) = self.exiting.take().or_else(|| self.context.take().map(begin)) else {
            return;
        };
        // The task gets its debt before this one is paid: there is no moment at which nobody owes.
        let mut debt = Debt::new(&self.debt.ledger);
        self.debt.pay(None);
        let mut before_outer = self.outside.as_ref().map(Debt::new);
        let cleanup = async move {
            let (_, exited) = exiting.await;
            debt.pay(exited.err().map(Failure::in_words));
            before_outer.iter_mut().for_each(|debt| debt.pay(None));
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(cleanup.lane("cleanup"));
        } // otherwise it is dropped here, unpaid
    }
}
