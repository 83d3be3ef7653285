//! A task whose handle aborts it when it is dropped.
use tokio_util::task::AbortOnDropHandle;

async fn pay() -> Result<(), &'static str> {
    let transfer = AbortOnDropHandle::new(tokio::spawn(transfer().lane("transfer")));
    match timeout(ms(50), transfer).await {
        Ok(_) => Ok(()),
        Err(_) => Err("too slow"),
    }
}
