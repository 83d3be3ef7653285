//! `spawn` hands the future to the runtime, which polls it by itself while we lay out the page. The handle is a future, too:
//! of the result. `join!(download(), lay_out())` would have done as well.
use async_concepts::{LaneExt, say};
use tokio::spawn;
use tokio::time::sleep;
use workshop::ms;

async fn download() -> &'static str {
    say!("the download begins");
    sleep(ms(300)).await;
    "a picture"
}

async fn lay_out() {
    sleep(ms(200)).await;
    say!("the page is laid out");
}

async fn page() -> &'static str {
    let picture = spawn(download().lane("download"));
    lay_out().lane("layout").await;
    picture.await.expect("a download does not panic")
}

fn main() {
    workshop::show("started_when", page);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_download_goes_on_while_the_page_is_laid_out() {
        workshop::attempt(page)
            .mistake("the download began only when it was awaited: a future in a variable does not run", |run| {
                run.said("0.200 download")
            })
            .mistake("the layout waited for the download", |run| run.said("0.500 layout"))
            .mistake("nobody waited for the download to end", |run| run.took(200))
            .takes(300)
            .says(&["0.000 download the download begins", "0.200 layout the page is laid out"])
            .returns("a picture")
            .verdict();
    }
}
