//! The deck needs nothing but itself.
use crate::chromium::{deck, with_chromium};
use std::net::TcpListener;

#[test]
#[ignore = "needs Chromium"]
fn no_request_leaves_the_page() {
    with_chromium(async |chromium| {
        let tab = chromium.open(&deck()).await;
        tab.press("p").await;
        let console = chromium.popup().await;
        for slide in 1..=tab.slides().await {
            tab.go(&format!("#{slide}")).await;
            tab.press("r").await;
        }
        console.press("h").await;
        console.is("help.open").await;
        let outside: Vec<String> = chromium.requests();
        let outside: Vec<&String> = outside
            .iter()
            .filter(|url| !url.starts_with(&deck()) && !url.starts_with("data:"))
            .collect();
        assert!(outside.is_empty(), "{outside:?}");
        assert!(!chromium.requests().is_empty(), "the page itself was asked for");
        chromium.is_content();
    });
}

#[test]
#[ignore = "needs Chromium"]
fn the_page_may_not_ask_for_anything() {
    with_chromium(async |chromium| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let url = format!("http://{}/picture.png", listener.local_addr().expect("an address"));
        let tab = chromium.open(&deck()).await;
        assert!(tab.eval::<bool>(&format!("fetch({url:?}).then(() => false, () => true)")).await);
        let image = format!(
            "new Promise((resolve) => {{
                const image = new Image();
                image.onerror = () => resolve(true);
                image.onload = () => resolve(false);
                image.src = {url:?};
            }})"
        );
        assert!(tab.eval::<bool>(&image).await);
        let asked = listener.accept().map(|(_, from)| from);
        assert!(asked.is_err(), "the policy of the page has let it through: {asked:?}");
    });
}
