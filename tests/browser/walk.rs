//! From publishing a round to its payment standards, through the pages only.

use crate::browser::{Browser, is_here, serve};
use crate::support::Site;

const PASSWORD: &str = "password-of-the-tests";

#[tokio::test(flavor = "multi_thread")]
async fn a_round_from_draft_to_payment_standard() {
    if !is_here() {
        return;
    }
    let site = Site::with_city();
    let browser = Browser::open(serve(&site)).await;
    browser.log_in("officer", PASSWORD).await;
    browser.is_clean().await;
    browser.shot("home").await;
    browser.close().await;
}
