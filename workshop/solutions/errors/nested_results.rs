//! `flatten` puts both levels into one: an error of the task is an error of the future that waits for it. Only then is there
//! something for `try_join!` to see at 100 ms.
use async_concepts::{LaneExt, say};
use tokio::{spawn, task::JoinHandle, time::sleep, try_join};
use workshop::ms;

type Size = Result<u64, String>;

fn measure(name: &'static str, time: u64, works: bool) -> JoinHandle<Size> {
    let work = async move {
        sleep(ms(time)).await;
        say!("{}", if works { "done" } else { "failed" });
        if works { Ok(time) } else { Err(format!("{name} failed")) }
    };
    spawn(work.lane(name))
}

async fn flatten(task: JoinHandle<Size>) -> Size {
    task.await.map_err(|error| error.to_string())?
}

async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    let (a, b, c) = try_join!(flatten(a), flatten(b), flatten(c))?;
    Ok(a + b + c)
}

fn main() {
    workshop::show("nested_results", total);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_task_is_heard_of_at_once() {
        workshop::attempt(total)
            .mistake("the error was lost", |run| run.output().is_some_and(Result::is_ok))
            .mistake("nobody looked into the inner `Result` until all were done", |run| run.took(500))
            .mistake("the error of B had to wait for A, which was awaited first", |run| run.took(300))
            .mistake("an error was made into a panic", |run| run.panicked_with("failed"))
            .takes(100)
            .says(&["0.100 B failed"])
            .returns(Err("B failed".to_owned()))
            .verdict();
    }
}
